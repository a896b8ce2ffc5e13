"""Two masks in one padded crop, with their surfaces and the distances between them, made once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from groundct.core.volume import BoolArray
from groundct.imaging.runs import Runs, moved, nonzero_flat, shared_box
from groundct.metrics.surface.crops import occupied_box
from groundct.metrics.surface.nearest import (
    Flat,
    Floats,
    Grid,
    SpacingMm,
    nearest_mm,
    padding,
)
from groundct.metrics.surface.surfels import surfel_areas_mm2

_FULL = 255
_BLOCK = 1 << 16
_LARGE = 1 << 18
"""Voxels from which on both sides are worked on at once."""
_In = TypeVar("_In")
_Out = TypeVar("_Out")

Surfels = tuple[Flat, Floats]


@dataclass(frozen=True, eq=False)
class Side:
    """One mask of a pair: ``dense`` is True at its voxels, flat, on the pair's grid."""

    dense: NDArray[np.bool_]
    grid: Grid

    @cached_property
    def count(self) -> int:
        """Number of voxels."""
        return int(np.count_nonzero(self.dense))

    def border(self) -> Flat:
        """Voxels with a neighbour along an axis outside the mask; so is what the array ends at."""
        found = []
        steps = self.grid.strides.tolist()
        across = steps[: self.grid.axes]
        for start in range(steps[2], self.grid.size - steps[2], _BLOCK):
            stop = min(start + _BLOCK, self.grid.size - steps[2])
            own = self.dense[start:stop]
            if not own.any():
                continue
            inner = own.copy()
            for step in across:
                inner &= self.dense[start - step : stop - step]
                inner &= self.dense[start + step : stop + step]
            inner ^= own
            found.append(nonzero_flat(inner) + start)
        return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)

    def cells(self, border: Flat) -> tuple[Flat, NDArray[np.uint8]]:
        """Cells that the surface crosses, by their lower corner's voxel, and their codes.

        Such a cell has an edge between an inner and an outer corner, so that it touches a border
        voxel.
        """
        corners = [int(self.grid.strides @ corner) for corner in product((0, 1), repeat=3)]
        touched = np.zeros(self.grid.size, dtype=np.bool_)
        for corner in corners:
            touched[border - corner] = True
        where = nonzero_flat(touched)
        codes = np.zeros(where.size, dtype=np.uint8)
        for corner in corners:
            codes <<= 1
            codes |= self.dense[where + corner]
        crossed = codes != _FULL
        return where[crossed], codes[crossed]


@dataclass(frozen=True, eq=False)
class Pair:
    """A reference and a prediction on one grid; ``a`` is the reference's side."""

    a: Side
    b: Side
    grid: Grid

    @classmethod
    def of(cls, reference: BoolArray, prediction: BoolArray, spacing_mm: Sequence[float]) -> Pair:
        """Crop both masks, (i, j, k) or (i, j), to what either fills, with room for the probes.

        Raises ValueError for arrays that are no masks of one such shape, and for a spacing that is
        not a finite length over 0 for every axis.
        """
        if reference.ndim not in (2, 3) or reference.shape != prediction.shape:
            raise ValueError(
                f"two masks of one shape are due: {reference.shape}, {prediction.shape}"
            )
        if reference.dtype != np.bool_ or prediction.dtype != np.bool_:
            raise ValueError(f"bool arrays are due: {reference.dtype}, {prediction.dtype}")
        axes = reference.ndim
        if len(spacing_mm) != axes or not all(0 < step < float("inf") for step in spacing_mm):
            raise ValueError(f"{axes} spacings over 0 mm are due: {spacing_mm}")
        if axes == 2:
            reference, prediction = reference[:, :, None], prediction[:, :, None]
        i, j, k = (*(float(step) for step in spacing_mm), max(spacing_mm))[:3]
        spacing = (i, j, k)
        masks = (reference, prediction)
        boxes = [box for box in _both(occupied_box, masks, reference.size) if box]
        pad = padding(spacing)
        crop, inside, sizes = [], [], []
        for axis in range(3):
            low = min((box[axis].start for box in boxes), default=0)
            high = max((box[axis].stop for box in boxes), default=0)
            crop.append(slice(low, high))
            inside.append(slice(pad[axis], pad[axis] + high - low))
            sizes.append(high - low + 2 * pad[axis])
        grid = Grid((sizes[0], sizes[1], sizes[2]), spacing, axes)

        def cropped(mask: BoolArray) -> Side:
            dense = np.zeros(grid.shape, dtype=np.bool_, order="F")
            dense[tuple(inside)] = mask[tuple(crop)]
            return Side(dense.ravel(order="F"), grid)

        return cls(*_both(cropped, masks, grid.size), grid)

    @classmethod
    def of_runs(cls, reference: Runs, prediction: Runs, spacing_mm: SpacingMm) -> Pair:
        """The same of sparse masks of one grid (i, j, k), whatever their labels."""
        i, j, k = padding(spacing_mm)
        low, size = shared_box(reference, prediction)
        grid = Grid((size[0] + 2 * i, size[1] + 2 * j, size[2] + 2 * k), spacing_mm)

        def placed(runs: Runs) -> Side:
            dense = np.zeros(grid.size, dtype=np.bool_)
            dense[moved(runs, (low[0] - i, low[1] - j, low[2] - k), grid.shape).voxels()] = True
            return Side(dense, grid)

        return cls(placed(reference), placed(prediction), grid)

    @cached_property
    def borders(self) -> tuple[Flat, Flat]:
        """Border voxels of the reference and of the prediction."""
        return _both(Side.border, (self.a, self.b), self.grid.size)

    @cached_property
    def surfels(self) -> tuple[Surfels, Surfels]:
        """Cells that either surface crosses and the areas in them, in mm2."""
        areas = surfel_areas_mm2(self.grid.spacing_mm)

        def of(side: tuple[Side, Flat]) -> Surfels:
            where, codes = side[0].cells(side[1])
            return where, areas[codes]

        return _both(of, ((self.a, self.borders[0]), (self.b, self.borders[1])), self.grid.size)

    @cached_property
    def borders_mm(self) -> tuple[Floats, Floats]:
        """Distances of border voxels: the reference's to the prediction's, and back."""
        a, b = self.borders
        return self._nearest((a, b), (b, a))

    @cached_property
    def surfels_mm(self) -> tuple[Floats, Floats]:
        """Distances of surface elements: the reference's to the prediction's, and back."""
        (a, _), (b, _) = self.surfels
        return self._nearest((a, b), (b, a))

    @cached_property
    def voxels_mm(self) -> tuple[Floats, Floats]:
        """Distances over 0 of voxels of one mask to the other mask: a to b, and b to a."""
        a, b = self.a.dense, self.b.dense
        only_a, only_b = nonzero_flat(a & ~b), nonzero_flat(b & ~a)
        return self._nearest((only_a, self.borders[1]), (only_b, self.borders[0]))

    def _nearest(self, there: tuple[Flat, Flat], back: tuple[Flat, Flat]) -> tuple[Floats, Floats]:
        return _both(lambda ends: nearest_mm(*ends, self.grid), (there, back), self.grid.size)


def _both(work: Callable[[_In], _Out], sides: tuple[_In, _In], size: int) -> tuple[_Out, _Out]:
    """The work of both sides, at the same time where there are many voxels."""
    if size < _LARGE:
        return work(sides[0]), work(sides[1])
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(work, sides[0])
        second = work(sides[1])
        return waiting.result(), second
