"""Reasons for doubt: each has sentences that raise it and others that must not."""

from __future__ import annotations

import pytest

from groundct.reports._rules import doubts
from groundct.reports._rules.reading import read_sentence

RAISED = {
    doubts.UNKNOWN_WORDS: [
        "The trachea is not open.",
        "Fully appearance in the liver and spleen.",
        "Consolidation with wobbling gargantuan quixotic marvelous tremulous borders is seen in "
        "the lingula of the left lung.",
    ],
    doubts.UNUSED_NEGATION: ["The fracture has no bridging callus."],
    doubts.UNPLACED_SIZE: ["It measures 15 mm on the right at its deepest point."],
    doubts.UNUSED_SIDE: ["A nodule in the left lung, as on the right side of the former patient."],
    doubts.UNPLACED_FINDING: [
        "Atelectasis in the right lower lobe, and interlobular septal thickening."
    ],
    doubts.SIDES_APART: [
        "A nodule in the left lung and an effusion on the right.",
        "Emphysema in both lungs, and a nodule in the left lung.",
    ],
    doubts.CROWDED: [
        "Emphysema, cardiomegaly, splenomegaly, hiatal hernia and scoliosis are present."
    ],
    doubts.IMPOSSIBLE_PLACE: ["A nodule in the left middle lobe."],
}


@pytest.mark.parametrize(
    ("reason", "text"), [(reason, text) for reason, texts in RAISED.items() for text in texts]
)
def test_a_reason_is_raised(reason: str, text: str) -> None:
    assert reason in read_sentence(text, "en").doubts


@pytest.mark.parametrize(
    "text",
    [
        "A 5 mm nodule is seen in the left upper lobe.",
        "No mass or nodule is seen in both lungs.",
        "The ascending aorta is 38 mm.",
        "The ascending aorta is 38 mm, and there is a nodule in the left lung.",
        "Mediastinal structures could not be evaluated optimally.",
        "A new nodule in the left lung, not observed in the previous examination.",
        "Nodules are present in both lungs.",
        "The heart and the liver are normal.",
        "No pathology was detected.",
        "A nodule 12 mm away from the fissure in the left lung.",
        "Effusion on the right, none on the left.",
        "Right upper lobectomy due to lung cancer.",
    ],
)
def test_a_plain_sentence_is_not_doubted(text: str) -> None:
    assert read_sentence(text, "en").doubts == ()


def test_turkish_sentences_have_the_same_reasons() -> None:
    apart = read_sentence("Sol akciğerde nodül, sağda plevral efüzyon izlendi.", "tr")
    assert doubts.SIDES_APART in apart.doubts
    assert read_sentence("Sol akciğerde 5 mm nodül izlendi.", "tr").doubts == ()
