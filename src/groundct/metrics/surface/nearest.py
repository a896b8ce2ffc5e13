"""Exact distances from voxels to the nearest voxel of a set, on one grid.

Most voxels of two surfaces lie on or next to each other, so neighbours are probed in the order of
their distance first; what is left is `far`. A distance is always that of whole steps of voxels
times the spacing, summed along i, j, k, so that equal steps give equal distances.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from groundct.imaging.runs import Shape
from groundct.metrics.surface.far import Floats, Index, SpacingMm, Tiles, far_mm, tile_width
from groundct.metrics.surface.lazy import lazy

Flat = NDArray[np.int64]

REACH = 4
"""Neighbours are probed up to this many times the smallest spacing."""
_AT_ONCE = 1 << 13
"""Places that are looked at together."""
_FIRST = 7
"""Probes that most voxels are done with, before those that no probe can help are left out."""
WORD = 8
"""Voxels that are looked at at once: the rows of a grid are whole words."""


@dataclass(frozen=True, eq=False)
class Grid:
    """A padded crop in Fortran order: probes never leave it. A slice alone has two ``axes``."""

    shape: Shape
    spacing_mm: SpacingMm
    axes: int = 3

    @classmethod
    def around(cls, size: Shape, room: Shape, spacing_mm: SpacingMm, axes: int = 3) -> Grid:
        """A grid for a box of ``size``, with ``room`` on all sides of it and at least 1."""
        i, j, k = (n + 2 * free for n, free in zip(size, room, strict=True))
        return cls((-(-i // WORD) * WORD, j, k), spacing_mm, axes)

    @property
    def size(self) -> int:
        """Number of voxels."""
        return self.shape[0] * self.shape[1] * self.shape[2]

    @property
    def strides(self) -> NDArray[np.int64]:
        """Flat steps along i, j, k."""
        return np.array([1, self.shape[0], self.shape[0] * self.shape[1]], dtype=np.int64)

    def axis_indices(self, flat: Flat) -> tuple[Flat, Flat, Flat]:
        """Indices i, j and k of flat ones."""
        row = flat // self.shape[0]
        k = row // self.shape[1]
        return flat - row * self.shape[0], row - k * self.shape[1], k

    def index(self, flat: Flat) -> Index:
        """Indices (3, n) of flat ones."""
        return np.array(self.axis_indices(flat))


def padding(spacing_mm: SpacingMm) -> tuple[int, int, int]:
    """Voxels that a crop needs around its masks: one for cells, and the reach of probes."""
    steps, _ = _probes(spacing_mm)
    i, j, k = (1 + int(n) for n in np.abs(steps).max(axis=0))
    return i, j, k


@lru_cache(maxsize=8)
def _probes(spacing_mm: SpacingMm) -> tuple[NDArray[np.int64], Floats]:
    """All steps (n, 3) nearer than ``REACH`` smallest spacings, sorted, and their lengths."""
    limit = REACH * min(spacing_mm)
    most = [int(np.floor(limit / step)) for step in spacing_mm]
    grids = np.meshgrid(*(np.arange(-n, n + 1) for n in most), indexing="ij")
    steps = np.stack([g.ravel() for g in grids], axis=1).astype(np.int64)
    lengths = lengths_mm(steps, spacing_mm)
    order = np.argsort(lengths, kind="stable")
    order = order[lengths[order] <= limit]
    return steps[order], lengths[order]


def lengths_mm(steps: NDArray[np.int64], spacing_mm: SpacingMm) -> Floats:
    """Lengths of steps (n, 3) of voxels."""
    i, j, k = (steps[:, axis] * spacing_mm[axis] for axis in range(3))
    return np.asarray(np.sqrt(i * i + j * j + k * k))


def nearest_mm(start: Flat, target: Flat, grid: Grid) -> Floats:
    """Distance in mm from each voxel of ``start`` to the nearest of ``target``, centre to centre.

    Both are flat indices of the grid, and stand at least a probe away from its rim (`padding`);
    infinite where ``target`` is empty.
    """
    return Target(target, grid).nearest_mm(start)


@dataclass(frozen=True, eq=False)
class Target:
    """Voxels that distances lead to; what has to be made for that is made once."""

    flat: Flat
    grid: Grid

    def nearest_mm(self, start: Flat) -> Floats:
        """`nearest_mm` to these."""
        out = np.full(start.size, np.inf)
        if not self.flat.size or not start.size:
            return out
        left, where = np.arange(start.size), start
        steps, lengths = _probes(self.grid.spacing_mm)
        shifts = steps @ self.grid.strides
        number = 0
        while left.size and number < len(shifts):
            # The fewer voxels are left, the more probes are made at once.
            some = slice(number, number + 1 + _AT_ONCE // left.size)
            met = self._there[where + shifts[some, None]]
            found = met.any(axis=0)
            out[left[found]] = lengths[some][met[:, found].argmax(axis=0)]
            left, where = left[~found], where[~found]
            number = some.stop
            if number == _FIRST and left.size > _AT_ONCE:
                near = self._may_be_near(where)
                left, where = left[near], where[near]
        far = np.flatnonzero(out == np.inf)
        if far.size:
            out[far] = far_mm(self.grid.index(start[far]), self._tiles, self.grid.spacing_mm)
        return out

    @lazy
    def _there(self) -> NDArray[np.bool_]:
        there = np.zeros(self.grid.size, dtype=np.bool_)
        there[self.flat] = True
        return there

    def _may_be_near(self, start: Flat) -> NDArray[np.bool_]:
        """False for voxels that no probe can help."""
        return np.asarray(self._near[self._block_of(start)])

    @lazy
    def _near(self) -> NDArray[np.bool_]:
        """Whether a target is in a block of voxels or one beside it; probes reach no further."""
        width = padding(self.grid.spacing_mm)
        sizes = [n // step + 3 for n, step in zip(self.grid.shape, width, strict=True)]
        near = np.zeros(sizes, dtype=np.bool_)
        near[self._block_of(self.flat)] = True
        for axis in range(3):
            rows = np.moveaxis(near, axis, 0)
            own = rows.copy()
            rows[1:] |= own[:-1]
            rows[:-1] |= own[1:]
        return near

    def _block_of(self, flat: Flat) -> tuple[Flat, ...]:
        indices = zip(self.grid.axis_indices(flat), padding(self.grid.spacing_mm), strict=True)
        return tuple(index // step + 1 for index, step in indices)

    @lazy
    def _tiles(self) -> Tiles:
        return Tiles.of(self.grid.index(self.flat), tile_width(self.grid.spacing_mm))
