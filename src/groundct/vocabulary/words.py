"""Normal forms of words: lower case, without the endings of a language's inflection.

Data: ``<language>/endings.tsv`` (ending, its replacement, how many letters must stand before it).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from groundct.vocabulary._tables import read_table


@dataclass(frozen=True)
class Ending:
    """An ending, what takes its place, and the least number of letters before it."""

    ending: str
    replacement: str
    least: int

    def fits(self, word: str) -> bool:
        """Whether a word has this ending and letters enough before it."""
        return word.endswith(self.ending) and len(word) - len(self.ending) >= self.least


@lru_cache(maxsize=1 << 17)
def normal_word(word: str, language: str) -> str:
    """A word's normal form: in English lower case without plural, ``Opacities`` -> ``opacity``."""
    word = word.lower()
    for ending in endings(language):
        if ending.fits(word):
            return word[: len(word) - len(ending.ending)] + ending.replacement
    return word


@lru_cache(maxsize=8)
def endings(language: str) -> tuple[Ending, ...]:
    """The endings of a language, in the order in which they are tried."""
    rows = read_table(f"{language}/endings.tsv", ("ending", "replacement", "least"))
    return tuple(Ending(row["ending"], row["replacement"], int(row["least"])) for row in rows)
