"""Bones around the chest: spine and ribs by number and side, sternum, and what bone is left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from groundct.anatomy._hu.bone_structures import rib_structures, vertebra_structures, widened
from groundct.anatomy._hu.chest import Chest
from groundct.anatomy._hu.column import Column, Landmarks, find_column
from groundct.anatomy._hu.grid import Working
from groundct.anatomy._hu.rib_masks import label_ribs
from groundct.anatomy._hu.rib_tracks import RibTrack, bone_weight, find_tracks
from groundct.anatomy._hu.spine import Spine
from groundct.anatomy._hu.spine_curve import spine_curve
from groundct.anatomy._hu.structure import Stage, Structure
from groundct.core.volume import Abstention, BoolArray, Method
from groundct.imaging.components import components
from groundct.imaging.distances import close_mm, dilate_mm, distance_mm, erode_mm, open_mm

BONE_HU = 180
CORTEX_HU = 270
STERNUM_HU = 130
THICK_MM = 9.0
SKIN_DEPTH_MM = 40.0
STERNUM_HALF_WIDTH_MM = 32.0
UNSEEN_MM = 4.0
BACK_MM = 10.0
"""How far in front of the canal ribs may lie within the hull of the lungs."""


@dataclass(frozen=True, eq=False)
class Bones:
    """On the working grid; a structure that was not found is None."""

    left_ribs: BoolArray | None
    right_ribs: BoolArray | None
    sternum: BoolArray | None
    other: BoolArray | None
    structures: Stage
    """All bones by name, with those that were looked for in vain."""


def find_bones(
    grid: Working,
    body: BoolArray,
    lungs: BoolArray,
    chest: Chest,
    spine: Spine,
    carina_k: int | None,
) -> Bones:
    """Bones outside the chest's hull and around the canal.

    Contrast-filled vessels and bowel are as dense as bone: inside the hull nothing is bone but the
    spine, and below the lungs only what is thin and near the skin.
    """
    spacing = grid.spacing_mm
    inner = erode_mm(chest.inside, 7.0, spacing) & ~lungs
    behind = np.arange(body.shape[1])[None, :, None] - spine.centers[None, None, :, 1]
    room = body & ~erode_mm(lungs, 4.0, spacing) & ~spine.canal
    room &= ~inner | (behind * spacing[1] < BACK_MM)
    curve = spine_curve(grid, spine.centers)
    tracks = find_tracks(grid, bone_weight(grid, np.asarray(room)), curve)
    top = chest.top if chest.top < body.shape[2] - grid.voxels(UNSEEN_MM, 2) else None
    column = find_column(grid, spine, curve, tracks, Landmarks(carina_k, top))
    labels = label_ribs(grid, np.asarray(room), curve, tracks)
    left, right = (_of_side(labels, tracks, side) for side in (False, True))
    bodies = _vertebrae(spine, column) & (labels == 0)
    named = bodies | (labels > 0)
    bone = _candidates(grid, body, lungs, chest, inner) & ~named & ~spine.canal & ~spine.vertebrae
    sternum = _sternum(grid, np.asarray(body & ~named), lungs, chest, spine)
    if sternum is not None:
        bone &= ~sternum
    other = _pieces(grid, np.asarray(bone), 0.5)
    everything = named | other if sternum is None else named | other | sternum
    structures = (
        Structure("bone", np.asarray(everything), "intensity", 0.7, border="bone"),
        _within_bone("vertebrae", bodies, "shape prior", 0.8),
        Structure("spinal canal", spine.canal, "shape prior", 0.8),
        *vertebra_structures(column, grid.voxel_ml),
        _within_bone("left rib", left, "shape prior", 0.8),
        _within_bone("right rib", right, "shape prior", 0.8),
        *rib_structures(column, tracks, labels),
        _within_bone("sternum", sternum, "intensity", 0.7),
    )
    return Bones(left, right, sternum, other if other.any() else None, structures)


def _within_bone(
    name: str, mask: BoolArray | None, method: Method, confidence: float
) -> Structure | Abstention:
    if mask is None or not mask.any():
        return Abstention(name=name, reason="no bone of that form at that place")
    wide = widened(mask.astype(np.int16)) > 0
    return Structure(name, np.asarray(wide), method, confidence, within="bone")


def _of_side(labels: NDArray[np.int16], tracks: list[RibTrack], right: bool) -> BoolArray | None:
    own = np.array([False, *(track.right == right for track in tracks)])
    mask = np.asarray(own[labels])
    return mask if mask.any() else None


def _vertebrae(spine: Spine, column: Column | str) -> BoolArray:
    """The spine's bone, without discs where they were seen."""
    if isinstance(column, str):
        return spine.vertebrae
    return np.asarray(column.vertebrae.cells > 0)


def _candidates(
    grid: Working, body: BoolArray, lungs: BoolArray, chest: Chest, inner: BoolArray
) -> BoolArray:
    """What is dense outside the chest's hull."""
    spacing = grid.spacing_mm
    bone = body & (grid.hu > BONE_HU) & ~inner & ~erode_mm(lungs, 4.0, spacing)
    low = (np.arange(bone.shape[2]) < chest.dome)[None, None, :]
    # Enhanced spleen and kidney are as dense as marrow, but nowhere as dense as a rib's cortex.
    cortex = dilate_mm(np.asarray(bone & (grid.hu > CORTEX_HU)), 5.0, spacing)
    bone &= ~low | (_shallow(grid, body) & cortex & ~open_mm(bone, THICK_MM, spacing))
    return _pieces(grid, bone, 0.25)


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
