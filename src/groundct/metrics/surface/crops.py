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


def _box_of_rows(mask: BoolArray) -> Crop | None:
    """The box of an array; one in C order is read by eight voxels at a time."""
    across, down, along = mask.shape
    if mask.flags.c_contiguous and down * along % 8 == 0:
        words = mask.reshape(across, down * along).view(np.uint64)
        slabs = _span(np.asarray(np.bitwise_or.reduce(words, axis=1) != 0))
        if slabs is None:
            return None
        plane = np.bitwise_or.reduce(words[slabs], axis=0).view(np.bool_).reshape(down, along)
    else:
        slabs = _span(np.asarray(mask.any(axis=(1, 2))))
        if slabs is None:
            return None
        plane = mask[slabs].any(axis=0)
    rows, columns = (_span(np.asarray(plane.any(axis=n))) for n in (1, 0))
    return None if rows is None or columns is None else (slabs, rows, columns)


def _span(line: NDArray[np.bool_]) -> slice | None:
    where = np.flatnonzero(line)
    return slice(int(where[0]), int(where[-1]) + 1) if where.size else None
