"""The shoulder girdle: clavicles, heads of the humeri, shoulder blades."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from groundct.anatomy._hu.bone.rib_tracks import METAL_HU, Points, follow
from groundct.anatomy._hu.bone.spine import Spine
from groundct.anatomy._hu.bone.sternum import Sternum
from groundct.anatomy._hu.chest import Chest
from groundct.anatomy._hu.grid import Working
from groundct.core.volume import BoolArray
from groundct.imaging.components import components, fill_holes_by_slice, keep_components
from groundct.imaging.distances import close_mm, dilate_mm, distance_mm

CLAVICLE_HU = 140
CLAVICLE_MM, CLAVICLE_REACH_MM = (60.0, 170.0), 9.5
START_ASIDE_MM = (36.0, 52.0)
START_HEIGHT_MM = (-12.0, 50.0)
START_DEPTH_MM = (-50.0, 25.0)
HEAD_MM = (13.0, 34.0)
SHAFT_MM = 7.5
AROUND_HEAD_MM, METAL_AWAY_MM, METAL_ML = 1.5, 6.0, 0.3
FULL_SHARE = 0.85
ROUND_HU, RING_GAP_MM = 130, 3.0
SHOULDER_MM = 75.0
BLADE_HU, BLADE_ML, BLADE_ASIDE_MM = 180, 8.0, 40.0
BLUR_MM = 5.0
BEFORE_CANAL_MM = 90.0


def find_clavicles(
    grid: Working, weight: NDArray[np.float32], spine: Spine, sternum: Sternum
) -> dict[bool, BoolArray]:
    """The clavicles by side (True: right), followed from beside the sternum.

    ``weight`` (`rib_tracks.bone_weight`) is without the ribs.
    """
    middle_mm = spine.centers * np.array(grid.spacing_mm[:2])
    out = {}
    for right in (False, True):
        start = _clavicle_start(grid, weight, sternum, right)
        if start is None:
            continue
        point, way = start
        outward = follow(grid, weight, point, way, middle_mm)[0]
        inward = follow(grid, weight, point, -way, middle_mm)[0]
        line = np.vstack([inward[:0:-1], outward])
        along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
        line = line[along <= CLAVICLE_MM[1]]
        if along[len(line) - 1] < CLAVICLE_MM[0]:
            continue
        mask = _around(grid, (weight > 0) & (grid.hu > CLAVICLE_HU), line)
        out[right] = close_mm(mask, 3.0, grid.spacing_mm)
    return out


def _clavicle_start(
    grid: Working, weight: NDArray[np.float32], sternum: Sternum, right: bool
) -> tuple[Points, Points] | None:
    """A point in the clavicle some 45 mm beside the middle, and its way outwards there."""
    step = np.array(grid.spacing_mm)
    side = 1.0 if right else -1.0
    middle = sternum.middle_mm[sternum.top_k]
    limits = (
        sorted(middle + side * aside for aside in START_ASIDE_MM),
        [sternum.front_mm + depth for depth in START_DEPTH_MM],
        [sternum.top_k * step[2] + height for height in START_HEIGHT_MM],
    )
    box = tuple(
        slice(max(0, round(low / s)), max(0, round(high / s) + 1))
        for (low, high), s in zip(limits, step, strict=True)
    )
    crop = weight[box]
    if crop.size == 0 or min(crop.shape) < 2:
        return None
    smooth = ndimage.gaussian_filter(crop, 3.0 / step)
    if float(smooth.max()) < 0.25:
        return None
    peak = np.array(np.unravel_index(int(smooth.argmax()), smooth.shape))
    places = np.argwhere(crop > 0.2)
    near = np.linalg.norm((places - peak) * step, axis=1) < 12
    if np.count_nonzero(near) < 8:
        return None
    mm = (places[near] + [s.start for s in box]) * step
    center = mm.mean(axis=0)
    way = np.linalg.svd(mm - center, full_matrices=False)[2][0]
    way = way * np.sign(way[0] * side + 1e-9)
    return center, np.asarray(way + 0.3 * np.array([side, -0.3, 0.1]))


def _around(grid: Working, bone: BoolArray, line: Points) -> BoolArray:
    places = np.argwhere(bone)
    distance, _ = cKDTree(line).query(
        places * np.array(grid.spacing_mm), distance_upper_bound=CLAVICLE_REACH_MM
    )
    out = np.zeros(bone.shape, dtype=np.bool_, order="F")
    out[tuple(places[np.isfinite(distance)].T)] = True
    return keep_components(out, max(2, int(1.0 / grid.voxel_ml)), 26)


def find_humeri(
    grid: Working, bone: BoolArray, chest: Chest, spine: Spine
) -> dict[bool, BoolArray]:
    """The humeri by side (True: right), known by their round heads, as far as they are thick.

    ``bone`` is where bone without a name may be.
    """
    aside = _aside_mm(grid, spine)
    near = bone & (np.abs(aside) > SHOULDER_MM) & _usable(grid)
    filled, depth = _rounds(grid, np.asarray(near), chest)
    out = {}
    for right in (False, True):
        half = (aside > 0) == right
        humerus = _humerus(grid, depth * half, filled, np.asarray(near & half), spine.centers[:, 0])
        if humerus is not None:
            out[right] = humerus
    return out


def find_blades(
    grid: Working, bone: BoolArray, chest: Chest, spine: Spine
) -> dict[bool, BoolArray]:
    """The shoulder blades by side (True: right): the largest bone behind and beside the ribs.

    ``bone`` is where bone without a name may be, the humeri and what touches them taken out.
    """
    aside = _aside_mm(grid, spine)
    before = np.arange(bone.shape[1])[None, :, None] - spine.centers[None, None, :, 1]
    solid = bone & (grid.hu > BLADE_HU) & _usable(grid) & (np.abs(aside) > BLADE_ASIDE_MM)
    solid &= before * grid.spacing_mm[1] < BEFORE_CANAL_MM
    solid[:, :, : chest.dome] = False
    out = {}
    for right in (False, True):
        labels, sizes = components(np.asarray(solid & ((aside > 0) == right)), 26)
        if sizes.size > 1 and sizes[1] * grid.voxel_ml > BLADE_ML:
            out[right] = close_mm(np.asarray(labels == 1), 2.1, grid.spacing_mm)
    return out


def _aside_mm(grid: Working, spine: Spine) -> NDArray[np.float64]:
    """(i, 1, k): how far to the patient's right of the canal."""
    aside = np.arange(grid.hu.shape[0])[:, None] - spine.centers[None, :, 0]
    return np.asarray(aside[:, None, :] * grid.spacing_mm[0])


def _usable(grid: Working) -> BoolArray:
    """What is away from metal and dense contrast agent, which blur over what is around them."""
    metal = np.asarray(grid.hu > METAL_HU)
    return ~dilate_mm(metal, BLUR_MM, grid.spacing_mm)


def _rounds(grid: Working, where: BoolArray, chest: Chest) -> tuple[BoolArray, NDArray[np.float32]]:
    """Bone filled in each axial slice, and how deep a voxel lies in it in that slice, in mm."""
    flat = (*grid.spacing_mm[:2], 1000.0)
    upper = slice(chest.dome, None)
    soft = ndimage.gaussian_filter(grid.hu[:, :, upper], (0.5, 0.5, 0.0), output=np.float32)
    filled = np.zeros(where.shape, dtype=np.bool_, order="F")
    bone = np.asarray(where[:, :, upper] & (soft > ROUND_HU))
    filled[:, :, upper] = fill_holes_by_slice(close_mm(bone, RING_GAP_MM, flat))
    return filled, distance_mm(filled, flat)


def _humerus(
    grid: Working,
    depth: NDArray[np.float32],
    filled: BoolArray,
    solid: BoolArray,
    middle_i: NDArray[np.float64],
) -> BoolArray | None:
    """The thick bone that holds the deepest point, if that is as deep as a head's middle.

    The head is the bone in a ball around the middle of that thick part. ``middle_i`` (k,)
    is the canal's place. None when metal or
    dense contrast agent lies near it.
    """
    deepest = float(depth.max())
    if not HEAD_MM[0] <= deepest <= HEAD_MM[1]:
        return None
    peak = np.unravel_index(int(depth.argmax()), depth.shape)
    labels, _ = components(np.asarray(depth > SHAFT_MM), 6)
    core = np.asarray(labels == labels[peak])
    places = np.argwhere(core)
    step = np.array(grid.spacing_mm)
    head = places[np.abs(places[:, 2] - peak[2]) * step[2] < deepest].mean(axis=0)
    axes = np.ogrid[tuple(slice(0, n) for n in core.shape)]
    away = sum(((axis - c) * s) ** 2 for axis, c, s in zip(axes, head, step, strict=True))
    ball = np.asarray(away <= (deepest + AROUND_HEAD_MM) ** 2)
    around = np.asarray(away <= (deepest + METAL_AWAY_MM) ** 2)
    if np.count_nonzero(grid.hu[around] > METAL_HU) * grid.voxel_ml > METAL_ML:
        return None
    flat = (*grid.spacing_mm[:2], 1000.0)
    shaft = dilate_mm(core, SHAFT_MM + 0.5, flat) & filled
    # The socket lies on the side of the body.
    inward = (axes[0] - head[0]) * step[0] * -np.sign(head[0] - middle_i[None, None, :])
    shaft &= np.asarray(inward < deepest)
    dense = close_mm(ball & (filled | (solid & (grid.hu > BLADE_HU))), RING_GAP_MM, grid.spacing_mm)
    return np.asarray(shaft | dense | (away <= (FULL_SHARE * deepest) ** 2))
