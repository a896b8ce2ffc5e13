"""The pleura's site: a zone around the lung's surface, as no mask of the pleura itself exists."""

from __future__ import annotations

import numpy as np

from groundct.core.geometry import Geometry
from groundct.core.volume import RegionMask
from groundct.grounding._space.crops import repeated, scaled, steps_for, thinned
from groundct.imaging.distances import dilate_mm, erode_mm

_COARSE_MM = 2.0
_OUT_MM = 5.0
_IN_MM = 4.0


def pleural_rim(lung: RegionMask, geometry: Geometry) -> RegionMask:
    """From 4 mm inside to 5 mm outside a lung's surface, on a grid of about 2 mm."""
    pads = [int(np.ceil(_OUT_MM / step)) + 2 for step in geometry.spacing_mm]
    lows = [max(0, o - p) for o, p in zip(lung.offset, pads, strict=True)]
    highs = [
        min(size, o + n + p)
        for size, o, n, p in zip(geometry.shape, lung.offset, lung.voxels.shape, pads, strict=True)
    ]
    crop = np.zeros([b - a for a, b in zip(lows, highs, strict=True)], dtype=np.bool_, order="F")
    starts = [o - a for o, a in zip(lung.offset, lows, strict=True)]
    a, b, c = (slice(s, s + n) for s, n in zip(starts, lung.voxels.shape, strict=True))
    crop[a, b, c] = lung.voxels
    steps = steps_for(geometry.spacing_mm, _COARSE_MM)
    coarse_mm = scaled(geometry.spacing_mm, steps)
    coarse = thinned(crop, steps)
    zone = dilate_mm(coarse, _OUT_MM, coarse_mm) & ~erode_mm(coarse, _IN_MM, coarse_mm)
    inner = RegionMask.of(repeated(zone, steps, crop.shape))
    i, j, k = (low + own for low, own in zip(lows, inner.offset, strict=True))
    return RegionMask((i, j, k), inner.voxels)
