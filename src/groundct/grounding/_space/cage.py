"""The inner surface of the rib cage, seen from inside each half of the chest.

In every axial slice rays leave the middle of a half of the chest; what they hit first of ribs,
spine and sternum is the wall. Between ribs, which slant and leave gaps, the wall is the mean of
the hits nearby, weighted by their distance. Muscle behind the ribs and beside the spine is outside.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from groundct.core.volume import BoolArray
from groundct.grounding._space.crops import FloatArray
from groundct.grounding._space.hull import hull_by_slice
from groundct.imaging.distances import SpacingMm

_RAYS = 120
_RAY_SIGMA = 2.5
_ALONG_SIGMA_MM = 9.0
_LEAST_WEIGHT = 0.01
_FARTHEST_MM = 220.0


def inside_cage(half: BoolArray, bones: BoolArray, spacing_mm: SpacingMm) -> BoolArray:
    """The part of a half of the chest inside its bony wall (i j k); all on one coarse grid.

    ``half`` is the hull of the bones' ring cut at the midline. Where no bone is near a ray,
    ``half`` alone bounds it.
    """
    out = np.zeros(half.shape, dtype=np.bool_, order="F")
    levels = [int(k) for k in np.flatnonzero(half.any(axis=(0, 1)))]
    if not levels:
        return out
    centres = _centres(half, levels)
    hits = np.stack([_hits(bones[:, :, k], centres[k], spacing_mm) for k in levels], axis=1)
    wall = _filled(hits, spacing_mm[2])
    i = np.arange(half.shape[0])[:, None]
    j = np.arange(half.shape[1])[None, :]
    for n, k in enumerate(levels):
        x, y = (i - centres[k][0]) * spacing_mm[0], (j - centres[k][1]) * spacing_mm[1]
        ray = np.rint(np.arctan2(y, x) / (2 * np.pi) * _RAYS).astype(np.intp) % _RAYS
        out[:, :, k] = half[:, :, k] & (np.hypot(x, y) < wall[ray, n])
    return out & ~bones


def chest_half(ring: BoolArray, midline: float, side: str) -> BoolArray:
    """The hull of a ring of bones slice by slice, left or right of the midline (an index i)."""
    hull = hull_by_slice(ring)
    i = np.arange(ring.shape[0])[:, None, None]
    return np.asarray(hull & ((i < midline) if side == "left" else (i > midline)))


def _centres(half: BoolArray, levels: list[int]) -> dict[int, tuple[float, float]]:
    found = np.array([np.argwhere(half[:, :, k]).mean(axis=0) for k in levels])
    smoothed = ndimage.gaussian_filter1d(found, 2.0, axis=0, mode="nearest")
    return {k: (float(a), float(b)) for k, (a, b) in zip(levels, smoothed, strict=True)}


def _hits(plane: BoolArray, centre: tuple[float, float], spacing_mm: SpacingMm) -> FloatArray:
    """Distance in mm to the first bone along each ray; infinite where there is none."""
    step = min(spacing_mm[:2])
    away = np.arange(0.0, _FARTHEST_MM, step)
    angle = np.arange(_RAYS) * (2 * np.pi / _RAYS)
    i = np.rint(centre[0] + np.outer(np.cos(angle), away) / spacing_mm[0]).astype(np.intp)
    j = np.rint(centre[1] + np.outer(np.sin(angle), away) / spacing_mm[1]).astype(np.intp)
    known = (i >= 0) & (j >= 0) & (i < plane.shape[0]) & (j < plane.shape[1])
    bone = known & plane[np.where(known, i, 0), np.where(known, j, 0)]
    first = away[bone.argmax(axis=1)]
    return np.where(bone.any(axis=1), first, np.inf).astype(np.float32)


def _filled(hits: FloatArray, step_mm: float) -> FloatArray:
    """Hits (ray, slice) with the gaps between ribs filled from those around."""
    there = np.isfinite(hits)
    sigma, modes = (_RAY_SIGMA, _ALONG_SIGMA_MM / step_mm), ("wrap", "nearest")
    weight = ndimage.gaussian_filter(there.astype(np.float32), sigma, mode=modes)
    total = ndimage.gaussian_filter(np.where(there, hits, 0.0), sigma, mode=modes)
    mean = np.where(weight > _LEAST_WEIGHT, total / np.maximum(weight, 1e-6), np.inf)
    return np.asarray(np.minimum(hits, mean), dtype=np.float32)
