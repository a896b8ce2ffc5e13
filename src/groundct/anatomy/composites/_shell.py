"""Zones at the border of structures, by distances on a grid of at most about 1.5 mm."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import edt
import numpy as np
from numpy.typing import NDArray

from groundct.core.volume import BoolArray, LabelMap, RegionMask
from groundct.imaging.components import Crop, bounding_slices, fill_holes_by_slice
from groundct.imaging.distances import SpacingMm
from groundct.vocabulary.recipes import Recipe

_COARSE_MM: Final = 1.5
_GAP_MM: Final = 5.0
"""Gaps up to about twice this, such as vessels that a lung's mask leaves out, have no shell."""
_Triple = tuple[int, int, int]


def shell_masks(labels: LabelMap, recipes: Sequence[Recipe]) -> dict[str, RegionMask]:
    """The shell of each recipe's only member, by the composite's name.

    Distances are those of voxel centres, on every n-th voxel of axes finer than 0.75 mm, so that
    the far borders are as exact as that grid. Gaps and holes of a member are closed first: the
    shell follows its outer surface and not its vessels. A voxel near two of the members belongs to
    the shell of the nearer; voxels inside another member are in no shell.
    """
    spacing = labels.geometry.spacing_mm
    reach = max(recipe.outside_mm for recipe in recipes)
    inner = [labels.mask(recipe.members[0]) for recipe in recipes]
    crop = _around(inner, spacing, reach)
    if crop is None:
        return {recipe.name: RegionMask.of(inner[0]) for recipe in recipes}
    inner = [np.asfortranarray(mask[crop]) for mask in inner]
    zones = _zones(inner, recipes, spacing)
    out = {}
    for n, recipe in enumerate(recipes):
        zone = zones == n + 1
        for other in (mask for m, mask in enumerate(inner) if m != n):
            zone &= ~other
        for name in recipe.without:
            if name in labels.names:
                for layer, label in labels.segment(name).parts:
                    zone &= labels.layers[layer][crop] != label
        out[recipe.name] = _placed(zone, crop)
    return out


def _zones(
    inner: Sequence[BoolArray], recipes: Sequence[Recipe], spacing_mm: SpacingMm
) -> NDArray[np.uint8]:
    """1 + the index of the recipe in whose zone a voxel lies, on the fine grid; 0 for none."""
    steps = _steps(spacing_mm)
    a, b, c = (step * n for step, n in zip(spacing_mm, steps, strict=True))
    strides = tuple(slice(n // 2, None, n) for n in steps)
    coarse = [mask[strides] for mask in inner]
    zones: NDArray[np.uint8] = np.zeros(coarse[0].shape, np.uint8, order="F")
    nearest = np.full(coarse[0].shape, np.inf, np.float32, order="F")
    for n, (mask, recipe) in enumerate(zip(coarse, recipes, strict=True)):
        outside, depth = _distances(mask, (a, b, c))
        zone = np.where(depth > 0, depth <= recipe.inside_mm, outside <= recipe.outside_mm)
        zones[zone & (outside < nearest)] = n + 1
        np.minimum(nearest, outside, out=nearest)
    for axis, n in enumerate(steps):
        zones = zones.repeat(n, axis=axis) if n > 1 else zones
    lacking = [
        (0, max(0, have - made)) for have, made in zip(inner[0].shape, zones.shape, strict=True)
    ]
    i, j, k = inner[0].shape
    return np.asfortranarray(np.pad(zones, lacking, mode="edge")[:i, :j, :k])


def _distances(
    mask: BoolArray, spacing_mm: SpacingMm
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The distance from the mask, and the depth under the surface of the mask with gaps closed.

    Depth is 0 or less outside. A mask that is cut by the array's border goes on behind it.
    """
    widths = [(pad := math.ceil(_GAP_MM / step) + 1, pad) for step in spacing_mm]
    wide = np.asfortranarray(np.pad(mask, widths, mode="edge"))
    outside = edt.edt(~wide, anisotropy=spacing_mm, black_border=False, parallel=1)
    grown = np.asfortranarray(fill_holes_by_slice(outside <= _GAP_MM))
    depth = edt.edt(grown, anisotropy=spacing_mm, black_border=False, parallel=1) - _GAP_MM
    core = tuple(slice(pad, -pad) for pad, _ in widths)
    return outside[core], depth[core]


def _steps(spacing_mm: SpacingMm) -> _Triple:
    i, j, k = (max(1, math.floor(_COARSE_MM / step + 1e-6)) for step in spacing_mm)
    return i, j, k


def _around(masks: Sequence[BoolArray], spacing_mm: SpacingMm, reach_mm: float) -> Crop | None:
    boxes = [box for mask in masks if (box := bounding_slices(mask)) is not None]
    if not boxes:
        return None
    grown = []
    for axis in range(3):
        pad = math.ceil(reach_mm / spacing_mm[axis]) + 2
        low = max(0, min(box[axis].start for box in boxes) - pad)
        high = min(masks[0].shape[axis], max(box[axis].stop for box in boxes) + pad)
        grown.append(slice(low, high))
    return grown[0], grown[1], grown[2]


def _placed(mask: BoolArray, crop: Crop) -> RegionMask:
    inner = RegionMask.of(mask)
    i, j, k = (own + part.start for own, part in zip(inner.offset, crop, strict=True))
    return RegionMask((i, j, k), inner.voxels)
