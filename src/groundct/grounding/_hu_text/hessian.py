"""Sheets, tubes and dots by the eigenvalues of the Hessian at one scale.

As in Sato et al. (IEEE Trans Vis Comput Graph 2000;6:160), who tell sheet, line and blob apart by
how many of the three are strongly negative.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from groundct.core.volume import BoolArray
from groundct.grounding._space.crops import FloatArray
from groundct.imaging.distances import SpacingMm


def eigenvalues(
    values: FloatArray, where: BoolArray, sigma_mm: float, spacing_mm: SpacingMm
) -> FloatArray:
    """(n, 3) eigenvalues of the Hessian times sigma squared, at the voxels of ``where``.

    In HU, in ascending order: bright sheets have one strongly negative value, bright tubes two,
    bright balls three. The rows are in the order of ``values[where]``.
    """
    sigma = [max(sigma_mm / s, 0.45) for s in spacing_mm]
    parts = {}
    for a in range(3):
        for b in range(a, 3):
            order = [(n == a) + (n == b) for n in range(3)]
            full = ndimage.gaussian_filter(values, sigma, order=order, mode="nearest", truncate=3.0)
            parts[a, b] = full[where].astype(np.float64) * (sigma[a] * sigma[b])
    return of_symmetric(parts)


def of_symmetric(m: dict[tuple[int, int], NDArray[np.float64]]) -> FloatArray:
    """(n, 3) eigenvalues of symmetric 3 x 3 matrices, ascending, by their cubic's angles."""
    mean = (m[0, 0] + m[1, 1] + m[2, 2]) / 3
    off = m[0, 1] ** 2 + m[0, 2] ** 2 + m[1, 2] ** 2
    a, b, c = (m[n, n] - mean for n in range(3))
    size = np.sqrt(np.maximum((a * a + b * b + c * c + 2 * off) / 6, 1e-12))
    det = a * (b * c - m[1, 2] ** 2) - m[0, 1] * (m[0, 1] * c - m[1, 2] * m[0, 2])
    det += m[0, 2] * (m[0, 1] * m[1, 2] - b * m[0, 2])
    angle = np.arccos(np.clip(det / (2 * size**3), -1.0, 1.0)) / 3
    high = mean + 2 * size * np.cos(angle)
    low = mean + 2 * size * np.cos(angle + 2 * np.pi / 3)
    return np.stack([low, 3 * mean - high - low, high], axis=1).astype(np.float32)
