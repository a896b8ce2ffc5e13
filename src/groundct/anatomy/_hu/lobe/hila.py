"""The hila: where bronchi and vessels enter the lungs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from groundct.anatomy._hu.airway.airway_tree import (
    INTERMEDIUS,
    LEFT_LOWER,
    LEFT_MAIN,
    LEFT_UPPER,
    RIGHT_LOWER,
    RIGHT_MAIN,
    RIGHT_MIDDLE,
    RIGHT_UPPER,
    Branch,
)
from groundct.anatomy._hu.grid import Working, to_working
from groundct.anatomy._hu.structure import Stage, Structure
from groundct.core.volume import Abstention, BoolArray, RegionMask
from groundct.imaging.components import bounding_slices, keep_components
from groundct.imaging.distances import dilate_mm, distance_mm

AROUND_BRONCHI_MM = 15.0
"""From a bronchus' centreline to the hilum's border: the nodes and vessels beside it."""

NEAR_LUNG_MM = 12.0
ALONG_LOBAR_MM = 15.0
ALONG_MAIN_MM = 12.0
SOFT_HU = -350
SPECK_ML = 1.5

BRONCHI = {
    "left": (LEFT_MAIN, (LEFT_UPPER, LEFT_LOWER)),
    "right": (RIGHT_MAIN, (RIGHT_UPPER, INTERMEDIUS, RIGHT_MIDDLE, RIGHT_LOWER)),
}
BARRED = ("vertebrae", "descending aorta", "esophagus", "heart", "aortic arch", "carina", "trachea")
"""What lies near to a hilum and is no part of it."""


def find_hila(grid: Working, found: Stage, branches: tuple[Branch, ...]) -> Stage:
    """Soft tissue, vessels and bronchi around the lobar bronchi at each lung's medial border.

    Args:
        grid: the working grid.
        found: what earlier stages found: lungs, and what is barred from the hila.
        branches: the airway tree with its names.
    """
    masks = {s.name: s.mask for s in found if isinstance(s, Structure)}
    barred = np.zeros(grid.hu.shape, dtype=np.bool_, order="F")
    for name in BARRED:
        if name in masks:
            barred |= _working(grid, masks[name])
    out: list[Structure | Abstention] = []
    for side in BRONCHI:
        name = f"{side} hilum"
        points = _bronchi(side, branches)
        lung = masks.get(f"{side} lung")
        if lung is None or not len(points):
            what = "lung was not" if lung is None else "lobar bronchi were not"
            out.append(Abstention(name=name, reason=f"the {side} {what} found"))
            continue
        mask = _hilum(grid, _working(grid, lung), points, barred)
        if not mask.any():
            out.append(Abstention(name=name, reason="no soft tissue lies around the bronchi"))
            continue
        note = f"what is not aerated within {AROUND_BRONCHI_MM:.0f} mm of the lobar bronchi"
        out.append(Structure(name, mask, "spatial prior", 0.6, note=note))
    return tuple(out)


def _bronchi(side: str, branches: tuple[Branch, ...]) -> NDArray[np.float64]:
    """The centrelines around which the hilum lies, (n, 3) in RAS+ mm."""
    main, lobar = BRONCHI[side]
    first = {b.label: b for b in reversed(branches) if b.label in lobar}
    lines = [_part(branch.points_mm, ALONG_LOBAR_MM) for branch in first.values()]
    if not lines:
        return np.empty((0, 3))
    ends = [b.points_mm for b in branches if b.label == main]
    if ends:
        lines.append(_part(ends[-1][::-1], ALONG_MAIN_MM))
    return np.concatenate(lines)


def _part(line: NDArray[np.float64], length_mm: float) -> NDArray[np.float64]:
    """A line's beginning."""
    steps = np.linalg.norm(np.diff(line, axis=0), axis=1)
    return line[np.concatenate([[0.0], np.cumsum(steps)]) <= length_mm]


def _hilum(
    grid: Working, lung: BoolArray, points: NDArray[np.float64], barred: BoolArray
) -> BoolArray:
    line = np.zeros(grid.hu.shape, dtype=np.bool_, order="F")
    index = np.rint(grid.geometry.index_from_world(points)).astype(np.intp)
    line[tuple(np.clip(index, 0, np.array(line.shape) - 1).T)] = True
    region = dilate_mm(line, AROUND_BRONCHI_MM, grid.spacing_mm)
    lumen = dilate_mm(line, 4.0, grid.spacing_mm)
    box = bounding_slices(region, margin=round(NEAR_LUNG_MM / min(grid.spacing_mm)) + 1)
    if box is None:
        return region
    near = distance_mm(~lung[box], grid.spacing_mm) <= NEAR_LUNG_MM
    region[box] &= near & ((grid.hu[box] > SOFT_HU) | lumen[box])
    return keep_components(region & ~barred, max(2, int(SPECK_ML / grid.voxel_ml)), 6)


def _working(grid: Working, mask: BoolArray | RegionMask) -> BoolArray:
    return to_working(grid, mask) if isinstance(mask, RegionMask) else mask
