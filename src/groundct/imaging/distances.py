"""Distances in mm and morphology with round elements, by the exact distance transform on crops.

The array's border is not a border of the mask: what lies outside the scan is unknown, so a mask
that touches it is not eroded from there.
"""

from __future__ import annotations

import math

import edt
import numpy as np
from numpy.typing import NDArray

from groundct.core.volume import BoolArray
from groundct.imaging.components import Crop, bounding_slices

SpacingMm = tuple[float, float, float]


def distance_mm(mask: BoolArray, spacing_mm: SpacingMm) -> NDArray[np.float32]:
    """Distance of every True voxel's centre to the nearest False voxel's; 0 where False.

    Infinite where the array holds no False voxel at all.
    """
    out = np.zeros(mask.shape, dtype=np.float32, order="F")
    crop = bounding_slices(mask, margin=1)
    if crop is not None:
        out[crop] = _edt(mask[crop], spacing_mm)
    return out


def dilate_mm(mask: BoolArray, radius_mm: float, spacing_mm: SpacingMm) -> BoolArray:
    """Every voxel whose centre lies within ``radius_mm`` of a mask voxel's centre."""
    out = np.zeros(mask.shape, dtype=np.bool_, order="F")
    crop = _grown(mask, radius_mm, spacing_mm)
    if crop is not None:
        out[crop] = _edt(~mask[crop], spacing_mm) <= radius_mm
    return out


def erode_mm(mask: BoolArray, radius_mm: float, spacing_mm: SpacingMm) -> BoolArray:
    """The mask's voxels farther than ``radius_mm`` from every voxel outside it."""
    out = np.zeros(mask.shape, dtype=np.bool_, order="F")
    crop = bounding_slices(mask, margin=1)
    if crop is not None:
        out[crop] = _edt(mask[crop], spacing_mm) > radius_mm
    return out


def open_mm(mask: BoolArray, radius_mm: float, spacing_mm: SpacingMm) -> BoolArray:
    """Erode, then dilate: parts thinner than twice the radius go."""
    return dilate_mm(erode_mm(mask, radius_mm, spacing_mm), radius_mm, spacing_mm) & mask


def close_mm(mask: BoolArray, radius_mm: float, spacing_mm: SpacingMm) -> BoolArray:
    """Dilate, then erode: gaps thinner than twice the radius fill. Holds the whole mask."""
    grown = dilate_mm(mask, radius_mm, spacing_mm)
    return erode_mm(grown, radius_mm, spacing_mm) | mask


def _grown(mask: BoolArray, radius_mm: float, spacing_mm: SpacingMm) -> Crop | None:
    crop = bounding_slices(mask)
    if crop is None:
        return None
    grown = []
    for part, n, step in zip(crop, mask.shape, spacing_mm, strict=True):
        margin = math.ceil(radius_mm / step) + 1
        grown.append(slice(max(part.start - margin, 0), min(part.stop + margin, n)))
    return grown[0], grown[1], grown[2]


def _edt(mask: BoolArray, spacing_mm: SpacingMm) -> NDArray[np.float32]:
    solid = np.asfortranarray(mask)
    return np.asarray(edt.edt(solid, anisotropy=spacing_mm, black_border=False, parallel=1))
