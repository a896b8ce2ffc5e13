"""A lung's own frame: a voxel's place between base and apex, back and front, hilum and side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from groundct.core.volume import BoolArray, RegionMask

Side = Literal["left", "right"]
FloatArray = NDArray[np.float32]

MARGIN_FRACTION = 0.01
"""Voxels beyond this quantile do not set the frame: thin tips of the sulci would."""


@dataclass(frozen=True, eq=False)
class LungFrame:
    """A lung's crop with coordinates that run from 0 to 1 over its extent.

    ``lateral``, ``front`` and ``up`` have shapes (i, 1, 1), (1, j, 1) and (1, 1, k): 0 is medial,
    at the back and at the base; 1 lateral, in front and at the apex.
    """

    voxels: BoolArray
    lateral: FloatArray
    front: FloatArray
    up: FloatArray


def lung_frame(lung: RegionMask, side: Side) -> LungFrame:
    """The frame of a non-empty lung mask in RAS order."""
    axes = [_axis(lung.voxels, axis) for axis in range(3)]
    lateral = axes[0] if side == "right" else 1 - axes[0]
    return LungFrame(
        lung.voxels,
        lateral[:, None, None],
        axes[1][None, :, None],
        axes[2][None, None, :],
    )


def share_threshold(value: FloatArray, voxels: BoolArray, share: float) -> float:
    """The value under which ``share`` of the voxels lie; 0 when there are none."""
    chosen = np.broadcast_to(value, voxels.shape)[voxels]
    if chosen.size == 0:
        return 0.0
    step = max(1, chosen.size // 200_000)
    return float(np.quantile(chosen[::step], share))


def _axis(voxels: BoolArray, axis: int) -> FloatArray:
    profile = np.count_nonzero(voxels, axis=tuple(a for a in range(3) if a != axis))
    below = np.cumsum(profile) / profile.sum()
    low = int(np.searchsorted(below, MARGIN_FRACTION))
    high = int(np.searchsorted(below, 1 - MARGIN_FRACTION))
    line = (np.arange(profile.size, dtype=np.float32) - low) / max(high - low, 1)
    return np.asarray(np.clip(line, 0, 1), dtype=np.float32)
