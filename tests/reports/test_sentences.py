"""Sections and sentences: the traps."""

from __future__ import annotations

import pytest

from groundct.core.report import Span
from groundct.reports._rules.words.sentences import sentence_places
from groundct.reports.sections import split_sections


def sentences(text: str) -> list[str]:
    # A section holds at least one character.
    places = sentence_places(text + " ", Span(start=0, end=len(text) + 1), "en")
    return [text[start:end] for start, end in places]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two.", ["One.", "Two."]),
        (
            "As far as can be seen; all is well. Next.",
            ["As far as can be seen; all is well.", "Next."],
        ),
        ("Fracture of T4.vertebra is old. Next.", ["Fracture of T4.vertebra is old.", "Next."]),
        ("A nodule of 3.5 mm. Next.", ["A nodule of 3.5 mm.", "Next."]),
        ("See No. 5 there. Next.", ["See No. 5 there.", "Next."]),
        (
            "The scan dated 14.10. was compared. Next.",
            ["The scan dated 14.10. was compared.", "Next."],
        ),
        ("Patient 14.10.", ["Patient 14.10."]),
        ("It is open.The heart beats.", ["It is open.", "The heart beats."]),
        ("Lesion (cyst?) in the liver. Next.", ["Lesion (cyst?) in the liver.", "Next."]),
        ("Pneumonia? Follow up.", ["Pneumonia?", "Follow up."]),
        ("1. Nodule.\n2. Effusion.", ["Nodule.", "Effusion."]),
        ("• Nodule • Effusion", ["Nodule", "Effusion"]),
        ('A "7.5 mm" cyst. A "large" mass.', ['A "7.5 mm" cyst.', 'A "large" mass.']),
        ('"2 cysts." "A mass."', ["2 cysts.", "A mass."]),
        ("1- Cyst 2- Goiter 3-Mass", ["Cyst", "Goiter", "Mass"]),
        ("Chest: 1 - Cyst. No mass. 2 - Goiter", ["Chest:", "Cyst.", "No mass.", "Goiter"]),
        ("2-Goiter.", ["Goiter."]),
        ("Effusion: No. 3 cysts in the liver.", ["Effusion: No.", "3 cysts in the liver."]),
        ("Station No. 3 is normal.", ["Station No. 3 is normal."]),
        ("1-cyst 2-goiter", ["cyst", "goiter"]),
        ("(1) Cyst (2) Goiter", ["Cyst", "Goiter"]),
        ("a) Cyst b) Goiter", ["Cyst", "Goiter"]),
        ("* Cyst * Goiter", ["Cyst", "Goiter"]),
        ("1-cm cyst in the liver", ["1-cm cyst in the liver"]),
        ("1-month control, 3-month control", ["1-month control, 3-month control"]),
        ("- Cyst in the spleen - Goiter", ["Cyst in the spleen", "Goiter"]),
        ("Mass.\n- Cyst - Goiter", ["Mass.", "Cyst", "Goiter"]),
        ("Cyst in segment 2- Goiter", ["Cyst in segment 2- Goiter"]),
        ("1- Cyst in segment 8- Goiter", ["Cyst in segment 8- Goiter"]),
        ("Cyst in the spleen - Goiter", ["Cyst in the spleen - Goiter"]),
        ("Fracture of T1- L2 vertebrae", ["Fracture of T1- L2 vertebrae"]),
        ("3-D view", ["3-D view"]),
        ('"Nodule." Effusion."', ["Nodule.", "Effusion."]),
        ("Lungs: clear.\nPleura: no effusion", ["Lungs: clear.", "Pleura: no effusion"]),
        ("A nodule in the right\nupper lobe.", ["A nodule in the right\nupper lobe."]),
        ("Nodules in both lungs  Hiatal hernia", ["Nodules in both lungs", "Hiatal hernia"]),
        (
            "There  are  nodules  and  Kerley  B  lines  in  the  lower  lobes.  No  node.",
            [
                "There  are  nodules  and  Kerley  B  lines  in  the  lower  lobes.",
                "No  node.",
            ],
        ),
        (
            "Emphysema  Hernia  Goiter  Nodule  Steatosis  Cyst of the liver  Fracture  Plaques  "
            "Effusion  Mass",
            [
                *("Emphysema", "Hernia", "Goiter", "Nodule", "Steatosis", "Cyst of the liver"),
                *("Fracture", "Plaques", "Effusion", "Mass"),
            ],
        ),
        ("Nodules (in both)  Mass  of lung", ["Nodules (in both)", "Mass  of lung"]),
        ("Lungs:  Clear.", ["Lungs:  Clear."]),
        (
            "Thickening (cardiac?  Infectious?). Mass.",
            ["Thickening (cardiac?  Infectious?).", "Mass."],
        ),
        ("Thickening (cardiac? Mass. Nodule.", ["Thickening (cardiac?", "Mass.", "Nodule."]),
        ("L1.-L2. vertebrae fracture.", ["L1.-L2. vertebrae fracture."]),
        ("Nodule (max. 3 mm). Mass.", ["Nodule (max. 3 mm).", "Mass."]),
        ("Given i.v. contrast. Mass.", ["Given i.v. contrast.", "Mass."]),
        ("A 56 y.o. male. Mass.", ["A 56 y.o. male.", "Mass."]),
        ("A nodule of\n1.8 cm. Next.", ["A nodule of\n1.8 cm.", "Next."]),
        ('A "Haystack" sign, new. Next.', ['A "Haystack" sign, new.', "Next."]),
        ('Nodule "Mass" Cyst', ["Nodule", "Mass", "Cyst"]),
        ("1) Mass in RML 2) Cyst", ["Mass in RML", "Cyst"]),
        ("A mass (image 2) Next.", ["A mass (image 2) Next."]),
        ("#1 Mass. #2: Cyst.", ["Mass.", "Cyst."]),
        ("Tiny effusion\nHeart is normal", ["Tiny effusion", "Heart is normal"]),
        ("Mass in the\nRUL. Next.", ["Mass in the\nRUL.", "Next."]),
        ("Nodule,\nNew. Next.", ["Nodule,\nNew.", "Next."]),
        ("Pleura:\nNo effusion", ["Pleura:\nNo effusion"]),
        ("Masses (e.g. RML 3/40). Next.", ["Masses (e.g. RML 3/40).", "Next."]),
        ('Nodules ("cluster sign") in the RML', ['Nodules ("cluster sign") in the RML']),
        ('A "snowman" of nodes. Next.', ['A "snowman" of nodes.', "Next."]),
        ("1.8 cm nodule.", ["1.8 cm nodule."]),
        ("Nodule\n\nEffusion", ["Nodule", "Effusion"]),
        ("", []),
        (" . ! ", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_sections_by_headings() -> None:
    text = "TECHNIQUE: No contrast.\nFINDINGS:\nA nodule.\nImpression:\nA nodule."
    report = split_sections(text)
    assert [(s.name, s.span.of(text)) for s in report.sections] == [
        ("technique", "No contrast."),
        ("findings", "A nodule."),
        ("impression", "A nodule."),
    ]


def test_text_without_headings_is_findings() -> None:
    report = split_sections("A nodule. Lungs: clear.")
    assert [s.name for s in report.sections] == ["findings"]


def test_a_word_like_a_heading_inside_a_line_is_none() -> None:
    report = split_sections("These findings: a nodule.")
    assert [s.name for s in report.sections] == ["findings"]


def test_text_before_the_first_heading_is_other() -> None:
    report = split_sections("Chest CT\nFindings: A nodule.")
    assert [s.name for s in report.sections] == ["other", "findings"]
