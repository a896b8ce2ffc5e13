"""What the metrics take: masks, labels, flags and spacings, checked by one rule for all of them.

A mask is an array of bools or of whole numbers, whose voxels that are not 0 lie inside: label maps
as nibabel, SimpleITK or TotalSegmentator give them are masks. Numbers with a fraction are none:
where a probability becomes a voxel is for its owner to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from groundct.core.volume import BoolArray

LARGEST_LABEL: Final = np.iinfo(np.uint16).max
"""Of label maps and instance maps; what lies beyond is no label."""

Whole = NDArray[np.bool_] | NDArray[np.integer[Any]]


class ArgumentError(ValueError):
    """An array or a spacing that a metric cannot take: which one, why, and what to give."""


def masks_of(
    reference: ArrayLike, prediction: ArrayLike, axes: tuple[int, ...] = (3,)
) -> tuple[BoolArray, BoolArray]:
    """Two masks of one shape as bool arrays; ``axes`` says how many they may have, () any number.

    Raises ArgumentError.
    """
    ours, theirs = labels_of(reference, prediction, axes)
    return _inside(ours), _inside(theirs)


def mask_of(given: ArrayLike, axes: tuple[int, ...] = (3,)) -> BoolArray:
    """A mask as a bool array; raises ArgumentError."""
    return _inside(_labels(given, "the mask", axes))


def labels_of(
    reference: ArrayLike, prediction: ArrayLike, axes: tuple[int, ...] = (3,)
) -> tuple[Whole, Whole]:
    """Two arrays of labels (or masks) of one shape, as they are; raises ArgumentError."""
    ours = _labels(reference, "the reference", axes)
    theirs = _labels(prediction, "the prediction", axes)
    if ours.shape != theirs.shape:
        raise ArgumentError(
            f"the shapes of reference and prediction differ: {ours.shape} and {theirs.shape}; "
            "bring the prediction onto the reference's grid"
        )
    return ours, theirs


def flags_of(given: ArrayLike, name: str) -> BoolArray:
    """Bools, or whole numbers that are 0 or 1; raises ArgumentError."""
    array = _whole(given, name)
    if array.dtype != np.bool_ and not np.isin(array, (0, 1)).all():
        raise ArgumentError(f"{name} hold {_range(array)}; bools are due, or zeros and ones")
    return _inside(array)


def spacing_of(spacing_mm: Sequence[float], axes: int = 3) -> tuple[float, ...]:
    """Lengths in mm, one for each axis; raises ArgumentError unless all are finite and over 0."""
    try:
        lengths = tuple(float(length) for length in spacing_mm)
    except (TypeError, ValueError):
        lengths = ()
    if len(lengths) != axes or not all(0 < length < float("inf") for length in lengths):
        due = f"{axes} spacings over 0 mm are due, one for each axis of the array"
        raise ArgumentError(f"spacing_mm is {spacing_mm!r}; {due}")
    return lengths


def _labels(given: ArrayLike, name: str, axes: tuple[int, ...]) -> Whole:
    array = _whole(given, name)
    if axes and array.ndim not in axes:
        due = " or ".join(_AXES[many] for many in axes)
        raise ArgumentError(f"{name} has the shape {array.shape}; an array {due} is due")
    if array.dtype not in _SMALL and array.size:
        low, high = int(array.min()), int(array.max())
        if low < 0 or high > LARGEST_LABEL:
            raise ArgumentError(
                f"{name} holds {_range(array)}; labels are 0 to {LARGEST_LABEL}, 0 being outside"
            )
    return array


_AXES: Final = {2: "(i, j)", 3: "(i, j, k)"}
_SMALL: Final = (np.bool_, np.uint8, np.uint16)
"""Types that hold nothing but labels."""


def _whole(given: ArrayLike, name: str) -> Whole:
    array = np.asarray(given)
    if array.dtype.kind in "bui":
        return array
    if array.dtype.kind == "f":
        raise ArgumentError(
            f"{name} holds {array.dtype}, and bools or whole numbers are due: say which voxels are "
            "inside (array > 0.5), or that the numbers are labels (array.astype(numpy.uint8))"
        )
    kind = f"array of {array.dtype}" if isinstance(given, np.ndarray) else type(given).__name__
    raise ArgumentError(f"{name} is of type {kind}; an array of bools or whole numbers is due")


def _inside(array: Whole) -> BoolArray:
    return cast("BoolArray", array) if array.dtype == np.bool_ else np.not_equal(array, 0)


def _range(array: Whole) -> str:
    return f"numbers from {array.min()} to {array.max()}"
