"""A lung's border on the full grid: by HU, or as found where it was closed over tissue."""

from __future__ import annotations

from groundct.anatomy._hu.grid import Working, fraction_on_full
from groundct.core.volume import BoolArray, RegionMask

AERATED_HU = -400


def lung_on_full(grid: Working, lung: BoolArray, aerated: BoolArray) -> RegionMask:
    """The lung, inside as found; ``lung`` and ``aerated`` are on the working grid."""
    box, fraction = fraction_on_full(grid, lung)
    aerated_fraction = fraction_on_full(grid, aerated & lung, box)[1]
    air = grid.volume.hu[box] < AERATED_HU
    chosen = fraction > 0.95
    chosen |= (fraction > 0.05) & air & (aerated_fraction > 0.05)
    chosen |= (fraction > 0.5) & (aerated_fraction < 0.5)
    inner = RegionMask.of(chosen)
    i, j, k = (part.start + o for part, o in zip(box, inner.offset, strict=True))
    return RegionMask((i, j, k), inner.voxels)
