"""The working grid: a coarser copy of the scan on which shapes are found, and the way back."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundct.core.geometry import Geometry
from groundct.core.volume import BoolArray, HuArray, RegionMask, Volume
from groundct.imaging.components import bounding_slices
from groundct.imaging.resample import resample_linear, resample_volume

WORKING_SPACING_MM = 2.0
AIR_HU = -1024

SpacingMm = tuple[float, float, float]
Box = tuple[slice, slice, slice]


@dataclass(frozen=True, eq=False)
class Working:
    """The scan on the working grid, beside the scan itself.

    ``hu`` is int16 (i, j, k) in RAS order, values under -1024 HU (padding) raised to it.
    """

    volume: Volume
    hu: HuArray
    geometry: Geometry

    @property
    def spacing_mm(self) -> SpacingMm:
        """Of the working grid."""
        return self.geometry.spacing_mm

    @property
    def voxel_ml(self) -> float:
        """Volume of a working voxel."""
        return self.geometry.voxel_volume_mm3 / 1000

    def voxels(self, mm: float, axis: int) -> int:
        """A distance along an axis in working voxels, at least one."""
        return max(1, round(mm / self.spacing_mm[axis]))


def working(volume: Volume) -> Working:
    """The scan at about 2 mm; axes that are coarser already stay as they are."""
    coarse = resample_volume(volume, WORKING_SPACING_MM, outside_hu=AIR_HU)
    return Working(volume, np.maximum(coarse.hu, AIR_HU), coarse.geometry)


def fraction_on_full(
    grid: Working, mask: BoolArray, box: Box | None = None
) -> tuple[Box, NDArray[np.float32]]:
    """How much of each full-grid voxel a working mask fills, interpolated, in the mask's box.

    ``box`` asks for another box of the full grid. Without it the mask must hold a voxel.
    """
    if box is not None:
        target = crop_geometry(grid.volume.geometry, box)
        return box, resample_linear(mask, grid.geometry, target)
    crop = bounding_slices(mask, margin=2)
    if crop is None:
        raise ValueError("an empty mask has no box")
    source = crop_geometry(grid.geometry, crop)
    box = full_box(grid, crop)
    target = crop_geometry(grid.volume.geometry, box)
    return box, resample_linear(mask[crop], source, target)


def full_box(grid: Working, crop: Box) -> Box:
    """The full grid's box that covers a box of the working grid."""
    out = []
    full = grid.volume.geometry
    for axis, part in enumerate(crop):
        ratio = full.shape[axis] / grid.geometry.shape[axis]
        low = max(0, math.floor(part.start * ratio))
        high = min(full.shape[axis], math.ceil(part.stop * ratio))
        out.append(slice(low, high))
    return out[0], out[1], out[2]


def to_working(grid: Working, mask: RegionMask, share: float = 0.5) -> BoolArray:
    """A full-grid mask on the working grid: voxels of which it fills more than ``share``."""
    source = crop_geometry(grid.volume.geometry, mask.slices)
    fraction: NDArray[np.float32] = resample_linear(mask.voxels, source, grid.geometry)
    return np.asarray(fraction > share)


def crop_geometry(geometry: Geometry, crop: Box) -> Geometry:
    """The grid of a crop."""
    matrix = geometry.matrix
    matrix[:3, 3] = geometry.world_from_index([s.start for s in crop])
    return Geometry.of(tuple(s.stop - s.start for s in crop), matrix)
