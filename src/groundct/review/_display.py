"""Volumes for the eye: a display grid, the CT and the label maps brought to it, NIfTI bytes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from groundct.core.geometry import Geometry
from groundct.core.volume import HuArray, LabelArray, LabelMap, Volume
from groundct.imaging.resample import resample_label_map, resample_volume

DISPLAY_LIMIT = (256, 256, 200)
HU_RANGE = (-1024, 1600)
HU_STEP = 4
"""Displayed HU are rounded to this step, finer than a grey level of the lung window."""


def display_geometry(source: Geometry, limit: tuple[int, int, int] = DISPLAY_LIMIT) -> Geometry:
    """A grid of at most ``limit`` voxels over the same box; the source itself when small enough."""
    shape = tuple(min(n, most) for n, most in zip(source.shape, limit, strict=True))
    ratio = np.array(source.shape) / np.array(shape)
    step = np.diag([*ratio, 1.0])
    step[:3, 3] = (ratio - 1) / 2
    return Geometry.of(shape, source.matrix @ step)


def display_hu(volume: Volume, grid: Geometry) -> HuArray:
    """The CT on the display grid (linear), clipped to ``HU_RANGE`` and rounded to ``HU_STEP``."""
    hu = volume.hu
    if grid.shape != volume.geometry.shape:
        hu = resample_volume(volume, grid).hu
    out = np.empty(grid.shape, dtype=np.int16, order="F")
    for k in range(grid.shape[2]):
        plane = np.clip(hu[:, :, k], *HU_RANGE).astype(np.float32)
        out[:, :, k] = np.rint(plane / HU_STEP) * HU_STEP
    return out


def display_labels(labels: LabelMap, grid: Geometry) -> tuple[LabelArray, ...]:
    """The layers of a label map on the display grid, nearest voxel, in the smallest dtype.

    A label that nearest sampling would lose keeps the voxels that its own voxels fall into, so
    that the smallest finding can still be seen.
    """
    if grid.shape == labels.geometry.shape:
        return tuple(_compact(layer) for layer in labels.layers)
    coarse = resample_label_map(labels, grid)
    return tuple(
        _compact(_with_lost(fine, layer))
        for fine, layer in zip(labels.layers, coarse.layers, strict=True)
    )


def _with_lost(fine: LabelArray, coarse: LabelArray) -> LabelArray:
    lost = np.flatnonzero(_seen(fine) & ~_seen(coarse))
    if not lost.size:
        return coarse
    out = coarse.copy(order="F")
    for label in lost:
        i, j, k = (
            at * new // old
            for at, old, new in zip(
                np.nonzero(fine == label), fine.shape, coarse.shape, strict=True
            )
        )
        out[i, j, k] = label
    return out


def _compact(layer: LabelArray) -> LabelArray:
    if int(layer.max(initial=0)) < 256:
        return np.asarray(layer, dtype=np.uint8, order="F")
    return np.asarray(layer, dtype=np.uint16, order="F")


def _seen(layer: LabelArray) -> NDArray[np.bool_]:
    """(65536,) which labels occur; slice by slice, so that no wide copy is made."""
    seen = np.zeros(1 << 16, dtype=np.bool_)
    for k in range(layer.shape[2]):
        seen[layer[:, :, k]] = True
    return seen
