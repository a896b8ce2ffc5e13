"""The two lungs of a volume, found without trusting its orientation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from groundct.core.volume import BoolArray, HuArray, Volume
from groundct.imaging.components import bounding_slices, components, largest_component
from groundct.imaging.distances import dilate_mm, distance_mm

_LUNG_TO_TISSUE_HU = -500
_ENCLOSED_FROM = 5  # of six directions; a trachea cut by the scan's end leaves one open
_CORE_DEPTHS_MM = (4.5, 8.0, 12.0, 16.0)  # deeper until touching lungs fall apart
_MIN_CORE_ML = 100.0
_MIN_CORE_RATIO = 0.3


@dataclass(frozen=True, eq=False)
class Thorax:
    """A coarse chest: HU, body, spacing, and two lungs in no particular order."""

    hu: HuArray
    body: BoolArray
    spacing_mm: tuple[float, float, float]
    lungs: tuple[BoolArray, BoolArray]

    def flipped(self, axis: int) -> Thorax:
        """The same turned round along an array axis."""
        a, b = (np.flip(lung, axis) for lung in self.lungs)
        return Thorax(np.flip(self.hu, axis), np.flip(self.body, axis), self.spacing_mm, (a, b))

    def cropped_to_lungs(self) -> Thorax:
        """The same inside the box of both lungs."""
        box = bounding_slices(self.lungs[0] | self.lungs[1])
        if box is None:
            raise ValueError("a thorax has lungs")
        a, b = self.lungs
        return Thorax(self.hu[box], self.body[box], self.spacing_mm, (a[box], b[box]))


def find_thorax(volume: Volume) -> Thorax | None:
    """The body and two lungs of a coarse volume (about 4 mm); None when there are no two lungs."""
    hu, spacing = volume.hu, volume.geometry.spacing_mm
    body = largest_component(hu > _LUNG_TO_TISSUE_HU, 6)
    air = (hu < _LUNG_TO_TISSUE_HU) & (_open_directions(body) >= _ENCLOSED_FROM)
    depth = distance_mm(air, spacing)
    voxel_ml = volume.geometry.voxel_volume_mm3 / 1000
    for core_depth in _CORE_DEPTHS_MM:
        labels, sizes = components(depth > core_depth, 6)
        if len(sizes) < 3:
            continue
        first, second = sizes[1] * voxel_ml, sizes[2] * voxel_ml
        if second >= _MIN_CORE_ML and second >= _MIN_CORE_RATIO * first:
            a, b = (air & dilate_mm(labels == n, core_depth + 4, spacing) for n in (1, 2))
            return Thorax(hu, body, spacing, (a & ~b, b & ~a))
    return None


def _open_directions(body: BoolArray) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """In how many of the six axis directions body lies beyond each voxel."""
    count = np.zeros(body.shape, dtype=np.uint8)
    for axis in range(3):
        count += np.maximum.accumulate(body, axis=axis)
        count += np.flip(np.maximum.accumulate(np.flip(body, axis), axis=axis), axis)
    return count
