"""Words of a text with their places; linear in its length."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Final, NamedTuple

from groundct.vocabulary.senses import senses
from groundct.vocabulary.sizes import unit_words
from groundct.vocabulary.spelling import APOSTROPHES, known_words, shorthand

_HYPHENS: Final = "\\-–—‐‑"
_PATTERN = (
    rf"[^\W\d_]+(?:[\u0300-\u036f]+[^\W\d_]*)*|(?<![^\s(])\.\d+|\d+(?:[.,]\d+)*|[^\w\s{_HYPHENS}]|_"
)
_TOKEN = re.compile(f"({_PATTERN})")
_SIGNS: Final = frozenset(("/", *APOSTROPHES))
"""Signs inside of shorthand."""
# The same of a text in ASCII: sets without classes are twice as fast.
_ASCII_TOKEN = re.compile(
    r"([A-Za-z]+|[0-9]+(?:[.,][0-9]+)*|(?<![^\s(])\.[0-9]+|[^A-Za-z0-9\-\t-\r\x1c- ])"
)


class Token(NamedTuple):
    """A word, number or sign at characters ``start`` to ``end``; ``word`` is its normal form.

    A misspelt word has that of the word which it means. Shorthand for several words is cut into a
    piece for each: "LN" into "lymph" and "node".
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
    parts = _token(text, language).split(text)
    edges = list(accumulate(map(len, parts)))
    surfaces = parts[1::2]
    # Where all is in capitals they tell nothing: "RT LUNG".
    written = map(str.lower, surfaces) if text.isupper() else surfaces
    words = list(map(known_words(language).__getitem__, written))
    tokens = Tokens(edges[:-1:2], edges[1::2], words, surfaces)
    if "." in words:
        _leave_out_periods(tokens, language)
    if " " in "".join(words):
        tokens = _written_out(tokens)
    for sense in senses(language):
        if sense.written in tokens.words and sense.unless.isdisjoint(tokens.words):
            tokens.words[:] = [sense.means if w == sense.written else w for w in tokens.words]
    return tokens


def _leave_out_periods(tokens: Tokens, language: str) -> None:
    """Take out the periods of shorthand and units: "Rt. lung", "6 mm. nodule".

    Some shorthand has its period: "No. 5" is a number, "no 5 mm nodule" and "no. Normal" are none.
    """
    short, units = shorthand(language), unit_words(language)
    n = len(tokens.words)
    for _ in range(tokens.words.count(".")):  # the last first
        n -= 1
        while tokens.words[n] != ".":
            n -= 1
        if not n or tokens.starts[n] != tokens.ends[n - 1]:
            continue
        before = tokens.surfaces[n - 1].lower()
        following = tokens.words[n + 1 : n + 3]
        numbered = following and following[0].isdecimal() and units.isdisjoint(following)
        if numbered and before + "." in short:
            tokens.words[n - 1] = short[before + "."]
        elif before not in short and not (following and tokens.words[n - 1] in units):
            continue
        for column in tokens:
            del column[n]


def _written_out(tokens: Tokens) -> Tokens:
    """The tokens, those that stand for several words in as many pieces."""
    out = Tokens([], [], [], [])
    for start, end, word, surface in zip(*tokens, strict=True):
        words = word.split(" ")
        edges = [len(surface) * n // len(words) for n in range(len(words) + 1)]
        out.words.extend(words)
        out.starts.extend(start + edge for edge in edges[:-1])
        out.ends.extend([*(start + edge for edge in edges[1:-1]), end])
        out.surfaces.extend(surface[low:high] for low, high in pairwise(edges))
    return out


def _token(text: str, language: str) -> re.Pattern[str]:
    """What the tokens of a text look like."""
    # Signs beside the apostrophe are none of ASCII, but "`".
    maybe = "/" in text or "'" in text or "`" in text or not text.isascii()
    signed = _signed(language) if maybe else None
    return signed or (_ASCII_TOKEN if text.isascii() else _TOKEN)


@lru_cache(maxsize=8)
def _signed(language: str) -> re.Pattern[str] | None:
    """What tokens look like where "w/o" and "isn't" are one; None in a language without such."""
    forms = [form for form in shorthand(language) if not _SIGNS.isdisjoint(form)]
    if not forms:
        return None
    whole = [
        re.escape(form) + ("" if form.endswith("/") else r"(?![^\W_])")
        for form in sorted(forms, key=len, reverse=True)
    ]
    return re.compile(rf"((?<![^\W_])(?i:{'|'.join(whole)})|{_PATTERN})")
