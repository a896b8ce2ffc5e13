"""All structures on the working grid, in the order in which each needs the ones before it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from groundct.anatomy._hu.airways import Airways, find_airways
from groundct.anatomy._hu.body import find_body
from groundct.anatomy._hu.chest import axial_hulls, find_chest
from groundct.anatomy._hu.grid import Working, to_working
from groundct.anatomy._hu.liver import find_liver
from groundct.anatomy._hu.lungs import Lungs, find_lungs
from groundct.anatomy._hu.mediastinum import find_mediastinum
from groundct.anatomy._hu.ribs import Bones, find_bones
from groundct.anatomy._hu.spine import Spine, find_spine
from groundct.core.volume import BoolArray
from groundct.imaging.distances import erode_mm

CHEST_WALL_MM = 5.0
"""From the line between two ribs' outer borders to the pleura."""


@dataclass(frozen=True, eq=False)
class Found:
    """What was found. ``masks`` are working masks by label name; lungs and airways are apart."""

    body: BoolArray | None
    airways: Airways | None = None
    lungs: Lungs | None = None
    cavity: BoolArray | None = None
    masks: dict[str, BoolArray] = field(default_factory=dict)


def find_all(grid: Working) -> Found:
    """Everything that the rules find in a scan; what is not found is left out."""
    body = find_body(grid)
    if body is None:
        return Found(None)
    airways = find_airways(grid, body)
    lungs = find_lungs(grid, body, airways)
    spine = find_spine(grid, body)
    masks: dict[str, BoolArray | None] = {}
    if spine is not None:
        masks |= {"vertebrae": spine.vertebrae, "spinal canal": spine.canal}
    if lungs is None or spine is None:
        return Found(body, airways, lungs, None, _present(masks))
    cavity = _around(grid, body, airways, lungs, spine, masks)
    return Found(body, airways, lungs, cavity, _present(masks))


def _around(
    grid: Working,
    body: BoolArray,
    airways: Airways | None,
    lungs: Lungs,
    spine: Spine,
    masks: dict[str, BoolArray | None],
) -> BoolArray:
    """Add to ``masks`` what lies around the lungs; returns the thoracic cavity."""
    both = lungs.both
    domed = lungs.right if lungs.right is not None else both
    chest = find_chest(grid, both, domed)
    bones = find_bones(grid, body, both, chest, spine)
    masks |= {"left rib": bones.left_ribs, "right rib": bones.right_ribs}
    masks |= {"sternum": bones.sternum, "other bone": bones.other}
    solid = spine.vertebrae | spine.canal
    for bone in (bones.left_ribs, bones.right_ribs, bones.sternum, bones.other):
        if bone is not None:
            solid |= bone
    taken = solid | both
    if airways is not None:
        taken |= to_working(grid, airways.trachea, 0.3)
        if airways.bronchi is not None:
            taken |= to_working(grid, airways.bronchi, 0.3)
    carina_k = airways.carina[2] if airways is not None and airways.carina_in_view else None
    middle = find_mediastinum(grid, taken, chest, spine, carina_k)
    masks |= {"heart": middle.heart, "mediastinal tissue": middle.tissue}
    for part in (middle.heart, middle.tissue):
        if part is not None:
            taken |= part
    if lungs.right is not None:
        at = float(np.median(spine.centers[:, 0]))
        masks["liver"] = find_liver(grid, body, taken, lungs.right, chest, at)
    room = chest.inside | _within_ribs(grid, bones, spine)
    room &= chest.above_floor & ~_behind(grid, spine)
    room[:, :, chest.top + 1 :] = False
    return np.asarray((room | both) & body & ~solid)


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


def _present(masks: dict[str, BoolArray | None]) -> dict[str, BoolArray]:
    return {name: mask for name, mask in masks.items() if mask is not None and mask.any()}
