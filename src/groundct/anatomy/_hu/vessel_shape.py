"""Threads told from balls and sheets, so that nodules and fissures are no vessels."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from groundct.anatomy._hu.grid import SpacingMm
from groundct.core.volume import BoolArray

ROUND_FROM_MM = 2.2
SHELL = (1.35, 1.9)
"""A sphere about a ball's centre, in its radii: vessels leave through it, nodules hardly do."""

LEAVES = 0.14
REMOVED_RADII = 1.5
THIN_MM = 1.35
FLAT_BOX_MM = 7.0
BORDER_SLICES = 3
FLAT_SHARE = 0.16


def without_rounds(
    threads: BoolArray, radius_mm: NDArray[np.float32], beyond: BoolArray, spacing: SpacingMm
) -> BoolArray:
    """Threads without balls: places from which too little of a thread goes on.

    Args:
        threads: (i, j, k).
        radius_mm: the distance of each voxel of ``threads`` to their border.
        beyond: where threads go on unseen, outside of the lung.
        spacing: of a voxel in mm.
    """
    out = threads.copy(order="F")
    for center in _centers(radius_mm, spacing):
        radius = float(radius_mm[center])
        box, far = _around(center, SHELL[1] * radius, threads.shape, spacing)
        shell = (far > SHELL[0] * radius) & (far <= SHELL[1] * radius)
        if not shell.any():
            continue
        goes_on = (threads[box] | beyond[box])[shell].mean()
        if goes_on < LEAVES:
            out[box] &= far > REMOVED_RADII * radius
    return out


def _centers(radius_mm: NDArray[np.float32], spacing: SpacingMm) -> list[tuple[int, int, int]]:
    """The centres of the largest balls that do not hold one another's centres, largest first."""
    size = [2 * max(1, round(1.5 / s)) + 1 for s in spacing]
    peaks = (radius_mm >= ROUND_FROM_MM) & (radius_mm == ndimage.maximum_filter(radius_mm, size))
    places = np.argwhere(peaks)
    radii = radius_mm[peaks]
    order = np.argsort(-radii, kind="stable")
    places, radii = places[order], radii[order]
    places_mm = places * np.array(spacing)
    free = np.ones(len(places), dtype=np.bool_)
    out: list[tuple[int, int, int]] = []
    for n in range(len(places)):
        if free[n]:
            apart = np.linalg.norm(places_mm[n:] - places_mm[n], axis=1)
            free[n:][apart < radii[n]] = False
            i, j, k = (int(v) for v in places[n])
            out.append((i, j, k))
    return out


def _around(
    center: tuple[int, int, int], far_mm: float, shape: tuple[int, ...], spacing: SpacingMm
) -> tuple[tuple[slice, slice, slice], NDArray[np.float64]]:
    """The box that reaches ``far_mm`` around a voxel, and each voxel's distance to it in mm."""
    parts, lines = [], []
    for c, n, s in zip(center, shape, spacing, strict=True):
        reach = math.ceil(far_mm / s)
        parts.append(slice(max(0, c - reach), min(n, c + reach + 1)))
        lines.append((np.arange(parts[-1].start, parts[-1].stop) - c) * s)
    ii, jj, kk = np.meshgrid(*lines, indexing="ij", sparse=True)
    return (parts[0], parts[1], parts[2]), np.sqrt(ii**2 + jj**2 + kk**2)


def without_flats(
    threads: BoolArray, radius_mm: NDArray[np.float32], spacing: SpacingMm
) -> BoolArray:
    """Threads without sheets: thin everywhere around, and yet much of what is around."""
    size = [max(1, round(FLAT_BOX_MM / s)) for s in spacing]
    widest = ndimage.maximum_filter(radius_mm, size)
    share = ndimage.uniform_filter(threads.astype(np.float32), size)
    return np.asarray(threads & ((widest >= THIN_MM) | (share < FLAT_SHARE)))


def lying(threads: BoolArray, lung: BoolArray, spacing: SpacingMm) -> BoolArray:
    """Sheets of one slice by the lung's upper or lower border, which fills a part of the slice."""
    size = [max(3, round(FLAT_BOX_MM / s)) for s in spacing[:2]]
    wide = ndimage.uniform_filter(threads.astype(np.float32), [*size, 1]) > 0.95
    going = np.zeros_like(threads)
    going[:, :, 1:-1] = threads[:, :, :-2] & threads[:, :, 2:]
    inner = lung.copy(order="F")
    for step in range(1, BORDER_SLICES + 1):
        inner[:, :, step:] &= lung[:, :, :-step]
        inner[:, :, :-step] &= lung[:, :, step:]
    core = wide & ~going & ~inner
    if not core.any():
        return np.zeros_like(threads)
    share = ndimage.uniform_filter(core.astype(np.float32), [2 * size[0], 2 * size[1], 1])
    return np.asarray(threads & ~inner & (share > 1e-6))
