"""A similar appearance elsewhere is the finding before, there; the same segment is its place."""

from __future__ import annotations

import pytest

from groundct.core.report import Finding, report_of_columns
from groundct.reports.rules import PLUGIN
from groundct.vocabulary.anatomy import anatomy

FIRST = "Consolidation is seen in the posterior segment of the right upper lobe. "


def _read(text: str, language: str = "en") -> tuple[Finding, ...]:
    return PLUGIN.extract(report_of_columns([("findings", text)], language)).findings


def _place(finding: Finding) -> tuple[str | None, list[str], tuple[str, ...]]:
    leaves = [anatomy().leaf(path) for path in finding.anatomy]
    return finding.laterality, leaves, finding.lung_segments


def test_a_similar_appearance_is_the_finding_before_at_its_own_place() -> None:
    text = FIRST + "A similar appearance is present in the superior segment of the left lower lobe."
    first, second = _read(text)
    assert (second.type, second.presence) == ("consolidation", "present")
    segment = ("left lung lower lobe superior segment",)
    assert _place(second) == ("left", ["left lung lower lobe"], segment)
    assert first.sentence_indices == (0,)
    assert second.sentence_indices == (1,)
    assert second.span.of(text) == "similar appearance"
    assert second.standardized.endswith("left lower lobe")


def test_what_is_told_of_the_first_is_not_told_of_the_second() -> None:
    text = "A stable 12 mm cavity in the left lung. Similar changes are seen in the right lung."
    second = _read(text)[-1]
    assert (second.laterality, second.measurements, second.change) == ("right", (), None)


@pytest.mark.parametrize(
    "second",
    [
        "Other diseases can cause a similar appearance.",
        "No similar appearance is seen in the left lung.",
        "A lesion of similar appearance is seen in the left lung.",
        "The scan was similar in the left lung to that of last year.",
    ],
)
def test_no_finding_is_told_again(second: str) -> None:
    assert not any(f.type == "consolidation" for f in _read(FIRST + second)[1:])


def test_nothing_similar_to_what_is_not_there() -> None:
    assert len(_read("No consolidation is seen. Similar findings in the left lung.")) == 1


def test_the_same_segment() -> None:
    second = _read(FIRST + "In the same segment, a 4 mm nodule is seen.")[-1]
    segment = ("right lung upper lobe posterior segment",)
    assert _place(second) == ("right", ["right lung upper lobe"], segment)
    for other in (
        "In the same segment, a nodule of the left lung is seen.",
        "In the same segment of the liver, a cyst is seen.",
    ):
        assert _read(FIRST + other)[-1].laterality != "right", other
    apart = "A nodule in the left lung and a cavity in the right lung. "
    assert _read(apart + "In the same lobe, scarring is seen.")[-1].laterality is None


def test_a_similar_appearance_in_turkish() -> None:
    text = "Sağ akciğer üst lobda konsolidasyon izlendi. Sol akciğerde benzer görünüm izlendi."
    second = _read(text, "tr")[-1]
    assert (second.type, second.laterality) == ("consolidation", "left")
