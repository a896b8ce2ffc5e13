"""Threads told from balls and sheets, so that nodules and fissures are no vessels."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from groundct.anatomy._hu.grid import SpacingMm
from groundct.core.volume import BoolArray

ROUND_FROM_MM = 2.2
SHELL = (1.35, 1.9)
"""A sphere about a ball's centre, in its radii: vessels leave through it, nodules hardly do."""

LEAVES = 0.14
REMOVED_RADII = 1.5
HILUM_MM = 25.0
"""So near to a main or lobar bronchus a vessel may leave the lung."""

THIN_MM = 1.35
FLAT_BOX_MM = 7.0
BORDER_SLICES = 3
FLAT_SHARE = 0.16
FINE_MM = 1.2
"""Voxels this small are looked at two by two."""


def without_rounds(
    threads: BoolArray,
    radius_mm: NDArray[np.float32],
    lung: tuple[BoolArray, NDArray[np.float64]],
    spacing: SpacingMm,
) -> BoolArray:
    """Threads without balls: places from which too little of a thread goes on.

    Args:
        threads: (i, j, k).
        radius_mm: the distance of each voxel of ``threads`` to their border.
        lung: its voxels, and points (n, 3) of its hilum in mm along the axes; near those threads
            go on outside of the lung, unseen.
        spacing: of a voxel in mm.
    """
    out = threads.copy(order="F")
    inside, hilum_mm = lung
    hilum = cKDTree(hilum_mm) if len(hilum_mm) else None
    for center in _centers(radius_mm, spacing):
        radius = float(radius_mm[center])
        box, far = _around(center, SHELL[1] * radius, threads.shape, spacing)
        shell = (far > SHELL[0] * radius) & (far <= SHELL[1] * radius)
        going = threads[box]
        if hilum is not None and hilum.query(np.multiply(center, spacing))[0] < HILUM_MM:
            going = going | ~inside[box]
        if shell.any() and going[shell].mean() < LEAVES:
            out[box] &= far > REMOVED_RADII * radius
    return out


def _centers(radius_mm: NDArray[np.float32], spacing: SpacingMm) -> list[tuple[int, int, int]]:
    """The centres of the largest balls that do not hold one another's centres, largest first."""
    places = np.argwhere(radius_mm >= ROUND_FROM_MM)
    radii = radius_mm[tuple(places.T)]
    top = np.ones(len(places), dtype=np.bool_)
    for axis, n in enumerate(radius_mm.shape):
        for step in (-1, 1):
            beside = places.copy()
            beside[:, axis] = np.clip(beside[:, axis] + step, 0, n - 1)
            top &= radius_mm[tuple(beside.T)] <= radii
    places, radii = places[top], radii[top]
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
    step = tuple(2 if s < FINE_MM else 1 for s in spacing)
    size = [max(1, round(FLAT_BOX_MM / (s * n))) for s, n in zip(spacing, step, strict=True)]
    widest = ndimage.maximum_filter(_pooled(radius_mm, step, np.maximum.reduceat), size)
    sums = _pooled(threads.astype(np.float32), step, np.add.reduceat) / float(np.prod(step))
    flat = (widest < THIN_MM) & (ndimage.uniform_filter(sums, size) >= FLAT_SHARE)
    for axis, n in enumerate(step):
        flat = flat.repeat(n, axis)
    return np.asarray(threads & ~flat[tuple(map(slice, threads.shape))])


def _pooled(
    values: NDArray[np.float32], step: tuple[int, ...], reduce: Callable[..., NDArray[np.float32]]
) -> NDArray[np.float32]:
    """Blocks of voxels as one."""
    for axis, n in enumerate(step):
        if n > 1:
            values = reduce(values, np.arange(0, values.shape[axis], n), axis=axis)
    return values


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
