"""Bones around the chest: spine and ribs by number and side, sternum, and what bone is left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundct.anatomy._hu.bone.bone_structures import (
    Named,
    part_structures,
    rib_parts,
    vertebra_parts,
)
from groundct.anatomy._hu.bone.column import Column, Landmarks, find_column
from groundct.anatomy._hu.bone.girdle import find_blades, find_clavicles, find_humeri
from groundct.anatomy._hu.bone.label_regions import widened
from groundct.anatomy._hu.bone.numbering import FIRST_LUMBAR, FIRST_THORACIC
from groundct.anatomy._hu.bone.rib_masks import bony, label_ribs
from groundct.anatomy._hu.bone.rib_tracks import LONGEST_MM, RibTrack, bone_weight, find_tracks
from groundct.anatomy._hu.bone.spine import Spine
from groundct.anatomy._hu.bone.spine_curve import spine_curve
from groundct.anatomy._hu.bone.sternum import find_sternum
from groundct.anatomy._hu.chest import Chest
from groundct.anatomy._hu.grid import Working
from groundct.anatomy._hu.structure import Stage, Structure
from groundct.core.volume import Abstention, BoolArray
from groundct.imaging.components import components
from groundct.imaging.distances import dilate_mm, distance_mm, erode_mm, open_mm

BONE_HU = 180
CORTEX_HU = 270
THICK_MM = 9.0
SKIN_DEPTH_MM = 40.0
UNSEEN_MM = 4.0
LEAST_ML = 2.0
FIRST_RIB_MM = 130.0
JOINT_MM, CORD_IN_CANAL_MM = 2.1, 3.5
BACK_MM = 10.0
"""How far in front of the canal ribs may lie within the hull of the lungs."""
ARM = "the head of the humerus was not found and may be a part of it"
NO_ANGLE = "the second ribs do not show where the manubrium ends"

RIBS, STERNUM, MANUBRIUM = 100, 200, 201
CLAVICLES, SCAPULAE, HUMERI = ({False: n, True: n + 1} for n in (210, 212, 214))
"""Codes in the labels: 1 and up are vertebrae from below, 100 and up ribs in the order found."""


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
    room = np.asarray(body & ~erode_mm(lungs, 4.0, spacing) & ~spine.canal)
    near_room = np.asarray(room & (~inner | (behind * spacing[1] < BACK_MM)))
    curve = spine_curve(grid, spine.centers)
    weight = bone_weight(grid, near_room)
    tracks = find_tracks(grid, weight, curve)
    top = chest.top if chest.top < body.shape[2] - grid.voxels(UNSEEN_MM, 2) else None
    column = find_column(grid, spine, curve, tracks, Landmarks(carina_k, top))
    ribs = label_ribs(grid, near_room, curve, tracks, _lines(column, tracks))
    labels = np.where(ribs > 0, ribs + (RIBS - 1), _vertebrae(spine, column)).astype(np.int16)
    free = np.asarray(room & ~inner & (labels == 0) & ~spine.vertebrae)
    sternum = find_sternum(grid, free, chest, spine, _second_ribs(column))
    if sternum is not None:
        labels[sternum.mask & free] = STERNUM
        if sternum.manubrium is not None:
            labels[sternum.manubrium & free] = MANUBRIUM
    humeri = find_humeri(grid, np.asarray(free & (labels == 0)), chest, spine)
    _put(labels, free, HUMERI, humeri)
    if sternum is not None:
        weight[~free | (labels > 0)] = 0
        _put(labels, free, CLAVICLES, find_clavicles(grid, weight, spine, sternum))
    beside = free & (labels == 0)
    for humerus in humeri.values():
        beside &= ~dilate_mm(humerus, JOINT_MM, spacing)
    _put(labels, free, SCAPULAE, find_blades(grid, np.asarray(beside), chest, spine))
    dense = _candidates(grid, body, lungs, chest, inner) & (labels == 0)
    other = _pieces(grid, np.asarray(dense & ~spine.canal & ~spine.vertebrae), 0.5)
    everything = np.asarray(other | (labels > 0))
    found = (
        Structure("bone", everything, "intensity", 0.7, border="bone"),
        Structure("spinal canal", spine.canal, "shape prior", 0.8),
        *_cord(grid, spine, column),
        *part_structures(grid, widened(labels), _parts(grid, labels, column, tracks)),
    )
    return Bones(
        _where(labels, [RIBS + n for n, track in enumerate(tracks) if not track.right]),
        _where(labels, [RIBS + n for n, track in enumerate(tracks) if track.right]),
        _where(labels, [STERNUM, MANUBRIUM]),
        other | (labels >= CLAVICLES[False]) if other.any() else None,
        found,
    )


def _cord(grid: Working, spine: Spine, column: Column | str) -> Stage:
    """The middle of the canal, down to the upper border of L2 where that is known."""
    flat = (*grid.spacing_mm[:2], 1000.0)
    cord = erode_mm(spine.canal, CORD_IN_CANAL_MM, flat)
    note = "the middle of the canal; the cord itself is not seen"
    if not isinstance(column, str) and column.numbering is not None:
        ordinals = column.numbering.ordinals
        below = [n for n, ordinal in enumerate(ordinals) if ordinal > FIRST_LUMBAR]
        cells = column.vertebrae.cells
        levels = np.flatnonzero(np.isin(cells, [n + 1 for n in below]).any(axis=(0, 1)))
        if levels.size:
            cord[:, :, : int(levels[-1])] = False
    else:
        note += ", nor where it ends"
    if not cord.any():
        return (Abstention(name="spinal cord", reason="the canal is too narrow or out of view"),)
    return (Structure("spinal cord", cord, "spatial prior", 0.4, within="spinal canal", note=note),)


def _put(
    labels: NDArray[np.int16], free: BoolArray, codes: dict[bool, int], masks: dict[bool, BoolArray]
) -> None:
    """Write the masks' codes by side where nothing is yet."""
    for right, mask in masks.items():
        labels[mask & free & (labels == 0)] = codes[right]


def _parts(
    grid: Working, labels: NDArray[np.int16], column: Column | str, tracks: list[RibTrack]
) -> list[Named]:
    """Everything within "bone"; parts of parts after their wholes."""
    sizes = np.bincount(labels.ravel(order="K")) * grid.voxel_ml
    sizes_ml = {code: float(size) for code, size in enumerate(sizes)}
    sides = (("left", False), ("right", True))
    out = [Named("vertebrae", tuple(range(1, RIBS)), confidence=0.8)]
    for side, right in sides:
        codes = tuple(RIBS + n for n, track in enumerate(tracks) if track.right == right)
        out.append(Named(f"{side} rib", codes, confidence=0.8))
    out.append(Named("sternum", (STERNUM, MANUBRIUM)))
    out.append(Named("manubrium of sternum", (MANUBRIUM,), "sternum", why_not=NO_ANGLE))
    for name, codes_of, confidence in (
        ("clavicle", CLAVICLES, 0.7),
        ("scapula", SCAPULAE, 0.6),
        ("humerus", HUMERI, 0.6),
    ):
        for side, right in sides:
            code = codes_of[right]
            here = sizes_ml.get(code, 0.0) >= LEAST_ML
            joined = codes_of is SCAPULAE and not sizes_ml.get(HUMERI[right])
            out.append(
                Named(
                    f"{side} {name}",
                    (code,) if here else (),
                    confidence=0.35 if joined else confidence,
                    note=ARM if joined else "",
                )
            )
    return [
        *out,
        *vertebra_parts(column, sizes_ml, 1),
        *rib_parts(column, tracks, sizes_ml, RIBS),
    ]


def _lines(column: Column | str, tracks: list[RibTrack]) -> list[NDArray[np.float64]]:
    """The tracks' points as far as they are bone; a first rib's are cut at its longest."""
    first: set[int] = set()
    if not isinstance(column, str) and column.numbering is not None:
        ordinals = column.numbering.ordinals
        first = {
            id(track)
            for (cell, _), track in column.ribs.items()
            if ordinals[cell] == FIRST_THORACIC
        }
    return [bony(track, FIRST_RIB_MM if id(track) in first else LONGEST_MM) for track in tracks]


def _second_ribs(column: Column | str) -> list[NDArray[np.float64]]:
    if isinstance(column, str) or column.numbering is None:
        return []
    ordinals = column.numbering.ordinals
    return [
        track.points_mm
        for (cell, _), track in column.ribs.items()
        if ordinals[cell] == FIRST_THORACIC + 1
    ]


def _where(labels: NDArray[np.int16], codes: list[int]) -> BoolArray | None:
    mask = np.asarray(np.isin(labels, codes))
    return mask if mask.any() else None


def _vertebrae(spine: Spine, column: Column | str) -> NDArray[np.int16]:
    """The spine's bone by vertebra (1: the lowest), without discs where they were seen."""
    if isinstance(column, str):
        return spine.vertebrae.astype(np.int16)
    return column.vertebrae.cells


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
