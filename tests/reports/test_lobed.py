"""A lobe with a side and no level is the thyroid's or the liver's of the sentence before."""

from __future__ import annotations

import pytest

from groundct.core.report import report_of_columns
from groundct.reports.rules import PLUGIN
from groundct.vocabulary.anatomy import anatomy

Read = tuple[str, str | None, list[str]]


def _read(text: str, language: str) -> Read:
    found = PLUGIN.extract(report_of_columns([("findings", text)], language)).findings[-1]
    return found.type, found.laterality, [anatomy().leaf(path) for path in found.anatomy]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The thyroid gland is large. A 14 mm nodule is seen in the left lobe.",
            ("thyroid_lesion", "left", ["left thyroid"]),
        ),
        (
            "The liver is normal in size. A cyst is seen in the right lobe.",
            ("liver_lesion", "right", ["right lobe of liver"]),
        ),
        (
            "The thyroid gland is large. A nodule is seen in the left lower lobe.",
            ("nodule", "left", ["left lung lower lobe"]),
        ),
        (
            "The trachea is patent. A 14 mm nodule is seen in the left lobe.",
            ("nodule", "left", ["lung"]),
        ),
        (
            "The thyroid gland is large. Atelectasis is seen in the left lobe.",
            ("atelectasis", "left", ["lung"]),
        ),
    ],
)
def test_a_lobe_is_of_the_organ_before(text: str, expected: Read) -> None:
    assert _read(text, "en") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Tiroid bezi büyümüştür. Sol lobda 9 mm nodül izlendi.",
            ("thyroid_lesion", "left", ["left thyroid"]),
        ),
        (
            "Tiroid bezi büyümüştür. Sağ lobda nodül izlendi. Sol lobda kist izlendi.",
            ("thyroid_lesion", "left", ["left thyroid"]),
        ),
        (
            "Tiroid bezi büyümüştür. Sol üst lobda 9 mm nodül izlendi.",
            ("nodule", "left", ["left lung upper lobe"]),
        ),
    ],
)
def test_so_it_is_in_turkish(text: str, expected: Read) -> None:
    assert _read(text, "tr") == expected
