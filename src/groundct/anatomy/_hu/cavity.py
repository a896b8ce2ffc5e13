"""The thoracic cavity: the room within the ribs and above the diaphragm."""

from __future__ import annotations

from typing import Final

import numpy as np

from groundct.anatomy._hu.bone.ribs import Bones
from groundct.anatomy._hu.bone.spine import Spine
from groundct.anatomy._hu.chest import axial_hulls
from groundct.anatomy._hu.grid import Working
from groundct.anatomy._hu.scene import Scene
from groundct.anatomy._hu.structure import Stage, Structure
from groundct.core.volume import BoolArray
from groundct.imaging.distances import erode_mm

HEART: Final = ("heart", "pericardium")
CHEST_WALL_MM = 5.0
"""From the line between two ribs' outer borders to the pleura."""


def find_cavity(scene: Scene, solid: BoolArray, middle: Stage = ()) -> BoolArray:
    """What lies between the lungs, or within the ribs, above the diaphragm and is not ``solid``.

    The heart among ``middle`` belongs to it wherever the diaphragm was thought to be.
    """
    grid, chest, both = scene.grid, scene.chest, scene.lungs.both
    room = chest.inside | _within_ribs(grid, scene.bones, scene.spine)
    room &= chest.above_floor & ~_behind(grid, scene.spine)
    room[:, :, chest.top + 1 :] = False
    for part in middle:
        if isinstance(part, Structure) and part.name in HEART and isinstance(part.mask, np.ndarray):
            room |= part.mask
    return np.asarray((room | both) & scene.body & ~solid)


def _within_ribs(grid: Working, bones: Bones, spine: Spine) -> BoolArray:
    """What the ribs of both sides enclose, slice by slice; fluid that pushes the lung away too."""
    if bones.left_ribs is None or bones.right_ribs is None:
        return np.zeros(grid.hu.shape, dtype=np.bool_, order="F")
    hull = axial_hulls(bones.left_ribs | bones.right_ribs | spine.canal)
    return erode_mm(hull, CHEST_WALL_MM, grid.spacing_mm)


def _behind(grid: Working, spine: Spine) -> BoolArray:
    """The muscles of the back: behind the canal, and beside the spinous processes."""
    x = np.abs(np.arange(grid.hu.shape[0])[:, None] - spine.centers[None, :, 0])
    y = np.arange(grid.hu.shape[1])[:, None] - spine.centers[None, :, 1]
    x, y = x[:, None, :] * grid.spacing_mm[0], y[None, :, :] * grid.spacing_mm[1]
    return np.asarray(((x < 30) & (y < 10)) | ((x < 55) & (y < -18)))
