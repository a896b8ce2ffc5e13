"""The vertebrae one by one: bodies parted at the discs, arches by the bone that joins them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from groundct.anatomy._hu.bone.levels import BODY_MIDDLE_MM, Levels
from groundct.anatomy._hu.bone.spine import Spine
from groundct.anatomy._hu.bone.spine_curve import FloatArray, SpineCurve, across_mm, on_curve
from groundct.anatomy._hu.grid import Working
from groundct.core.volume import BoolArray
from groundct.imaging.components import bounding_slices

DISC_REACH_MM = 9
DISC_DEPTH_HU = 40.0
ARCH_MM = -2.0
"""Bone farther behind the canal's middle than this belongs to the arch that it hangs on."""
GROWTH_HU = (500, 400, 320, 260, 200, -1024)
"""Arches are grown through the densest bone first: joints are darker."""
OUTSIDE = -1
CROSS = ndimage.generate_binary_structure(3, 1)


@dataclass(frozen=True, eq=False)
class Vertebrae:
    """``cells`` (i, j, k): 1 + the vertebra's number from below (0 lies under the lowest disc).

    0 is what is no vertebra; ``discs`` what lies between two of them. ``along``: from where to
    where the body of each reaches on the canal, in mm.
    """

    cells: NDArray[np.int16]
    discs: BoolArray
    along: dict[int, tuple[float, float]]


def part_vertebrae(
    grid: Working, spine: Spine, curve: SpineCurve, levels: Levels, straight: FloatArray
) -> Vertebrae:
    """Share out the spine's bone to its vertebrae; discs are taken out where they are seen."""
    box = bounding_slices(spine.vertebrae)
    cells = np.zeros(grid.hu.shape, dtype=np.int16, order="F")
    discs = np.zeros(grid.hu.shape, dtype=np.bool_, order="F")
    if box is None:
        return Vertebrae(cells, discs, {})
    bone, hu = spine.vertebrae[box], grid.hu[box]
    x, y, s = (np.zeros(bone.shape, dtype=np.float32) for _ in range(3))
    x[bone], y[bone], s[bone] = on_curve(grid, curve, spine.vertebrae).T
    between = _discs(levels, straight, bone, hu, (x, y, s))
    rise = np.clip(y, 0, 2 * BODY_MIDDLE_MM) - BODY_MIDDLE_MM
    plain = np.zeros(bone.shape, dtype=np.int32)
    for at, tilt in zip(levels.s_mm, levels.tilt, strict=True):
        plain += s > at + tilt * rise
    marked = np.where(y > ARCH_MM, plain + 1, 0)
    marked[~bone | between] = OUTSIDE
    cells[box] = _grown(marked.astype(np.int16), hu)
    discs[box] = between
    along = {
        int(cell): (float(s[own].min()), float(s[own].max()))
        for cell in np.unique(marked[marked > 0])
        if (own := (marked == cell) & (np.abs(x) < 8)).any()
    }
    return Vertebrae(cells, discs, along)


def _grown(marked: NDArray[np.int16], hu: NDArray[np.int16]) -> NDArray[np.int16]:
    """The marks spread through the unmarked (0) voxels, dense ones first."""
    for limit in GROWTH_HU:
        free = (marked == 0) & (hu > limit)
        while free.any():
            low, high = _box_of(free)
            near = ndimage.maximum_filter(marked[low:high], footprint=CROSS)
            new = free[low:high] & (near > 0)
            if not new.any():
                break
            marked[low:high][new] = near[new]
            free[low:high][new] = False
    return np.where(marked > 0, marked, 0).astype(np.int16)


def _box_of(mask: BoolArray) -> tuple[int, int]:
    rows = np.flatnonzero(mask.any(axis=(1, 2)))
    return max(0, int(rows[0]) - 1), int(rows[-1]) + 2


def _discs(
    levels: Levels,
    straight: FloatArray,
    bone: BoolArray,
    hu: NDArray[np.int16],
    coordinates: tuple[FloatArray, FloatArray, FloatArray],
) -> BoolArray:
    """The soft voxels between two endplates, where the endplates stand out from what is between."""
    _, y, s = coordinates
    across, depth = across_mm()
    core = straight[np.abs(across) <= 9][:, (depth >= 8) & (depth <= 24)].mean(axis=(0, 1))
    out = np.zeros(bone.shape, dtype=np.bool_)
    before = bone & (y > 4)
    for at, tilt in zip(levels.s_mm, levels.tilt, strict=True):
        middle = round(float(at))
        low, high = max(0, middle - DISC_REACH_MM), min(core.size, middle + DISC_REACH_MM + 1)
        below, above = core[low : middle + 1], core[middle:high]
        if below.size < 3 or above.size < 3:
            continue
        first, last = low + int(below.argmax()), middle + int(above.argmax())
        gap = core[first : last + 1]
        edge = min(float(core[first]), float(core[last]))
        if edge - float(gap.min()) < DISC_DEPTH_HU:
            continue
        off = s - tilt * (y - BODY_MIDDLE_MM)
        limit = 0.5 * (edge + float(gap.min()))
        out |= before & (off > first) & (off < last) & (hu < limit)
    return out
