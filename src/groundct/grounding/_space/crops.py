"""Crops of label maps and volumes; the ways between crop, coarse crop and full grid."""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from groundct.core.volume import BoolArray, LabelMap, RegionMask
from groundct.imaging.components import Crop, bounding_slices
from groundct.imaging.distances import SpacingMm, close_mm, dilate_mm

FloatArray = NDArray[np.float32]
T = TypeVar("T", bound=np.generic)

LUNG_SIDES = ("left lung", "right lung")


def around(mask: BoolArray, spacing_mm: SpacingMm, margin_mm: float) -> Crop | None:
    """The bounding box of a mask grown by a margin, within the array; None when it is empty."""
    tight = bounding_slices(mask)
    if tight is None:
        return None
    out = []
    for part, n, step in zip(tight, mask.shape, spacing_mm, strict=True):
        pad = math.ceil(margin_mm / step)
        out.append(slice(max(0, part.start - pad), min(n, part.stop + pad)))
    return out[0], out[1], out[2]


def whole(shape: tuple[int, ...]) -> Crop:
    """The crop that is the whole array."""
    i, j, k = (slice(0, n) for n in shape)
    return i, j, k


def crop_of(
    organs: LabelMap,
    names: tuple[str, ...],
    crop: Crop,
    steps: tuple[int, int, int] = (1, 1, 1),
) -> BoolArray:
    """The union of those of the named structures that are segmented, in a crop (i j k).

    With ``steps``, only every n-th voxel along each axis, as ``thinned`` takes them.
    """
    picked = tuple(
        slice(part.start + step // 2, part.stop, step)
        for part, step in zip(crop, steps, strict=True)
    )
    shape = tuple(len(range(part.start, part.stop, part.step)) for part in picked)
    out = np.zeros(shape, dtype=np.bool_, order="F")
    known = set(organs.names)
    parts = {part for name in names if name in known for part in organs.segment(name).parts}
    views: dict[int, NDArray[np.unsignedinteger]] = {}
    for layer, first, last in _runs(sorted(parts)):
        if layer not in views:
            views[layer] = np.asfortranarray(organs.layers[layer][picked])
        labels = views[layer]
        # Unsigned numbers under the first wrap round to large ones: one comparison a run.
        kind = labels.dtype.type
        out |= (labels - kind(first)) <= kind(last - first) if last > first else labels == first
    return out


def _runs(parts: list[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """Sorted (layer, label) pairs as runs of labels: (layer, first, last)."""
    runs: list[tuple[int, int, int]] = []
    for layer, label in parts:
        if runs and runs[-1][0] == layer and runs[-1][2] == label - 1:
            runs[-1] = (layer, runs[-1][1], label)
        else:
            runs.append((layer, label, label))
    return runs


def placed(mask: BoolArray, *crops: Crop) -> RegionMask:
    """A mask of a crop (of a crop ...; outermost first) as a RegionMask of the full grid."""
    inner = RegionMask.of(mask)
    i, j, k = (
        own + sum(crop[axis].start for crop in crops) for axis, own in enumerate(inner.offset)
    )
    return RegionMask((i, j, k), inner.voxels)


def steps_for(spacing_mm: SpacingMm, wanted_mm: float) -> tuple[int, int, int]:
    """Whole-voxel steps that bring each axis close to a wanted spacing without passing it."""
    i, j, k = (max(1, int(wanted_mm / step + 1e-6)) for step in spacing_mm)
    return i, j, k


def scaled(spacing_mm: SpacingMm, steps: tuple[int, int, int]) -> SpacingMm:
    """The spacing after taking steps of whole voxels."""
    i, j, k = (step * n for step, n in zip(spacing_mm, steps, strict=True))
    return i, j, k


def thinned(mask: BoolArray, steps: tuple[int, int, int]) -> BoolArray:
    """Every n-th voxel along each axis, from the middle of the first block."""
    a, b, c = steps
    return np.asfortranarray(mask[a // 2 :: a, b // 2 :: b, c // 2 :: c])


def repeated(coarse: BoolArray, steps: tuple[int, int, int], shape: tuple[int, ...]) -> BoolArray:
    """Undo ``thinned``: voxels repeated, cut to ``shape`` or carried on to it."""
    return widened(coarse, steps, shape)


def widened(coarse: NDArray[T], steps: tuple[int, int, int], shape: tuple[int, ...]) -> NDArray[T]:
    """As ``repeated``, for voxels of any kind."""
    out = np.asfortranarray(coarse).T  # C order, in which numpy repeats without a copy after it
    for axis, (step, wanted) in enumerate(zip(steps[::-1], shape[::-1], strict=True)):
        if step > 1:
            out = np.repeat(out, step, axis=axis)
        lacking = wanted - out.shape[axis]
        if lacking > 0:
            pads = [(0, lacking if n == axis else 0) for n in range(3)]
            out = np.pad(out, pads, mode="edge")
        elif lacking < 0:
            out = out[(slice(None),) * axis + (slice(wanted),)]
    return np.asfortranarray(out.T)


def block_mean(array: FloatArray, steps: tuple[int, int, int]) -> FloatArray:
    """Means of blocks of whole voxels; a rest at the far edges is dropped.

    The array itself, where a block is one voxel.
    """
    out = array
    for axis in (2, 1, 0):  # the slowest axis of F order first: whole planes are added
        step = steps[axis]
        if step == 1:
            continue
        end = out.shape[axis] // step * step
        head = (slice(None),) * axis
        total = out[(*head, slice(0, end, step))].astype(np.float32)
        for n in range(1, step):
            total += out[(*head, slice(n, end, step))]
        total *= np.float32(1 / step)
        out = total
    return np.asarray(out, dtype=np.float32)


def smooth(hu: NDArray[np.generic], sigma_mm: float, spacing_mm: SpacingMm) -> FloatArray:
    """Gaussian smoothing with a width in mm, float32 (i j k)."""
    sigma = [sigma_mm / step for step in spacing_mm]
    out = ndimage.gaussian_filter(hu, sigma, output=np.float32, mode="nearest", truncate=2.5)
    return np.asarray(out)


def closed_mm(mask: BoolArray, radius_mm: float, spacing_mm: SpacingMm) -> BoolArray:
    """Closing that never grows along the array's edge."""
    pads = [math.ceil(radius_mm / step) + 1 for step in spacing_mm]
    closed = close_mm(np.pad(mask, [(p, p) for p in pads]), radius_mm, spacing_mm)
    a, b, c = (slice(p, p + n) for p, n in zip(pads, mask.shape, strict=True))
    return np.asfortranarray(closed[a, b, c])


def grown_mm(mask: BoolArray, radius_mm: float, spacing_mm: SpacingMm) -> BoolArray:
    """Dilation on a coarser grid (about 2.5 mm), for margins of a centimetre and more."""
    out = np.zeros(mask.shape, dtype=np.bool_, order="F")
    box = around(mask, spacing_mm, radius_mm + 6.0)
    if box is None:
        return out
    steps = steps_for(spacing_mm, 2.5)
    # Blocks are counted from the array's own first voxel, wherever the box begins.
    crop = tuple(
        slice(part.start - part.start % step, part.stop)
        for part, step in zip(box, steps, strict=True)
    )
    own = mask[crop]
    coarse = dilate_mm(thinned(own, steps), radius_mm, scaled(spacing_mm, steps))
    out[crop] = repeated(coarse, steps, own.shape) | own
    return out
