"""Words of a text with their places; linear in its length."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import Final, NamedTuple

from groundct.vocabulary.spelling import known_words

_HYPHENS: Final = "\\-–—‐‑"
_TOKEN = re.compile(
    rf"([^\W\d_]+(?:[\u0300-\u036f]+[^\W\d_]*)*|\d+(?:[.,]\d+)*|[^\w\s{_HYPHENS}]|_)"
)
# The same of a text in ASCII: sets without classes are twice as fast.
_ASCII_TOKEN = re.compile(r"([A-Za-z]+|[0-9]+(?:[.,][0-9]+)*|[^A-Za-z0-9\-\t-\r\x1c- ])")


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
    # What stands between tokens, and tokens, by turns.
    parts = (_ASCII_TOKEN if text.isascii() else _TOKEN).split(text)
    edges = list(accumulate(map(len, parts)))
    surfaces = parts[1::2]
    words = list(map(known_words(language).__getitem__, surfaces))
    return Tokens(edges[:-1:2], edges[1::2], words, surfaces)
