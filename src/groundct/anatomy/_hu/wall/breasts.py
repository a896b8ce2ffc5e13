"""The breasts: glands that stand out from the muscles of the chest, with the fat around them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from groundct.anatomy._hu.scene import Scene
from groundct.anatomy._hu.structure import Stage, Structure
from groundct.core.volume import Abstention, BoolArray
from groundct.imaging.components import keep_components
from groundct.imaging.distances import dilate_mm

THICKEST_MUSCLE_MM, PECTORAL_MM = 27.0, 12.0
LEAST_GLAND_ML = 12.0
LEAST_ML, MOST_ML = 60.0, 2500.0
AROUND_MM = 14.0
BESIDE_MM = (15.0, 140.0)
BELOW_APEX_MM = 75.0
NAMES = ("left breast", "right breast")
WHY = "no gland of at least 12 ml stands out before the muscles of the chest on both sides"
NOTE = "the gland and the fat around it; where the breast's fat ends is not seen"


def find_glands(scene: Scene, soft: BoolArray, from_cage_mm: NDArray[np.float32]) -> BoolArray:
    """Soft tissue of both sides that lies farther before the ribs than muscles reach there.

    A gland is recognized by what lies 27 mm and more before the rib cage; the muscle under it is
    taken to be 12 mm thick.
    """
    grid = scene.grid
    front = soft & _front(scene)
    far = np.asarray(front & (from_cage_mm > THICKEST_MUSCLE_MM))
    far = keep_components(far, max(2, int(LEAST_GLAND_ML / grid.voxel_ml)), 6)
    return dilate_mm(far, AROUND_MM, grid.spacing_mm) & front & (from_cage_mm > PECTORAL_MM)


def find_breasts(scene: Scene, gland: BoolArray, outer: BoolArray) -> Stage:
    """Left and right breast: the gland and what of ``outer`` lies around it."""
    grid = scene.grid
    right = np.arange(grid.hu.shape[0])[:, None] > scene.spine.centers[None, :, 0]
    found: dict[str, BoolArray] = {}
    for side, place in (("left", ~right[:, None, :]), ("right", right[:, None, :])):
        own = np.asarray(gland & place)
        breast = dilate_mm(own, AROUND_MM, grid.spacing_mm) & outer & place & _front(scene)
        if LEAST_ML <= np.count_nonzero(breast) * grid.voxel_ml <= MOST_ML:
            found[f"{side} breast"] = np.asarray(breast)
    if len(found) < len(NAMES):
        return tuple(Abstention(name=name, reason=WHY) for name in NAMES)
    return tuple(
        Structure(name, mask, "shape prior", 0.5, note=NOTE) for name, mask in found.items()
    )


def _front(scene: Scene) -> BoolArray:
    """The room before the ribs where a breast can lie."""
    grid, spine, chest = scene.grid, scene.spine, scene.chest
    x = np.abs(np.arange(grid.hu.shape[0])[:, None] - spine.centers[None, :, 0])
    x = x * grid.spacing_mm[0]
    beside = (x > BESIDE_MM[0]) & (x < BESIDE_MM[1])
    before = np.arange(grid.hu.shape[1])[:, None] > _middle_j(scene)[None, :]
    levels = np.arange(grid.hu.shape[2])
    height = (levels > chest.dome) & (levels < chest.top - grid.voxels(BELOW_APEX_MM, 2))
    return np.asarray(beside[:, None, :] & before[None, :, :] & height[None, None, :])


def _middle_j(scene: Scene) -> NDArray[np.float64]:
    """(k,): the middle of the chest from back to front, by the lungs' hull."""
    rows = np.arange(scene.grid.hu.shape[1])
    filled = scene.chest.inside.sum(axis=0)
    total = np.maximum(filled.sum(axis=0), 1)
    middle = (filled * rows[:, None]).sum(axis=0) / total
    has = filled.any(axis=0)
    return np.asarray(np.where(has, middle, np.median(middle[has])), dtype=np.float64)
