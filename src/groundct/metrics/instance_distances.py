"""Distances in mm between the instances of two sparse masks: of centres, and of surfaces.

The surface of an instance is its voxels with a 6-neighbour outside it, the grid's border counting
as outside. ASSD is the mean, over the surface voxels of both, of the distance to the nearest
surface voxel of the other (pooled). Pairs that cannot come within the limit are left infinite: a
voxel is never nearer to an instance than to its box, which costs no search.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from groundct.core.volume import BoolArray
from groundct.imaging.runs import Runs, label_centres, label_crop

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

SpacingMm = tuple[float, float, float]
Points = NDArray[np.float64]

_REACH: Final = 4
_MOST_PROBES: Final = 128
"""Offsets of at most 4 voxels along an axis, and not more than 128 of them, are tried."""


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
    """Surface voxels by index (n, 3) and in mm, and as a mask whose first voxel is ``low``."""

    index: NDArray[np.int64]
    points: Points
    mask: BoolArray
    low: NDArray[np.int64]
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
        edge = mask & ~core
        low = np.asarray(offset)
        index = np.argwhere(edge) + low
        return cls(index, index * np.asarray(spacing_mm), edge, low, spacing_mm)

    @cached_property
    def box_mm(self) -> tuple[Points, Points]:
        """The lowest and the highest voxel centre."""
        return self.points.min(axis=0), self.points.max(axis=0)

    @cached_property
    def tree(self) -> cKDTree:
        from scipy.spatial import cKDTree

        return cKDTree(self.points)


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
    there, back = _nearest_mm(a, b), _nearest_mm(b, a)
    return float((there.sum() + back.sum()) / (len(there) + len(back)))


def _nearest_mm(a: _Surface, b: _Surface) -> NDArray[np.float64]:
    """From each surface voxel of one to the nearest of the other.

    Offsets are tried in order of their length, for most voxels lie close to the other surface;
    those that are left ask a k-d tree.
    """
    steps, lengths_mm = _probes(a.spacing_mm)
    reach = int(np.abs(steps).max())
    # Wide enough that no probe of a voxel inside leaves the array.
    wide = np.pad(b.mask, 2 * reach)
    place = a.index - b.low + 2 * reach
    near = np.all((place >= reach) & (place < np.array(wide.shape) - reach), axis=1)
    strides = np.array([wide.shape[1] * wide.shape[2], wide.shape[2], 1])
    solid = wide.ravel()
    out = np.full(len(place), np.nan)
    left = np.flatnonzero(near)
    flat = place[left] @ strides
    for step, length_mm in zip(steps @ strides, lengths_mm, strict=True):
        found = solid[flat + step]
        out[left[found]] = length_mm
        left, flat = left[~found], flat[~found]
        if not len(left):
            break
    far = np.isnan(out)
    if far.any():
        out[far] = b.tree.query(a.points[far])[0]
    return out


@cache
def _probes(spacing_mm: SpacingMm) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Offsets in voxels and their lengths, the shortest first, none of a length left out."""
    line = np.arange(-_REACH, _REACH + 1)
    steps = np.stack(np.meshgrid(line, line, line, indexing="ij"), axis=-1).reshape(-1, 3)
    lengths_mm = np.sqrt(((steps * np.asarray(spacing_mm)) ** 2).sum(axis=1))
    order = np.argsort(lengths_mm, kind="stable")[:_MOST_PROBES]
    order = order[lengths_mm[order] < (_REACH + 1) * min(spacing_mm)]
    return steps[order], lengths_mm[order]
