"""Lexicons: phrases with a stable id each, and a matcher that is linear in the text's length.

A phrase is written in plain words; ``(a|b)`` gives alternatives and ``(a|)`` an optional part,
one inside another where need be. Words are compared in their normal form (`words`); hyphens between
words do not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
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
    children: dict[str, _Node] = field(default_factory=dict)
    entry: Entry | None = None


class Lexicon:
    """Entries in a tree of words. ``find`` gives the longest hits from left to right."""

    def __init__(self, entries: Iterable[Entry], language: str) -> None:
        """Build the tree; the first of two entries that give one phrase wins."""
        self.entries = tuple(entries)
        self._root = _Node()
        for entry in self.entries:
            for words in expand(entry.term):
                node = self._root
                for word in words:
                    node = node.children.setdefault(normal_word(word, language), _Node())
                if node.entry is None:
                    node.entry = entry

    @property
    def first_words(self) -> Iterable[str]:
        """The normal words that phrases begin with."""
        return self._root.children.keys()

    def find(self, words: Sequence[str]) -> tuple[Hit, ...]:
        """The longest phrases in a sequence of normal words, left to right, none overlapping."""
        root = self._root.children
        if root.keys().isdisjoint(words):
            return ()
        return self.find_from(words, [n for n, word in enumerate(words) if word in root])

    def find_from(self, words: Sequence[str], starts: Iterable[int]) -> tuple[Hit, ...]:
        """As ``find``, of phrases that begin at these words, which are in order."""
        root = self._root.children
        hits: list[Hit] = []
        end = 0
        for start in starts:
            if start < end:
                continue
            best: Entry | None = None
            children = root
            for position in range(start, len(words)):
                node = children.get(words[position])
                if node is None:
                    break
                if node.entry is not None:
                    best, end = node.entry, position + 1
                children = node.children
            if best is not None:
                hits.append(Hit(start, end, best))
        return tuple(hits)


Found = Mapping[str, tuple[Hit, ...]]
"""The hits of several lexicons by name; a lexicon without a hit is left out."""


class Lexicons:
    """Several lexicons that are looked up together: a word that begins no phrase costs once."""

    def __init__(self, lexicons: Mapping[str, Lexicon]) -> None:
        """Note for each word the lexicons, by name, that have phrases which begin with it."""
        self._lexicons = dict(lexicons)
        beginning: dict[str, list[str]] = {}
        for name, one in lexicons.items():
            for word in one.first_words:
                beginning.setdefault(word, []).append(name)
        self._beginning = beginning

    def find(self, words: Sequence[str]) -> Found:
        """What each lexicon would find alone."""
        beginning = self._beginning
        starts: dict[str, list[int]] = {}
        for position, word in enumerate(words):
            for name in beginning.get(word, ()):
                starts.setdefault(name, []).append(position)
        return {
            name: hits
            for name, own in starts.items()
            if (hits := self._lexicons[name].find_from(words, own))
        }


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
