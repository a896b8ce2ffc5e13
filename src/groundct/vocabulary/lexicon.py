"""Lexicons: phrases with a stable id each, and a matcher that is linear in the text's length.

A phrase is written in plain words; ``(a|b)`` gives alternatives and ``(a|)`` an optional part,
one inside another where need be. Words are compared in their normal form (`words`); hyphens between
words do not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

from groundct.core.issues import TableError
from groundct.vocabulary._tables import read_table
from groundct.vocabulary.words import normal_word

_PART = re.compile(r"[()|]|[^\s()|]+")
_SIGNS = frozenset("()|")
_new = tuple.__new__  # makes a named tuple in half the time of its own call
_END = ""
"""Stands behind the last word of a text; no phrase has it."""
_NOTHING: Final[dict[str, _Node]] = {}
"""What follows where no phrase goes on: one for all, since most nodes are such."""


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A row of a lexicon: its id, its phrase as written and what it means.

    There is one value for each row, so two are equal only if they are the same.
    """

    entry_id: str
    term: str
    meaning: str

    def __lt__(self, other: Entry) -> bool:
        """In the order of their ids: hits at the same words have an order."""
        return (self.entry_id, self.meaning) < (other.entry_id, other.meaning)


@lru_cache(maxsize=1 << 10)
def meant(entry: Entry, meaning: str) -> Entry:
    """An entry as it is meant at a place: "7R" among stations is a side. One value for each."""
    return Entry(entry.entry_id, entry.term, meaning)


class Hit(NamedTuple):
    """An entry found in words ``first`` (inclusive) to ``last`` (exclusive)."""

    first: int
    last: int
    entry: Entry


class _Spot(NamedTuple):
    """A word of a term, in its normal form, and what may follow it."""

    word: str
    follow: tuple[_Spot | _End, ...]


class _End(NamedTuple):
    """The end of a term: its lexicon, its place among the entries there, and the entry."""

    name: str
    number: int
    entry: Entry


class _Node:
    """Where a phrase has come to: the words that may follow, and the longest phrases so far.

    ``following`` has the node that each word leads to; ``longest`` has for each lexicon its name,
    the words of the phrase and its entry, once ``following`` has been asked for a word.
    """

    __slots__ = ("following", "longest")

    def __init__(
        self, spots: list[_Spot], length: int, longest: tuple[tuple[str, int, Entry], ...]
    ) -> None:
        """Keep the words that led here; a phrase is ``length`` words long by now."""
        self.longest = longest
        self.following: dict[str, _Node] | _Unread = _Unread(self, spots, length)


class _Unread(NamedTuple):
    """What follows at a node that no text has come to yet.

    The terms of a language stand for hundreds of thousands of phrases, of which texts use few.
    """

    node: _Node
    spots: list[_Spot]
    length: int

    def get(self, word: str) -> _Node | None:
        """Work out what follows the node, and which word leads where. Twice gives the same."""
        ends: list[_End] = []
        following: dict[str, list[_Spot]] = {}
        for step in _once([step for spot in self.spots for step in spot.follow]):
            if isinstance(step, _End):
                ends.append(step)
            else:
                following.setdefault(step.word, []).append(step)
        longest = {phrase[0]: phrase for phrase in self.node.longest}
        for end in sorted(ends, key=lambda end: -end.number):
            longest[end.name] = (end.name, self.length, end.entry)
        held = tuple(longest.values())
        nodes = {word: _Node(spots, self.length + 1, held) for word, spots in following.items()}
        self.node.longest = held
        self.node.following = nodes or _NOTHING
        return nodes.get(word)


class Lexicon:
    """Entries of one language. ``find`` gives the longest hits from left to right."""

    def __init__(self, entries: Iterable[Entry], language: str) -> None:
        """Keep the entries, whose phrases are in this language."""
        self.entries = tuple(entries)
        self._language = language

    @cached_property
    def _alone(self) -> Lexicons:
        return Lexicons({"": self})

    def spots(self, name: str) -> list[_Spot]:
        """The first words of all phrases, whose ends say ``name``.

        The first of two entries that give one phrase wins.
        """
        first: list[_Spot] = []
        for number, entry in enumerate(self.entries):
            end = _End(name, number, entry)
            first += [s for s in _linked(entry.term, end, self._language) if isinstance(s, _Spot)]
        return first

    def find(self, words: Sequence[str]) -> tuple[Hit, ...]:
        """The longest phrases in a sequence of normal words, left to right, none overlapping."""
        return self._alone.find(words).get("", ())


Found = Mapping[str, tuple[Hit, ...]]
"""The hits of several lexicons by name; a lexicon without a hit is left out."""


class Lexicons:
    """Several lexicons, looked up in one walk through a tree of all their phrases."""

    def __init__(self, lexicons: Mapping[str, Lexicon]) -> None:
        """Put the phrases of the lexicons, by name, in one tree."""
        lead = [spot for name, one in lexicons.items() for spot in one.spots(name)]
        root = _Node([_Spot("", tuple(lead))], 0, ())
        root.following.get(_END)
        self._first = root.following.get

    def find(self, words: Sequence[str]) -> Found:
        """What each lexicon would find alone."""
        found: dict[str, list[Hit]] = {}
        ended = (*words, _END)
        for start, node in enumerate(map(self._first, words)):
            if node is None:
                continue
            end = start + 1
            while (deeper := node.following.get(ended[end])) is not None:
                node = deeper
                end += 1
            for name, length, entry in node.longest:
                hits = found.get(name)
                if hits is None:
                    found[name] = [_new(Hit, (start, start + length, entry))]
                elif start >= hits[-1].last:
                    hits.append(_new(Hit, (start, start + length, entry)))
        return {name: tuple(hits) for name, hits in found.items()}


def _once(steps: Iterable[_Spot | _End]) -> Iterable[_Spot | _End]:
    """Each step once: the same one, not one that is equal."""
    return {id(step): step for step in steps}.values()


def expand(term: str) -> tuple[tuple[str, ...], ...]:
    """Every phrase that a term stands for, as words.

    Raises TableError when its brackets do not match.
    """
    phrases = _phrases(_alternatives_of(term))
    return tuple(sorted(phrase for phrase in phrases if phrase))


def words_of(term: str) -> frozenset[str]:
    """The words of all phrases that a term stands for."""
    return frozenset(_PART.findall(term.replace("-", " "))) - _SIGNS


_Sequence = list["str | _Alternatives"]
_Alternatives = list[_Sequence]


def _alternatives_of(term: str) -> _Alternatives:
    """The parts of a term in order, and in place of each bracket what it gives to choose from."""
    parts = _PART.findall(term.replace("-", " "))[::-1]
    balanced = parts.count("(") == parts.count(")")
    found = _alternatives(parts)
    if parts or not balanced:
        raise TableError.of(
            "vocabulary-brackets",
            "term",
            f"the brackets of {term!r} do not match.",
            "Close every bracket of the term.",
        )
    return found


def _alternatives(parts: list[str]) -> _Alternatives:
    """What a term's parts, last part first, say up to the bracket that closes their group."""
    found: _Alternatives = [[]]
    while parts:
        part = parts.pop()
        if part == ")":
            break
        if part == "|":
            found.append([])
        else:
            found[-1].append(_alternatives(parts) if part == "(" else part)
    return found


def _phrases(alternatives: _Alternatives) -> set[tuple[str, ...]]:
    """Every phrase that alternatives give."""
    done: set[tuple[str, ...]] = set()
    for sequence in alternatives:
        phrases: set[tuple[str, ...]] = {()}
        for part in sequence:
            tails = {(part,)} if isinstance(part, str) else _phrases(part)
            phrases = {(*phrase, *tail) for phrase in phrases for tail in tails}
        done |= phrases
    return done


def _linked(term: str, end: _End, language: str) -> tuple[_Spot | _End, ...]:
    """The first words of a term, linked to those that may follow, and these to its end."""

    def link(
        alternatives: _Alternatives, follow: tuple[_Spot | _End, ...]
    ) -> tuple[_Spot | _End, ...]:
        first: list[_Spot | _End] = []
        for sequence in alternatives:
            after = follow
            for part in reversed(sequence):
                if isinstance(part, str):
                    after = (_Spot(normal_word(part, language), after),)
                else:
                    after = link(part, after)
            first += after
        return tuple(_once(first))

    return link(_alternatives_of(term), (end,))


@lru_cache(maxsize=128)
def lexicon(language: str, name: str, meaning: str = "role") -> Lexicon:
    """The lexicon ``<language>/<name>.tsv``, whose third column is called ``meaning``.

    Raises TableError when an id or a term stands in it twice.
    """
    path = f"{language}/{name}.tsv"
    rows = read_table(path, ("id", "term", meaning))
    for column in ("id", "term"):
        seen: set[str] = set()
        for row in rows:
            if row[column] in seen:
                raise TableError.of(
                    "vocabulary-double",
                    path,
                    f"{column} {row[column]!r} stands in it twice.",
                    "Keep one of the rows.",
                )
            seen.add(row[column])
    return Lexicon((Entry(row["id"], row["term"], row[meaning]) for row in rows), language)


def common_words(language: str) -> frozenset[str]:
    """The commonest words of a language that its neighbours do not share (``common.tsv``)."""
    return frozenset(row["word"] for row in read_table(f"{language}/common.tsv", ("word",)))
