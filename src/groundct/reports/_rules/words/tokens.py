"""Words of a text with their places; linear in its length."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from groundct.vocabulary.spelling import known_words

_HYPHENS: Final = "\\-–—‐‑"
_TOKEN = re.compile(rf"[^\W\d_]+(?:[\u0300-\u036f]+[^\W\d_]*)*|\d+(?:[.,]\d+)*|[^\w\s{_HYPHENS}]|_")


class Token(NamedTuple):
    """A word, number or sign at characters ``start`` to ``end``; ``word`` is its normal form.

    A misspelt word has that of the word which it means.
    """

    start: int
    end: int
    word: str


def small_number(word: str) -> int | None:
    """A whole number of at most three digits; None for any other word, such as "²"."""
    return int(word) if word.isdecimal() and len(word) <= 3 else None


class Tokens(NamedTuple):
    """The tokens of a text, one list for each of their fields; ``surfaces`` as they are written."""

    starts: list[int]
    ends: list[int]
    words: list[str]
    surfaces: list[str]


def tokenize(text: str, language: str) -> Tokens:
    """The tokens of a text. Hyphens are left out: ``ground-glass`` is two words."""
    found = list(_TOKEN.finditer(text))
    surfaces = [match[0] for match in found]
    known = known_words(language)
    return Tokens(
        [match.start() for match in found],
        [match.end() for match in found],
        [known[surface] for surface in surfaces],
        surfaces,
    )
