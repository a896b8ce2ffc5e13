"""Airless lung at its border: masses and consolidation that a small closing does not reach.

Large concavities of a lung are filled where a healthy lung has none: against the ribs, and behind
the bronchi beside the spine; there also what the other lung, mirrored at the spine, reaches. Fluid,
which lies outside the lung, is told from tissue by its HU.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from groundct.anatomy._hu.chest import axial_hulls
from groundct.anatomy._hu.grid import Working
from groundct.core.volume import BoolArray
from groundct.imaging.components import bounding_slices, components, fill_holes_by_slice
from groundct.imaging.distances import close_mm, erode_mm, open_mm

Side = Literal["left", "right"]

COARSE_MM = 4.0
REACH_MM = 30.0
BONE_HU = 200
DENSE_HU = -400
SOFT_HU: Final = (-30.0, 100.0)
LEAST_SOFT = 0.25
TISSUE_HU = 20.0
"""Of the soft part of airless lung half is denser than this; fluid is not."""
SMALLEST_ML = 2.0
SMOOTH_MM = 3.0
BESIDE_SPINE_MM = 26.0
BESIDE_AORTA_MM = 44.0
"""The pleura behind the bronchi lies this far from the spine; where the aorta runs, farther."""

BEHIND_AORTA_MM = 12.0
"""So far before the canal, and farther back, there is no aorta beside the spine."""

COSTAL_SHARE = 0.5
UNDER_SHARE = 0.6
BELOW_MM = 12.0
FORWARD_SLOPE = 0.5
"""On the right, away from the heart, tissue farther out may lie farther to the front."""

MIRRORED_MM = 4.0
MIRRORED_SMOOTH_MM = 6.0
"""The other lung's mirror image is taken so much smaller, and only where it adds twice as much."""


def airless_lung(
    grid: Working,
    sides: tuple[BoolArray, BoolArray | None],
    side: Side,
    canal: NDArray[np.float64],
    hilum_j: float | None,
) -> BoolArray:
    """What belongs to a lung and holds no air (i, j, k), beside what small gaps hold.

    Args:
        grid: the scan.
        sides: the lung as its air shows it, closed over small gaps, and the other one or None.
        side: which lung it is.
        canal: (k, 2) i and j of the spinal canal in each slice.
        hilum_j: the index of the carina towards the front; None where it was not seen.
    """
    lung, other = sides
    out = np.zeros(lung.shape, dtype=np.bool_, order="F")
    crop = bounding_slices(lung, margin=2)
    if crop is None:
        return out
    own, hu = lung[crop], grid.hu[crop]
    dense = (hu > DENSE_HU) & (hu < BONE_HU) & ~own
    behind = _behind(grid, side, canal, hilum_j)[crop]
    hollow = _closed(grid, own) & dense & (behind | _costal(lung, side)[crop])
    filled = open_mm(hollow, SMOOTH_MM, grid.spacing_mm)
    if other is not None:
        mirrored = _mirrored(grid, other, canal)[crop] & behind & dense
        mirrored &= axial_hulls(lung | other)[crop]
        filled |= open_mm(mirrored, MIRRORED_SMOOTH_MM, grid.spacing_mm)
    tissue = ndimage.uniform_filter(hu.astype(np.float32), 3)
    labels, sizes = components(filled, 6)
    boxes = ndimage.find_objects(labels.astype(np.int32))
    for label, box in enumerate(boxes, start=1):
        if sizes[label] * grid.voxel_ml < SMALLEST_ML:
            break
        part = labels[box] == label
        if _is_tissue(tissue[box][part]) and _over_lung(grid, own, part, box):
            out[crop][box] |= part
    if out.any():
        whole = fill_holes_by_slice(out | lung)
        out = np.asarray(whole & ~lung & ndimage.binary_dilation(out, iterations=2))
    return out


def _closed(grid: Working, lung: BoolArray) -> BoolArray:
    """The lung closed by a large ball, on a coarser grid."""
    step = [max(1, round(COARSE_MM / s)) for s in grid.spacing_mm]
    coarse = lung[:: step[0], :: step[1], :: step[2]]
    margin = [round(REACH_MM / (s * n)) + 1 for s, n in zip(grid.spacing_mm, step, strict=True)]
    padded = np.pad(coarse, [(m, m) for m in margin])
    spacing = tuple(s * n for s, n in zip(grid.spacing_mm, step, strict=True))
    closed = close_mm(padded, REACH_MM, (spacing[0], spacing[1], spacing[2]))
    inner = closed[tuple(slice(m, m + n) for m, n in zip(margin, coarse.shape, strict=True))]
    for axis, n in enumerate(step):
        inner = inner.repeat(n, axis)
    return np.asarray(inner[tuple(map(slice, lung.shape))])


def _behind(
    grid: Working, side: Side, canal: NDArray[np.float64], hilum_j: float | None
) -> BoolArray:
    """Behind the bronchi and beside the spine, where lung is all there is."""
    step_i, step_j, _ = grid.spacing_mm
    i = np.arange(grid.hu.shape[0])[:, None, None]
    j = np.arange(grid.hu.shape[1])[None, :, None]
    outwards = (i - canal[None, None, :, 0]) * step_i * (1 if side == "right" else -1)
    forward = (j - canal[None, None, :, 1]) * step_j
    front = canal[None, None, :, 1] + 45 / step_j if hilum_j is None else np.asarray(hilum_j)
    if side == "right":
        front = front + np.maximum(0, outwards - BESIDE_SPINE_MM) * FORWARD_SLOPE / step_j
    margin = np.where(
        (side == "left") & (forward > BEHIND_AORTA_MM), BESIDE_AORTA_MM, BESIDE_SPINE_MM
    )
    return np.asarray((outwards > margin) & (j < front))


def _mirrored(grid: Working, other: BoolArray, canal: NDArray[np.float64]) -> BoolArray:
    """The other lung's mirror image at the spinal canal, slice by slice, a little smaller."""
    small = erode_mm(other, MIRRORED_MM, grid.spacing_mm)
    out = np.zeros(other.shape, dtype=np.bool_, order="F")
    i = np.arange(other.shape[0])
    for k in np.flatnonzero(small.any(axis=(0, 1))):
        source = np.round(2 * canal[k, 0] - i).astype(np.intp)
        inside = (source >= 0) & (source < other.shape[0])
        out[inside, :, k] = small[source[inside], :, k]
    return out


def _costal(lung: BoolArray, side: Side) -> BoolArray:
    """The outer half of the lung's width in every slice."""
    out = np.zeros(lung.shape, dtype=np.bool_, order="F")
    i = np.arange(lung.shape[0])
    for k in np.flatnonzero(lung.any(axis=(0, 1))):
        line = np.flatnonzero(lung[:, :, k].any(axis=1))
        middle = line[0] + COSTAL_SHARE * (line[-1] - line[0])
        out[i > middle if side == "right" else i < middle, :, k] = True
    return out


def _is_tissue(hu: NDArray[np.float32]) -> bool:
    """Whether a part is soft tissue: no fluid, no fat, and no mere border of air."""
    soft = hu[(hu > SOFT_HU[0]) & (hu < SOFT_HU[1])]
    return soft.size >= LEAST_SOFT * hu.size and float(np.median(soft)) > TISSUE_HU


def _over_lung(
    grid: Working, lung: BoolArray, part: BoolArray, box: tuple[slice, slice, slice]
) -> bool:
    """Whether a part has lung beneath it, so that it is no organ under the diaphragm."""
    columns = part.any(axis=2)
    lowest = box[2].start + part.argmax(axis=2)
    beneath = lung[box[0], box[1]]
    levels = np.arange(lung.shape[2])[None, None, :]
    under = beneath & (levels < lowest[:, :, None])
    tolerance = grid.voxels(BELOW_MM, 2)
    seen = under.any(axis=2) | (lowest <= tolerance)
    return float(seen[columns].mean()) >= UNDER_SHARE
