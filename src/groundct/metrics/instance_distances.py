"""Distances in mm between the instances of two sparse masks: of centres, and of surfaces.

The surface of an instance is its voxels with a 6-neighbour outside it, the grid's border counting
as outside. ASSD is the mean, over the surface voxels of both, of the distance to the nearest
surface voxel of the other (pooled). Pairs that cannot come within the limit are left infinite: a
voxel is never nearer to an instance than to its box, which costs no search.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from groundct.imaging.runs import Runs, Shape, label_centres, moved, shared_box
from groundct.metrics.surface.far import SpacingMm
from groundct.metrics.surface.lazy import lazy
from groundct.metrics.surface.nearest import Grid, nearest_mm, padding
from groundct.metrics.surface.pair import Side

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
    ours, theirs = (_Instance.all_of(runs, spacing_mm) for runs in (reference, prediction))
    out = np.full((len(ours), len(theirs)), np.inf)
    near = _gaps_mm(ours, theirs) <= limit_mm
    for row, column in np.argwhere(near).tolist():
        one, two = ours[row], theirs[column]
        if _least_assd_mm(one, two) <= limit_mm:
            out[row, column] = _assd_mm(one, two)
    return out


@dataclass(frozen=True, eq=False)
class _Instance:
    """The runs of a label; its surface is found when it is asked for."""

    runs: Runs
    spacing_mm: SpacingMm

    @classmethod
    def all_of(cls, runs: Runs, spacing_mm: SpacingMm) -> list[_Instance]:
        """Those of labels 1, 2, ..."""
        order = np.argsort(runs.labels, kind="stable")
        ends = np.searchsorted(runs.labels[order], np.arange(1, runs.n_labels + 2))
        parts = (order[a:b] for a, b in pairwise(ends.tolist()))
        return [
            cls(Runs(runs.starts[n], runs.stops[n], runs.labels[n], runs.shape), spacing_mm)
            for n in parts
        ]

    @lazy
    def box(self) -> tuple[Shape, Shape]:
        """The first index and the size of the box of its voxels."""
        return shared_box(self.runs)

    @lazy
    def box_mm(self) -> tuple[Points, Points]:
        """The lowest and the highest voxel centre."""
        low, size = (np.array(n) for n in self.box)
        return low * self.spacing_mm, (low + size - 1) * self.spacing_mm

    @lazy
    def index(self) -> NDArray[np.int64]:
        """(n, 3) surface voxels, sorted by i, then j, then k."""
        low, size = self.box
        first = (low[0] - 1, low[1] - 1, low[2] - 1)
        grid = Grid.around(size, (1, 1, 1), self.spacing_mm)
        border = Side(moved(self.runs, first, grid.shape), grid).border
        i, j, k = grid.axis_indices(border)
        order = np.argsort((i * grid.shape[1] + j) * grid.shape[2] + k)
        return np.column_stack([i, j, k])[order] + first

    @lazy
    def points(self) -> Points:
        """The same in mm."""
        return np.asarray(self.index * np.asarray(self.spacing_mm))


def _gaps_mm(ours: list[_Instance], theirs: list[_Instance]) -> NDArray[np.float64]:
    """A lower bound of the distances of all pairs: that of their boxes; infinite without voxels."""
    gaps = np.full((len(ours), len(theirs)), np.inf)
    rows, columns = (
        [n for n, a in enumerate(side) if len(a.runs.starts)] for side in (ours, theirs)
    )
    if rows and columns:
        low, high = np.moveaxis(np.array([ours[n].box_mm for n in rows]), 1, 0)[:, :, None]
        other_low, other_high = np.moveaxis(np.array([theirs[n].box_mm for n in columns]), 1, 0)
        gap = np.maximum(0.0, np.maximum(low - other_high, other_low - high))
        # Rounding must not take a pair out.
        gaps[np.ix_(rows, columns)] = np.sqrt((gap**2).sum(axis=2)) * (1 - 1e-12)
    return gaps


def _least_assd_mm(a: _Instance, b: _Instance) -> float:
    """A lower bound of the ASSD: a voxel is never nearer to a surface than to its box."""
    total = _to_box(a, b).sum() + _to_box(b, a).sum()
    return float(total) / (len(a.points) + len(b.points)) * (1 - 1e-12)


def _to_box(a: _Instance, b: _Instance) -> NDArray[np.float64]:
    low, high = b.box_mm
    away = np.maximum(0.0, np.maximum(low - a.points, a.points - high))
    return np.asarray(np.sqrt((away**2).sum(axis=1)))


def _assd_mm(a: _Instance, b: _Instance) -> float:
    room = np.array(padding(a.spacing_mm))
    low = np.minimum(a.index.min(axis=0), b.index.min(axis=0)) - room
    high = np.maximum(a.index.max(axis=0), b.index.max(axis=0)) + room + 1
    size = [int(n) for n in high - low]
    grid = Grid((size[0], size[1], size[2]), a.spacing_mm)
    ours, theirs = ((surface.index - low) @ grid.strides for surface in (a, b))
    there, back = nearest_mm(ours, theirs, grid), nearest_mm(theirs, ours, grid)
    return float((there.sum() + back.sum()) / (len(there) + len(back)))
