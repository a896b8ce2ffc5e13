"""What names no organ lies in the one the sentence before speaks of, if nothing else can be."""

from __future__ import annotations

import pytest

from groundct.core.report import Finding, report_of_columns
from groundct.reports.rules import PLUGIN
from groundct.vocabulary.anatomy import anatomy

KIDNEY = "A 4 mm stone is seen in the left kidney. "


def _last(text: str) -> Finding:
    return PLUGIN.extract(report_of_columns([("findings", text)])).findings[-1]


def _place(text: str) -> tuple[str, str | None, list[str]]:
    found = _last(text)
    return found.type, found.laterality, [anatomy().leaf(path) for path in found.anatomy]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            KIDNEY + "A 31 mm hypodense lesion is seen in the middle zone.",
            ("renal_lesion", "left", ["left kidney"]),
        ),
        (
            KIDNEY + "Follow-up is recommended. There is also a cyst.",
            ("renal_lesion", "left", ["left kidney"]),
        ),
        (
            "A 12 mm nodule is seen in the right adrenal gland. It may be an adenoma.",
            ("adrenal_lesion", "right", ["right adrenal gland"]),
        ),
        (
            "Hypodense lesions are seen in the liver. Evaluated in favor of metastases.",
            ("liver_lesion", None, ["liver"]),
        ),
        ("The gallbladder is contracted. Stones are seen.", ("gallstone", None, ["gallbladder"])),
        (
            "A tracheostomy tube is seen in the trachea. At this level, a lesion is seen.",
            ("airway_lesion", None, ["trachea"]),
        ),
    ],
)
def test_it_lies_in_the_organ_before(
    text: str, expected: tuple[str, str | None, list[str]]
) -> None:
    assert _place(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        # Two organs, or none; another place that no vocabulary may know; its own side.
        "A stone in the left kidney and a cyst in the right kidney. A 31 mm lesion is seen.",
        "The image is noisy. A 31 mm lesion is seen.",
        "No stone in the left kidney. A 31 mm lesion is seen.",
        KIDNEY + "A 31 mm lesion is seen in the quagmire.",
        KIDNEY + "The heart is large. A 31 mm lesion is seen.",
        # Of lungs only what points back does.
        "A nodule in the left lung. A lesion is seen.",
    ],
)
def test_otherwise_no_organ_is_borrowed(text: str) -> None:
    found = _last(text)
    assert (found.type, found.anatomy, found.laterality) == ("lesion", (), None)


def test_what_lies_nowhere_lends_no_organ() -> None:
    first = "An elastofibroma dorsi is seen near the left scapula. "
    assert _last(first + "Coarse calcifications, it was taken for a hydatid cyst.").anatomy == ()


def test_an_own_side_is_of_no_other_organ() -> None:
    assert _last(KIDNEY + "Bilateral cysts.").anatomy == ()


def test_no_organ_is_borrowed_from_another_section() -> None:
    report = report_of_columns([("findings", KIDNEY), ("impression", "A 31 mm lesion.")])
    assert PLUGIN.extract(report).findings[-1].type == "lesion"


def test_it_is_on_the_side_of_the_organ_before() -> None:
    first = "The right kidney is included in part. "
    told = _last(first + "It has a dilated renal pelvis.")
    assert (told.laterality, anatomy().leaf(told.anatomy[0])) == ("right", "right kidney")
    assert told.standardized == "Right hydronephrosis"
    assert _last(first + "The renal pelvis of the left kidney is dilated.").laterality == "left"
    assert _last(first + "Renal stones are seen.").laterality is None
    assert _last("Both kidneys are small. It has a dilated renal pelvis.").laterality is None
