"""Finding types, the 62 codes of ReXGroundingCT's ontology and CT-RATE's 18 labels.

Data: ``findings.tsv``, ``wider.tsv``, ``explained.tsv``, ``yields.tsv``, ``ontology.tsv``,
``labels.tsv`` and ``certain.tsv``. Synonyms are in the lexicons.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Final

from groundct.vocabulary._tables import read_table, split_cell

ANY: Final = "*"
"""In ``yields``: every type that does not itself yield to all."""


@dataclass(frozen=True)
class OntologyCode:
    """A code such as ``2d``; ``focal`` is None outside groups 1 and 2."""

    code: str
    group: str
    name: str
    focal: bool | None


@dataclass(frozen=True)
class FindingType:
    """A kind of finding.

    ``anatomy`` is the path it stands at when the text names none ("" = no default);
    ``appearance`` names the category of finding segmenter that may look for it ("" = none);
    ``labels`` are the CT-RATE labels that its presence sets.
    """

    type: str
    name: str
    code: str
    focal: bool | None
    anatomy: str
    appearance: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class FindingVocabulary:
    """Types by name, codes by code, and the 18 labels in CT-RATE's order and spelling.

    ``certain_labels`` are the labels that no finding sets which a report only suspects.
    ``wider`` gives the type by which a text may call a thing again: ``calcified_nodule`` ->
    ``nodule``. It sets no label that the narrower type does not set. ``explained`` gives the types
    that a general appearance may turn out to be: ``opacity`` -> ``scarring``, ... ``yields`` gives
    the types that a phrase is about rather than this one, where it names both.
    """

    types: Mapping[str, FindingType]
    codes: Mapping[str, OntologyCode]
    labels: tuple[str, ...]
    certain_labels: frozenset[str]
    wider: Mapping[str, str]
    explained: Mapping[str, frozenset[str]]
    yields: Mapping[str, frozenset[str]]

    def narrower(self, kind: str) -> tuple[str, ...]:
        """The types that are a kind of this one, the nearest first, in the table's order."""
        return self._narrower.get(kind, ())

    def wider_than(self, kind: str) -> tuple[str, ...]:
        """The types that this one is a kind of, the nearest first."""
        above = self.wider.get(kind)
        return () if above is None else (above, *self.wider_than(above))

    @cached_property
    def _narrower(self) -> dict[str, tuple[str, ...]]:
        return {kind: self._under(kind) for kind in self.wider.values()}

    def _under(self, kind: str) -> tuple[str, ...]:
        own = tuple(name for name, above in self.wider.items() if above == kind)
        return (*own, *(name for child in own for name in self._under(child)))


@lru_cache(maxsize=1)
def findings() -> FindingVocabulary:
    """The finding vocabulary, read once."""
    codes = {}
    for row in read_table("ontology.tsv", ("code", "group", "name")):
        group_number = row["code"].rstrip("abcdefghijk")
        focal = {"1": False, "2": True}.get(group_number)
        codes[row["code"]] = OntologyCode(row["code"], row["group"], row["name"], focal)
    labels = tuple(row["label"] for row in read_table("labels.tsv", ("label",)))
    certain = frozenset(row["label"] for row in read_table("certain.tsv", ("label",)))
    types = {}
    columns = ("type", "name", "code", "anatomy", "appearance", "labels")
    for row in read_table("findings.tsv", columns):
        types[row["type"]] = FindingType(
            type=row["type"],
            name=row["name"],
            code=row["code"],
            focal=codes[row["code"]].focal,
            anatomy=row["anatomy"],
            appearance=row["appearance"],
            labels=split_cell(row["labels"]),
        )
    wider = {row["type"]: row["wider"] for row in read_table("wider.tsv", ("type", "wider"))}
    return FindingVocabulary(
        MappingProxyType(types),
        MappingProxyType(codes),
        labels,
        certain,
        MappingProxyType(wider),
        _sets("explained.tsv", "by"),
        _sets("yields.tsv", "to"),
    )


def _sets(table: str, column: str) -> Mapping[str, frozenset[str]]:
    """The types of a table, each with the types that a column names."""
    rows = read_table(table, ("type", column))
    return MappingProxyType({row["type"]: frozenset(split_cell(row[column])) for row in rows})
