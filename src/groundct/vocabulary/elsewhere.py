"""Where findings may lie beside the region of their type: ``elsewhere.tsv``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from groundct.vocabulary._tables import read_table, split_cell
from groundct.vocabulary.places import places

_TABLE: Final = "elsewhere.tsv"


@dataclass(frozen=True)
class Elsewhere:
    """The other top regions in which findings of a type may lie.

    ``paths`` has the path that they always have in such a region, "" where it is that of the
    place: nodes beside abdominal organs lie in the abdominal tissue. Only places in ``within``
    count, all of them where it is "".
    """

    paths: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    within: str = ""

    def holds(self, key: str) -> bool:
        """Whether a place counts."""
        while key and key != self.within:
            key = places().places[key].parent
        return key == self.within


_NOWHERE: Final = Elsewhere()


@lru_cache(maxsize=1 << 10)
def elsewhere(kind: str) -> Elsewhere:
    """Where else a finding of a type may lie."""
    return _regions().get(kind, _NOWHERE)


@lru_cache(maxsize=1)
def _regions() -> Mapping[str, Elsewhere]:
    rows = read_table(_TABLE, ("type", "regions", "within"))
    known = {row["type"]: Elsewhere(_by_region(row["regions"]), row["within"]) for row in rows}
    return MappingProxyType(known)


def _by_region(cell: str) -> Mapping[str, str]:
    paths = split_cell(cell)
    return MappingProxyType({path.split("/")[0]: path if "/" in path else "" for path in paths})
