"""The thoracic cavity of a side: the lung and what may lie between it and the ribs.

Drawn on a grid of about 3 mm: inside the ring of ribs (convex hull of ribs and lungs slice by
slice, drawn in a little), nearer to this lung than to the other, not between the lungs, not under
the diaphragm, not in bone or a segmented organ. Under the diaphragm is what has lung above it and
none below, farther from the wall than a costophrenic recess reaches.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from groundct.core.volume import BoolArray
from groundct.grounding._space.coarse import CoarseChest
from groundct.grounding._space.crops import LUNG_SIDES
from groundct.grounding._space.hull import hull_by_slice
from groundct.imaging.distances import SpacingMm, dilate_mm, distance_mm, erode_mm

MARGIN_MM = 30.0
_REACH_MM = 45.0
_RIB_DEPTH_MM = 4.0
_RIB_GAP_MM = 7.0
"""Half the gap between ribs, along k: a slice between them takes the ring of its neighbours."""
_RECESS_MM = 25.0
_FAR_MM = 1e3
"""Spacing along k that keeps a distance transform within its slice."""


def draw(chest: CoarseChest, sides: tuple[str, ...]) -> dict[str, BoolArray]:
    """The cavities of those of the named lungs that are segmented, on the coarse grid."""
    coarse = {name: chest.lung(name) for name in chest.lungs}
    thorax = _inside_ribs(chest)
    depth = _wall_depth(thorax, chest.spacing_mm)
    thorax &= ~_between(coarse)
    gaps = {name: distance_mm(~lung, chest.spacing_mm) for name, lung in coarse.items()}
    spaces: dict[str, BoolArray] = {}
    for name in sides:
        if name not in coarse or not coarse[name].any():
            continue
        near = thorax & (gaps[name] <= _REACH_MM)
        near &= ~(_under(coarse[name]) & (depth > _RECESS_MM))
        for other in gaps.keys() - {name}:
            near &= gaps[name] < gaps[other]
        spaces[name] = near
    return spaces


def _inside_ribs(chest: CoarseChest) -> BoolArray:
    lungs, spacing, bones = chest.structures(*LUNG_SIDES), chest.spacing_mm, chest.bones()
    reach_mm = 55.0 if chest.has_wall else 30.0  # arms and shoulder blades stay out
    ring = (bones & dilate_mm(lungs, reach_mm, spacing)) | lungs
    reach = round(_RIB_GAP_MM / spacing[2])
    hull = hull_by_slice(ndimage.maximum_filter(ring, size=(1, 1, 2 * reach + 1)))
    flat = (spacing[0], spacing[1], _FAR_MM)
    drawn_in = erode_mm(hull, _RIB_DEPTH_MM, flat) & ~dilate_mm(bones, 2.0, spacing)
    return drawn_in | lungs


def _wall_depth(thorax: BoolArray, spacing_mm: SpacingMm) -> NDArray[np.float32]:
    """In-plane distance to the chest wall."""
    return distance_mm(thorax, (spacing_mm[0], spacing_mm[1], _FAR_MM))


def _under(lung: BoolArray) -> BoolArray:
    """Voxels that have lung above them in their column and none below."""
    above = np.logical_or.accumulate(lung[:, :, ::-1], axis=2)[:, :, ::-1]
    below = np.logical_or.accumulate(lung, axis=2)
    return np.asarray(above & ~below)


def _between(lungs: dict[str, BoolArray]) -> BoolArray:
    """Voxels of a row that stand medial to both lungs: the mediastinum."""
    if len(lungs) < 2:
        return np.zeros(next(iter(lungs.values())).shape, dtype=np.bool_, order="F")
    left, right = lungs["left lung"], lungs["right lung"]
    index = np.arange(left.shape[0])[:, None, None]
    left_edge = _last(left)[None]
    right_edge = left.shape[0] - 1 - _last(right[::-1])[None]
    rows = (np.any(left, axis=0) & np.any(right, axis=0))[None]
    return np.asarray(rows & (index > left_edge) & (index < right_edge))


def _last(mask: BoolArray) -> NDArray[np.intp]:
    return np.asarray(mask.shape[0] - 1 - np.argmax(mask[::-1], axis=0))
