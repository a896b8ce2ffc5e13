"""Standard words for how a finding looks, and the order in which they are said.

Data: ``modifiers.tsv`` (words and kinds), ``<language>/modifiers.tsv`` (phrases that mean them).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final, Literal, get_args

from groundct.core.issues import TableError
from groundct.vocabulary._tables import read_table

ModifierKind = Literal[
    "number", "size", "severity", "chronicity", "distribution", "margin", "texture", "character"
]
NO_MODIFIER: Final = "-"
"""What a phrase means that holds a modifier's word in another sense: "small bowel"."""
_TABLE: Final = "modifiers.tsv"


@lru_cache(maxsize=1)
def modifier_kinds() -> Mapping[str, ModifierKind]:
    """The kind of each standard word, in the order in which they are said.

    Raises TableError for an unknown kind.
    """
    kinds: dict[str, ModifierKind] = {name: name for name in get_args(ModifierKind)}
    out: dict[str, ModifierKind] = {}
    for row in read_table(_TABLE, ("modifier", "kind")):
        if row["kind"] not in kinds:
            raise TableError.of(
                "vocabulary-kind",
                _TABLE,
                f"{row['kind']!r} is none of {', '.join(kinds)}.",
                "Correct its name.",
            )
        out[row["modifier"]] = kinds[row["kind"]]
    return MappingProxyType(out)


def in_order(modifiers: Iterable[str]) -> tuple[str, ...]:
    """Standard words without repeats, in the order in which they are said."""
    order = _order()
    return tuple(sorted(order.keys() & modifiers, key=order.__getitem__))


@lru_cache(maxsize=1)
def _order() -> dict[str, int]:
    return {word: number for number, word in enumerate(modifier_kinds())}
