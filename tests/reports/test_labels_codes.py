"""The ontology's codes of findings' phrases: all 62 are reached by what radiologists write."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from groundct.reports.labels import categorize
from groundct.vocabulary.findings import findings

CASES = [
    tuple(line.split("\t"))
    for line in (Path(__file__).parent / "codes.tsv").read_text(encoding="utf-8").splitlines()[1:]
]
LEAST = 8


@pytest.mark.parametrize(("code", "phrase"), CASES)
def test_code_of_a_phrase(code: str, phrase: str) -> None:
    assert categorize(phrase) == code


def test_every_code_has_phrases() -> None:
    counts = Counter(code for code, _ in CASES)
    assert set(counts) == set(findings().codes)
    assert min(counts.values()) >= LEAST
    assert len({phrase for _, phrase in CASES}) == len(CASES)


@pytest.mark.parametrize(
    "phrase", ["", "   ", "Comparison is made with the prior examination", "?"]
)
def test_nothing_known_is_other(phrase: str) -> None:
    assert categorize(phrase) == "12"


@pytest.mark.parametrize(
    ("phrase", "code"),
    [
        ("Opacities with a tree-in-bud appearance in the left lower lobe", "1e"),
        ("Density increases consistent with linear atelectasis at the bases", "2a"),
        ("Cholecystectomy clips", "11b"),
        ("Calcified lesion of the pleura", "2e"),
    ],
)
def test_general_words_yield(phrase: str, code: str) -> None:
    assert categorize(phrase) == code
