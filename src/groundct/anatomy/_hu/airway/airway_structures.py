"""What the airways give: trachea, carina, bronchi by name, and the whole tree."""

from __future__ import annotations

from typing import Final

import numpy as np

from groundct.anatomy._hu.airway import airway_tree as names
from groundct.anatomy._hu.airway.airways import Airways
from groundct.anatomy._hu.grid import Working
from groundct.anatomy._hu.lung.regions import joined
from groundct.anatomy._hu.structure import Stage, Structure
from groundct.core.volume import Abstention, RegionMask

BRONCHI: Final = (
    names.LEFT_MAIN,
    names.RIGHT_MAIN,
    names.RIGHT_UPPER,
    names.INTERMEDIUS,
    names.RIGHT_MIDDLE,
    names.RIGHT_LOWER,
    names.LEFT_UPPER,
    names.LEFT_LOWER,
)
NAMES: Final = ("airway", "trachea", "carina", "bronchie", *BRONCHI)
CARINA_MM = 6.0
NO_AIRWAY = "no round column of air of tracheal size was found"
NO_FORK = "no fork of the trachea into two bronchi is in view"
NO_BRANCH = "the airway could not be followed to where this bronchus leaves"
BY_LENGTH = "its far end was not seen and is set at the usual length"


def airway_structures(grid: Working, airways: Airways | None) -> Stage:
    """The structures of the airways; those that were not found with the reason."""
    if airways is None:
        return tuple(Abstention(name=name, reason=NO_AIRWAY) for name in NAMES)
    if airways.bronchi is None:
        missing = ("airway", "carina", "bronchie", *BRONCHI)
        out = [Abstention(name=name, reason=NO_FORK) for name in missing]
        note = "its lower end could not be told from a bronchus"
        return (Structure("trachea", airways.trachea, "intensity", 0.6, note=note), *out)
    depth = max(branch.generation for branch in airways.branches)
    note = f"followed to generation {depth}"
    whole = joined(airways.trachea, airways.bronchi)
    return (
        Structure("airway", whole, "intensity", 0.85, note=note),
        Structure("trachea", airways.trachea, "intensity", 0.95, within="airway"),
        Structure("carina", _ball(grid, airways.carina), "spatial prior", 0.8),
        Structure("bronchie", airways.bronchi, "intensity", 0.85, within="airway", note=note),
        *(_bronchus(airways, name) for name in BRONCHI),
    )


def _bronchus(airways: Airways, name: str) -> Structure | Abstention:
    mask = airways.named.get(name)
    if mask is None:
        return Abstention(name=name, reason=NO_BRANCH)
    sure = name not in airways.guessed
    main = name in (names.LEFT_MAIN, names.RIGHT_MAIN)
    confidence = (0.85 if main else 0.7) if sure else 0.5
    note = "" if sure else BY_LENGTH
    return Structure(name, mask, "shape prior", confidence, within="bronchie", note=note)


def _ball(grid: Working, center: tuple[int, int, int]) -> RegionMask:
    """The full grid's voxels within 6 mm of a working voxel's centre."""
    full = grid.volume.geometry
    at = full.index_from_world(grid.geometry.world_from_index(center))
    low = [max(0, int(a - CARINA_MM / s)) for a, s in zip(at, full.spacing_mm, strict=True)]
    high = [
        min(n, int(a + CARINA_MM / s) + 2)
        for a, s, n in zip(at, full.spacing_mm, full.shape, strict=True)
    ]
    lines = [
        (np.arange(a, b) - c) * s for a, b, c, s in zip(low, high, at, full.spacing_mm, strict=True)
    ]
    far = sum(v**2 for v in np.meshgrid(*lines, indexing="ij", sparse=True))
    return RegionMask((low[0], low[1], low[2]), np.asarray(far <= CARINA_MM**2))
