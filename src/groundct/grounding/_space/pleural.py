"""The pleural space of a side: what fluid may fill between a lung and the inside of the ribs.

Wider than the cavity: under the lung, too, since no mask tells where the diaphragm stands when
fluid lies on it. What lies under the diaphragm is told apart by its density, not by this space.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from groundct.core.volume import BoolArray
from groundct.grounding._space.cage import chest_half, inside_cage
from groundct.grounding._space.coarse import CoarseChest
from groundct.grounding._space.crops import LUNG_SIDES
from groundct.imaging.distances import dilate_mm

MARGIN_MM = 60.0
_REACH_MM = 75.0
_RING_REACH_MM = 60.0
_RIB_GAP_MM = 9.0


def draw(chest: CoarseChest, sides: tuple[str, ...]) -> dict[str, BoolArray]:
    """The spaces of those of the named lungs that are segmented, on the coarse grid."""
    spacing, bones, both = chest.spacing_mm, chest.bones(), chest.structures(*LUNG_SIDES)
    ring = (bones & dilate_mm(both, _RING_REACH_MM, spacing)) | both
    gap = round(_RIB_GAP_MM / spacing[2])
    ring = ndimage.maximum_filter(ring, size=(1, 1, 2 * gap + 1))
    middle = _midline(chest, both)
    spaces: dict[str, BoolArray] = {}
    for name in sides:
        own = chest.lung(name) if name in chest.lungs else None
        if own is None or not own.any():
            continue
        space = inside_cage(chest_half(ring, middle, name.split()[0]), bones, spacing)
        spaces[name] = space & dilate_mm(own, _REACH_MM, spacing)
    return spaces


def _midline(chest: CoarseChest, lungs: BoolArray) -> float:
    """The index i of the midline on the coarse grid: of the spine, else of both lungs."""
    for name in ("spinal canal", "vertebrae"):
        spine = chest.structures(name)
        if spine.any():
            return float(np.argwhere(spine)[:, 0].mean())
    line = np.flatnonzero(lungs.any(axis=(1, 2)))
    return float(line[0] + line[-1]) / 2
