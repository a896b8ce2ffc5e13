"""Labels of the working grid as regions of the full grid, by the nearest voxel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from groundct.anatomy._hu.grid import Working
from groundct.core.volume import RegionMask
from groundct.imaging.components import bounding_slices

CROSS = ndimage.generate_binary_structure(3, 1)
Labels = NDArray[np.int16]


def widened(labels: Labels) -> Labels:
    """The labels one voxel wider where nothing is labelled: parts reach over their whole."""
    near = ndimage.maximum_filter(labels, footprint=CROSS)
    return np.asarray(np.where(labels > 0, labels, near), dtype=np.int16)


def region_of(grid: Working, labels: Labels, codes: tuple[int, ...]) -> RegionMask | None:
    """The full-grid voxels whose nearest working voxel has one of the codes; None when none has."""
    chosen = np.zeros(int(labels.max()) + 1, dtype=np.bool_)
    chosen[[code for code in codes if code < chosen.size]] = True
    mask = np.asarray(chosen[labels])
    crop = bounding_slices(mask)
    if crop is None:
        return None
    starts, picks = [], []
    for axis, part in enumerate(crop):
        nearest = _nearest(grid, axis)
        inside = np.flatnonzero((nearest >= part.start) & (nearest < part.stop))
        if inside.size == 0:
            return None
        starts.append(int(inside[0]))
        picks.append(nearest[inside] - part.start)
    voxels = np.asfortranarray(mask[crop][np.ix_(*picks)])
    return RegionMask((starts[0], starts[1], starts[2]), voxels)


def _nearest(grid: Working, axis: int) -> NDArray[np.int64]:
    """For each index of the full grid along an axis the nearest one of the working grid."""
    full = grid.volume.geometry
    points = np.zeros((full.shape[axis], 3))
    points[:, axis] = np.arange(full.shape[axis])
    places = grid.geometry.index_from_world(full.world_from_index(points))[:, axis]
    return np.clip(np.rint(places), 0, grid.geometry.shape[axis] - 1).astype(np.int64)
