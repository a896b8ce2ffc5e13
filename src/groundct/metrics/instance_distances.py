"""Distances in mm between the instances of two sparse masks: of centres, and of surfaces.

The surface of an instance is its voxels with a 6-neighbour outside it, the grid's border counting
as outside. ASSD is the mean, over the surface voxels of both, of the distance to the nearest
surface voxel of the other (pooled). Pairs that cannot come within the limit are left infinite: a
voxel is never nearer to an instance than to its box, which costs no search.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from groundct.imaging.runs import Runs, label_centres, label_crop
from groundct.metrics.surface.nearest import Grid, SpacingMm, nearest_mm, padding

Points = NDArray[np.float64]


def centre_distances_mm(
    reference: Runs, prediction: Runs, spacing_mm: SpacingMm
) -> NDArray[np.float64]:
    """(reference labels, predicted labels) between the mean voxels of instances.

    Row n is label n + 1; infinite for labels without voxels.
    """
    a, b = label_centres(reference)[1:], label_centres(prediction)[1:]
    # Differences first: equal steps of voxels are then equal distances, to the last bit.
    squares = (((a[:, None, :] - b[None, :, :]) * spacing_mm) ** 2).sum(axis=2)
    return np.asarray(np.nan_to_num(np.sqrt(squares), nan=np.inf))


def surface_distances_mm(
    reference: Runs, prediction: Runs, spacing_mm: SpacingMm, limit_mm: float
) -> NDArray[np.float64]:
    """(reference labels, predicted labels) ASSD of every pair that can be within ``limit_mm``.

    Row n is label n + 1; all other pairs are infinite.
    """
    ours = [_Surface.of(reference, n + 1, spacing_mm) for n in range(reference.n_labels)]
    theirs = [_Surface.of(prediction, n + 1, spacing_mm) for n in range(prediction.n_labels)]
    out = np.full((len(ours), len(theirs)), np.inf)
    for row, one in enumerate(ours):
        for column, two in enumerate(theirs):
            if (
                one is not None
                and two is not None
                and _least_assd_mm(one, two, limit_mm) <= limit_mm
            ):
                out[row, column] = _assd_mm(one, two)
    return out


@dataclass(frozen=True, eq=False)
class _Surface:
    """Surface voxels by index (n, 3) and in mm."""

    index: NDArray[np.int64]
    points: Points
    spacing_mm: SpacingMm

    @classmethod
    def of(cls, runs: Runs, label: int, spacing_mm: SpacingMm) -> _Surface | None:
        offset, mask = label_crop(runs, label)
        if not mask.size:
            return None
        inside = np.pad(mask, 1)
        core = inside[1:-1, 1:-1, 1:-1].copy()
        for axis in range(3):
            for start in (0, 2):
                part = [slice(1, -1)] * 3
                part[axis] = slice(start, start + mask.shape[axis])
                core &= inside[tuple(part)]
        index = np.argwhere(mask & ~core) + offset
        return cls(index, index * np.asarray(spacing_mm), spacing_mm)

    @cached_property
    def box_mm(self) -> tuple[Points, Points]:
        """The lowest and the highest voxel centre."""
        return self.points.min(axis=0), self.points.max(axis=0)


def _least_assd_mm(a: _Surface, b: _Surface, limit_mm: float) -> float:
    """A lower bound of the ASSD: a voxel is never nearer to a surface than to its box.

    The distance of the boxes is enough where it is over ``limit_mm``.
    """
    gap = np.maximum(0.0, np.maximum(a.box_mm[0] - b.box_mm[1], b.box_mm[0] - a.box_mm[1]))
    least = float(np.sqrt((gap**2).sum())) * (1 - 1e-12)
    if least > limit_mm:
        return least
    total = _to_box(a, b).sum() + _to_box(b, a).sum()
    # Rounding must not take a pair out.
    return float(total) / (len(a.points) + len(b.points)) * (1 - 1e-12)


def _to_box(a: _Surface, b: _Surface) -> NDArray[np.float64]:
    low, high = b.box_mm
    away = np.maximum(0.0, np.maximum(low - a.points, a.points - high))
    return np.asarray(np.sqrt((away**2).sum(axis=1)))


def _assd_mm(a: _Surface, b: _Surface) -> float:
    room = np.array(padding(a.spacing_mm))
    low = np.minimum(a.index.min(axis=0), b.index.min(axis=0)) - room
    high = np.maximum(a.index.max(axis=0), b.index.max(axis=0)) + room + 1
    size = [int(n) for n in high - low]
    grid = Grid((size[0], size[1], size[2]), a.spacing_mm)
    ours, theirs = ((surface.index - low) @ grid.strides for surface in (a, b))
    there, back = nearest_mm(ours, theirs, grid), nearest_mm(theirs, ours, grid)
    return float((there.sum() + back.sum()) / (len(there) + len(back)))
