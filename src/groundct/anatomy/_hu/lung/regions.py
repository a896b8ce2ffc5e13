"""Regions of the full grid put together, and looked at in another region's box."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from groundct.core.volume import BoolArray, RegionMask


def joined(*masks: RegionMask) -> RegionMask:
    """The union of at least one region."""
    low = np.min([mask.offset for mask in masks], axis=0)
    high = np.max([np.add(mask.offset, mask.voxels.shape) for mask in masks], axis=0)
    frame = RegionMask(
        (int(low[0]), int(low[1]), int(low[2])), np.zeros(high - low, dtype=np.bool_, order="F")
    )
    return RegionMask(frame.offset, pasted(masks, frame))


def pasted(masks: Iterable[RegionMask], frame: RegionMask) -> BoolArray:
    """The regions' voxels in the crop of ``frame``; what lies outside of it is left out."""
    out = np.zeros(frame.voxels.shape, dtype=np.bool_, order="F")
    for mask in masks:
        low = np.maximum(mask.offset, frame.offset)
        ends = [np.add(m.offset, m.voxels.shape) for m in (mask, frame)]
        high = np.minimum(*ends)
        if (low < high).all():
            here = tuple(map(slice, low - frame.offset, high - frame.offset))
            there = tuple(map(slice, low - mask.offset, high - mask.offset))
            out[here] |= mask.voxels[there]
    return out
