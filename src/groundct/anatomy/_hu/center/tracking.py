"""Vessels followed from plane to plane: how round a place is, and the smoothest path through it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from groundct.core.volume import BoolArray

EDGE_HU_PER_MM = 8.0
FULL_EDGE_HU_PER_MM = 25.0
BLUR_MM = 1.6
ROUND_ENOUGH = 0.15


@dataclass(frozen=True, eq=False)
class Roundness:
    """How much a bright disc stands around each voxel, in planes across the last axis.

    ``score`` is about the share of the circle at which an edge lies, ``radius_mm`` that circle's;
    both float32 (a, b, n).
    """

    score: NDArray[np.float32]
    radius_mm: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Track:
    """A path through consecutive planes: ``points`` (n, 3) are indices a, b, plane."""

    points: NDArray[np.float64]
    radius_mm: NDArray[np.float64]
    score: NDArray[np.float64]


def roundness(
    hu: NDArray[np.float32], spacing_mm: tuple[float, float], radii_mm: Sequence[float]
) -> Roundness:
    """Votes of edges for the centres of bright discs (a Hough transform with edge directions).

    Args:
        hu: float32 (a, b, n), clipped so that only edges of the vessel remain.
        spacing_mm: of the first two axes.
        radii_mm: the radii to try.
    """
    step = np.array(spacing_mm)
    sigma = (BLUR_MM / step[0], BLUR_MM / step[1], 0.0)
    along_a = ndimage.gaussian_filter(hu, sigma, order=(1, 0, 0)) / np.float32(step[0])
    along_b = ndimage.gaussian_filter(hu, sigma, order=(0, 1, 0)) / np.float32(step[1])
    size = np.hypot(along_a, along_b)
    a, b, n = np.nonzero(size > EDGE_HU_PER_MM)
    strength = size[a, b, n]
    towards_a = along_a[a, b, n] / strength / step[0]
    towards_b = along_b[a, b, n] / strength / step[1]
    weight = np.minimum(strength / FULL_EDGE_HU_PER_MM, 1.0)
    best = np.zeros(hu.shape, dtype=np.float32)
    radius = np.zeros(hu.shape, dtype=np.float32)
    for radius_mm in radii_mm:
        ca = np.rint(a + radius_mm * towards_a).astype(np.intp)
        cb = np.rint(b + radius_mm * towards_b).astype(np.intp)
        fits = (ca >= 0) & (ca < hu.shape[0]) & (cb >= 0) & (cb < hu.shape[1])
        flat = np.ravel_multi_index((ca[fits], cb[fits], n[fits]), hu.shape)
        votes = np.bincount(flat, weights=weight[fits], minlength=hu.size).astype(np.float32)
        # No vessel's section is a perfect circle: votes are gathered from around the centre.
        sum_mm = max(1.3 * BLUR_MM, ROUND_ENOUGH * radius_mm)
        soft = (sum_mm / step[0], sum_mm / step[1], 0.0)
        votes = ndimage.gaussian_filter(votes.reshape(hu.shape), soft)
        around = 2 * np.pi * radius_mm * 2.2 * BLUR_MM / (step[0] * step[1])
        votes *= np.float32(2 * np.pi * soft[0] * soft[1] / around)
        better = votes > best
        best[better] = votes[better]
        radius[better] = radius_mm
    return Roundness(best, radius)


def best_path(
    score: NDArray[np.float32], allowed: BoolArray, reach: int, drift: float
) -> NDArray[np.intp] | None:
    """The path of highest total score through all planes that hold allowed voxels (Viterbi).

    Args:
        score: (a, b, n) of each voxel.
        allowed: (a, b, n) where the path may run; planes between the first and the last that hold
            allowed voxels must hold some too.
        reach: how many voxels the path may shift from plane to plane, on either axis.
        drift: what a shift of one voxel costs.

    Returns:
        Indices (m, 3) in the order of planes, or None where nothing is allowed or no path fits.
    """
    planes = np.flatnonzero(allowed.any(axis=(0, 1)))
    if planes.size == 0:
        return None
    shifts = [
        (p, q, drift * float(np.hypot(p, q)))
        for p in range(-reach, reach + 1)
        for q in range(-reach, reach + 1)
    ]
    barred = np.float32(-1e6)
    total = np.where(allowed[:, :, planes[0]], score[:, :, planes[0]], barred)
    came: list[NDArray[np.int16]] = []
    for n in range(planes[0] + 1, planes[-1] + 1):
        padded = np.pad(total, reach, constant_values=2 * barred)
        most = np.full(total.shape, 2 * barred, dtype=np.float32)
        source = np.zeros(total.shape, dtype=np.int16)
        for index, (p, q, cost) in enumerate(shifts):
            view = padded[
                reach + p : reach + p + total.shape[0], reach + q : reach + q + total.shape[1]
            ]
            better = view - cost > most
            most[better] = view[better] - np.float32(cost)
            source[better] = index
        total = most + np.where(allowed[:, :, n], score[:, :, n], barred)
        came.append(source)
    a, b = np.unravel_index(int(total.argmax()), total.shape)
    if total[a, b] <= barred / 2:
        return None
    path = [(int(a), int(b), int(planes[-1]))]
    for n, source in zip(range(planes[-1] - 1, planes[0] - 1, -1), reversed(came), strict=True):
        p, q, _ = shifts[int(source[path[-1][0], path[-1][1]])]
        path.append((path[-1][0] + p, path[-1][1] + q, n))
    return np.array(path[::-1], dtype=np.intp)


def track_of(rounds: Roundness, path: NDArray[np.intp], smooth: int) -> Track:
    """The path with the radii of its places, both without outliers over ``smooth`` planes."""
    a, b, n = path.T
    size = max(3, 2 * (smooth // 2) + 1)
    radius = ndimage.median_filter(rounds.radius_mm[a, b, n], size, mode="nearest")
    radius = ndimage.gaussian_filter1d(radius.astype(np.float64), smooth / 4, mode="nearest")
    points = path.astype(np.float64)
    for axis in (0, 1):
        line = ndimage.median_filter(points[:, axis], 3, mode="nearest")
        points[:, axis] = ndimage.gaussian_filter1d(line, 1.0, mode="nearest")
    score = ndimage.uniform_filter1d(rounds.score[a, b, n].astype(np.float64), 3, mode="nearest")
    return Track(points, radius, score)
