"""Where a mask's voxels are, found eight at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from groundct.core.volume import BoolArray
from groundct.imaging.components import Crop


def occupied_box(mask: BoolArray) -> Crop | None:
    """The box of a mask's voxels (i, j, k); None when it has none."""
    if not mask.size:
        return None
    if mask.flags.f_contiguous:
        box = _box_of_rows(mask.T)
        return None if box is None else (box[2], box[1], box[0])
    return _box_of_rows(mask)


def nonzero_flat(values: NDArray[np.bool_] | NDArray[np.uint8]) -> NDArray[np.int64]:
    """Indices of what is not 0 in a flat contiguous array of bytes, sorted."""
    whole = values.size // 8 * 8
    octets = np.flatnonzero(values[:whole].view(np.uint64))
    inside = values[:whole].reshape(-1, 8)[octets] != 0
    row, column = np.nonzero(inside)
    rest = np.flatnonzero(values[whole:]) + whole
    return np.concatenate([octets[row] * 8 + column, rest])


def _box_of_rows(mask: BoolArray) -> Crop | None:
    """The box of an array; rows along the last axis are quick to read when they are contiguous."""
    slabs = _span(_any_by_slab(mask))
    if slabs is None:
        return None
    plane = np.logical_or.reduce(mask[slabs], axis=0)
    rows, columns = _span(plane.any(axis=1)), _span(plane.any(axis=0))
    return None if rows is None or columns is None else (slabs, rows, columns)


def _any_by_slab(mask: BoolArray) -> NDArray[np.bool_]:
    slab = mask.shape[1] * mask.shape[2]
    if mask.flags.c_contiguous and slab % 8 == 0:
        words = mask.reshape(mask.shape[0], slab).view(np.uint64)
        return np.asarray(np.bitwise_or.reduce(words, axis=1) != 0)
    return np.asarray(mask.any(axis=(1, 2)))


def _span(line: NDArray[np.bool_]) -> slice | None:
    where = np.flatnonzero(line)
    return slice(int(where[0]), int(where[-1]) + 1) if where.size else None
