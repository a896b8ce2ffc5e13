"""Words of American radiology English for what the other tables name.

Data: ``place_names.tsv`` (a structure's name -> what a report calls it) and ``plurals.tsv`` (the
name of a type -> its plural, "-" where it has none, "=" where a report's own words say more).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from groundct.core.report import MeasurementKind
from groundct.vocabulary._tables import read_table

_NONE: Final = "-"
_OWN: Final = "="
_ENDINGS: Final = (
    ("sis", "ses"),
    ("ity", "ities"),
    ("thy", "thies"),
    ("gy", "gies"),
    ("ly", "lies"),
    ("ny", "nies"),
    ("ry", "ries"),
    ("dy", "dies"),
    ("ss", "sses"),
    ("ch", "ches"),
    ("bulla", "bullae"),
    ("vertebra", "vertebrae"),
    ("diverticulum", "diverticula"),
    ("foramen", "foramina"),
    ("bronchus", "bronchi"),
    ("thrombus", "thrombi"),
    ("calculus", "calculi"),
    ("hilum", "hila"),
    ("apex", "apices"),
    ("x", "xes"),
)
_KIND_WORDS: Final[dict[MeasurementKind, str]] = {
    "diameter": "in diameter",
    "short_axis": "short axis",
    "long_axis": "long axis",
    "thickness": "thick",
    "distance": "distance",
    "unknown": "",
}


def american_place(name: str) -> str:
    """What a report calls a structure, with its article: "the left kidney", "T8"."""
    return _pairs("place_names.tsv", ("name", "american")).get(name, f"the {name}")


def plural_word(word: str) -> str:
    """The plural of a noun by the rules of English and Latin endings."""
    for ending, plural in _ENDINGS:
        if word.endswith(ending):
            return word[: len(word) - len(ending)] + plural
    return f"{word}s"


def plural_of(name: str) -> str:
    """The plural of a type's name; empty for one that cannot be counted."""
    plural = _pairs("plurals.tsv", ("name", "plural")).get(name)
    if plural is None:
        return f"{name}s"
    return "" if plural in (_NONE, _OWN) else plural


def says_too_little(name: str) -> bool:
    """Whether a type's name says less than the words that a report has for it: "bone finding"."""
    return _pairs("plurals.tsv", ("name", "plural")).get(name) == _OWN


def size_kind_words(kind: MeasurementKind) -> str:
    """What follows a size to say what it measures."""
    return _KIND_WORDS[kind]


@lru_cache(maxsize=4)
def _pairs(path: str, columns: tuple[str, str]) -> Mapping[str, str]:
    return MappingProxyType({row[columns[0]]: row[columns[1]] for row in read_table(path, columns)})
