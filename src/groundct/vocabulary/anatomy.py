"""The anatomy tree: RadGenome-Chest CT's structures and groundct's own, with paths and regions.

Data: ``anatomy.tsv`` (names, sides, paths) and ``regions.tsv`` (how groundct puts each top region
together); ``codes`` and ``recipes`` have their codes and how composites are made. A lesion class
has no node of its own: its path is that of its host organ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Final, Literal

from groundct.vocabulary._tables import read_table, split_cell
from groundct.vocabulary.codes import Code, codes
from groundct.vocabulary.recipes import composite_names

TOP_REGIONS: Final = (
    "abdomen",
    "bone",
    "breast",
    "esophagus",
    "heart",
    "lung",
    "mediastinum",
    "pleura",
    "thyroid",
    "trachea and bronchie",
)
OTHERS: Final = "others"


@dataclass(frozen=True)
class Structure:
    """A structure of the tree; ``paths`` has the preferred one first.

    ``is_mask``: one of RadGenome's 210 mask names. ``own``: a name of groundct's own, which
    RadGenome has no mask of.
    """

    name: str
    is_mask: bool
    own: bool
    laterality: Literal["left", "right"] | None
    is_lesion: bool
    paths: tuple[str, ...]

    @property
    def is_composite(self) -> bool:
        """Whether a recipe says how it is made of others."""
        return self.name in composite_names()

    @property
    def codes(self) -> tuple[Code, ...]:
        """Its codes in public terminologies, where public tables give them."""
        return codes().get(self.name, ())


@dataclass(frozen=True)
class RegionDefinition:
    """What groundct makes a top region of: the union of its members."""

    region: str
    members: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class Anatomy:
    """All structures and regions. Look-ups raise KeyError for a name or path that is unknown."""

    structures: Mapping[str, Structure]
    regions: Mapping[str, RegionDefinition]

    @cached_property
    def mask_names(self) -> tuple[str, ...]:
        """The 210 mask names, sorted."""
        return tuple(sorted(s.name for s in self.structures.values() if s.is_mask))

    @cached_property
    def own_names(self) -> tuple[str, ...]:
        """The names of groundct's own, sorted."""
        return tuple(sorted(s.name for s in self.structures.values() if s.own))

    @cached_property
    def lesion_names(self) -> tuple[str, ...]:
        """The mask names that are lesion classes, sorted."""
        return tuple(sorted(s.name for s in self.structures.values() if s.is_lesion))

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Every anatomy path and every ancestor of one, sorted."""
        own = {path for s in self.structures.values() for path in s.paths}
        return tuple(sorted(own | {up for path in own for up in self.ancestors(path)}))

    @cached_property
    def _path_set(self) -> frozenset[str]:
        return frozenset(self.paths)

    def is_mask_name(self, name: str) -> bool:
        """Whether ``name`` is one of the 210 mask names."""
        return name in self.structures and self.structures[name].is_mask

    def is_segment_name(self, name: str) -> bool:
        """Whether a label map may hold ``name``: a mask of RadGenome, an own one, or a region."""
        return name in self.structures or name in self.regions

    def _is_own(self, name: str) -> bool:
        return name in self.structures and self.structures[name].own

    def is_path(self, path: str) -> bool:
        """Whether ``path`` is in the tree."""
        return path in self._path_set

    def path_of(self, name: str) -> str:
        """The preferred path of a structure: ``lung/lung/right lung/right lung upper lobe``."""
        return self.structures[name].paths[0]

    def paths_of(self, name: str) -> tuple[str, ...]:
        """All paths of a structure, the preferred one first."""
        return self.structures[name].paths

    def published_path(self, name: str) -> str:
        """The preferred path in RadGenome's own tree; an own name has that of what holds it."""
        path = self.path_of(name)
        above = [up for up in self.ancestors(path) if not self._is_own(self.leaf(up))]
        return above[-1] if self._is_own(name) else path

    def top_region(self, path: str) -> str:
        """The first part of a path: a top region or ``others``."""
        return path.split("/", 1)[0]

    def parent(self, path: str) -> str | None:
        """The path one step up; None for a top region."""
        up, _, last = path.rpartition("/")
        return up if last and up else None

    def ancestors(self, path: str) -> tuple[str, ...]:
        """The paths above this one, the top region first."""
        return _above(path)

    def leaf(self, path: str) -> str:
        """The last part of a path: a structure's name, or a region's."""
        return path.rsplit("/", 1)[-1]

    def region_members(self, region: str) -> tuple[str, ...]:
        """The mask names that make a top region; ``recipes`` has what must be there."""
        return self.regions[region].members


@lru_cache(maxsize=1 << 12)
def _above(path: str) -> tuple[str, ...]:
    parts = path.split("/")
    return tuple(["/".join(parts[:n]) for n in range(1, len(parts))])


@lru_cache(maxsize=1)
def anatomy() -> Anatomy:
    """The anatomy, read once."""
    columns = ("name", "mask", "own", "laterality", "lesion", "paths")
    structures = {}
    for row in read_table("anatomy.tsv", columns):
        side: Literal["left", "right"] | None = None
        if row["laterality"]:
            side = "left" if row["laterality"] == "left" else "right"
        structures[row["name"]] = Structure(
            name=row["name"],
            is_mask=row["mask"] == "1",
            own=row["own"] == "1",
            laterality=side,
            is_lesion=row["lesion"] == "1",
            paths=split_cell(row["paths"]),
        )
    regions = {}
    for row in read_table("regions.tsv", ("region", "rule", "members", "needs", "note")):
        regions[row["region"]] = RegionDefinition(
            region=row["region"],
            members=split_cell(row["members"]),
            note=row["note"],
        )
    return Anatomy(MappingProxyType(structures), MappingProxyType(regions))
