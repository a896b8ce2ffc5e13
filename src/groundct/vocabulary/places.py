"""Places that reports name, and what a general word such as "thickening" means at each of them.

Data: ``places.tsv`` (a place's path, its parent and the regions its sentences belong to),
``compounds.tsv`` (general word x place -> finding type), ``normal.tsv`` (place -> the type that a
statement of normality rules out) and ``unplaced.tsv`` (types that say no region by themselves).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Final

from groundct.vocabulary._tables import read_table, split_cell

GENERAL: Final = "~"
"""First character of a general word in the lexicon of findings."""
_ALSO: Final = {"~lesion": ("~nodule", "~mass", "~cyst")}
"""General words that a more general one may stand for: "the lesion" was called a mass before."""


@dataclass(frozen=True)
class Place:
    """A place: its anatomy paths, the first the best, and the regions its sentences are linked to.

    ``sided`` is what stands after "left " or "right " in the names of its two halves.

    A sentence that another place links to a region of ``yields_to`` is not linked to these; "*"
    stands for any region. RadGenome's region texts do so: a subpleural nodule stands with the
    pleura and not with the lung.
    """

    key: str
    parent: str
    paths: tuple[str, ...]
    sided: str
    regions: tuple[str, ...]
    yields_to: tuple[str, ...]

    @cached_property
    def tops(self) -> frozenset[str]:
        """The top regions of its paths."""
        return frozenset(path.split("/", 1)[0] for path in self.paths)


@dataclass(frozen=True)
class Places:
    """All places, the types of general words at them, and what "normal" rules out at each.

    ``unplaced`` are finding types that link a sentence to no region when it names no place.
    """

    places: Mapping[str, Place]
    compounds: Mapping[tuple[str, str], str]
    ruled_out: Mapping[str, str]
    unplaced: frozenset[str]

    def resolve(self, head: str, key: str) -> str | None:
        """The type of a general word at a place or at its nearest parent; None when unknown.

        Empty where it says nothing there: "opacification of the aorta".
        """
        return _resolved(head, key)

    def holding(self, key: str) -> tuple[str, ...]:
        """The places that a place lies in, the nearest first."""
        return _holding(key)

    def default(self, head: str) -> str | None:
        """The type of a general word where no place is named; None when it then says nothing."""
        return self.compounds.get((head, "*")) or None

    def types_of(self, head: str) -> frozenset[str]:
        """All types that a general word has at one place or another, or words it stands for."""
        return _types_by_head().get(head, frozenset())


@lru_cache(maxsize=1)
def places() -> Places:
    """The places, read once."""
    columns = ("key", "parent", "path", "sided", "regions", "yields_to")
    own = {
        row["key"]: Place(
            key=row["key"],
            parent=row["parent"],
            paths=split_cell(row["path"]),
            sided=row["sided"] or split_cell(row["path"])[0].rsplit("/", 1)[-1],
            regions=split_cell(row["regions"]),
            yields_to=split_cell(row["yields_to"]),
        )
        for row in read_table("places.tsv", columns)
    }
    compounds = {
        (row["head"], row["anatomy"]): row["type"]
        for row in read_table("compounds.tsv", ("head", "anatomy", "type"))
    }
    ruled_out = {row["place"]: row["type"] for row in read_table("normal.tsv", ("place", "type"))}
    return Places(
        MappingProxyType(own),
        MappingProxyType(compounds),
        MappingProxyType(ruled_out),
        frozenset(row["type"] for row in read_table("unplaced.tsv", ("type", "why"))),
    )


@lru_cache(maxsize=1 << 12)
def _resolved(head: str, key: str) -> str | None:
    while key:
        found = places().compounds.get((head, key))
        if found is not None:
            return found
        key = places().places[key].parent
    return None


@lru_cache(maxsize=1 << 10)
def _holding(key: str) -> tuple[str, ...]:
    parent = places().places[key].parent
    return (parent, *_holding(parent)) if parent else ()


@lru_cache(maxsize=1)
def _types_by_head() -> Mapping[str, frozenset[str]]:
    """The types of each general word, at whatever place."""
    found: dict[str, set[str]] = {}
    for (head, _), kind in places().compounds.items():
        found.setdefault(head, set()).add(kind)
    for head, others in _ALSO.items():
        found[head].update(*(found[other] for other in others))
    return MappingProxyType({head: frozenset(kinds - {""}) for head, kinds in found.items()})
