"""Abbreviations of two senses: the words beside which each has its second one.

"No LAD" denies lymphadenopathy, "LAD stent" is of a coronary artery. Data:
``<language>/senses.tsv``, a language may do without.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from groundct.vocabulary._tables import has_table, read_table
from groundct.vocabulary.words import normal_word


class Sense(NamedTuple):
    """What an abbreviation means where none of the words ``unless`` stands in its sentence."""

    written: str
    means: str
    unless: frozenset[str]


@lru_cache(maxsize=8)
def senses(language: str) -> tuple[Sense, ...]:
    """The abbreviations of a language, all words in their normal form."""
    path = f"{language}/senses.tsv"
    rows = read_table(path, ("written", "means", "unless")) if has_table(path) else ()
    return tuple(
        Sense(
            row["written"],
            normal_word(row["means"], language),
            frozenset(normal_word(word, language) for word in row["unless"].split()),
        )
        for row in rows
    )
