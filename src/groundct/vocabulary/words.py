"""Normal forms of words: lower case, plain letters, without the endings of inflection.

Data: ``<language>/letters.tsv`` (letters that are read as plain ones) and
``<language>/endings.tsv`` (ending, its replacement, how many letters must stand before it, and what
it makes of a word: a "plural", a "place" where something else is, an "owner" of something else).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from sys import intern
from typing import Final

from groundct.vocabulary._tables import read_table

_COMBINING: Final = dict.fromkeys(range(0x300, 0x370))
_MOST_ENDINGS: Final = 12
_PLURAL: Final = "plural"
_PLACE: Final = "place"
_BESIDE: Final = frozenset((_PLACE, "owner"))


@dataclass(frozen=True)
class Ending:
    """An ending, what takes its place, the least number of letters before it, and what it makes.

    One that is replaced by itself keeps the word from any other ending of the table.
    """

    ending: str
    replacement: str
    least: int
    makes: str

    def fits(self, word: str) -> bool:
        """Whether a word has this ending and letters enough before it."""
        return word.endswith(self.ending) and len(word) - len(self.ending) >= self.least


@lru_cache(maxsize=1 << 17)
def normal_word(word: str, language: str) -> str:
    """A word's normal form: ``Opacities`` -> ``opacity``, ``bronşlarında`` -> ``brons``.

    The first ending that fits is taken off again and again, until none fits or one keeps the word.
    """
    return _taken_apart(word, language)[0]


def has_ending(word: str, language: str) -> bool:
    """Whether a word has an ending that its normal form has not."""
    return bool(_taken_apart(word, language)[1])


@lru_cache(maxsize=1 << 14)
def is_plural(word: str, language: str) -> bool:
    """Whether one of a word's endings makes a plural."""
    return any(ending.makes == _PLURAL for ending in _taken_apart(word, language)[1])


def is_beside(word: str, language: str) -> bool:
    """Whether one of a word's endings makes it the place or the owner of what is spoken of."""
    return any(ending.makes in _BESIDE for ending in _taken_apart(word, language)[1])


def is_place(word: str, language: str) -> bool:
    """Whether one of a word's endings makes it the place of what is spoken of."""
    return any(ending.makes == _PLACE for ending in _taken_apart(word, language)[1])


@lru_cache(maxsize=1 << 14)
def _taken_apart(word: str, language: str) -> tuple[str, tuple[Ending, ...]]:
    """A word's normal form and the endings that were taken off.

    Equal forms are one string: the quicker they are compared, and looked up.
    """
    small = word.lower()
    word = small.translate(letters(language)) or small  # a mark alone stays a sign
    taken: list[Ending] = []
    for _ in range(_MOST_ENDINGS):
        found = next((e for e in _endings_of(word[-1:], language) if e.fits(word)), None)
        if found is None or found.ending == found.replacement:
            break
        taken.append(found)
        word = word[: len(word) - len(found.ending)] + found.replacement
    return intern(word), tuple(taken)


@lru_cache(maxsize=8)
def letters(language: str) -> dict[int, str | None]:
    """What each letter is read as, for `str.translate`; combining marks are read as nothing."""
    rows = read_table(f"{language}/letters.tsv", ("letter", "plain"))
    return {**_COMBINING, **{ord(row["letter"]): row["plain"] for row in rows}}


@lru_cache(maxsize=8)
def endings(language: str) -> tuple[Ending, ...]:
    """The endings of a language, in the order in which they are tried."""
    rows = read_table(f"{language}/endings.tsv", ("ending", "replacement", "least", "makes"))
    return tuple(
        Ending(row["ending"], row["replacement"], int(row["least"]), row["makes"]) for row in rows
    )


@lru_cache(maxsize=512)
def _endings_of(last_letter: str, language: str) -> tuple[Ending, ...]:
    """The endings whose last letter this is."""
    return tuple(e for e in endings(language) if last_letter and e.ending.endswith(last_letter))
