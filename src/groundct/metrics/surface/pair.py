"""Two masks in one padded crop, with their surfaces and the distances between them, made once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from typing import Final, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from groundct.core.volume import BoolArray
from groundct.imaging.runs import Runs, moved, nonzero_flat, shared_box
from groundct.metrics.surface.crops import occupied_box
from groundct.metrics.surface.lazy import lazy
from groundct.metrics.surface.nearest import (
    Floats,
    Grid,
    SpacingMm,
    Target,
    nearest_mm,
    padding,
)
from groundct.metrics.surface.rows import Flat
from groundct.metrics.surface.surfels import surfel_areas_mm2

_FULL = 255
_BLOCK = 1 << 17
_LARGE = 1 << 18
"""Voxels from which on both sides are worked on at once."""
_THREADS = 2
Kind = Literal["voxel", "surfel", "border"]
KINDS: Final[tuple[Kind, ...]] = ("voxel", "surfel", "border")
"""What distances lead from; the longest work first."""
_In = TypeVar("_In")
_Out = TypeVar("_Out")

Surfels = tuple[Flat, Floats]


@dataclass(frozen=True, eq=False)
class Side:
    """One mask of a pair: ``dense`` is True at its voxels, flat, on the pair's grid."""

    dense: NDArray[np.bool_]
    grid: Grid

    @lazy
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

    @lazy
    def borders(self) -> tuple[Flat, Flat]:
        """Border voxels of the reference and of the prediction."""
        return _both(Side.border, (self.a, self.b), self.grid.size)

    @property
    def surfels(self) -> tuple[Surfels, Surfels]:
        """Cells that either surface crosses and the areas in them, in mm2."""
        return self._surfels_of_a, self._surfels_of_b

    @property
    def borders_mm(self) -> tuple[Floats, Floats]:
        """Distances of border voxels: the reference's to the prediction's, and back."""
        return self._border_from_a, self._border_from_b

    @property
    def surfels_mm(self) -> tuple[Floats, Floats]:
        """Distances of surface elements: the reference's to the prediction's, and back."""
        return self._surfel_from_a, self._surfel_from_b

    @property
    def voxels_mm(self) -> tuple[Floats, Floats]:
        """Distances over 0 of voxels of one mask to the other mask: a to b, and b to a."""
        return self._voxel_from_a, self._voxel_from_b

    def work_out(self, kinds: Collection[Kind]) -> None:
        """Find distances of some kinds, several at a time where there are many voxels."""
        names = [f"_{kind}_from_{side}" for kind in KINDS if kind in kinds for side in "ab"]
        if self.grid.size < _LARGE or len(names) < 2:
            return
        _ = self.borders
        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(self.__getattribute__, names))

    @lazy
    def _surfels_of_a(self) -> Surfels:
        return self._surfels(self.a, self.borders[0])

    @lazy
    def _surfels_of_b(self) -> Surfels:
        return self._surfels(self.b, self.borders[1])

    def _surfels(self, side: Side, border: Flat) -> Surfels:
        where, codes = side.cells(border)
        return where, surfel_areas_mm2(self.grid.spacing_mm)[codes]

    @lazy
    def _border_targets(self) -> tuple[Target, Target]:
        a, b = self.borders
        return Target(a, self.grid), Target(b, self.grid)

    @lazy
    def _border_from_a(self) -> Floats:
        found = vars(self).get("_outside_a")
        return _with_known(self.borders[0], self.b, self._border_targets[1], found)

    @lazy
    def _border_from_b(self) -> Floats:
        found = vars(self).get("_outside_b")
        return _with_known(self.borders[1], self.a, self._border_targets[0], found)

    @lazy
    def _surfel_from_a(self) -> Floats:
        return nearest_mm(self._surfels_of_a[0], self._surfels_of_b[0], self.grid)

    @lazy
    def _surfel_from_b(self) -> Floats:
        return nearest_mm(self._surfels_of_b[0], self._surfels_of_a[0], self.grid)

    @property
    def _voxel_from_a(self) -> Floats:
        return self._outside_a[1]

    @property
    def _voxel_from_b(self) -> Floats:
        return self._outside_b[1]

    @lazy
    def _outside_a(self) -> tuple[Flat, Floats]:
        """The reference's voxels outside the prediction, and how far from it each is."""
        where = _only(self.a, self.b)
        return where, self._border_targets[1].nearest_mm(where)

    @lazy
    def _outside_b(self) -> tuple[Flat, Floats]:
        where = _only(self.b, self.a)
        return where, self._border_targets[0].nearest_mm(where)


def _with_known(
    start: Flat, other: Side, target: Target, found: tuple[Flat, Floats] | None
) -> Floats:
    """Distances of border voxels to ``target``; ``found`` has those of voxels outside ``other``."""
    if found is None:
        return target.nearest_mm(start)
    inside = other.dense[start]
    out = np.empty(start.size)
    out[inside] = target.nearest_mm(start[inside])
    where, mm = found
    out[~inside] = mm[np.searchsorted(where, start[~inside])]
    return out


def _only(one: Side, other: Side) -> Flat:
    """Voxels of one mask that are not in the other."""
    found = []
    for start in range(0, one.grid.size, _LARGE):
        part = slice(start, start + _LARGE)
        found.append(nonzero_flat(one.dense[part] & ~other.dense[part]) + start)
    return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)


def _both(work: Callable[[_In], _Out], sides: tuple[_In, _In], size: int) -> tuple[_Out, _Out]:
    """The work of both sides, at the same time where there are many voxels."""
    if size < _LARGE:
        return work(sides[0]), work(sides[1])
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(work, sides[0])
        second = work(sides[1])
        return waiting.result(), second
