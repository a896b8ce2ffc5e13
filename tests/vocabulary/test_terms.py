"""The brackets of a lexicon's terms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundct.core.issues import TableError
from groundct.vocabulary.lexicon import Entry, Hit, Lexicon, expand, words_of


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


WORDS = st.sampled_from("abc")
TERMS = st.recursive(
    WORDS,
    lambda part: st.one_of(
        st.lists(part, min_size=1, max_size=3).map(" ".join),
        st.lists(st.one_of(part, st.just("")), min_size=1, max_size=3).map(
            lambda parts: f"({'|'.join(parts)})"
        ),
    ),
    max_leaves=8,
)


@given(st.lists(TERMS, min_size=1, max_size=4), st.lists(WORDS, max_size=8))
def test_the_walk_finds_what_the_phrases_say(terms: list[str], words: list[str]) -> None:
    """The longest phrase at each word, of the first entry that has it; none overlaps another."""
    lexicon = Lexicon([Entry(str(n), term, term) for n, term in enumerate(terms)], "en")
    phrases: dict[tuple[str, ...], Entry] = {}
    for entry in lexicon.entries:
        for phrase in expand(entry.term):
            phrases.setdefault(phrase, entry)
    wanted: list[Hit] = []
    for first in range(len(words)):
        lasts = range(len(words), first, -1)
        last = next((n for n in lasts if tuple(words[first:n]) in phrases), None)
        if last is not None and (not wanted or first >= wanted[-1].last):
            wanted.append(Hit(first, last, phrases[tuple(words[first:last])]))
    assert lexicon.find(words) == tuple(wanted)
    assert lexicon.find(words) == tuple(wanted)  # what was worked out before says the same


@given(TERMS)
def test_the_words_of_a_term_are_those_of_its_phrases(term: str) -> None:
    assert words_of(term) == {word for phrase in expand(term) for word in phrase}
