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
from typing import NamedTuple

from groundct.core.issues import TableError
from groundct.vocabulary._tables import read_table
from groundct.vocabulary.words import normal_word

_PART = re.compile(r"[()|]|[^\s()|]+")


class Entry(NamedTuple):
    """A row of a lexicon: its id, its phrase as written and what it means."""

    entry_id: str
    term: str
    meaning: str


class Hit(NamedTuple):
    """An entry found in words ``first`` (inclusive) to ``last`` (exclusive)."""

    first: int
    last: int
    entry: Entry


@dataclass(slots=True)
class _Node:
    """Where a phrase has come to: the words that may follow, and the longest phrases so far.

    ``longest`` has for each lexicon its name, the words of the phrase and its entry.
    """

    children: dict[str, _Node] | None = None
    longest: tuple[tuple[str, int, Entry], ...] = ()


class Lexicon:
    """Entries of one language. ``find`` gives the longest hits from left to right."""

    def __init__(self, entries: Iterable[Entry], language: str) -> None:
        """Keep the entries, whose phrases are in this language."""
        self.entries = tuple(entries)
        self._language = language

    @cached_property
    def _alone(self) -> Lexicons:
        return Lexicons({"": self})

    def phrases(self) -> dict[tuple[str, ...], Entry]:
        """All phrases in normal words; the first of two entries that give one phrase wins."""
        found: dict[tuple[str, ...], Entry] = {}
        for entry in self.entries:
            for words in expand(entry.term):
                normal = tuple([normal_word(word, self._language) for word in words])
                found.setdefault(normal, entry)
        return found

    def find(self, words: Sequence[str]) -> tuple[Hit, ...]:
        """The longest phrases in a sequence of normal words, left to right, none overlapping."""
        return self._alone.find(words).get("", ())


Found = Mapping[str, tuple[Hit, ...]]
"""The hits of several lexicons by name; a lexicon without a hit is left out."""


class Lexicons:
    """Several lexicons, looked up in one walk through a tree of all their phrases."""

    def __init__(self, lexicons: Mapping[str, Lexicon]) -> None:
        """Put the phrases of the lexicons, by name, in one tree."""
        root = _Node()
        for name, one in lexicons.items():
            for phrase, entry in one.phrases().items():
                node = root
                for word in phrase:
                    if node.children is None:
                        node.children = {}
                    node = node.children.setdefault(word, _Node())
                node.longest = (*node.longest, (name, len(phrase), entry))
        _hand_down(root)
        self._first = root.children or {}

    def find(self, words: Sequence[str]) -> Found:
        """What each lexicon would find alone."""
        found: dict[str, list[Hit]] = {}
        count = len(words)
        for start, node in enumerate(map(self._first.get, words)):
            if node is None:
                continue
            end = start + 1
            while node.children is not None and end < count:
                deeper = node.children.get(words[end])
                if deeper is None:
                    break
                node = deeper
                end += 1
            for name, length, entry in node.longest:
                hits = found.get(name)
                if hits is None:
                    found[name] = [Hit(start, start + length, entry)]
                elif start >= hits[-1].last:
                    hits.append(Hit(start, start + length, entry))
        return {name: tuple(hits) for name, hits in found.items()}


def _hand_down(node: _Node) -> None:
    """Give every node under this one the phrases that end on the way to it."""
    for child in (node.children or {}).values():
        own = {name: (name, length, entry) for name, length, entry in child.longest}
        above = {name: (name, length, entry) for name, length, entry in node.longest}
        child.longest = tuple({**above, **own}.values())
        _hand_down(child)


@lru_cache(maxsize=1 << 14)
def expand(term: str) -> tuple[tuple[str, ...], ...]:
    """Every phrase that a term stands for, as words.

    Raises TableError when its brackets do not match.
    """
    parts = _PART.findall(term.replace("-", " "))[::-1]
    balanced = parts.count("(") == parts.count(")")
    phrases = _alternatives(parts)
    if parts or not balanced:
        raise TableError.of(
            "vocabulary-brackets",
            "term",
            f"the brackets of {term!r} do not match.",
            "Close every bracket of the term.",
        )
    return tuple(sorted(phrase for phrase in phrases if phrase))


def _alternatives(parts: list[str]) -> set[tuple[str, ...]]:
    """The phrases of a term's parts, last part first, up to the bracket that closes their group."""
    done: set[tuple[str, ...]] = set()
    phrases: set[tuple[str, ...]] = {()}
    while parts:
        part = parts.pop()
        if part == ")":
            break
        if part == "|":
            done |= phrases
            phrases = {()}
            continue
        tails = _alternatives(parts) if part == "(" else {(part,)}
        phrases = {(*phrase, *tail) for phrase in phrases for tail in tails}
    return done | phrases


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
