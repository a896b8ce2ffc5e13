"""The pleural space of a side: what fluid may fill between a lung and the inside of the ribs.

Wider than the cavity: under the lung, too, since no mask tells where the diaphragm stands when
fluid lies on it. What lies under the diaphragm is told apart by its density, not by this space.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from groundct.core.volume import BoolArray, LabelMap, Volume
from groundct.grounding._space.cage import chest_half, inside_cage
from groundct.grounding._space.crops import (
    LUNG_SIDES,
    around,
    crop_of,
    repeated,
    scaled,
    steps_for,
    thinned,
)
from groundct.grounding._space.lungs import SOLID_ORGANS
from groundct.imaging.components import Crop
from groundct.imaging.distances import dilate_mm

_COARSE_MM = 3.0
_MARGIN_MM = 60.0
_REACH_MM = 75.0
_RING_REACH_MM = 60.0
_RIB_GAP_MM = 9.0
_BONE_HU = 220
_WALL = ("rib", "left rib", "right rib", "sternum", "vertebrae")


def pleural_space(volume: Volume, organs: LabelMap, sides: tuple[str, ...]) -> BoolArray:
    """The pleural space of the named lungs ("left lung", "right lung"), full size (i j k).

    Empty when none of them is segmented; the lungs themselves are part of it.
    """
    spacing = volume.geometry.spacing_mm
    out = np.zeros(volume.geometry.shape, dtype=np.bool_, order="F")
    lungs = {name: organs.mask(name) for name in LUNG_SIDES if name in organs.names}
    both = np.zeros_like(out)
    for lung in lungs.values():
        both |= lung
    crop = around(both, spacing, _MARGIN_MM)
    if crop is None:
        return out
    steps = steps_for(spacing, _COARSE_MM)
    coarse_mm = scaled(spacing, steps)
    bones = _bones(volume, organs, crop, steps)
    all_lung = thinned(both[crop], steps)
    ring = (bones & dilate_mm(all_lung, _RING_REACH_MM, coarse_mm)) | all_lung
    gap = round(_RIB_GAP_MM / coarse_mm[2])
    ring = ndimage.maximum_filter(ring, size=(1, 1, 2 * gap + 1))
    middle = _midline(organs, crop, steps, all_lung)
    barred = crop_of(organs, SOLID_ORGANS, crop)
    for name in sides:
        own = thinned(lungs[name][crop], steps) if name in lungs else None
        if own is None or not own.any():
            continue
        space = inside_cage(chest_half(ring, middle, name.split()[0]), bones, coarse_mm)
        space &= dilate_mm(own, _REACH_MM, coarse_mm)
        out[crop] |= repeated(space, steps, barred.shape) & ~barred
        out |= lungs[name]
    for name in lungs.keys() - set(sides):
        out &= ~lungs[name]
    return out


def _bones(volume: Volume, organs: LabelMap, crop: Crop, steps: tuple[int, int, int]) -> BoolArray:
    """Ribs, spine and sternum where they are segmented, else all bone."""
    names = [name for name in _WALL if name in organs.names] or ["bone"]
    if names == ["bone"] and "bone" not in organs.names:
        return thinned(volume.hu[crop] > _BONE_HU, steps)
    return thinned(crop_of(organs, tuple(names), crop), steps)


def _midline(organs: LabelMap, crop: Crop, steps: tuple[int, int, int], lungs: BoolArray) -> float:
    """The index i of the midline on the coarse grid: of the spine, else of both lungs."""
    for name in ("spinal canal", "vertebrae"):
        spine = thinned(crop_of(organs, (name,), crop), steps)
        if spine.any():
            return float(np.argwhere(spine)[:, 0].mean())
    line = np.flatnonzero(lungs.any(axis=(1, 2)))
    return float(line[0] + line[-1]) / 2
