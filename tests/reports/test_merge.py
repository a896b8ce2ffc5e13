"""What the impression repeats is one finding, and nothing else is."""

from __future__ import annotations

import pytest

from groundct.core.report import Finding, report_of_columns
from groundct.reports.rules import PLUGIN

RIGHT = "A 15 mm nodule in the anterior segment of the right upper lobe. "
LEFT = "A 13 mm nodule in the anterior segment of the left upper lobe."
BOTH = RIGHT + LEFT
RESTATED = [(0, 2), (1, 2)]
FURTHER = [(0,), (1,), (2,)]


def _read(findings: str, impression: str) -> tuple[Finding, ...]:
    report = report_of_columns([("findings", findings), ("impression", impression)])
    return PLUGIN.extract(report).findings


def _places(findings: str, impression: str) -> list[tuple[int, ...]]:
    return [f.sentence_indices for f in _read(findings, impression)]


@pytest.mark.parametrize(
    ("impression", "expected"),
    [
        ("Solid nodules in both upper lobes, up to 15 mm.", RESTATED),
        ("Nodules in both upper lobes.", RESTATED),
        ("Two nodules in both lungs.", RESTATED),
        ("Bilateral pulmonary nodules, up to 1.5 cm.", RESTATED),
        ("Nodule in the left upper lobe.", [(0,), (1, 2)]),
        # A lobe in short has its side beside one that is written out.
        ("RUL nodule and right effusion.", [(0, 2), (1,), (2,)]),
        ("LUL nodule and right effusion.", [(0,), (1, 2), (2,)]),
        ("Right lung nodule and left effusion.", [(0, 2), (1,), (2,)]),
        # A larger size, or one smaller than the largest.
        ("Nodules in both upper lobes, up to 18 mm.", FURTHER),
        ("Nodules in both upper lobes, up to 13 mm.", FURTHER),
        # More than were named.
        ("Three nodules in both upper lobes.", FURTHER),
        # Another place, side, segment, type or presence.
        ("Nodules in both lower lobes.", FURTHER),
        ("Nodule in the left lower lobe.", FURTHER),
        ("A 15 mm nodule in the left upper lobe.", FURTHER),
        ("Nodule in the apical segment of the right upper lobe.", FURTHER),
        ("Masses in both upper lobes.", FURTHER),
        ("Calcified nodules in both upper lobes.", FURTHER),
        ("No nodules in both upper lobes.", FURTHER),
        ("Possible nodules in both upper lobes.", FURTHER),
    ],
)
def test_two_nodules(impression: str, expected: list[tuple[int, ...]]) -> None:
    assert _places(BOTH, impression) == expected


@pytest.mark.parametrize(
    ("findings", "impression", "expected"),
    [
        # A cyst, a cavity and a mass are lesions.
        ("Cyst in the left lower lobe.", "Cystic lesion in the left lower lobe.", [(0, 1)]),
        ("Mass in the left lower lobe.", "Lesion in the left lower lobe.", [(0, 1)]),
        ("Cyst in the left lower lobe.", "Lesion in the right lower lobe.", [(0,), (1,)]),
        # One side does not make both.
        (RIGHT, "Nodules in both upper lobes.", [(0,), (1,)]),
        (RIGHT, "Nodules in both lungs.", [(0,), (1,)]),
        (RIGHT, "Nodules in the lungs bilaterally.", [(0,), (1,)]),
        # The plural names all at its place, the singular one.
        (
            RIGHT + "A 4 mm nodule in the right upper lobe.",
            "Nodules in the right upper lobe.",
            [(0, 2), (1, 2)],
        ),
        (
            RIGHT + "A 4 mm nodule in the right upper lobe.",
            "A nodule in the right upper lobe.",
            [(0, 2), (1,)],
        ),
        # A finding whose side is not certain takes no other side than its sentence names.
        (
            "A nodule in the left lung.",
            "Nodules and ground-glass opacity in the right lung.",
            [(0,), (1,), (1,)],
        ),
        (
            "Emphysema in both lungs.",
            "Emphysema; a nodule in the left lung.",
            [(0, 1), (1,)],
        ),
        # A size in the text's other writing is the same.
        ("A 15 x 12 mm nodule in the right lung.", "15 mm nodule in the right lung.", [(0, 1)]),
        ("A 15 x 12 mm nodule in the right lung.", "12 mm nodule in the right lung.", [(0,), (1,)]),
        # Of one finding the impression may say more: a size, a segment, a side.
        ("A 15 mm nodule in the right lung.", "15 x 12 mm nodule in the right lung.", [(0, 1)]),
        ("A nodule in the right lung.", "15 mm nodule in the right lung.", [(0, 1)]),
        ("A nodule in the right lung.", "Nodule in the right upper lobe.", [(0, 1)]),
        ("A 5 mm nodule in the right lung.", "15 mm nodule in the right lung.", [(0,), (1,)]),
        ("A nodule in the right upper lobe.", "Nodule in the right lower lobe.", [(0,), (1,)]),
        ("A nodule in the right lung.", "Nodules in the right lung, 15 mm.", [(0,), (1,)]),
        (RIGHT + LEFT, "A 20 mm nodule.", [(0,), (1,), (2,)]),
        ("Pleural effusion.", "Right pleural effusion.", [(0, 1)]),
        ("Left pleural effusion.", "Right pleural effusion.", [(0,), (1,)]),
        ("No pleural effusion.", "Right pleural effusion.", [(0,), (1,)]),
        # A wider type may repeat a narrower one; a narrower one is the only wider one there is.
        (
            "A calcified nodule in the right lung. A nodule in the left lung.",
            "Nodules in both lungs.",
            [(0, 2), (1, 2)],
        ),
        (
            "Linear atelectasis in the left lower lobe.",
            "Atelectasis in the left lower lobe.",
            [(0, 1)],
        ),
        (
            "Atelectasis in the left lower lobe.",
            "Linear atelectasis in the left lower lobe.",
            [(0, 1)],
        ),
        (
            "Atelectasis in the left lower lobe.",
            "Atelectasis and linear atelectasis in the left lower lobe.",
            [(0, 1), (1,)],
        ),
        (
            "Atelectasis in the left lower lobe. Atelectasis in the left upper lobe.",
            "Linear atelectasis in the left lung.",
            [(0,), (1,), (2,)],
        ),
        ("Atelectasis in the lungs.", "Linear atelectasis in the left lung.", [(0,), (1,)]),
        ("Possible atelectasis.", "Linear atelectasis.", [(0,), (1,)]),
        (
            "Linear atelectasis in the left lower lobe.",
            "Atelectasis in the right lower lobe.",
            [(0,), (1,)],
        ),
        ("Apical fibrosis in both lungs.", "Scarring at both lung apices.", [(0, 1)]),
        ("Fibrosis in the left upper lobe.", "Scarring in the left lower lobe.", [(0,), (1,)]),
        ("A nodule in the right upper lobe.", "Lesion in the right upper lobe.", [(0, 1)]),
        ("A nodule in the right upper lobe.", "Lesion in the right lower lobe.", [(0,), (1,)]),
        # Of several the only one of its side and type that it may be; none where two may be meant.
        (
            "A nodule in the right upper lobe. A nodule in the left upper lobe.",
            "A 9 mm nodule in the left upper lobe.",
            [(0,), (1, 2)],
        ),
        (
            "A nodule in the left upper lobe. A nodule in the left lung.",
            "A 9 mm nodule in the left upper lobe.",
            [(0,), (1,), (2,)],
        ),
        (
            "A mass in the left lung. A nodule in the right lung.",
            "Lesions in the right lower lobe.",
            [(0,), (1,), (2,)],
        ),
        # The impression may add a place, not a side.
        (
            "Consolidation in the right lower lobe.",
            "Consolidations in the right lower lobe and the right upper lobe.",
            [(0, 1)],
        ),
        (
            "Consolidation in the right lower lobe.",
            "Consolidations in the right lower lobe and the left upper lobe.",
            [(0,), (1,)],
        ),
        # Words that name several organs are of them all, and not of one.
        ("Hepatomegaly and splenomegaly.", "Hepatosplenomegaly.", [(0, 1), (0, 1)]),
        ("Hepatomegaly.", "Hepatosplenomegaly.", [(0,), (1,)]),
        # A bound says what a size fulfils.
        ("Enlarged hilar nodes, 17 mm.", "Enlarged hilar nodes of more than 1 cm.", [(0, 1)]),
        ("Enlarged hilar nodes, 17 mm.", "Enlarged hilar nodes of more than 2 cm.", [(0,), (1,)]),
        # What has changed otherwise is another one.
        (
            "A new nodule in the right lung. A nodule in the left lung.",
            "Stable nodules in both lungs.",
            [(0,), (1,), (2,)],
        ),
        # A type of many kinds is repeated by its own word alone.
        ("Tortuous aorta.", "Aortic tortuosity.", [(0, 1)]),
        ("Enlarged bronchial collateral vessels.", "Pulmonary hypertension.", [(0,), (1,)]),
        ("Bowing of the interventricular septum.", "Right heart strain.", [(0,), (1,)]),
    ],
)
def test_other_findings(findings: str, impression: str, expected: list[tuple[int, ...]]) -> None:
    assert _places(findings, impression) == expected


def test_no_size_is_lost() -> None:
    for impression in ("Nodules, up to 15 mm.", "Nodules up to 13 mm.", "Nodules, 4 and 15 mm."):
        said = _read("", impression)[0].measurements
        sizes = {m.values_mm for f in _read(BOTH, impression) for m in f.measurements}
        assert {m.values_mm for m in said} <= sizes


def test_sentences_of_the_findings_section_are_not_brought_together() -> None:
    report = report_of_columns([("findings", BOTH + " Nodules in both upper lobes.")])
    assert [f.sentence_indices for f in PLUGIN.extract(report).findings] == FURTHER


def test_a_repeated_finding_has_the_details_of_both() -> None:
    known = "A solid nodule in the right lung (metastasis?). Mild right pleural effusion."
    more = "Stable 15 mm spiculated nodule in the apical segment of the right upper lobe."
    found = _read(known, more)[0]
    assert found.sentence_indices == (0, 2)
    assert found.laterality == "right"
    assert found.lung_segments == ("right lung upper lobe apical segment",)
    assert found.anatomy == ("lung/lung/right lung/right lung upper lobe",)
    assert [m.values_mm for m in found.measurements] == [(15.0,)]
    assert set(found.modifiers) == {"spiculated", "solid"}
    assert found.change == "stable"
    assert found.refers_to_prior
    assert [remark.kind for remark in found.remarks] == ["speculation"]
    assert found.standardized == (
        "Stable 15 mm spiculated solid pulmonary nodule in the apical segment of the right upper "
        "lobe"
    )


def test_what_a_word_calls_known_is_one_finding() -> None:
    first = "A 15 mm nodule in the right upper lobe. "
    told = _read(first + "The described nodule is spiculated.", "")
    assert [f.sentence_indices for f in told] == [(0, 1)]
    assert told[0].modifiers == ("spiculated",)
    assert [f.sentence_indices for f in _read(first + "A spiculated nodule.", "")] == [(0,), (1,)]
    for other in ("This nodule is in the left lung.", "No such nodule.", "The described mass."):
        assert len(_read(first + other, "")) == 2, other
    two = first + "A nodule in the right lower lobe. The described nodule is spiculated."
    assert len(_read(two, "")) == 3


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("There is a pleural effusion on the left.", "The effusion is 24 mm thick."),
        ("There are pleural effusions on both sides.", "The effusion on the right is loculated."),
        ("A mass is seen in the right upper lobe.", "The mass has grown since the prior CT."),
        ("A mass is seen in the right upper lobe.", "The mass in the right lung is lobulated."),
        ("A mass is seen in the anterior mediastinum.", "The mass has lobulated contours."),
        ("A hypodense lesion is seen in the spleen.", "This lesion is stable."),
        ("A solid mass is seen in the left kidney.", "The lesion is 31 mm in size."),
        ("A nodule is seen in the left upper lobe.", "The described lesion is spiculated."),
        ("Sternotomy wires are seen.", "The wires are intact."),
    ],
)
def test_the_article_points_back(first: str, second: str) -> None:
    (told,) = _read(f"{first} {second}", "")
    (alone,) = _read(first, "")
    assert told.sentence_indices == (0, 1)
    assert (told.type, told.laterality, told.anatomy) == (
        alone.type,
        alone.laterality,
        alone.anatomy,
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # Another side, place, kind or number, too far away, or one of two.
        ("A mass is seen in the right lung.", "The mass in the left lung is larger."),
        ("A mass is seen in the right lung.", "The mass in the right upper lobe is larger."),
        ("A mass is seen in the right lung.", "The nodule is larger."),
        ("A mass is seen in the right lung.", "A mass is larger."),
        ("A mass is seen in the right lung.", "The lesion in the liver is larger."),
        ("A 12 mm nodule in the left lung.", "The nodule is 22 mm in size."),
        ("A mass in the left lung. The heart is large. A hernia.", "The mass is lobulated."),
        ("A mass in the left lung. A mass in the right lung.", "The mass is lobulated."),
        ("No mass is seen in the right lung.", "The mass is larger."),
        ("Effusion on both sides.", "The effusion on the right is 24 mm thick."),
    ],
)
def test_the_article_points_at_no_other_finding(first: str, second: str) -> None:
    apart = len(_read(first, "")) + len(_read(second, ""))
    assert len(_read(f"{first} {second}", "")) == apart


@pytest.mark.parametrize(
    ("following", "sizes"),
    [
        ("The largest is 8 mm.", [(8.0,)]),
        ("It measures 8 x 6 mm.", [(8.0, 6.0)]),
        ("The aorta is 38 mm wide.", []),
        ("The largest is 8 mm from the carina.", []),
    ],
)
def test_a_size_may_stand_in_the_next_sentence(
    following: str, sizes: list[tuple[float, ...]]
) -> None:
    found = _read("There are nodules in both lungs. " + following, "")[0]
    assert [m.values_mm for m in found.measurements] == sizes
    assert found.sentence_indices == ((0, 1) if sizes else (0,))


@pytest.mark.parametrize(
    ("first", "second", "size"),
    [
        ("A pericardial effusion.", "It measures 11 mm adjacent to the left ventricle.", 11.0),
        ("Lymph nodes in the mediastinum.", "The largest is subcarinal and measures 13 mm.", 13.0),
        ("Nodules in both lungs.", "The largest of these nodules is 9 mm.", 9.0),
        ("Lymph nodes at both hila.", "The largest lymph node is 17 mm, on the right.", 17.0),
        ("A cyst with calcifications in the liver.", "It measures 31 mm.", 31.0),
    ],
)
def test_the_size_of_the_finding_before(first: str, second: str, size: float) -> None:
    alone, told = _read(first, "")[0], _read(f"{first} {second}", "")
    assert [m.values_mm for m in told[0].measurements] == [(size,)]
    assert told[0].sentence_indices == (0, 1)
    assert (told[0].laterality, told[0].anatomy) == (alone.laterality, alone.anatomy)
    assert len(told) == len(_read(first, ""))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("A pericardial effusion.", "It measures 11 mm above the left kidney."),
        (
            "Nodules in both lungs.",
            "The largest of these nodules, in the left upper lobe, is 9 mm.",
        ),
        ("Nodules of 4 mm in both lungs.", "The largest nodule is 9 mm."),
        ("Nodules in the right lung.", "The largest nodule in the left lung is 9 mm."),
        ("A pulmonary artery of normal width. The left one is dilated.", "The aorta is 31 mm."),
    ],
)
def test_the_size_of_another_finding(first: str, second: str) -> None:
    assert _read(first, "") == _read(f"{first} {second}", "")[: len(_read(first, ""))]


def test_a_size_that_two_findings_may_own_is_no_ones() -> None:
    found = _read("A nodule and an effusion on the right. It measures 8 mm.", "")
    assert not any(f.measurements for f in found)


def test_advice_is_a_remark_on_the_finding_before() -> None:
    found = _read("A nodule in the left lung. Follow-up is recommended.", "")
    assert [(r.kind, f.sentence_indices) for f in found for r in f.remarks] == [
        ("recommendation", (0, 1))
    ]


@pytest.mark.parametrize(
    ("findings", "impression", "said"),
    [
        # Possible in one and there in the other: there, with all that both say.
        ("A stone may be present in the left kidney.", "Left kidney stone.", [("present", "left")]),
        (
            "Findings are in favor of pneumonia.",
            "Pneumonia in the right lower lobe.",
            [("present", "right")],
        ),
        ("Pneumonia in the left lung.", "Findings may be pneumonia.", [("present", "left")]),
        ("Possible nodule in the left lung.", "Possible left nodule.", [("uncertain", "left")]),
        # Of two sides that of its own, and no other one.
        (
            "A possible nodule in the right lung.",
            "A nodule in the left lung.",
            [("uncertain", "right"), ("present", "left")],
        ),
        (
            "A possible nodule in the left lung. A nodule in the right lung.",
            "Nodule in the left lung.",
            [("present", "left"), ("present", "right")],
        ),
        (
            "No pleural effusion.",
            "Possible right pleural effusion.",
            [("absent", None), ("uncertain", "right")],
        ),
    ],
)
def test_possible_in_one_section_and_there_in_the_other(
    findings: str, impression: str, said: list[tuple[str, str | None]]
) -> None:
    assert [(f.presence, f.laterality) for f in _read(findings, impression)] == said


@pytest.mark.parametrize(
    ("text", "together"),
    [
        ("The heart is enlarged. There is cardiomegaly.", True),
        ("Hiatal hernia. The aorta is normal. The liver is normal. A small hiatal hernia.", True),
        ("Mild pericardial effusion. A 6 mm pericardial effusion.", True),
        ("A 9 mm pericardial effusion. A 6 mm pericardial effusion.", False),
        ("Scoliosis with convexity to the right. Scoliosis with convexity to the left.", False),
        ("No cardiomegaly. There is cardiomegaly.", False),
        ("Pleural effusion. Pleural effusion.", False),
        ("A cyst in the liver. A cyst in the liver.", False),
    ],
)
def test_what_a_patient_has_once_is_one_finding(text: str, *, together: bool) -> None:
    first = _read(text, "")[0]
    assert (len(first.sentence_indices) > 1) == together


def test_what_is_all_over_both_lungs_stays_so() -> None:
    (found,) = _read("Nodules in both lungs.", "Nodules in both upper lobes.")
    assert (found.laterality, found.anatomy) == ("bilateral", ("lung/lung",))


def test_the_narrower_type_is_kept() -> None:
    (found,) = _read("Lymph nodes of 19 mm at both hila.", "Hilar lymphadenopathy.")
    assert (found.type, found.category, found.laterality) == ("lymphadenopathy", "3a", "bilateral")
    assert [m.values_mm for m in found.measurements] == [(19.0,)]


@pytest.mark.parametrize(
    ("text", "impression", "size"),
    [
        ("The spleen measures 147 mm.", "Splenomegaly.", 147.0),
        ("The pulmonary trunk is 36 mm. The heart is large.", "Dilated pulmonary artery.", 36.0),
        (
            "The ascending aorta is 43 mm, the descending aorta 27 mm.",
            "Dilatation of the ascending aorta.",
            43.0,
        ),
        # Another part, one of two, a size of its own, or nothing that is too large.
        (
            "The ascending aorta is 43 mm, the descending aorta 27 mm.",
            "Dilatation of the thoracic aorta.",
            None,
        ),
        ("The aortic arch is 33 mm.", "Dilatation of the ascending aorta.", None),
        ("The spleen is 147 mm. The spleen is 151 mm.", "Splenomegaly.", None),
        ("The spleen measures 147 mm.", "Splenomegaly, 150 mm.", 150.0),
        ("The spleen measures 117 mm.", "A cyst in the spleen.", None),
        ("The spleen measures 117 mm.", "Hepatomegaly.", None),
    ],
)
def test_the_size_of_an_organ_may_be_said_before(
    text: str, impression: str, size: float | None
) -> None:
    found = _read(text, impression)[-1]
    assert [m.values_mm for m in found.measurements] == ([] if size is None else [(size,)])
    assert len(found.sentence_indices) == (2 if size in (147.0, 36.0, 43.0) else 1)


@pytest.mark.parametrize(
    ("second", "together"),
    [
        ("The described lesions are not specific.", True),
        ("The distribution of the described lesions is not specific.", True),
        ("The described lesions are 14 mm.", False),
        ("A lesion is not specific.", False),
        ("The aorta is normal. The described lesions are not specific.", False),
    ],
)
def test_described_lesions_are_whatever_was_found(second: str, *, together: bool) -> None:
    first = "Consolidation and ground glass in the left lower lobe. "
    found = [f for f in _read(first + second, "") if f.presence != "absent"]
    assert [f.type for f in found[:2]] == ["consolidation", "ground_glass"]
    assert (len(found) == 2) == together


@pytest.mark.parametrize(
    ("second", "change"),
    [
        ("The findings are new, and may be pneumonia.", "new"),
        ("These findings have regressed and may belong to pneumonia.", "decreased"),
        ("The findings may be pneumonia, which is new.", None),
        ("A new nodule is seen.", None),
    ],
)
def test_the_findings_changed_before_it_is_said_what_they_mean(
    second: str, change: str | None
) -> None:
    found = _read("Consolidation in the left lower lobe. " + second, "")
    assert found[0].change == change
