"""Words of a text with their places; linear in its length."""

from __future__ import annotations

import re
from typing import NamedTuple

from groundct.vocabulary.spelling import known_word

_TOKEN = re.compile(r"[^\W\d_]+(?:[\u0300-\u036f]+[^\W\d_]*)*|\d+(?:[.,]\d+)*|[^\w\s]|_")
_HYPHENS = frozenset("-–—‐‑")


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


def tokenize(text: str, language: str) -> tuple[Token, ...]:
    """The tokens of a text. Hyphens are left out: ``ground-glass`` is two words."""
    return tuple(
        [
            Token(*match.span(), known_word(surface, language))
            for match in _TOKEN.finditer(text)
            if (surface := match.group()) not in _HYPHENS
        ]
    )
