"""The heart between lungs, great vessels and diaphragm, and the sac around it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from groundct.anatomy._hu.chest import Chest, axial_hulls
from groundct.anatomy._hu.grid import Working
from groundct.core.volume import BoolArray
from groundct.imaging.components import bounding_slices, fill_holes_by_slice, largest_component
from groundct.imaging.distances import close_mm, dilate_mm, open_mm

MUSCLE_HU = -15
BELOW_CARINA_MM = 12.0
CORE_MM = 12.0
WALL_MM = 8.0
CLOSING_MM = 7.0
OPENING_MM = 9.0
MIN_HEART_ML = 150.0
MIN_ROOM_ML = 60.0
BEFORE_SPINE_MM = 42.0
SAC_REACH_MM = 9.0
BLOOD_MM = 16.0
ENHANCED_HU = 130.0
SAC_MM = 4.5
FLOOR_REACH_MM = 26.0
RAISED_MM = 8.0
"""The heart sags less than the chest allows for where nothing shows its floor."""

FLOOR_SIGMA_MM = 9.0
STIFF_MM = 14.0


@dataclass(frozen=True, eq=False)
class Middle:
    """On the working grid: the room between the lungs, and the heart in it (None: not found)."""

    room: BoolArray
    heart: BoolArray | None


def find_middle(
    grid: Working, taken: BoolArray, chest: Chest, y_mm: NDArray[np.float64], carina_k: int | None
) -> Middle | None:
    """The room and the heart; None when there is hardly any room between the lungs.

    Args:
        grid: the working grid.
        taken: lungs, airways, bones and the great vessels.
        chest: hull and diaphragm.
        y_mm: distance from the canal's centre to the front, (j, k).
        carina_k: the slice of the carina.
    """
    smooth = ndimage.gaussian_filter(grid.hu.astype(np.float32), [2.0 / s for s in grid.spacing_mm])
    inside = chest.inside & ~taken & (y_mm > 14)[None]
    above = _lowered(grid, chest, inside, smooth)
    room = largest_component(open_mm(inside & above, 3.0, grid.spacing_mm), 6)
    if np.count_nonzero(room) * grid.voxel_ml < MIN_ROOM_ML:
        return None
    if carina_k is None:
        carina_k = round(chest.bottom + 0.68 * (chest.top - chest.bottom))
    heart = _heart(grid, room, smooth, y_mm, carina_k, ~taken & chest.inside)
    return Middle(room if heart is None else room | heart, heart)


def _heart(
    grid: Working,
    room: BoolArray,
    smooth: NDArray[np.float32],
    y_mm: NDArray[np.float64],
    carina_k: int,
    free: BoolArray,
) -> BoolArray | None:
    """The thick soft core of the lower room, and what of its wall one core radius reaches."""
    top = carina_k - grid.voxels(BELOW_CARINA_MM, 2)
    if top <= 2:
        return None
    soft = room & (smooth > MUSCLE_HU) & (y_mm > BEFORE_SPINE_MM)[None]
    soft[:, :, top:] = False
    core = largest_component(open_mm(soft, CORE_MM, grid.spacing_mm), 6)
    if np.count_nonzero(core) * grid.voxel_ml < MIN_HEART_ML:
        return None
    wall = dilate_mm(core, WALL_MM, grid.spacing_mm) & soft
    closed = close_mm(wall, CLOSING_MM, grid.spacing_mm) & room
    smooth_one = open_mm(closed, OPENING_MM, grid.spacing_mm)
    return _with_blood(grid, fill_holes_by_slice(largest_component(smooth_one, 6)), free)


def _with_blood(grid: Working, heart: BoolArray, free: BoolArray) -> BoolArray:
    """And enhanced blood that goes on from it below, where the diaphragm was put too high."""
    blood = float(np.median(grid.hu[heart]))
    if blood < ENHANCED_HU:
        return heart
    near = dilate_mm(heart, BLOOD_MM, grid.spacing_mm)
    near[:, :, int(np.flatnonzero(heart.any(axis=(0, 1)))[-1]) - grid.voxels(25, 2) :] = False
    bright = (grid.hu > (blood + ENHANCED_HU) / 2) & near & free
    thick = open_mm(np.asarray(bright), 4.0, grid.spacing_mm)
    grown = largest_component(heart | thick, 6)
    return fill_holes_by_slice(close_mm(grown, CLOSING_MM, grid.spacing_mm) & (grown | free))


def _lowered(
    grid: Working, chest: Chest, inside: BoolArray, smooth: NDArray[np.float32]
) -> BoolArray:
    """What lies above the diaphragm, its height under the heart moved to the nearest fat line."""
    reach = grid.voxels(FLOOR_REACH_MM, 2)
    nk = inside.shape[2]
    first = np.where(chest.above_floor.any(axis=2), chest.above_floor.argmax(axis=2), nk)
    # Columns whose lung ends at the floor stand on it already.
    open_ = (inside & chest.above_floor).any(axis=2) & (first > 0) & (first < nk)
    open_ &= np.take_along_axis(inside, np.minimum(first, nk - 1)[:, :, None], axis=2)[:, :, 0]
    crop = bounding_slices(open_[:, :, None])
    if crop is None:
        return chest.above_floor
    box = crop[:2]
    height = first[box] + np.where(open_[box], grid.voxels(RAISED_MM, 2), 0).astype(np.float64)
    steps = np.arange(-reach, reach + 1)
    levels = np.clip(height.astype(np.intp)[:, :, None] + steps, 0, nk - 1)
    profile = np.take_along_axis(smooth[box], levels, axis=2)
    two = grid.voxels(6, 2)
    over = np.take_along_axis(smooth[box], np.clip(levels + two, 0, nk - 1), axis=2)
    under = np.take_along_axis(smooth[box], np.clip(levels - two, 0, nk - 1), axis=2)
    fat_line = np.clip((np.minimum(over, under) - profile) / 60, 0, 1)
    step_up = np.clip((over - under - 30) / 100, 0, 1)
    evidence = fat_line + step_up
    evidence[profile < -400] = 0
    share = open_[box].astype(np.float64)
    sigma = [FLOOR_SIGMA_MM / s for s in grid.spacing_mm[:2]]
    offset = np.zeros(height.shape)
    for _ in range(4):
        away = (steps[None, None, :] - offset[:, :, None]) * grid.spacing_mm[2] / STIFF_MM
        score = evidence - 0.5 * away**2
        best = score.argmax(axis=2)
        weight = share * (0.1 + np.take_along_axis(evidence, best[:, :, None], axis=2)[:, :, 0])
        total = ndimage.gaussian_filter(weight, sigma)
        offset = ndimage.gaussian_filter(weight * steps[best], sigma) / np.maximum(total, 1e-6)
    out = chest.above_floor.copy(order="F")
    moved = np.where(open_[box], np.rint(height + offset), height)
    k = np.arange(nk)[None, None, :]
    crop_out = out[box]
    crop_out[open_[box]] = (k >= moved[:, :, None])[open_[box]]
    return out


def find_sac(
    grid: Working, heart: BoolArray, roots: BoolArray, room: BoolArray, lungs: BoolArray
) -> BoolArray:
    """The pericardium with its fat: what the outline of heart and fat holds beside the heart.

    The outline is a shell of 4.5 mm; where a lung touches the heart it is the heart's own outer
    layer.
    """
    reach = dilate_mm(heart, SAC_REACH_MM, grid.spacing_mm)
    whole = heart | (roots & reach)
    full = close_mm(whole, 2 * SAC_REACH_MM, grid.spacing_mm) & reach & (room | whole)
    full = (axial_hulls(full) & reach & (room | whole)) | full
    layer = 1.01 * min(grid.spacing_mm)
    around = dilate_mm(full, max(SAC_MM, layer), grid.spacing_mm) & ~full & room
    fat = full & ~heart & ~roots
    return np.asarray(around | fat | (full & dilate_mm(lungs, layer, grid.spacing_mm)))
