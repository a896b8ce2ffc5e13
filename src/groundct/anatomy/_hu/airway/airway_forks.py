"""Where a side bronchus leaves its stem: the lumen that both share before the wall parts them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from groundct.anatomy._hu.airway.airway_graph import SHELL_MM, Line, Shells

SHARED_MM = 14.0
STEM_RADII = 1.2


def shared_lumen(
    tree: Shells, fork: tuple[Line, Line, Line], voxels: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Which of a stem's ``voxels`` (numbers into ``tree.voxels``) belong to the side branch.

    ``fork`` is the stem's line before and after the fork and the branch's. Fronts part only where
    the wall does, so the last shells of the stem hold the branch's first millimetres: those voxels
    that lie farther from the stem's own straight way on than its lumen is wide, on the branch's
    side.
    """
    before, after, side = fork
    last = max(1, len(before.shells) - round(SHARED_MM / SHELL_MM))
    sure, tail = before.shells[:last], before.shells[last:]
    near = voxels[np.isin(tree.of_voxel[voxels], tail)]
    if near.size == 0:
        return near
    way = _dense(tree.centre[[*sure[-3:], *after.shells[:2]]])
    branch = _dense(np.stack([way[len(way) // 2], tree.centre[side.shells[0]]]))
    places = tree.voxels[near].astype(np.float64)
    far = cKDTree(way).query(places)[0]
    aside = cKDTree(branch).query(places)[0]
    width = float(np.mean(tree.radius_mm[[*sure[-3:], *after.shells[:2]]]))
    return np.asarray(near[(far > STEM_RADII * width) & (aside < far)])


def _dense(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """A line through points with a point at every half voxel or so."""
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    at = np.concatenate([[0.0], np.cumsum(steps)])
    fine = np.linspace(0.0, at[-1], max(2, round(2 * at[-1])))
    return np.stack([np.interp(fine, at, points[:, a]) for a in range(3)], axis=1)
