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
        ("A 15 mm nodule in the right lung.", "15 x 12 mm nodule in the right lung.", [(0,), (1,)]),
        ("A nodule in the right lung.", "15 mm nodule in the right lung.", [(0,), (1,)]),
        # A wider type may repeat a narrower one, and not the other way round.
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
            [(0,), (1,)],
        ),
        (
            "Linear atelectasis in the left lower lobe.",
            "Atelectasis in the right lower lobe.",
            [(0,), (1,)],
        ),
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
