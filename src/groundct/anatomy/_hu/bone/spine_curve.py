"""The scan straightened along the spinal canal: places beside, before and along the canal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from groundct.anatomy._hu.grid import Working
from groundct.core.volume import BoolArray

STEP_MM = 1.0
ACROSS_MM = 1.5
HALF_WIDTH_MM = 60.0
BEHIND_MM, BEFORE_MM = 60.0, 48.0
SMOOTH_MM = 12.0

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class SpineCurve:
    """The canal's line from below to above, one point a millimetre.

    ``points_mm`` (n, 3) are working indices times spacing; ``up`` and ``front`` (n, 3) are unit
    vectors along the line and to the front of it; the third axis points to the patient's right.
    """

    points_mm: NDArray[np.float64]
    up: NDArray[np.float64]
    front: NDArray[np.float64]

    @property
    def right(self) -> NDArray[np.float64]:
        """Unit vectors (n, 3) to the patient's right, across the line."""
        return np.cross(self.front, self.up)


def spine_curve(grid: Working, centers: NDArray[np.float64]) -> SpineCurve:
    """The line through the canal's centres (k, 2), smooth, at equal steps of 1 mm."""
    step = np.array(grid.spacing_mm)
    sigma = SMOOTH_MM / step[2]
    line = np.column_stack([centers, np.arange(centers.shape[0])]) * step
    line[:, :2] = ndimage.gaussian_filter1d(line[:, :2], sigma, axis=0, mode="nearest")
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    at = np.arange(0.0, along[-1], STEP_MM)
    points = np.column_stack([np.interp(at, along, line[:, axis]) for axis in range(3)])
    up = np.gradient(points, axis=0)
    up /= np.linalg.norm(up, axis=1, keepdims=True)
    front = np.array([0.0, 1.0, 0.0]) - up * up[:, 1:2]
    front /= np.linalg.norm(front, axis=1, keepdims=True)
    return SpineCurve(points, up, front)


def straightened(grid: Working, curve: SpineCurve) -> FloatArray:
    """HU (x, y, s) beside, before and along the canal; outside the scan that of its border.

    Steps are 1.5 mm across (x to the patient's right, y to the front, the canal's centre where
    `across_mm` is 0) and 1 mm along.
    """
    x, y = across_mm()
    step = np.array(grid.spacing_mm)
    out = np.empty((x.size, y.size, len(curve.points_mm)), dtype=np.float32)
    for axis in range(3):
        place = curve.points_mm[:, axis] + (
            x[:, None, None] * curve.right[:, axis] + y[None, :, None] * curve.front[:, axis]
        )
        if axis == 0:
            places = np.empty((3, *out.shape), dtype=np.float32)
        places[axis] = place / step[axis]
    ndimage.map_coordinates(grid.hu, places, output=out, order=1, mode="nearest")
    return out


def across_mm() -> tuple[FloatArray, FloatArray]:
    """The places of a straightened scan across the canal, in mm: along x and along y."""
    x = np.arange(-HALF_WIDTH_MM, HALF_WIDTH_MM + ACROSS_MM / 2, ACROSS_MM)
    y = np.arange(-BEHIND_MM, BEFORE_MM + ACROSS_MM / 2, ACROSS_MM)
    return x.astype(np.float32), y.astype(np.float32)


def on_curve(grid: Working, curve: SpineCurve, where: BoolArray) -> NDArray[np.float32]:
    """(n, 3): x, y and s in mm for every voxel of ``where``, in the order of ``np.nonzero``."""
    places = np.column_stack(np.nonzero(where)) * np.array(grid.spacing_mm)
    _, nearest = cKDTree(curve.points_mm).query(places)
    offset = places - curve.points_mm[nearest]
    x = np.einsum("nc,nc->n", offset, curve.right[nearest])
    y = np.einsum("nc,nc->n", offset, curve.front[nearest])
    s = nearest * STEP_MM + np.einsum("nc,nc->n", offset, curve.up[nearest])
    return np.column_stack([x, y, s]).astype(np.float32)
