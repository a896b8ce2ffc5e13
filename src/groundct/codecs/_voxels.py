"""Stored numbers -> HU or labels, slab by slab, so that no second full-size array is needed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundct.core.issues import DataError, VolumeError
from groundct.core.volume import HuArray

HU_RANGE = (-32768, 32767)
_SLAB_VOXELS = 1 << 19


def hu_of(path: Path, stored: NDArray[Any], slope: float, intercept: float) -> HuArray:
    """HU as int16 in the memory order of ``stored`` (Fortran order, its last axis the slowest).

    Values that are no whole number are rounded to the nearest HU, halves to the even one.
    An int16 array that needs no scaling is returned as it is.

    Raises VolumeError for NaN, infinite values, and HU that int16 does not hold.
    """
    identity = (slope, intercept) == (1.0, 0.0)
    if identity and stored.dtype == np.int16:
        return stored
    hu = np.empty(stored.shape, dtype=np.int16, order="F")
    for part in _slabs(stored.shape):
        values = stored[part]
        if not (identity and stored.dtype.kind in "iu"):
            values = values.astype(np.float64, order="F")
            if stored.dtype.kind == "f":
                _check_finite(path, values, part)
            if not identity:
                values *= slope
                values += intercept
            np.rint(values, out=values)
        low, high = values.min(), values.max()
        if low < HU_RANGE[0] or high > HU_RANGE[1]:
            raise _out_of_range(path, float(low), float(high))
        hu[part] = values
    return hu


def labels_of(path: Path, stored: NDArray[Any]) -> NDArray[np.uint8 | np.uint16]:
    """Labels as uint8, or as uint16 when one is larger than 255, in the order of ``stored``.

    Raises VolumeError for values that are no whole number from 0 to 65535.
    """
    if stored.dtype == np.uint8:
        return stored
    small = np.empty(stored.shape, dtype=np.uint16, order="F")
    largest = 0
    for part in _slabs(stored.shape):
        values = stored[part]
        if stored.dtype.kind == "f":
            _check_finite(path, values, part)
            if not np.array_equal(values, np.rint(values)):
                raise _no_labels(path, "fractions")
        low, high = values.min(), values.max()
        if low < 0 or high > np.iinfo(np.uint16).max:
            raise _no_labels(path, f"values from {low} to {high}")
        small[part] = values
        largest = max(largest, int(high))
    return small.astype(np.uint8, order="F") if largest <= np.iinfo(np.uint8).max else small


def _slabs(shape: tuple[int, ...]) -> Iterator[tuple[Any, ...]]:
    plane = int(np.prod(shape[:-1]))
    step = max(1, _SLAB_VOXELS // plane)
    for start in range(0, shape[-1], step):
        yield (..., slice(start, start + step))


def _check_finite(path: Path, values: NDArray[Any], part: tuple[Any, ...]) -> None:
    if np.isfinite(values).all():
        return
    bad = np.argwhere(~np.isfinite(values))
    index = [int(n) for n in bad[0]]
    index[-1] += part[-1].start
    raise VolumeError.of(
        "not-finite",
        path,
        f"voxel {tuple(index)} is NaN or infinite, and {len(bad) - 1} more near it.",
        "Convert the volume again; do not fill in values by hand.",
    )


def _out_of_range(path: Path, low: float, high: float) -> DataError:
    return VolumeError.of(
        "hu-out-of-range",
        path,
        f"voxels from {low:.6g} to {high:.6g} HU occur; {HU_RANGE[0]} to {HU_RANGE[1]} are held.",
        "Check that the values are HU and that the scaling is right.",
    )


def _no_labels(path: Path, what: str) -> DataError:
    return VolumeError.of(
        "not-labels",
        path,
        f"the mask holds {what}; labels are whole numbers from 0 to 65535.",
        "Give a label map or a binary mask, not probabilities or a CT.",
    )
