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


def crop_of(organs: LabelMap, names: tuple[str, ...], crop: Crop) -> BoolArray:
    """The union of those of the named structures that are segmented, in a crop (i j k)."""
    shape = tuple(part.stop - part.start for part in crop)
    out = np.zeros(shape, dtype=np.bool_, order="F")
    known = set(organs.names)
    for name in names:
        if name in known:
            for layer, label in organs.segment(name).parts:
                out |= organs.layers[layer][crop] == label
    return out


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
    out = coarse
    for axis, step in enumerate(steps):
        if step > 1:
            out = np.repeat(out, step, axis=axis)
    lacking = [(0, max(0, n - m)) for n, m in zip(shape, out.shape, strict=True)]
    if any(after for _, after in lacking):
        out = np.pad(out, lacking, mode="edge")
    return np.asfortranarray(out[: shape[0], : shape[1], : shape[2]])


def block_mean(array: FloatArray, steps: tuple[int, int, int]) -> FloatArray:
    """Means of blocks of whole voxels; a rest at the far edges is dropped."""
    i, j, k = (n // step for n, step in zip(array.shape, steps, strict=True))
    a, b, c = steps
    cut = array[: i * a, : j * b, : k * c]
    mean = cut.reshape(i, a, j, b, k, c).mean(axis=(1, 3, 5), dtype=np.float32)
    return np.asarray(mean, dtype=np.float32)


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
    steps = steps_for(spacing_mm, 2.5)
    coarse = dilate_mm(thinned(mask, steps), radius_mm, scaled(spacing_mm, steps))
    return repeated(coarse, steps, mask.shape) | mask
