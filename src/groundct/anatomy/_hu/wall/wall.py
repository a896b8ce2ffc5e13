"""The wall of the trunk: skin, subcutaneous fat, muscle, and breasts where they stand out."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from groundct.anatomy._hu.chest import axial_hulls
from groundct.anatomy._hu.grid import Working
from groundct.anatomy._hu.scene import Scene
from groundct.anatomy._hu.structure import Stage, Structure
from groundct.anatomy._hu.wall.breasts import find_breasts, find_glands
from groundct.core.volume import Abstention, BoolArray
from groundct.imaging.components import components
from groundct.imaging.distances import dilate_mm, distance_mm, erode_mm, open_mm

SKIN_MM = 2.1
EDGE_MM = 6.0
PADDING_HU = -1100
FAT_HU = (-190, -30)
MUSCLE_HU = (-29, 150)
CLOSING_MM, BELLY_CLOSING_MM = 6.0, 14.0
TOUCHING_MM = 6.0
STRAND_MM = 2.5
WALL_MM, NEAR_BONE_MM = 13.0, 12.0
PLEURA_MM = 5.0
NECK_HALF_WIDTH_MM, NECK_DEPTH_MM = 45.0, 12.0
LEAST_MUSCLE_ML, LEAST_FAT_ML = 20.0, 10.0


def find_wall(scene: Scene) -> Stage:
    """Skin, subcutaneous fat, muscle and breasts; the muscles of the belly down to the ribs' end.

    Muscle is soft tissue outside the rib cage, without the neck's organs; what is outside its
    closed surface is subcutaneous.
    """
    grid, body = scene.grid, scene.body
    depth = _depth_mm(grid, body)
    skin_mm = max(SKIN_MM, 1.05 * max(grid.spacing_mm[:2]))
    skin = body & (depth <= skin_mm)
    skin &= ~_near_edge(grid)
    cage = _cage(scene)
    soft = ndimage.gaussian_filter(grid.hu, (0.7, 0.7, 0.0), output=np.float32)
    organs = _organs(scene, depth, skin_mm) & ~cage
    muscle = (soft >= MUSCLE_HU[0]) & (soft <= MUSCLE_HU[1]) & body & (depth > skin_mm)
    muscle &= ~cage & ~scene.solid & ~organs
    gland = find_glands(scene, np.asarray(muscle), distance_mm(~cage, grid.spacing_mm))
    muscle = _on_bone(grid, np.asarray(muscle & ~gland), np.asarray(cage | scene.solid))
    inner = _closed(grid, np.asarray(muscle | cage | scene.solid), CLOSING_MM) | organs
    low = slice(0, max(1, scene.chest.dome))
    inner[:, :, low] = _closed(grid, np.asarray(inner[:, :, low]), BELLY_CLOSING_MM)
    fat = body & (depth > skin_mm) & ~inner & (soft > FAT_HU[0]) & (soft < FAT_HU[1])
    muscle &= ~_before_belly(scene)
    out: list[Structure | Abstention] = [Structure("skin", np.asarray(skin), "shape prior", 0.7)]
    out.append(
        _of_size(grid, "subcutaneous fat", np.asarray(fat), LEAST_FAT_ML, "a thin layer only")
    )
    out.append(_of_size(grid, "muscle", np.asarray(muscle), LEAST_MUSCLE_ML, "no wall in view"))
    out += find_breasts(scene, gland, np.asarray(body & ~muscle & ~cage & ~skin))
    return tuple(out)


def _of_size(
    grid: Working, name: str, mask: BoolArray, least_ml: float, why: str
) -> Structure | Abstention:
    if np.count_nonzero(mask) * grid.voxel_ml < least_ml:
        return Abstention(name=name, reason=why)
    return Structure(name, mask, "intensity", 0.75)


def _depth_mm(grid: Working, body: BoolArray) -> np.ndarray:
    """Depth under the surface in the axial plane; the scan's border is no surface."""
    return distance_mm(body, (*grid.spacing_mm[:2], 1000.0))


def _near_edge(grid: Working) -> BoolArray:
    """What lies near the border of what was scanned, (i, j, 1): there the body may go on."""
    full = grid.volume.hu
    shape = grid.hu.shape
    rows, columns = (
        np.minimum(np.arange(shape[axis]) * full.shape[axis] // shape[axis], full.shape[axis] - 1)
        for axis in (0, 1)
    )
    outside = full[:, :, full.shape[2] // 2][np.ix_(rows, columns)] < PADDING_HU
    outside = np.pad(outside, 1, constant_values=True)
    away = ndimage.distance_transform_edt(~outside, sampling=grid.spacing_mm[:2])
    return np.asarray(away[1:-1, 1:-1, None] < EDGE_MM)


def _cage(scene: Scene) -> BoolArray:
    """What the ribs, the sternum and the front of the spine enclose, slice by slice; the lungs."""
    grid, bones = scene.grid, scene.bones
    ribs = np.zeros(grid.hu.shape, dtype=np.bool_, order="F")
    for bone in (bones.left_ribs, bones.right_ribs, bones.sternum):
        if bone is not None:
            ribs |= bone
    ribs |= scene.spine.canal
    hull = erode_mm(axial_hulls(ribs), PLEURA_MM, grid.spacing_mm) | scene.chest.inside
    hull[:, :, scene.chest.top + 1 :] = False
    behind = np.arange(grid.hu.shape[1])[:, None] < scene.spine.centers[None, :, 1]
    beside = (
        np.abs(np.arange(grid.hu.shape[0])[:, None] - scene.spine.centers[None, :, 0])
        * grid.spacing_mm[0]
        < 60
    )
    hull &= ~(behind[None, :, :] & beside[:, None, :])
    return np.asarray(hull | scene.lungs.both)


def _before_belly(scene: Scene) -> BoolArray:
    """Below the diaphragm, before the spine and away from bone: bowel and wall look alike there."""
    grid = scene.grid
    out = np.zeros(grid.hu.shape, dtype=np.bool_, order="F")
    low = slice(0, scene.chest.dome)
    if low.stop <= 0:
        return out
    rows = np.arange(grid.hu.shape[1])[:, None]
    before = (rows >= scene.spine.centers[None, low, 1] + 5)[None, :, :]
    out[:, :, low] = before & ~dilate_mm(scene.solid[:, :, low], NEAR_BONE_MM, grid.spacing_mm)
    return out


def _on_bone(grid: Working, soft: BoolArray, bone: BoolArray) -> BoolArray:
    """Soft tissue that hangs on the cage or a bone by more than a strand: no gland, no vessel."""
    labels, sizes = components(open_mm(soft, STRAND_MM, grid.spacing_mm), 6)
    near = dilate_mm(bone, TOUCHING_MM, grid.spacing_mm)
    keep = np.zeros(sizes.size, dtype=np.bool_)
    keep[np.unique(labels[near])] = True
    keep &= sizes * grid.voxel_ml >= LEAST_MUSCLE_ML
    keep[0] = False
    return soft & dilate_mm(np.asarray(keep[labels]), 2 * STRAND_MM, grid.spacing_mm)


def _organs(scene: Scene, depth: np.ndarray, skin_mm: float) -> BoolArray:
    """Soft tissue that is no muscle of the wall: the belly's organs, and those of the neck."""
    grid, spine, chest = scene.grid, scene.spine, scene.chest
    nk = grid.hu.shape[2]
    behind = (np.arange(grid.hu.shape[1])[:, None] < spine.centers[None, :, 1] + 5)[None, :, :]
    x = np.abs(np.arange(grid.hu.shape[0])[:, None] - spine.centers[None, :, 0])
    beside = (x * grid.spacing_mm[0] < NECK_HALF_WIDTH_MM)[:, None, :]
    high = (np.arange(nk) > chest.top - grid.voxels(30, 2))[None, None, :]
    out = high & beside & ~behind & (depth > NECK_DEPTH_MM)
    low = slice(0, min(nk, chest.dome + grid.voxels(10, 2)))
    fat = (grid.hu[:, :, low] > FAT_HU[0]) & (grid.hu[:, :, low] < FAT_HU[1])
    shell = scene.body[:, :, low] & (
        (fat & (depth[:, :, low] < 60)) | (depth[:, :, low] <= skin_mm)
    )
    outer = open_mm(np.asarray(shell), 1.5, grid.spacing_mm)
    under = distance_mm(np.asarray(~outer & scene.body[:, :, low]), (*grid.spacing_mm[:2], 1000.0))
    out[:, :, low] |= (under > WALL_MM) & ~behind[:, :, low]
    return np.asarray(out)


def _closed(grid: Working, mask: BoolArray, radius_mm: float) -> BoolArray:
    """Closed in the axial plane, holes filled."""
    flat = (*grid.spacing_mm[:2], 1000.0)
    grown = dilate_mm(mask, radius_mm, flat)
    for k in np.flatnonzero(grown.any(axis=(0, 1))):
        grown[:, :, k] = ndimage.binary_fill_holes(grown[:, :, k])
    return erode_mm(grown, radius_mm, flat) | mask
