"""The liver, or its dome where only that is in view: even soft tissue under the right lung."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from groundct.anatomy._hu.chest import base_heights
from groundct.anatomy._hu.grid import Working
from groundct.core.volume import BoolArray
from groundct.imaging.components import components, fill_holes_by_slice
from groundct.imaging.distances import close_mm, dilate_mm, erode_mm

LIVER_HU = (20.0, 180.0)
SPREAD_HU = (22.0, 30.0)
SPREAD_SIGMAS = 5.0
SEED_DEPTH_MM = (10.0, 35.0)
CUT_MM = 8.0
LEFT_REACH_MM = 95.0
BORDER_MM = 2.6
BORDER_HU = 60.0
MIN_LIVER_ML = 60.0
CAVA_MM2 = 900.0
CAVA_MM = 42.0
CAVA_ASIDE_MM = 45.0


def find_liver(
    grid: Working, free: BoolArray, right_lung: BoolArray, middle: float
) -> BoolArray | None:
    """The liver, or None when nothing of even density lies under the right lung's dome.

    ``free`` is what lies below the diaphragm within the wall and is not taken; ``middle`` the
    column of the spine.
    """
    spacing = grid.spacing_mm
    smooth = ndimage.gaussian_filter(grid.hu.astype(np.float32), [2.5 / s for s in spacing])
    seed = _seed(grid, right_lung)
    seed &= free
    values = smooth[seed]
    values = values[(values > LIVER_HU[0]) & (values < LIVER_HU[1])]
    if values.size * grid.voxel_ml < 10 or values.size < 0.5 * np.count_nonzero(seed):
        return None
    center = float(np.median(values))
    noise = 1.48 * float(np.median(np.abs(values - center)))
    spread = float(np.clip(SPREAD_SIGMAS * noise, *SPREAD_HU))
    free = free.copy(order="F")
    free[: max(0, round(middle - LEFT_REACH_MM / spacing[0]))] = False
    even = np.asarray(free & (np.abs(smooth - center) < spread))
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
    # Smoothing took the border; vessels and small lesions are darker or brighter.
    border = dilate_mm(liver, BORDER_MM, spacing) & (np.abs(grid.hu - center) < BORDER_HU)
    liver = fill_holes_by_slice(close_mm(liver | border, CUT_MM / 2, spacing) & free)
    liver = _without_cava(grid, liver, middle)
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


def _without_cava(grid: Working, liver: BoolArray, middle: float) -> BoolArray:
    """Without small round pieces near the midline, apart in their slice: the vena cava's."""
    out = liver.copy(order="F")
    area = grid.spacing_mm[0] * grid.spacing_mm[1]
    for k in np.flatnonzero(liver.any(axis=(0, 1))):
        labels, count = ndimage.label(liver[:, :, k])
        for n in range(1, count + 1):
            ii, jj = np.nonzero(labels == n)
            aside = abs(float(ii.mean()) - middle) * grid.spacing_mm[0]
            width, depth = np.ptp(ii) * grid.spacing_mm[0], np.ptp(jj) * grid.spacing_mm[1]
            small = ii.size * area < CAVA_MM2 and max(width, depth) < CAVA_MM
            if count > 1 and small and aside < CAVA_ASIDE_MM:
                out[ii, jj, k] = False
    return out
