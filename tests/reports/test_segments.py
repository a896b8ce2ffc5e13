"""A segment's name counts where it can mean one lobe alone, which differs between the lungs."""

from __future__ import annotations

import pytest

from groundct.core.report import Finding, report_of_columns
from groundct.reports.rules import PLUGIN


def nodule(place: str) -> Finding:
    text = f"A nodule in the {place}."
    (finding,) = PLUGIN.extract(report_of_columns([("findings", text)])).findings
    return finding


@pytest.mark.parametrize(
    ("place", "segments"),
    [
        ("lateral segment of the right lung", ()),
        ("anterior segment of the right lung", ()),
        ("apical segment of the right lung", ("right lung upper lobe apical segment",)),
        ("laterobasal segment of the right lung", ("right lung lower lobe lateral basal segment",)),
        ("lateral segment of the right middle lobe", ("right lung middle lobe lateral segment",)),
        ("apical segment of the left upper lobe", ("left lung upper lobe apicoposterior segment",)),
        ("apical segment of the left lower lobe", ("left lung lower lobe superior segment",)),
        ("anterior segment of the right middle lobe", ()),
        (
            "medio-basal segment of the right lower lobe",
            ("right lung lower lobe medial basal segment",),
        ),
        ("right postero-basal segment", ("right lung lower lobe posterior basal segment",)),
    ],
)  # fmt: skip
def test_segments(place: str, segments: tuple[str, ...]) -> None:
    found = nodule(place)
    assert found.lung_segments == segments
    assert str(found.laterality) in place
