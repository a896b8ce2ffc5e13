"""The sternum, slice by slice around its own middle line, and where its manubrium ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from groundct.anatomy._hu.bone.rib_tracks import METAL_HU, Points
from groundct.anatomy._hu.bone.spine import Spine
from groundct.anatomy._hu.chest import Chest
from groundct.anatomy._hu.grid import Working
from groundct.core.volume import BoolArray
from groundct.imaging.components import components, fill_holes_by_slice
from groundct.imaging.distances import close_mm, erode_mm

STERNUM_HU = 130
ZONE_HALF_WIDTH_MM, CORE_HALF_WIDTH_MM = 36.0, 14.0
BODY_HALF_WIDTH_MM, MANUBRIUM_HALF_WIDTH_MM = 25.0, 36.0
LEAST_ML, LEAST_HEIGHT_MM = 3.0, 25.0
MANUBRIUM_MM = (34.0, 64.0)
NEAR_MM = 68.0


@dataclass(frozen=True, eq=False)
class Sternum:
    """``manubrium`` is the part of ``mask`` above the second ribs, None where they do not show it.

    ``middle_mm`` (k,) is its middle from left to right in every slice, in working indices times
    spacing; ``top_k`` its highest slice, ``front_mm`` where it lies from back to front up there.
    """

    mask: BoolArray
    manubrium: BoolArray | None
    middle_mm: NDArray[np.float64]
    top_k: int
    front_mm: float


def find_sternum(
    grid: Working, bone: BoolArray, chest: Chest, spine: Spine, second_ribs: list[Points]
) -> Sternum | None:
    """The bone before the chest's hull, in the middle.

    ``bone`` is where bone may be, without the ribs; ``second_ribs`` are the lines of those.
    """
    spacing = grid.spacing_mm
    zone = bone & _zone(grid, chest, spine) & (grid.hu > STERNUM_HU) & (grid.hu < METAL_HU)
    labels, sizes = components(np.asarray(zone), 18)
    boxes = ndimage.find_objects(labels.astype(np.int32))
    keep = [
        n
        for n in range(1, sizes.size)
        if sizes[n] * grid.voxel_ml > LEAST_ML
        and (boxes[n - 1][2].stop - boxes[n - 1][2].start) * spacing[2] > LEAST_HEIGHT_MM
    ]
    if not keep:
        return None
    mask = fill_holes_by_slice(close_mm(np.asarray(np.isin(labels, keep)), 4.0, spacing))
    middle = _middle(grid, mask, spine)
    aside = np.abs(np.arange(mask.shape[0])[:, None] * spacing[0] - middle[None, :])
    levels = np.flatnonzero((mask & (aside <= CORE_HALF_WIDTH_MM)[:, None, :]).any(axis=(0, 1)))
    if levels.size == 0:
        return None
    top = int(levels[-1])
    height = np.arange(mask.shape[2]) * spacing[2]
    angle = _angle_mm(second_ribs, middle, spacing[2], top)
    wide = height > (angle if angle is not None else height[top] - MANUBRIUM_MM[1])
    half = np.where(wide, MANUBRIUM_HALF_WIDTH_MM, BODY_HALF_WIDTH_MM)
    mask &= (aside <= half[None, :])[:, None, :]
    mask[:, :, top + 1 :] = False
    front = float(np.median(np.nonzero(mask[:, :, top])[1])) * spacing[1]
    manubrium = None if angle is None else np.asarray(mask & (height > angle)[None, None, :])
    return Sternum(np.asarray(mask), manubrium, middle, top, front)


def _zone(grid: Working, chest: Chest, spine: Spine) -> BoolArray:
    """Where a sternum can lie: before the hull of the lungs, near the middle, above the dome."""
    spacing = grid.spacing_mm
    ni, nj, nk = grid.hu.shape
    x = (np.arange(ni)[:, None, None] - spine.centers[None, None, :, 0]) * spacing[0]
    has = chest.hull.any(axis=(0, 1)) & (np.arange(nk) >= chest.dome - grid.voxels(10, 2))
    front = nj - 1 - chest.hull[:, ::-1].any(axis=0).argmax(axis=0)
    y = (np.arange(nj)[None, :, None] - front[None, None, :]) * spacing[1]
    zone = (np.abs(x) <= ZONE_HALF_WIDTH_MM) & (y > -10) & (y < 45) & has[None, None, :]
    return np.asarray(zone & ~erode_mm(chest.inside, 7.0, spacing))


def _middle(grid: Working, mask: BoolArray, spine: Spine) -> NDArray[np.float64]:
    """(k,): the middle from left to right in mm, smooth."""
    i = np.arange(mask.shape[0])[:, None]
    count = mask.sum(axis=1)
    near = count * (np.abs(i - spine.centers[None, :, 0]) * grid.spacing_mm[0] < 2 * 14.0)
    total = near.sum(axis=0)
    seen = np.flatnonzero(total > 0)
    if seen.size == 0:
        return np.asarray(spine.centers[:, 0] * grid.spacing_mm[0])
    place = (near * i).sum(axis=0)[seen] / total[seen]
    line = np.interp(np.arange(mask.shape[2]), seen, place)
    sigma = 20.0 / grid.spacing_mm[2]
    return np.asarray(ndimage.gaussian_filter1d(line, sigma, mode="nearest") * grid.spacing_mm[0])


def _angle_mm(
    second_ribs: list[Points], middle: NDArray[np.float64], step_mm: float, top: int
) -> float | None:
    """The height of the sternal angle: where the second ribs come near the sternum."""
    heights = []
    for line in second_ribs:
        end = line[-1]
        k = min(len(middle) - 1, round(float(end[2]) / step_mm))
        if abs(float(end[0]) - middle[k]) < NEAR_MM:
            heights.append(float(end[2]))
    if not heights:
        return None
    angle = float(np.mean(heights))
    return angle if MANUBRIUM_MM[0] < top * step_mm - angle < MANUBRIUM_MM[1] else None
