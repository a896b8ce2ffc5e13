"""Rewriting says the same in other words: nothing that is read may change."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from groundct.core.report import Sentence, Span, rewritten
from groundct.reports._rules.reading import read_sentence
from groundct.vocabulary.lexicon import expand, lexicon

CASES = [
    re.sub(r"<[^<>]*>", "", line)
    for path in sorted((Path(__file__).parent / "cases").glob("*.txt"))
    for line in path.read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def american(text: str) -> str:
    whole = Sentence(index=0, section="findings", span=Span(start=0, end=len(text)))
    return rewritten(whole.changed(rewrites=read_sentence(text, "en").rewrites), text)


def found(text: str) -> Counter[tuple[object, ...]]:
    return Counter(
        (
            f.type,
            f.presence,
            f.laterality,
            f.anatomy,
            f.lung_segments,
            tuple(size.values_mm for size in f.measurements),
        )
        for f in read_sentence(text, "en").findings
    )


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("A millimetric nodule is seen.", "A subcentimeter nodule is seen."),
        ("Sequelae changes are observed.", "Scarring is observed."),
        ("Pleuroparenchymal sequelae were seen.", "Pleuroparenchymal scarring was seen."),
        ("Its calibration is natural.", "Its caliber is normal."),
        ("Aortic arch calibration is natural.", "Aortic arch caliber is normal."),
        ("The esophagus calibration is natural.", "The esophagus is normal in caliber."),
        ("No space-occupying lesions were seen.", "No lesions were seen."),
        ("Frosted glass areas in both lungs.", "Ground-glass opacities in both lungs."),
        ("There is an icy glass area.", "There is a ground-glass opacity."),
        (
            "Trachea, both main bronchi are open.",
            "Trachea and both main bronchi are patent.",
        ),
        ("Lymph nodes in pathological size.", "Pathologically enlarged lymph nodes."),
        ("A catheter is monitored.", "A catheter is seen."),
        ("Cardiothoracic index is normal.", "Cardiothoracic ratio is normal."),
        ("Bronchiectatic changes are seen.", "Bronchiectasis is seen."),
        ("A density increase is seen.", "Increased density is seen."),
        ("There is a sequela change.", "There is scarring."),
        ("A nodule of 3,5 mm.", "A nodule of 3.5 mm."),
        ("A nodule of 3 milimeters.", "A nodule of 3 millimeters."),
        ("Tumour, oedema and haemorrhage.", "Tumor, edema and hemorrhage."),
        ("The oesophagus is natural.", "The esophagus is normal."),
        ("Vertebral corpus heights are natural.", "Vertebral body heights are normal."),
        ("Surrenal glands are natural.", "Adrenal glands are normal."),
        ("ATELECTASIS", "ATELECTASIS"),
        ("Atelectesis in the left lung.", "Atelectasis in the left lung."),
        ("Condolidations in the left lung.", "Consolidations in the left lung."),
        ("Nodules are seen on 14.10.2019.", "Nodules are seen on 14.10.2019."),
        ("Metallic density increases.", "Metallic density increases."),
    ],
)
def test_words(text: str, wanted: str) -> None:
    assert american(text) == wanted


def test_the_entry_and_the_span_are_kept() -> None:
    text = "There is a millimetric nodule of 3,5 mm."
    rewrites = read_sentence(text, "en").rewrites
    assert [(r.span.of(text), r.text) for r in rewrites] == [
        ("millimetric", "subcentimeter"),
        ("3,5", "3.5"),
    ]
    ids = {entry.entry_id for entry in lexicon("en", "rewriting", "american").entries}
    assert rewrites[0].entry in ids and rewrites[1].entry == "decimal"


def test_there_are_many_entries() -> None:
    assert len(lexicon("en", "rewriting", "american").entries) >= 150


@pytest.mark.parametrize("text", CASES)
def test_nothing_is_read_otherwise(text: str) -> None:
    assert found(american(text)) == found(text)


def test_rewriting_again_changes_nothing() -> None:
    moving = [text for text in CASES if american(american(text)) != american(text)]
    assert not moving


def test_every_phrase_can_be_found() -> None:
    for entry in lexicon("en", "rewriting", "american").entries:
        assert all(phrase for phrase in expand(entry.term)), entry
        assert entry.meaning.strip(), entry


def test_a_language_without_a_table_is_not_rewritten() -> None:
    assert read_sentence("Sol akciğerde nodül izlendi.", "tr").rewrites == ()
