"""Blob centres in the lung: the multi-scale dot filter of Li, Sone and Doi (Med Phys 2003;30:2040).

The filter is |l3|^2 / |l1| of the Hessian's eigenvalues (|l1| >= |l2| >= |l3|, all negative): high
in balls, low in tubes (vessels) and sheets (pleura, fissures).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from groundct.core.volume import BoolArray
from groundct.grounding._hu_text.field import Field
from groundct.grounding._hu_text.hessian import of_symmetric
from groundct.grounding._space.crops import FloatArray, block_mean, scaled, steps_for
from groundct.imaging.distances import SpacingMm

_LUNG_HU = -850.0
_DARKEST_CENTRE_HU = -780.0
_FINEST_MM = 1.45
_LEAST_SIGMA_VOXELS = 0.8
"""Sampled on fewer voxels a Gaussian's second derivative answers to what is flat."""


@dataclass(frozen=True)
class Blob:
    """A centre in voxels of the field, the radius whose scale answered best, and the response."""

    centre: tuple[int, int, int]
    radius_mm: float
    response: float


def find_blobs(
    field: Field, radii_mm: Sequence[float], most: int, highest_hu: float = 100.0
) -> tuple[Blob, ...]:
    """The strongest blob centres over the given radii, strongest first, no two too close.

    Density counts up to ``highest_hu``: a low limit makes haze as strong as what is solid.
    ``most`` is the number kept at each radius.
    """
    values = np.clip(field.hu, _LUNG_HU - 100, highest_hu).astype(np.float32) - _LUNG_HU
    values[~field.filled] = 0.0
    lung = field.filled.astype(np.float32)
    found: list[Blob] = []
    for radius in radii_mm:
        found += _at_scale(field, values, lung, radius, most)
    found.sort(key=lambda b: (-b.response, b.centre))
    kept: list[Blob] = []
    centres = np.zeros((len(found), 3))
    reach = np.zeros(len(found))
    spacing = np.array(field.spacing_mm)
    for blob in found:
        n = len(kept)
        here = np.array(blob.centre) * spacing
        away = np.linalg.norm(centres[:n] - here, axis=1)
        if not (away < 0.5 * np.maximum(reach[:n], blob.radius_mm)).any():
            centres[n], reach[n] = here, blob.radius_mm
            kept.append(blob)
    return tuple(kept)


def _at_scale(
    field: Field, values: FloatArray, lung: FloatArray, radius_mm: float, most: int
) -> list[Blob]:
    sigma_mm = radius_mm / np.sqrt(3.0)  # where a ball's Laplacian answers best
    steps = steps_for(field.spacing_mm, max(_FINEST_MM, 0.7 * sigma_mm))
    coarse = block_mean(values, steps)
    inside = block_mean(lung, steps) > 0.5
    spacing = scaled(field.spacing_mm, steps)
    dot = _dot(coarse, inside & (coarse > _DARKEST_CENTRE_HU - _LUNG_HU), sigma_mm, spacing)
    size = [max(3, 2 * round(0.7 * radius_mm / s) + 1) for s in spacing]
    peaks = (dot == ndimage.maximum_filter(dot, size=size)) & (dot > 0)
    places = np.argwhere(peaks)
    strengths = dot[peaks]
    order = np.argsort(-strengths, kind="stable")[:most]
    blobs = []
    for n in order:
        i, j, k = (int(p * s + s // 2) for p, s in zip(places[n], steps, strict=True))
        blobs.append(Blob((i, j, k), radius_mm, float(strengths[n])))
    return blobs


def _dot(values: FloatArray, where: BoolArray, sigma_mm: float, spacing: SpacingMm) -> FloatArray:
    """The dot filter at one scale, zero outside ``where``."""
    out = np.zeros(values.shape, dtype=np.float32)
    if not where.any() or min(values.shape) < 3:
        return out
    sigma = [max(sigma_mm / s, _LEAST_SIGMA_VOXELS) for s in spacing]
    parts = {}
    for a in range(3):
        for b in range(a, 3):
            order = [(n == a) + (n == b) for n in range(3)]
            part = ndimage.gaussian_filter(values, sigma, order=order, mode="nearest", truncate=3.0)
            parts[a, b] = part[where].astype(np.float64) * (sigma[a] * sigma[b])
    ascending = of_symmetric(parts)  # the most negative first
    weakest, strongest = ascending[:, 2], ascending[:, 0]
    out[where] = np.where(weakest < 0, weakest**2 / np.maximum(-strongest, 1e-3), 0.0)
    return out
