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
from groundct.grounding._space.crops import FloatArray, block_mean, scaled, steps_for
from groundct.imaging.distances import SpacingMm

_LUNG_HU = -850.0
_HIGHEST_HU = 100.0
_DARKEST_CENTRE_HU = -740.0


@dataclass(frozen=True)
class Blob:
    """A centre in voxels of the field, the radius whose scale answered best, and the response."""

    centre: tuple[int, int, int]
    radius_mm: float
    response: float


def find_blobs(field: Field, radii_mm: Sequence[float], most: int) -> tuple[Blob, ...]:
    """The strongest blob centres over the given radii, strongest first, no two too close."""
    found: list[Blob] = []
    for radius in radii_mm:
        found += _at_scale(field, radius, most)
    found.sort(key=lambda b: (-b.response, b.centre))
    kept: list[Blob] = []
    spacing = np.array(field.spacing_mm)
    for blob in found:
        near = (
            float(np.linalg.norm((np.array(blob.centre) - other.centre) * spacing))
            < 0.7 * max(blob.radius_mm, other.radius_mm)
            for other in kept
        )
        if not any(near):
            kept.append(blob)
        if len(kept) == most:
            break
    return tuple(kept)


def _at_scale(field: Field, radius_mm: float, most: int) -> list[Blob]:
    sigma_mm = radius_mm / np.sqrt(3.0)  # where a ball's Laplacian answers best
    steps = steps_for(field.spacing_mm, max(1.0, 0.7 * sigma_mm))
    values = np.clip(field.hu, _LUNG_HU - 100, _HIGHEST_HU).astype(np.float32)
    values[~field.filled] = _LUNG_HU
    coarse = block_mean(values, steps)
    inside = block_mean(field.filled.astype(np.float32), steps) > 0.5
    spacing = scaled(field.spacing_mm, steps)
    dot = _dot(coarse, inside & (coarse > _DARKEST_CENTRE_HU), sigma_mm, spacing)
    size = [max(3, 2 * round(radius_mm / s) + 1) for s in spacing]
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
    sigma = [sigma_mm / s for s in spacing]
    hessian = np.empty((int(np.count_nonzero(where)), 3, 3), dtype=np.float32)
    for a in range(3):
        for b in range(a, 3):
            order = [(n == a) + (n == b) for n in range(3)]
            part = ndimage.gaussian_filter(values, sigma, order=order, mode="nearest", truncate=3.0)
            hessian[:, a, b] = part[where] * (sigma[a] * sigma[b])
            hessian[:, b, a] = hessian[:, a, b]
    eigenvalues = np.linalg.eigvalsh(hessian)  # ascending: the most negative first
    weakest, strongest = eigenvalues[:, 2], eigenvalues[:, 0]
    out[where] = np.where(weakest < 0, weakest**2 / np.maximum(-strongest, 1e-3), 0.0)
    return out
