"""The brackets of a lexicon's terms."""

from __future__ import annotations

import pytest

from groundct.core.issues import TableError
from groundct.vocabulary.lexicon import expand


@pytest.mark.parametrize(
    ("term", "phrases"),
    [
        ("a", {"a"}),
        ("a-b", {"a b"}),
        ("(a|b) c", {"a c", "b c"}),
        ("(a|) c", {"a c", "c"}),
        ("(a (b|c)|d) e", {"a b e", "a c e", "d e"}),
        ("(a|(b|) c) (d|)", {"a", "a d", "b c", "b c d", "c", "c d"}),
        ("(a|)", {"a"}),
    ],
)
def test_phrases_of_a_term(term: str, phrases: set[str]) -> None:
    assert {" ".join(words) for words in expand(term)} == phrases


@pytest.mark.parametrize("term", ["(a", "a)", "(a|b)) c", "((a|b) c", ")("])
def test_brackets_must_match(term: str) -> None:
    with pytest.raises(TableError, match="brackets"):
        expand(term)
