"""Bones around the chest: sternum, ribs of both sides, and what bone is left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from groundct.anatomy._hu.chest import Chest
from groundct.anatomy._hu.grid import Working
from groundct.anatomy._hu.spine import Spine
from groundct.core.volume import BoolArray
from groundct.imaging.components import components
from groundct.imaging.distances import close_mm, dilate_mm, distance_mm, erode_mm, open_mm

BONE_HU = 180
CORTEX_HU = 270
STERNUM_HU = 130
RIB_REACH_MM = 12.0
THICK_MM = 9.0
SKIN_DEPTH_MM = 40.0
STERNUM_HALF_WIDTH_MM = 32.0


@dataclass(frozen=True, eq=False)
class Bones:
    """On the working grid; a structure that was not found is None."""

    left_ribs: BoolArray | None
    right_ribs: BoolArray | None
    sternum: BoolArray | None
    other: BoolArray | None


def find_bones(
    grid: Working, body: BoolArray, lungs: BoolArray, chest: Chest, spine: Spine
) -> Bones:
    """Bones outside the chest's hull, beside the vertebrae.

    Contrast-filled vessels and bowel are as dense as bone: inside the hull nothing is bone but the
    spine, and below the lungs only what is thin and near the skin.
    """
    spacing = grid.spacing_mm
    inner = erode_mm(chest.inside, 7.0, spacing) & ~lungs
    column = spine.vertebrae | spine.canal
    bone = body & (grid.hu > BONE_HU) & ~inner & ~column
    bone &= ~erode_mm(lungs, 4.0, spacing)
    low = (np.arange(bone.shape[2]) < chest.dome)[None, None, :]
    # Enhanced spleen and kidney are as dense as marrow, but nowhere as dense as a rib's cortex.
    cortex = dilate_mm(np.asarray(bone & (grid.hu > CORTEX_HU)), 5.0, spacing)
    bone &= ~low | (_shallow(grid, body) & cortex & ~open_mm(bone, THICK_MM, spacing))
    bone = _pieces(grid, bone, 0.25)
    sternum = _sternum(grid, body, lungs, chest, spine)
    if sternum is not None:
        bone &= ~sternum
    thin = bone & ~open_mm(bone, THICK_MM, spacing)
    ribs = _pieces(grid, np.asarray(thin & (dilate_mm(lungs, RIB_REACH_MM, spacing) | low)), 0.6)
    middle = np.rint(spine.centers[:, 0])
    right_half = np.arange(bone.shape[0])[:, None, None] > middle[None, None, :]
    left, right = ribs & ~right_half, ribs & right_half
    other = _pieces(grid, np.asarray(bone & ~ribs), 0.5)
    return Bones(
        left if left.any() else None,
        right if right.any() else None,
        sternum,
        other if other.any() else None,
    )


def _shallow(grid: Working, body: BoolArray) -> BoolArray:
    """Body voxels near the skin, measured in the axial plane."""
    padded = np.pad(body, ((1, 1), (1, 1), (0, 0)))
    depth = distance_mm(padded, (*grid.spacing_mm[:2], 1000.0))
    return np.asarray(depth[1:-1, 1:-1] < SKIN_DEPTH_MM)


def _pieces(grid: Working, mask: BoolArray, min_ml: float) -> BoolArray:
    labels, sizes = components(mask, 26)
    keep = sizes * grid.voxel_ml >= min_ml
    keep[0] = False
    return np.asarray(keep[labels])


def _sternum(
    grid: Working, body: BoolArray, lungs: BoolArray, chest: Chest, spine: Spine
) -> BoolArray | None:
    """The bone in front of the chest's hull, in the middle."""
    spacing = grid.spacing_mm
    ni, nj, nk = grid.hu.shape
    x = (np.arange(ni)[:, None, None] - spine.centers[None, None, :, 0]) * spacing[0]
    has = chest.hull.any(axis=(0, 1)) & (np.arange(nk) >= chest.dome - grid.voxels(10, 2))
    front = nj - 1 - chest.hull[:, ::-1].any(axis=0).argmax(axis=0)
    y = (np.arange(nj)[None, :, None] - front[None, None, :]) * spacing[1]
    zone = (np.abs(x) <= STERNUM_HALF_WIDTH_MM) & (y > -10) & (y < 45) & has[None, None, :]
    bone = body & zone & (grid.hu > STERNUM_HU) & ~erode_mm(chest.inside, 7.0, spacing) & ~lungs
    labels, sizes = components(np.asarray(bone), 18)
    if sizes.size < 2:
        return None
    volumes = sizes * grid.voxel_ml
    reach = [
        (box[2].stop - box[2].start) * spacing[2]
        for box in ndimage.find_objects(labels.astype(np.int32))
    ]
    keep = [n for n in range(1, sizes.size) if volumes[n] > 3 and reach[n - 1] > 25]
    if not keep:
        return None
    return close_mm(np.asarray(np.isin(labels, keep)), 4.0, spacing) & ~lungs
