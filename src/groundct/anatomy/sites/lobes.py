"""Approximate lobes: typical fissure planes laid through each lung's own extent.

No fissure is seen. A plane is laid in the direction that the fissure typically has and shifted
until it parts the lung in the shares that the lobes typically have, so that it follows the lung's
size and the depth of the breath. A lobe that is collapsed, resected or displaced is drawn wrongly.
"""

from __future__ import annotations

import numpy as np

from groundct.anatomy.sites._frame import FloatArray, LungFrame, lung_frame, share_threshold
from groundct.core.volume import BoolArray, LabelMap, RegionMask

OBLIQUE_SLOPE = 0.75
"""How far the oblique fissure falls from back to front, in lung heights per lung depth."""

LOWER_LOBE_SHARE = 0.48
"""Share of a lung's volume under its oblique fissure, about the same on both sides."""

UPPER_OF_RIGHT_FRONT_SHARE = 0.68
"""Share of the upper lobe above the right oblique fissure; the rest is the middle lobe."""


def approximate_lobes(organs: LabelMap) -> dict[str, RegionMask]:
    """The five lobes under RadGenome's names, for each lung that ``organs`` holds voxels of.

    Args:
        organs: a label map with "left lung" and "right lung", or one of them.

    Returns:
        Non-empty masks on the same grid; the lobes of a lung are disjoint and fill it.
    """
    lobes: dict[str, RegionMask] = {}
    if (left := lung_of(organs, "left lung")) is not None:
        frame = lung_frame(left, "left")
        lower = _under_oblique_fissure(frame)
        _put(lobes, left, "left lung upper lobe", frame.voxels & ~lower)
        _put(lobes, left, "left lung lower lobe", lower)
    if (right := lung_of(organs, "right lung")) is not None:
        frame = lung_frame(right, "right")
        lower = _under_oblique_fissure(frame)
        front = frame.voxels & ~lower
        height = share_threshold(frame.up, front, 1 - UPPER_OF_RIGHT_FRONT_SHARE)
        middle = front & (frame.up < height)
        _put(lobes, right, "right lung upper lobe", front & ~middle)
        _put(lobes, right, "right lung middle lobe", middle)
        _put(lobes, right, "right lung lower lobe", lower)
    return lobes


def lung_of(organs: LabelMap, name: str) -> RegionMask | None:
    """A lung's cropped mask, or None when it is not segmented or empty."""
    if name not in organs.names:
        return None
    mask = RegionMask.of(organs.mask(name))
    return mask if mask.count else None


def _under_oblique_fissure(frame: LungFrame) -> BoolArray:
    along = np.asarray(frame.up + np.float32(OBLIQUE_SLOPE) * frame.front, dtype=np.float32)
    threshold = share_threshold(along, frame.voxels, LOWER_LOBE_SHARE)
    return _below(along, threshold) & frame.voxels


def _below(value: FloatArray, threshold: float) -> BoolArray:
    return np.asarray(value < threshold, dtype=np.bool_)


def _put(lobes: dict[str, RegionMask], lung: RegionMask, name: str, voxels: BoolArray) -> None:
    crop = RegionMask.of(voxels)
    if crop.count:
        i, j, k = (a + b for a, b in zip(lung.offset, crop.offset, strict=True))
        lobes[name] = RegionMask((i, j, k), crop.voxels)
