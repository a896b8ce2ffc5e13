"""The lungs: air in the chest without airways and bowel, left from right, closed over nodules."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from groundct.anatomy._hu.airway.airways import Airways
from groundct.anatomy._hu.bone.spine import Spine
from groundct.anatomy._hu.grid import Working, to_working
from groundct.anatomy._hu.lung.airless import airless_lung
from groundct.core.volume import BoolArray
from groundct.imaging.components import bounding_slices, components, fill_holes_by_slice
from groundct.imaging.distances import close_mm, dilate_mm, distance_mm, open_mm

AERATED_HU = -400
MIN_LUNG_ML = 40.0
MIN_TOTAL_ML = 150.0
GAS_HU = -965.0
"""Half of the voxels of bowel and stomach gas are emptier; of lungs only in extreme emphysema."""

CLOSING_MM = 10.0
HILUM_MM = 6.0


@dataclass(frozen=True, eq=False)
class Lungs:
    """Both lungs on the working grid, before and after closing; a side may be None."""

    left: BoolArray | None
    right: BoolArray | None
    aerated: BoolArray

    @property
    def both(self) -> BoolArray:
        """Their union."""
        sides = [side for side in (self.left, self.right) if side is not None]
        return np.asarray(np.logical_or.reduce(sides))


def find_lungs(
    grid: Working, body: BoolArray, airways: Airways | None, spine: Spine | None
) -> Lungs | None:
    """The lungs, or None when there is too little air inside the body.

    Without ``spine`` airless parts at the border are not looked for.
    """
    air = body & (grid.hu < AERATED_HU)
    if airways is not None:
        air &= ~_lumen(grid, airways)
    candidates = _pieces(grid, air)
    if candidates is None:
        return None
    middle = _midline(body, airways)
    left, right = _sides(grid, candidates, middle)
    sides = [_closed(grid, side, middle) if side is not None else None for side in (left, right)]
    closed_left, closed_right = sides
    if closed_left is not None and closed_right is not None and left is not None:
        # Where both closings reach, the voxel keeps the side whose aerated part holds it.
        both = closed_left & closed_right
        closed_left &= ~both | left
        closed_right &= ~closed_left
    if spine is not None:
        carina = None if airways is None else float(airways.carina[1])
        closed_left, closed_right = _with_airless(
            grid, (closed_left, closed_right), spine.centers, carina
        )
    return Lungs(closed_left, closed_right, candidates)


def _lumen(grid: Working, airways: Airways) -> BoolArray:
    """Airways and their walls on the working grid."""
    lumen = to_working(grid, airways.trachea, 0.2)
    if airways.bronchi is not None:
        lumen |= to_working(grid, airways.bronchi, 0.2)
    return dilate_mm(lumen, 1.01 * max(grid.spacing_mm[:2]), grid.spacing_mm)


def _pieces(grid: Working, air: BoolArray) -> BoolArray | None:
    """The lung-like components of air: large, no gas, and not in the abdomen under the largest."""
    labels, sizes = components(air, 6)
    volumes = sizes * grid.voxel_ml
    boxes = ndimage.find_objects(labels.astype(np.int32), max_label=min(8, sizes.size - 1))
    lungs = []
    for label, box in enumerate(boxes, start=1):
        piece = labels[box] == label
        if volumes[label] >= MIN_LUNG_ML and float(np.median(grid.hu[box][piece])) > GAS_HU:
            lungs.append(label)
    if not lungs or volumes[lungs].sum() < MIN_TOTAL_ML:
        return None
    main = boxes[lungs[0] - 1][2]
    keep = lungs[:1]
    for label in lungs[1:]:
        box = boxes[label - 1]
        middle = (box[2].start + box[2].stop) / 2
        height = (box[2].stop - box[2].start) / (main.stop - main.start)
        if middle > main.start + 0.3 * (main.stop - main.start) and height > 0.15:
            keep.append(label)
    return np.asarray(np.isin(labels, keep))


def _midline(body: BoolArray, airways: Airways | None) -> float:
    if airways is not None:
        return float(airways.carina[0])
    line = np.flatnonzero(body.any(axis=(1, 2)))
    return float(line[0] + line[-1]) / 2


def _sides(
    grid: Working, lungs: BoolArray, middle: float
) -> tuple[BoolArray | None, BoolArray | None]:
    """Left and right: whole components, or the two halves that erosion parts a joined one into."""
    labels, sizes = components(lungs, 6)
    left = np.zeros(lungs.shape, dtype=np.bool_, order="F")
    right = np.zeros(lungs.shape, dtype=np.bool_, order="F")
    for label in range(1, sizes.size):
        piece = np.asarray(labels == label)
        share = float(np.count_nonzero(piece[: round(middle)])) / sizes[label]
        if 0.15 < share < 0.85:
            a, b = _parted(grid, piece, middle)
            left |= a
            right |= b
        elif share >= 0.85:
            left |= piece
        else:
            right |= piece
    return (left if left.any() else None), (right if right.any() else None)


def _parted(grid: Working, piece: BoolArray, middle: float) -> tuple[BoolArray, BoolArray]:
    depth = distance_mm(piece, grid.spacing_mm)
    total = np.count_nonzero(piece)
    for radius in (1.5, 2.5, 4.0, 6.0, 8.0, 10.0):
        labels, sizes = components(np.asarray(depth > radius), 6)
        if sizes.size > 2 and sizes[2] > 0.12 * total:
            seeds = np.zeros(piece.shape, dtype=np.int8)
            for label in range(1, min(sizes.size, 9)):
                part = labels == label
                share = np.count_nonzero(part[: round(middle)]) / sizes[label]
                seeds[part] = 1 if share > 0.5 else 2
            return _spread(seeds, piece, grid)
    half = np.zeros_like(piece)
    half[: round(middle)] = True
    return piece & half, piece & ~half


def _spread(seeds: np.ndarray, piece: BoolArray, grid: Working) -> tuple[BoolArray, BoolArray]:
    """The voxels of a piece by the nearer of two seeds."""
    crop = bounding_slices(piece)
    out = np.zeros(piece.shape, dtype=np.bool_, order="F"), np.zeros_like(piece)
    if crop is not None:
        own = seeds[crop]
        far = [distance_mm(np.asarray(own != n), grid.spacing_mm) for n in (1, 2)]
        nearer = far[0] < far[1]
        out[0][crop] = piece[crop] & nearer
        out[1][crop] = piece[crop] & ~nearer
    return out


def _with_airless(
    grid: Working,
    sides: tuple[BoolArray | None, BoolArray | None],
    canal: NDArray[np.float64],
    carina_j: float | None,
) -> tuple[BoolArray | None, BoolArray | None]:
    left, right = sides
    more_left = more_right = None
    if left is not None:
        more_left = airless_lung(grid, (left, right), "left", canal, carina_j)
    if right is not None:
        more_right = airless_lung(grid, (right, left), "right", canal, carina_j)
    if left is not None and more_left is not None:
        left = left | (more_left if right is None else more_left & ~right)
    if right is not None and more_right is not None:
        right = right | (more_right if left is None else more_right & ~left)
    return left, right


def _closed(grid: Working, lung: BoolArray, middle: float) -> BoolArray:
    closed = close_mm(lung, CLOSING_MM, grid.spacing_mm)
    added = closed & ~lung
    # Thick soft tissue on the medial side is heart, great vessel or hilum, not lung.
    soft = ndimage.binary_dilation(added, iterations=grid.voxels(2 * HILUM_MM, 0)) & ~lung
    thick = open_mm(np.asarray(soft & (grid.hu > -100)), HILUM_MM, grid.spacing_mm)
    medial = np.zeros(lung.shape[0], dtype=np.bool_)
    center = float(np.average(np.arange(lung.shape[0]), weights=lung.sum(axis=(1, 2))))
    medial[min(round(center), round(middle)) : max(round(center), round(middle))] = True
    added &= ~(thick & medial[:, None, None])
    return fill_holes_by_slice(lung | added)
