"""The liver, or its dome where only that is in view: even soft tissue under the right lung."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from groundct.anatomy._hu.chest import Chest, base_heights
from groundct.anatomy._hu.grid import Working
from groundct.core.volume import BoolArray
from groundct.imaging.components import components, fill_holes_by_slice
from groundct.imaging.distances import close_mm, dilate_mm, erode_mm

LIVER_HU = (20.0, 180.0)
SPREAD_HU = 30.0
SEED_DEPTH_MM = (10.0, 35.0)
CUT_MM = 8.0
LEFT_REACH_MM = 70.0
MIN_LIVER_ML = 60.0


def find_liver(
    grid: Working,
    body: BoolArray,
    taken: BoolArray,
    right_lung: BoolArray,
    chest: Chest,
    middle: float,
) -> BoolArray | None:
    """The liver, or None when nothing of even density lies under the right lung's dome."""
    spacing = grid.spacing_mm
    smooth = ndimage.gaussian_filter(grid.hu.astype(np.float32), [2.5 / s for s in spacing])
    seed = _seed(grid, right_lung)
    seed &= body & ~taken
    values = smooth[seed]
    values = values[(values > LIVER_HU[0]) & (values < LIVER_HU[1])]
    if values.size * grid.voxel_ml < 10 or values.size < 0.5 * np.count_nonzero(seed):
        return None
    center = float(np.median(values))
    free = body & ~taken & ~chest.above_floor
    free[: max(0, round(middle - LEFT_REACH_MM / spacing[0]))] = False
    even = np.asarray(free & (np.abs(smooth - center) < SPREAD_HU))
    core = erode_mm(even, CUT_MM, spacing)
    labels, sizes = components(core, 6)
    if sizes.size < 2:
        return None
    votes = np.bincount(labels[seed], minlength=sizes.size)
    votes[0] = 0
    if votes.max() == 0:
        return None
    chosen = np.asarray(labels == int(votes.argmax()))
    liver = dilate_mm(chosen, CUT_MM + 1.0, spacing) & even
    liver = fill_holes_by_slice(close_mm(liver, CUT_MM / 2, spacing) & free)
    return liver if np.count_nonzero(liver) * grid.voxel_ml >= MIN_LIVER_ML else None


def _seed(grid: Working, right_lung: BoolArray) -> BoolArray:
    """A slab under the highest part of the right lung's base."""
    lowest = base_heights(right_lung)
    known = lowest >= 0
    columns = np.flatnonzero(known.any(axis=1))
    # The dome: the higher half of the base, away from the mediastinum.
    lateral = np.zeros_like(known)
    lateral[columns[0] + (columns[-1] - columns[0]) // 4 :] = True
    dome = known & lateral
    if not dome.any():
        return np.zeros(right_lung.shape, dtype=np.bool_)
    dome &= lowest >= np.quantile(lowest[dome], 0.6)
    k = np.arange(right_lung.shape[2])[None, None, :]
    low = lowest[:, :, None] - grid.voxels(SEED_DEPTH_MM[1], 2)
    high = lowest[:, :, None] - grid.voxels(SEED_DEPTH_MM[0], 2)
    return np.asarray(dome[:, :, None] & (k >= low) & (k <= high))
