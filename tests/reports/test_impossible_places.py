"""A lobe that the named lung has not: the side stands as it is said, the lobe is left out."""

from __future__ import annotations

import pytest

from groundct.core.report import Finding, report_of_columns
from groundct.reports._rules.reading import read_sentence
from groundct.reports.contradictions import impossible_places
from groundct.reports.rules import PLUGIN

DOUBT = "impossible-place"


def first(text: str) -> Finding:
    return PLUGIN.extract(report_of_columns([("findings", text)])).findings[0]


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("A nodule is seen in the left middle lobe.", "left"),
        ("A nodule in the middle lobe of the left lung.", "left"),
        ("In the left lung middle lobe lateral segment there is consolidation.", "left"),
        ("Consolidation in the lingula of the right lung.", "right"),
        ("A cyst in the right lung lingular segment.", "right"),
        ("A cyst in the right lingula.", "right"),
    ],
)
def test_the_side_is_kept_and_the_lobe_is_not(text: str, side: str) -> None:
    finding = first(text)
    assert finding.laterality == side
    assert finding.anatomy == (f"lung/lung/{side} lung",)
    assert not finding.lung_segments
    assert DOUBT in read_sentence(text, "en").doubts


@pytest.mark.parametrize(
    ("text", "lobes"),
    [
        ("A nodule is seen in the right middle lobe.", {"right lung middle lobe"}),
        ("A nodule is seen in the middle lobe.", {"right lung middle lobe"}),
        ("A nodule in the left lingula.", {"left lung upper lobe"}),
        ("Effusion on the left, middle lobe atelectasis.", {"right lung middle lobe"}),
        (
            "Atelectasis in the right upper lobe, middle lobe, left lower lobe.",
            {"right lung upper lobe", "right lung middle lobe", "left lung lower lobe"},
        ),
        (
            "Scarring in the left upper lobe and middle lobe.",
            {"left lung upper lobe", "right lung middle lobe"},
        ),
    ],
)
def test_sides_of_other_places_do_not_clash(text: str, lobes: set[str]) -> None:
    findings = PLUGIN.extract(report_of_columns([("findings", text)])).findings
    named = {path.split("/")[-1] for finding in findings for path in finding.anatomy}
    assert lobes <= named
    assert DOUBT not in read_sentence(text, "en").doubts


def test_a_lung_beside_a_lobe_of_the_other_is_not_lost() -> None:
    assert set(first("Atelectasis in the left lung and middle lobe.").anatomy) == {
        "lung/lung/left lung",
        "lung/lung/right lung/right lung middle lobe",
    }


@pytest.mark.parametrize(
    ("sentence", "language", "told"),
    [
        ("A nodule is seen in the left middle lobe.", "en", True),
        ("A nodule is seen in the right middle lobe.", "en", False),
        ("Sol akciğer orta lobda nodül izlendi.", "tr", True),
        ("Sağ akciğer orta lobda nodül izlendi.", "tr", False),
        ("Nodule du lobe moyen gauche.", "fr", False),
    ],
)
def test_it_is_told_with_the_words(sentence: str, language: str, *, told: bool) -> None:
    issues = impossible_places([sentence], language)
    assert bool(issues) is told
    assert all(i.code == "impossible-place" and sentence in i.what for i in issues)
