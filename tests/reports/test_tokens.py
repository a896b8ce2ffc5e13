"""Tokens: words with their places, and shorthand cut into the words that it stands for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundct.reports._rules.words.tokens import tokenize


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Mass w/o necrosis", ["mass", "without", "necrosis"]),
        ("Mass w/necrosis", ["mass", "with", "necrosis"]),
        ("Opacity C/W scar.", ["opacity", "consistent", "with", "scar", "."]),
        ("Hilar LNs", ["hilar", "lymph", "node"]),
        ("Left-sided", ["left", "sided"]),
        ("CTs/Wilms", ["cts", "/", "wilm"]),
        ("c/water", ["c", "/", "water"]),
        ("RUL/RLL", ["rul", "/", "rll"]),
        ("Rt. lung, lt. breast", ["right", "lung", ",", "left", "breast"]),
        ("After RT, no nodule.", ["after", "radiotherapy", ",", "no", "nodule", "."]),
        ("RT. LUNG", ["right", "lung"]),
        ("Lung . RUL", ["lung", ".", "rul"]),
        (
            "A .5 x .8 cm (.7 cm) mass",
            ["a", "0.5", "x", "0.8", "cm", "(", "0.7", "cm", ")", "mass"],
        ),
        ("T.5 No.5", ["t", ".", "5", "number", "5"]),
        ("RML & lingula", ["rml", "and", "lingula"]),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert tokenize(text, "en").words == words


@given(st.text(alphabet="wWcCoO/ lLnN.é-", max_size=12))
def test_tokens_are_pieces_of_the_text(text: str) -> None:
    tokens = tokenize(text, "en")
    rows = list(zip(tokens.starts, tokens.ends, tokens.words, tokens.surfaces, strict=True))
    assert [text[start:end] for start, end, *_ in rows] == tokens.surfaces
    assert all(start < end and word for start, end, word, _ in rows)
    assert all(one <= other for one, other in zip(tokens.ends, tokens.starts[1:], strict=False))


def test_a_language_without_shorthand_has_none() -> None:
    assert tokenize("w/o", "tr").words == ["w", "/", "o"]
