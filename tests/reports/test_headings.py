"""A heading says where what stands under it lies, where no word of the sentence does."""

from __future__ import annotations

import pytest

from groundct.core.report import report_of_columns
from groundct.reports.rules import PLUGIN

KIDNEY = "abdomen/abdomen/kidney"
SPLEEN = "abdomen/abdomen/spleen"
NODES = "mediastinum/mediastinal tissue"


def _last(text: str) -> tuple[str, str, str]:
    found = PLUGIN.extract(report_of_columns([("findings", text)])).findings[-1]
    return found.type, found.presence, ", ".join(found.anatomy)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kidneys: Normal size. No stone.", ("kidney_stone", "absent", KIDNEY)),
        (
            "KIDNEYS: No stone. A cyst on the left.",
            ("renal_lesion", "present", f"{KIDNEY}/left kidney"),
        ),
        (
            "Liver: Normal size. Fatty change. A 7 mm cyst.",
            ("liver_lesion", "present", "abdomen/abdomen/liver"),
        ),
        ("Lungs and airways: Clear. A few small cysts.", ("air_cyst", "present", "lung/lung")),
        (
            "Pleura: Thickened on the right. No fluid.",
            ("pleural_effusion", "absent", "pleura/pleura"),
        ),
        ("Lungs: Clear. No fluid.", ("pleural_effusion", "absent", "pleura/pleura")),
        (
            "Mediastinum and hila: No adenopathy. A 3 cm mass.",
            ("mediastinal_mass", "present", "mediastinum/mediastinal tissue"),
        ),
    ],
)
def test_general_words(text: str, expected: tuple[str, str, str]) -> None:
    assert _last(text) == expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        # A place of its own, a lobe, the next heading, and a heading of no place or of two.
        ("Kidneys: Normal. A cyst in the liver.", "liver_lesion"),
        ("Thyroid: Normal. 6 mm nodule in the right upper lobe.", "nodule"),
        ("Kidneys: Normal. Spleen: Normal. A cyst.", "splenic_lesion"),
        ("Kidneys: Normal. Other: A mass.", "mass"),
        ("Thyroid and bones: Normal. A nodule.", "nodule"),
        # Words that name a finding by themselves.
        ("Liver: Normal. Small pleural effusion.", "pleural_effusion"),
        ("Liver: Normal. Cardiomegaly.", "cardiomegaly"),
    ],
)
def test_what_a_heading_does_not_reach(text: str, kind: str) -> None:
    assert _last(text)[0] == kind


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Lungs:\n- Clear.", ("opacity", "absent", "lung/lung")),
        ("Spleen: Homogeneous. Mildly enlarged.", ("splenomegaly", "present", SPLEEN)),
        ("Lymph nodes:\n1. None enlarged.", ("lymphadenopathy", "absent", NODES)),
        ("Pleura: No air. Loculated fluid.", ("pleural_effusion", "present", "pleura/pleura")),
        ("Liver and spleen: Normal. A cyst.", ("abdominal_lesion", "present", "abdomen/abdomen")),
    ],
)
def test_what_says_nothing_by_itself(text: str, expected: tuple[str, str, str]) -> None:
    assert _last(text) == expected


def test_words_behind_a_heading_are_those_of_the_sentence() -> None:
    report = report_of_columns([("findings", "Airways:\n- Patent.\nThyroid: Enlarged. Stable.")])
    reading = PLUGIN.extract(report)
    spans = [finding.span.of(report.text) for finding in reading.findings]
    assert spans == ["Patent", "Enlarged"]
    assert all(cue.span.of(report.text) for finding in reading.findings for cue in finding.cues)


@pytest.mark.parametrize("text", ["Tubes:\n- Clear.", "Lungs:\n- As described above.", "Clear."])
def test_nothing_is_made_of_nothing(text: str) -> None:
    assert PLUGIN.extract(report_of_columns([("findings", text)])).findings == ()


def test_regions_are_those_of_the_heading() -> None:
    reading = PLUGIN.extract(report_of_columns([("findings", "Thyroid: Large. A 9 mm nodule.")]))
    assert [sentence.regions for sentence in reading.sentences] == [("thyroid",), ("thyroid",)]


def _sides(text: str) -> list[tuple[str, str | None, str]]:
    found = PLUGIN.extract(report_of_columns([("findings", text)])).findings
    return [(own.type, own.laterality, own.anatomy[0].split("/")[-1]) for own in found]


def test_a_lung_above_lines_of_lobes_is_theirs() -> None:
    text = (
        "RIGHT LUNG:\nUpper lobe: 7 mm nodule.\nMiddle lobe: Mass.\nLower lobe: Bulla, 9 mm.\n"
        "LEFT LUNG:\nUpper lobe: Cavity.\nThere is atelectasis in the lower lobe."
    )
    assert _sides(text) == [
        ("nodule", "right", "right lung upper lobe"),
        ("mass", "right", "right lung middle lobe"),
        ("bulla", "right", "right lung lower lobe"),
        ("cavity", "left", "left lung upper lobe"),
        ("atelectasis", "left", "left lung lower lobe"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "LUNGS:\nLower lobe: 7 mm nodule.",
        "RIGHT LUNG:\nUpper lobe: Mass.\nHEART:\nNormal.\nThere is a nodule in the lower lobe.",
        "Right lung: low volume.\nHeart: Normal.\nA nodule in the lower lobe.",
    ],
)
def test_no_lung_reaches_on(text: str) -> None:
    assert _sides(text)[-1] == ("nodule", None, "lung lower lobe")


def test_a_lung_before_a_colon_is_that_of_its_lobes() -> None:
    text = "Right lung: A 7 mm nodule in the upper lobe and a mass in the left lower lobe."
    assert _sides(text) == [
        ("nodule", "right", "right lung upper lobe"),
        ("mass", "left", "left lung lower lobe"),
    ]
