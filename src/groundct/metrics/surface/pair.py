"""Two masks in one padded crop, with their surfaces and the distances between them, made once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray

from groundct.core.volume import BoolArray
from groundct.metrics.surface.crops import nonzero_flat, occupied_box
from groundct.metrics.surface.nearest import Flat, Floats, Grid, SpacingMm, nearest_mm, padding
from groundct.metrics.surface.surfels import surfel_areas_mm2

_FULL = 255


@dataclass(frozen=True, eq=False)
class Side:
    """One mask of a pair: ``flat`` are its voxels in the pair's grid."""

    flat: Flat
    grid: Grid

    @cached_property
    def dense(self) -> NDArray[np.bool_]:
        """The mask on the grid, flat."""
        out = np.zeros(self.grid.size, dtype=np.bool_)
        out[self.flat] = True
        return out

    @cached_property
    def border(self) -> Flat:
        """Voxels with a 6-neighbour outside the mask; outside the array is outside the mask."""
        inner = np.ones(self.flat.size, dtype=np.bool_)
        for step in self.grid.strides.tolist():
            inner &= self.dense[self.flat + step]
            inner &= self.dense[self.flat - step]
        return self.flat[~inner]

    @cached_property
    def cells(self) -> tuple[Flat, NDArray[np.uint8]]:
        """Cells that the surface crosses, by their lower corner's voxel, and their codes."""
        codes = np.zeros(self.grid.size, dtype=np.uint8)
        for bit, corner in enumerate(product((0, 1), repeat=3)):
            codes[self.flat - int(self.grid.strides @ corner)] += np.uint8(1 << (7 - bit))
        where = nonzero_flat(codes)
        found = codes[where]
        crossed = found != _FULL
        return where[crossed], found[crossed]

    @cached_property
    def surfels(self) -> tuple[Flat, Floats]:
        """Cells that the surface crosses and the areas in them, in mm2."""
        where, codes = self.cells
        return where, surfel_areas_mm2(self.grid.spacing_mm)[codes]


@dataclass(frozen=True, eq=False)
class Pair:
    """A reference and a prediction on one grid; ``a`` is the reference's side."""

    a: Side
    b: Side
    grid: Grid

    @classmethod
    def of(cls, reference: BoolArray, prediction: BoolArray, spacing_mm: SpacingMm) -> Pair:
        """Crop both masks (i, j, k) to what either fills, with room for the probes.

        Raises ValueError for arrays that are no masks (i, j, k) of one shape, and for a spacing
        that is not three finite lengths over 0.
        """
        if reference.ndim != 3 or reference.shape != prediction.shape:
            raise ValueError(f"two masks (i, j, k) are due: {reference.shape}, {prediction.shape}")
        if reference.dtype != np.bool_ or prediction.dtype != np.bool_:
            raise ValueError(f"bool arrays are due: {reference.dtype}, {prediction.dtype}")
        if len(spacing_mm) != 3 or not all(0 < step < float("inf") for step in spacing_mm):
            raise ValueError(f"three spacings over 0 mm are due: {spacing_mm}")
        i, j, k = (float(step) for step in spacing_mm)
        spacing = (i, j, k)
        boxes = [box for box in (occupied_box(reference), occupied_box(prediction)) if box]
        low = [min(box[axis].start for box in boxes) if boxes else 0 for axis in range(3)]
        high = [max(box[axis].stop for box in boxes) if boxes else 0 for axis in range(3)]
        pad = padding(spacing)
        x, y, z = (h - n + 2 * p for h, n, p in zip(high, low, pad, strict=True))
        grid = Grid((x, y, z), spacing)
        start = [n - p for n, p in zip(low, pad, strict=True)]
        sides = [Side(_placed(mask, start, grid), grid) for mask in (reference, prediction)]
        return cls(sides[0], sides[1], grid)

    @cached_property
    def borders_mm(self) -> tuple[Floats, Floats]:
        """Distances of border voxels: the reference's to the prediction's, and back."""
        a, b = self.a.border, self.b.border
        return nearest_mm(a, b, self.grid), nearest_mm(b, a, self.grid)

    @cached_property
    def surfels_mm(self) -> tuple[Floats, Floats]:
        """Distances of surface elements: the reference's to the prediction's, and back."""
        a, b = self.a.surfels[0], self.b.surfels[0]
        return nearest_mm(a, b, self.grid), nearest_mm(b, a, self.grid)

    @cached_property
    def voxels_mm(self) -> tuple[Floats, Floats]:
        """Distances over 0 of voxels of one mask to the other mask: a to b, and b to a."""
        a, b = self.a, self.b
        only_a, only_b = a.flat[~b.dense[a.flat]], b.flat[~a.dense[b.flat]]
        return nearest_mm(only_a, b.border, self.grid), nearest_mm(only_b, a.border, self.grid)


def _placed(mask: BoolArray, start: list[int], grid: Grid) -> Flat:
    """The flat indices of a mask's voxels on the crop's grid, whose first voxel is ``start``."""
    box = occupied_box(mask)
    if box is None:
        return np.zeros(0, dtype=np.int64)
    part = np.asfortranarray(mask[box])
    flat = nonzero_flat(part.ravel(order="F"))
    shift = [part_.start - n for part_, n in zip(box, start, strict=True)]
    row, i = np.divmod(flat, part.shape[0])
    k, j = np.divmod(row, part.shape[1])
    strides = grid.strides
    return np.asarray((i + shift[0]) + (j + shift[1]) * strides[1] + (k + shift[2]) * strides[2])
