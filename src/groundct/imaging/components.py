"""Connected components of masks, by cc3d, on the mask's bounding box."""

from __future__ import annotations

from typing import Literal

import cc3d
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from groundct.core.volume import BoolArray

Connectivity = Literal[6, 18, 26]
Crop = tuple[slice, slice, slice]


def bounding_slices(mask: BoolArray, margin: int = 0) -> Crop | None:
    """The box of a mask's voxels, widened by ``margin`` within the array; None when empty."""
    lows_highs: list[slice] = []
    columns = np.asarray(mask.any(axis=2))
    for axis, held in enumerate((columns.any(axis=1), columns.any(axis=0), mask.any(axis=(0, 1)))):
        line = np.flatnonzero(held)
        if line.size == 0:
            return None
        low, high = int(line[0]) - margin, int(line[-1]) + 1 + margin
        lows_highs.append(slice(max(low, 0), min(high, mask.shape[axis])))
    return lows_highs[0], lows_highs[1], lows_highs[2]


def components(
    mask: BoolArray, connectivity: Connectivity = 26
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Components of a mask (i, j, k), the largest first.

    Returns labels (uint32, same shape; 0 is background) and sizes in voxels, where
    ``sizes[label]`` is that component's and ``sizes[0]`` the background's.
    """
    labels = np.zeros(mask.shape, dtype=np.uint32, order="F")
    crop = bounding_slices(mask)
    if crop is None:
        return labels, np.array([mask.size], dtype=np.int64)
    inner = mask[crop]
    # Even lengths: in small arrays of odd ones cc3d has too little room for lone voxels.
    i, j, k = inner.shape
    whole = np.zeros((i + i % 2, j + j % 2, k + k % 2), dtype=np.bool_, order="F")
    whole[:i, :j, :k] = inner
    found, count = cc3d.connected_components(whole, connectivity=connectivity, return_N=True)
    sizes = np.bincount(found.ravel(order="K"), minlength=count + 1).astype(np.int64)
    order = np.argsort(-sizes[1:], kind="stable") + 1
    rank = np.zeros(count + 1, dtype=np.uint32)
    rank[order] = np.arange(1, count + 1, dtype=np.uint32)
    labels[crop] = rank[found[:i, :j, :k]]
    inside = sizes[order]
    return labels, np.concatenate([[mask.size - inside.sum()], inside])


def largest_component(mask: BoolArray, connectivity: Connectivity = 26) -> BoolArray:
    """The largest component alone; empty when the mask is."""
    labels, _ = components(mask, connectivity)
    return np.asarray(labels == 1)


def keep_components(mask: BoolArray, min_voxels: int, connectivity: Connectivity = 26) -> BoolArray:
    """The mask without components smaller than ``min_voxels``."""
    labels, sizes = components(mask, connectivity)
    keep = sizes >= min_voxels
    keep[0] = False
    return np.asarray(keep[labels])


def fill_holes_by_slice(mask: BoolArray, axis: int = 2) -> BoolArray:
    """The mask with holes filled that are closed within a slice across ``axis`` (2 = axial)."""
    out = np.zeros(mask.shape, dtype=np.bool_, order="F")
    crop = bounding_slices(mask)
    if crop is None:
        return out
    source, filled = np.moveaxis(mask[crop], axis, 2), np.moveaxis(out[crop], axis, 2)
    for n in range(source.shape[2]):
        filled[:, :, n] = ndimage.binary_fill_holes(source[:, :, n])
    return out
