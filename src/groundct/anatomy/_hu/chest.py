"""The room between the lungs: their hull in each axial slice, and the diaphragm under it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import ConvexHull, QhullError

from groundct.anatomy._hu.grid import Working
from groundct.core.volume import BoolArray

FLOOR_SIGMA_MM = 14.0
DOME_QUANTILE = 0.75
CARRIED_MM = 25.0
SAGGING_MM = 16.0
"""How much lower the diaphragm is under the heart than under the lungs beside it."""


@dataclass(frozen=True, eq=False)
class Chest:
    """On the working grid: ``hull`` (i, j, k), and ``above_floor``, what lies over the diaphragm.

    ``inside`` is the hull carried 25 mm down, where the ribs are wider and the heart lies in front.
    ``bottom`` and ``top`` are the lowest and highest slice that hold lung, ``dome`` the slice of
    the diaphragm's highest part under the right (else the left) lung.
    """

    hull: BoolArray
    inside: BoolArray
    above_floor: BoolArray
    bottom: int
    dome: int
    top: int


def find_chest(grid: Working, lungs: BoolArray, domed: BoolArray) -> Chest:
    """The chest of non-empty ``lungs``; ``domed`` is the lung whose base is taken for the dome."""
    hull = axial_hulls(lungs)
    levels = np.flatnonzero(lungs.any(axis=(0, 1)))
    lowest = base_heights(domed)
    dome = round(float(np.quantile(lowest[lowest >= 0], DOME_QUANTILE)))
    height = _floor(grid, lungs, dome)
    above = np.arange(lungs.shape[2])[None, None, :] >= height[:, :, None]
    inside = _carried_down(hull, grid.voxels(CARRIED_MM, 2))
    return Chest(hull, inside, np.asarray(above), int(levels[0]), dome, int(levels[-1]))


def axial_hulls(mask: BoolArray) -> BoolArray:
    """The convex hull of the mask in each axial slice."""
    hull = np.zeros(mask.shape, dtype=np.bool_, order="F")
    for k in np.flatnonzero(mask.any(axis=(0, 1))):
        hull[:, :, k] = _hull_2d(mask[:, :, k])
    return hull


def _carried_down(hull: BoolArray, steps: int) -> BoolArray:
    out = hull.copy(order="F")
    for n in range(1, min(steps + 1, hull.shape[2])):
        out[:, :, :-n] |= hull[:, :, n:]
    return out


def base_heights(lung: BoolArray) -> NDArray[np.int64]:
    """The lowest slice that holds lung in each column (i, j); -1 where there is none."""
    return np.asarray(np.where(lung.any(axis=2), lung.argmax(axis=2), -1))


def _floor(grid: Working, lungs: BoolArray, dome: int) -> NDArray[np.float32]:
    """The diaphragm's height as a slice number per column (i, j), smooth between the lungs.

    Lung columns that end far above the dome stand on the heart, and those far below it in a
    sulcus: neither tells where the diaphragm is in the middle.
    """
    lowest = base_heights(lungs).astype(np.float32)
    known = (lowest <= dome + grid.voxels(6, 2)) & (lowest >= dome - grid.voxels(35, 2))
    known &= lowest >= 0
    out = np.full(known.shape, float(dome), dtype=np.float32)
    open_ = np.ones_like(known)
    for widen in (1.0, 3.0, 12.0):
        sigma = [widen * FLOOR_SIGMA_MM / s for s in grid.spacing_mm[:2]]
        share = ndimage.gaussian_filter(known.astype(np.float32), sigma, mode="constant")
        value = ndimage.gaussian_filter(np.where(known, lowest, 0), sigma, mode="constant")
        new = open_ & (share > 0.02)
        out[new] = value[new] / share[new]
        open_ &= ~new
    out -= grid.voxels(SAGGING_MM, 2)
    out[known] = lowest[known]
    return out


def _hull_2d(plane: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The convex hull of a plane's voxels, as voxels."""
    columns = np.flatnonzero(plane.any(axis=1))
    first = plane[columns].argmax(axis=1)
    last = plane.shape[1] - 1 - plane[columns, ::-1].argmax(axis=1)
    points = np.concatenate(
        [np.column_stack([columns, first]), np.column_stack([columns, last])]
    ).astype(np.float64)
    try:
        equations = ConvexHull(points).equations
    except QhullError:  # too few voxels, or all on a line
        return plane
    out = np.zeros(plane.shape, dtype=np.bool_)
    low_i, low_j = points.min(axis=0).astype(int)
    high_i, high_j = points.max(axis=0).astype(int) + 1
    ii = np.arange(low_i, high_i)[:, None]
    jj = np.arange(low_j, high_j)[None, :]
    inside = np.ones((ii.size, jj.size), dtype=np.bool_)
    for a, b, c in equations:
        inside &= a * ii + b * jj + c <= 1e-6
    out[low_i:high_i, low_j:high_j] = inside
    return out
