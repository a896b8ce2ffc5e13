"""The form of a region by the second moments of its voxels."""

from __future__ import annotations

import numpy as np

from groundct.core.volume import BoolArray
from groundct.imaging.distances import SpacingMm


def principal_mm(mask: BoolArray, spacing_mm: SpacingMm) -> tuple[float, float, float]:
    """Standard deviations of a region's voxel centres along its principal axes, longest first.

    In mm; all 0 for a single voxel. Raises ValueError for an empty region.
    """
    points = np.argwhere(mask) * np.array(spacing_mm)
    if not len(points):
        raise ValueError("an empty region has no form")
    offsets = points - points.mean(axis=0)
    short, middle, long = np.linalg.eigvalsh(offsets.T @ offsets / len(points))
    return _root(long), _root(middle), _root(short)


def filled_mm(mask: BoolArray, spacing_mm: SpacingMm) -> tuple[float, float, float]:
    """As ``principal_mm``, with the voxels' own extent: never 0."""
    own = float(np.mean(np.square(spacing_mm))) / 12
    long, middle, short = (_root(sd * sd + own) for sd in principal_mm(mask, spacing_mm))
    return long, middle, short


def _root(value: float) -> float:
    return float(np.sqrt(max(value, 0.0)))
