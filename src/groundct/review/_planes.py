"""Pictures of planes in radiological convention: the patient's left is on the image's right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageFilter

from groundct.core.geometry import Geometry
from groundct.core.volume import BoolArray, LabelMap, Volume
from groundct.review._palette import Rgb

View = Literal["axial", "coronal", "sagittal"]

VIEWS: tuple[View, ...] = ("axial", "coronal", "sagittal")
AXIS: dict[View, int] = {"axial": 2, "coronal": 1, "sagittal": 0}
SIDES: dict[View, tuple[str, str]] = {
    "axial": ("R", "L"),
    "coronal": ("R", "L"),
    "sagittal": ("A", "P"),
}
LUNG_WINDOW_HU = (-1350.0, 150.0)
MEDIASTINUM_WINDOW_HU = (-160.0, 240.0)


@dataclass(frozen=True)
class Plane:
    """A plane of a grid and the scale it is drawn at."""

    view: View
    index: int
    px_per_mm: float

    def size_px(self, geometry: Geometry) -> tuple[int, int]:
        """(width, height) of the picture: anisotropic voxels keep their shape in mm."""
        extent = [n * s for n, s in zip(geometry.shape, geometry.spacing_mm, strict=True)]
        width, height = (extent[axis] for axis in range(3) if axis != AXIS[self.view])
        return max(1, round(width * self.px_per_mm)), max(1, round(height * self.px_per_mm))

    def pixel_of(self, geometry: Geometry, point_mm: tuple[float, float, float]) -> tuple[int, int]:
        """(x, y) in the picture of a point in RAS+ mm."""
        index = geometry.index_from_world(point_mm)
        axes = [axis for axis in range(3) if axis != AXIS[self.view]]
        x, y = (
            (geometry.shape[axis] - 0.5 - index[axis]) * geometry.spacing_mm[axis] * self.px_per_mm
            for axis in axes
        )
        return round(float(x)), round(float(y))


def ct_picture(volume: Volume, plane: Plane, window_hu: tuple[float, float]) -> Image.Image:
    """The CT in a plane as an RGB picture."""
    low, high = window_hu
    hu = _turned(_cut(volume.hu, plane)).astype(np.float32)
    grey = np.clip((hu - low) * (255.0 / (high - low)), 0, 255).astype(np.uint8)
    size = plane.size_px(volume.geometry)
    return Image.fromarray(grey).resize(size, Image.Resampling.BICUBIC).convert("RGB")


def segment_cut(labels: LabelMap, name: str, plane: Plane) -> BoolArray:
    """The voxels of a segment in a plane, in the array's own order."""
    axes = [n for axis, n in enumerate(labels.geometry.shape) if axis != AXIS[plane.view]]
    out = np.zeros(axes, dtype=np.bool_)
    for layer, label in labels.segment(name).parts:
        out |= _cut(labels.layers[layer], plane) == label
    return out


def tint(
    picture: Image.Image, cut: BoolArray, color: Rgb, *, fill: float, line_px: int
) -> Image.Image:
    """The picture with a mask's veil (``fill`` 0..1) and its outline in a colour."""
    if not cut.any():
        return picture
    coverage = Image.fromarray(_turned(cut).astype(np.uint8) * 255)
    coverage = coverage.resize(picture.size, Image.Resampling.BICUBIC)
    mask = coverage.point([255 * int(value > 127) for value in range(256)])
    solid = Image.new("RGB", picture.size, color)
    veil = mask.point([round(value * fill) for value in range(256)])
    out = Image.composite(solid, picture, veil)
    if line_px > 0:
        grown = mask.filter(ImageFilter.MaxFilter(2 * line_px + 1))
        out = Image.composite(solid, out, ImageChops.subtract(grown, mask))
    return out


def largest_cut(labels: LabelMap, name: str, view: View) -> int:
    """The plane that holds most voxels of a segment; the middle one when it is empty."""
    n = labels.geometry.shape[AXIS[view]]
    counts = np.zeros(n, dtype=np.int64)
    for layer, label in labels.segment(name).parts:
        for index in range(n):
            cut = _cut(labels.layers[layer], Plane(view, index, 1.0))
            counts[index] += np.count_nonzero(cut == label)
    return int(np.argmax(counts)) if counts.any() else n // 2


def _cut(array: NDArray[np.generic], plane: Plane) -> NDArray[np.generic]:
    cut: NDArray[np.generic] = np.moveaxis(array, AXIS[plane.view], 0)[plane.index]
    return cut


def _turned(cut: NDArray[np.generic]) -> NDArray[np.generic]:
    """RAS order to picture rows and columns: right, front and head come first."""
    return np.ascontiguousarray(cut[::-1, ::-1].T)
