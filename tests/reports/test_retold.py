"""What a clause tells again of the finding before it, at another place and without its name."""

from __future__ import annotations

import pytest

from groundct.core.report import report_of_columns
from groundct.reports.rules import PLUGIN

Told = tuple[str, str, str | None]


def _told(text: str) -> list[Told]:
    reading = PLUGIN.extract(report_of_columns([("findings", text)]))
    return [(f.type, f.presence, f.laterality) for f in reading.findings]


@pytest.mark.parametrize(
    ("text", "right", "left"),
    [
        ("Effusion is seen on the right but not on the left.", "present", "absent"),
        ("Effusion is present in the left hemithorax, absent on the right.", "absent", "present"),
        ("Effusion on the left is 18 mm, there is none on the right.", "absent", "present"),
        ("Effusion is absent on the left but present on the right, 9 mm.", "present", "absent"),
        ("Effusion was not seen on the left; seen in the right hemithorax.", "present", "absent"),
        ("There is effusion on the left and none on the right.", "absent", "present"),
        ("No effusion was detected on the left, 12 mm on the right.", "present", "absent"),
        ("Effusion is not on the left, but on the right.", "present", "absent"),
        ("Effusion is seen on the left, while none is seen on the right.", "absent", "present"),
        ("No effusion on the left, trace effusion on the right.", "present", "absent"),
        ("There was effusion on the left, it was not seen on the right.", "absent", "present"),
    ],
)
def test_each_side_has_its_presence(text: str, right: str, left: str) -> None:
    kind = "pleural_effusion"
    assert sorted(_told(text)) == sorted([(kind, right, "right"), (kind, left, "left")])


@pytest.mark.parametrize(
    ("text", "kind", "side"),
    [
        (
            "Consolidation was not detected except in the right middle lobe.",
            "consolidation",
            "right",
        ),
        ("No nodule is seen apart from the left upper lobe.", "nodule", "left"),
        ("Effusion was not seen with the exception of the left side.", "pleural_effusion", "left"),
        ("There is no consolidation other than in the left upper lobe.", "consolidation", "left"),
        ("No fracture except the right 7th rib.", "fracture", "right"),
        ("Except for the left lower lobe, there is no nodule.", "nodule", "left"),
        ("Apart from the right side, pneumothorax was not detected.", "pneumothorax", "right"),
        ("Effusion was not seen except on the right.", "pleural_effusion", "right"),
    ],
)
def test_what_is_excepted_from_a_denial_is_there(text: str, kind: str, side: str) -> None:
    assert sorted(_told(text)) == [(kind, "absent", None), (kind, "present", side)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("A nodule in the left lung, not seen in the right lung in the previous CT.", 1),
        ("A mass in the left lung, not in contact with the pleura.", 1),
        ("Nodules were seen on the right and seen on the left.", 1),
        ("Effusion is seen on the right, not on the left lower nodule.", 2),
        ("No mass, but on the left a nodule.", 2),
        ("A nodule of 5 mm on the right, 7 mm on the left.", 2),
        ("No mass on the right, 6 mm in the left lung nodule.", 2),
        ("Apart from this, no nodule was seen in the lungs.", 1),
        ("Atelectasis is present in all lobes except in the lingula.", 1),
    ],
)
def test_no_more_is_told(text: str, told: int) -> None:
    assert len(_told(text)) == told


def test_a_finding_told_again_keeps_its_name_and_its_own_size() -> None:
    text = "Pleural effusion is not present on the right; present on the left, 15 mm."
    reading = PLUGIN.extract(report_of_columns([("findings", text)]))
    right, left = reading.findings
    assert right.span == left.span
    assert right.span.of(text) == "Pleural effusion"
    assert [size.values_mm for size in left.measurements] == [(15.0,)]
    assert not right.measurements


def test_a_general_word_is_told_again_of_another_organ() -> None:
    told = _told("There are calcifications in the aorta, but not in the coronary arteries.")
    assert told == [
        ("arterial_calcification", "present", None),
        ("coronary_calcification", "absent", None),
    ]
