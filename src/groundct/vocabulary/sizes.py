"""What a single number says of a finding of a type when the text does not, and units of length.

Data: ``sizes.tsv`` and ``<language>/units.tsv``.
"""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType
from typing import Final, get_args

from groundct.core.issues import TableError
from groundct.core.report import MeasurementKind
from groundct.vocabulary._tables import has_table, read_table
from groundct.vocabulary.lexicon import lexicon, words_of
from groundct.vocabulary.words import normal_word

_TABLE: Final = "sizes.tsv"
SCALES: Final = MappingProxyType({"mm": 1.0, "cm": 10.0})
"""The millimetres in a unit, by its role in the units of a language."""


def default_kind(kind: str) -> MeasurementKind:
    """What a single number measures in a finding of this type; "unknown" where it is not sure."""
    return _kinds().get(kind, "unknown")


@lru_cache(maxsize=8)
def unit_words(language: str) -> frozenset[str]:
    """The words of lengths in a language, in their normal form."""
    if not has_table(f"{language}/units.tsv"):
        return frozenset()
    entries = lexicon(language, "units", "role").entries
    words = [words_of(entry.term) for entry in entries if entry.meaning in SCALES]
    return frozenset(normal_word(word, language) for same in words for word in same)


@lru_cache(maxsize=1)
def _kinds() -> MappingProxyType[str, MeasurementKind]:
    known: dict[str, MeasurementKind] = {name: name for name in get_args(MeasurementKind)}
    out = {}
    for row in read_table(_TABLE, ("type", "kind")):
        if row["kind"] not in known:
            raise TableError.of(
                "vocabulary-kind",
                _TABLE,
                f"{row['kind']!r} is none of {', '.join(known)}.",
                "Correct its name.",
            )
        out[row["type"]] = known[row["kind"]]
    return MappingProxyType(out)
