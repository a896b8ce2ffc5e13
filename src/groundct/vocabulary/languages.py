"""Languages that reports are told apart by, and those of them that can be read.

Data: ``languages.tsv`` and a folder of tables for each code. A folder with ``common.tsv`` alone
belongs to a language that is known and not read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from groundct.vocabulary._tables import has_table, read_table

MODEL: Final = "en"
"""The language whose folder shows which tables a language needs."""
OPTIONAL: Final = frozenset(
    ("spelling.tsv", "spelt_as.tsv", "sounds.tsv", "shorthand.tsv", "senses.tsv", "rewriting.tsv")
)
"""Tables that a language may do without."""


@dataclass(frozen=True)
class Language:
    """A language; ``verb_last``: where it lies before a finding, whether it is there after it."""

    code: str
    name: str
    verb_last: bool


@lru_cache(maxsize=1)
def languages() -> Mapping[str, Language]:
    """All languages by code."""
    rows = read_table("languages.tsv", ("code", "name", "verb_last"))
    return MappingProxyType(
        {r["code"]: Language(r["code"], r["name"], r["verb_last"] == "yes") for r in rows}
    )


def missing_tables(code: str) -> tuple[str, ...]:
    """The tables that a language's folder still needs to be read, in alphabetical order."""
    return tuple(name for name in needed_tables() if not has_table(f"{code}/{name}"))


@lru_cache(maxsize=1)
def read_languages() -> tuple[str, ...]:
    """The codes of the languages whose tables are all there; the model first."""
    complete = [code for code in languages() if not missing_tables(code)]
    return tuple(sorted(complete, key=lambda code: (code != MODEL, code)))


@lru_cache(maxsize=1)
def needed_tables() -> tuple[str, ...]:
    """The tables that a language needs to be read, in alphabetical order: the model's."""
    folder = files("groundct.vocabulary").joinpath(MODEL)
    names = (table.name for table in folder.iterdir() if table.name.endswith(".tsv"))
    return tuple(sorted(set(names) - OPTIONAL))
