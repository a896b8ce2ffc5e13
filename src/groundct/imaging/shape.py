"""What can be said of a region's place and size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, QhullError

from groundct.core.geometry import Geometry
from groundct.core.value import Value
from groundct.core.volume import RegionMask

_FEW_POINTS = 128
"""So many are compared with one another in less time than it takes to find their hull."""


class RegionStatistics(Value):
    """Place and size of a region; indices are those of the geometry it was measured on.

    ``low`` is inclusive, ``high`` exclusive; ``centroid_mm`` is RAS+.
    """

    voxels: int
    volume_ml: float
    centroid_index: tuple[float, float, float]
    centroid_mm: tuple[float, float, float]
    low: tuple[int, int, int]
    high: tuple[int, int, int]


def region_statistics(region: RegionMask, geometry: Geometry) -> RegionStatistics:
    """Statistics of a non-empty region; raises ValueError for an empty one."""
    if region.count == 0:
        raise ValueError("an empty region has no place and no size")
    mean, low, high = [], [], []
    for axis in range(3):
        others = tuple(a for a in range(3) if a != axis)
        line = np.count_nonzero(region.voxels, axis=others).astype(np.float64)
        where = np.flatnonzero(line)
        start = region.offset[axis]
        mean.append(start + float(np.arange(line.size) @ line / line.sum()))
        low.append(start + int(where[0]))
        high.append(start + int(where[-1]) + 1)
    x, y, z = (float(v) for v in geometry.world_from_index(mean))
    return RegionStatistics(
        voxels=region.count,
        volume_ml=region.count * geometry.voxel_volume_mm3 / 1000,
        centroid_index=(mean[0], mean[1], mean[2]),
        centroid_mm=(x, y, z),
        low=(low[0], low[1], low[2]),
        high=(high[0], high[1], high[2]),
    )


def longest_axial_diameter_mm(
    region: RegionMask, geometry: Geometry, *, at_least_mm: float = 0.0
) -> float:
    """The longest straight line within one axial slice of the region, edge to edge.

    Measured between voxel centres, plus one mean in-plane spacing for the two half voxels at
    the ends, which makes it unbiased for round regions. 0 for an empty region, and perhaps for one
    that has no line of ``at_least_mm``.
    """
    step_i, step_j, _ = geometry.spacing_mm
    best = -1.0
    # Rounding must not take a slice out.
    least = (at_least_mm - (step_i + step_j) / 2) * (1 - 1e-12)
    # The diagonal of a slice's box bounds its diameter: most slices need no look.
    along_i, along_j = (np.asarray(region.voxels.any(axis=axis)) for axis in (1, 0))
    diagonals = np.hypot(_extents(along_i) * step_i, _extents(along_j) * step_j)
    for k in np.argsort(-diagonals):
        if not diagonals[k] >= max(best, least):
            break
        points = _row_ends(region.voxels[:, :, k])
        best = max(best, _longest(points * (step_i, step_j)))
    return 0.0 if best < 0 else best + (step_i + step_j) / 2


def _extents(lines: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(k,) steps from the first to the last True of each column of (n, k); NaN without any."""
    if not lines.size:
        return np.zeros(0)
    last = len(lines) - 1 - lines[::-1].argmax(axis=0)
    return np.where(lines.any(axis=0), last - lines.argmax(axis=0), np.nan)


def _row_ends(plane: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The first and last True voxel of every column j: all candidates for the hull, (n, 2)."""
    columns = np.flatnonzero(plane.any(axis=0))
    first = plane[:, columns].argmax(axis=0)
    last = plane.shape[0] - 1 - plane[::-1, columns].argmax(axis=0)
    ends = [np.column_stack([first, columns]), np.column_stack([last, columns])]
    return np.concatenate(ends).astype(np.float64)


def _longest(points: NDArray[np.float64]) -> float:
    if len(points) > _FEW_POINTS:
        try:
            points = points[ConvexHull(points).vertices]
        except QhullError:  # all on one line
            points = points[[0, -1]]
    x, y = points.T
    squares = (x[:, None] - x) ** 2 + (y[:, None] - y) ** 2
    return float(np.sqrt(squares.max()))
