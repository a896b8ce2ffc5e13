"""The two axes of a lesion as readers measure them, on the axial slice where it is longest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, QhullError
from scipy.spatial.distance import pdist, squareform

from groundct.core.geometry import Geometry
from groundct.core.volume import RegionMask


def axial_axes_mm(region: RegionMask, geometry: Geometry) -> tuple[float, float]:
    """Long and short axis in mm, edge to edge; (0, 0) for an empty region.

    The long axis is the longest line between two voxels of one axial slice; the short axis the
    extent across it in that slice (RECIST 1.1, Eisenhauer et al., Eur J Cancer 2009;45:228).
    One mean in-plane spacing is added to both for the half voxels at their ends.
    """
    step_i, step_j, _ = geometry.spacing_mm
    best = (-1.0, 0.0)
    for k in range(region.voxels.shape[2]):
        points = np.argwhere(region.voxels[:, :, k]) * np.array([step_i, step_j])
        if len(points) and (axes := _axes(points))[0] > best[0]:
            best = axes
    if best[0] < 0:
        return 0.0, 0.0
    edge = (step_i + step_j) / 2
    return best[0] + edge, best[1] + edge


def _axes(points: NDArray[np.float64]) -> tuple[float, float]:
    hull = points
    if len(points) > 8:
        try:
            hull = points[ConvexHull(points).vertices]
        except QhullError:  # all on one line
            hull = points[[0, -1]]
    if len(hull) == 1:
        return 0.0, 0.0
    distances = squareform(pdist(hull))
    a, b = np.unravel_index(int(distances.argmax()), distances.shape)
    long_axis = float(distances[a, b])
    if long_axis == 0:
        return 0.0, 0.0
    across = np.array([-(hull[b] - hull[a])[1], (hull[b] - hull[a])[0]]) / long_axis
    return long_axis, float(np.ptp(hull @ across))
