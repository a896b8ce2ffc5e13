"""Heart and mediastinum: the soft room between the lungs, above the diaphragm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from groundct.anatomy._hu.chest import Chest
from groundct.anatomy._hu.grid import Working
from groundct.anatomy._hu.spine import Spine
from groundct.core.volume import BoolArray
from groundct.imaging.components import largest_component
from groundct.imaging.distances import close_mm, dilate_mm, open_mm

MUSCLE_HU = -15
HEART_BELOW_CARINA_MM = 25.0
HEART_CORE_MM = 13.0
HEART_WALL_MM = 8.0
MIN_HEART_ML = 150.0
MIN_MEDIASTINUM_ML = 60.0
SPINE_CLEARANCE_MM = 34.0


@dataclass(frozen=True, eq=False)
class Mediastinum:
    """On the working grid: the heart, and the tissue around it; None when not found."""

    heart: BoolArray | None
    tissue: BoolArray | None


def find_mediastinum(
    grid: Working, taken: BoolArray, chest: Chest, spine: Spine, carina_k: int | None
) -> Mediastinum:
    """Heart and mediastinal tissue in what is not ``taken`` by lungs, airways or bones."""
    nj = grid.hu.shape[1]
    y = (np.arange(nj)[:, None] - spine.centers[None, :, 1]) * grid.spacing_mm[1]
    room = chest.inside & chest.above_floor & ~taken
    room &= (y > 14)[None, :, :]
    room = largest_component(open_mm(np.asarray(room), 3.0, grid.spacing_mm), 6)
    if np.count_nonzero(room) * grid.voxel_ml < MIN_MEDIASTINUM_ML:
        return Mediastinum(None, None)
    heart = _heart(grid, room, chest, (y > SPINE_CLEARANCE_MM + 12)[None, :, :], carina_k)
    tissue = room if heart is None else room & ~heart
    return Mediastinum(heart, np.asarray(tissue))


def _heart(
    grid: Working, room: BoolArray, chest: Chest, in_front: np.ndarray, carina_k: int | None
) -> BoolArray | None:
    """The thick soft core of the lower room, and what of its wall one core radius reaches."""
    spacing = grid.spacing_mm
    if carina_k is None:
        carina_k = round(chest.bottom + 0.68 * (chest.top - chest.bottom))
    top = carina_k - grid.voxels(HEART_BELOW_CARINA_MM, 2)
    if top <= 2:
        return None
    smooth = ndimage.gaussian_filter(grid.hu.astype(np.float32), [2.0 / s for s in spacing])
    soft = np.asarray(room & in_front & (smooth > MUSCLE_HU))
    soft[:, :, top:] = False
    core = largest_component(open_mm(soft, HEART_CORE_MM, spacing), 6)
    if np.count_nonzero(core) * grid.voxel_ml < MIN_HEART_ML:
        return None
    wall = dilate_mm(core, HEART_WALL_MM, spacing) & soft
    return close_mm(wall, 6.0, spacing) & room
