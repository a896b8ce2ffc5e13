"""Words of American radiology English for what the other tables name.

Data: ``place_names.tsv`` (a structure's name -> what a report calls it) and ``standard.tsv`` (how
the name of a type is used).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from groundct.core.report import MeasurementKind
from groundct.vocabulary._tables import read_table

_NONE: Final = "-"
_GENERAL: Final = " finding"
_LESION: Final = "lesion"
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
    return _place_names().get(name, f"the {name}")


@lru_cache(maxsize=1 << 10)
def plural_word(word: str) -> str:
    """The plural of a noun by the rules of English and Latin endings."""
    for ending, plural in _ENDINGS:
        if word.endswith(ending):
            return word[: len(word) - len(ending)] + plural
    return f"{word}s"


def plural_of(name: str) -> str:
    """The plural of a type's name; empty for one that cannot be counted."""
    plural = _standard_names().get(name, _BY_RULE).plural
    return "" if plural == _NONE else plural or plural_word(name)


def says_too_little(name: str) -> bool:
    """Whether a type's name says less than the words that a report has for it: "bone finding"."""
    return name.endswith(_GENERAL) or _standard_names().get(name, _BY_RULE).own


def needs_place(name: str) -> bool:
    """Whether a type's name means its type only beside its place: "fat stranding"."""
    return _standard_names().get(name, _BY_RULE).place == "yes"


def head_of(name: str) -> str:
    """What is left of a name beside the place that it holds: "lesion" of "liver lesion"."""
    head = _standard_names().get(name, _BY_RULE).head
    return head or (_LESION if name.endswith(f" {_LESION}") else "")


def tells_place(name: str) -> bool:
    """Whether a report's own words for a type tell its place: "cholecystectomy"."""
    return _standard_names().get(name, _BY_RULE).place == "no"


def size_kind_words(kind: MeasurementKind) -> str:
    """What follows a size to say what it measures."""
    return _KIND_WORDS[kind]


@dataclass(frozen=True)
class _Name:
    """How a type's name is used."""

    plural: str = ""
    own: bool = False
    place: str = ""
    head: str = ""


_BY_RULE: Final = _Name()


@lru_cache(maxsize=1)
def _standard_names() -> Mapping[str, _Name]:
    rows = read_table("standard.tsv", ("name", "plural", "own", "place", "head"))
    return MappingProxyType(
        {r["name"]: _Name(r["plural"], r["own"] == "yes", r["place"], r["head"]) for r in rows}
    )


@lru_cache(maxsize=1)
def _place_names() -> Mapping[str, str]:
    rows = read_table("place_names.tsv", ("name", "american"))
    return MappingProxyType({row["name"]: row["american"] for row in rows})
