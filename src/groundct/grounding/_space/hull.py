"""Convex hulls of masks, slice by slice."""

from __future__ import annotations

import numpy as np
from scipy.spatial import ConvexHull, QhullError

from groundct.core.volume import BoolArray


def hull_by_slice(mask: BoolArray) -> BoolArray:
    """The filled convex hull of the voxels of every axial slice (i j k)."""
    out = np.zeros(mask.shape, dtype=np.bool_, order="F")
    for k in range(mask.shape[2]):
        out[:, :, k] = _hull(mask[:, :, k])
    return out


def _hull(plane: BoolArray) -> BoolArray:
    points = np.argwhere(plane)
    if len(points) < 4:
        return plane
    try:
        equations = ConvexHull(points).equations
    except QhullError:  # all on one line
        return plane
    i = np.arange(plane.shape[0])[:, None]
    j = np.arange(plane.shape[1])[None, :]
    inside = np.ones(plane.shape, dtype=np.bool_)
    for a, b, c in equations:
        inside &= a * i + b * j + c <= 1e-6
    return inside
