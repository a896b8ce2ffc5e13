"""The spinal canal, tracked as the hole in the column, and the vertebrae around it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from groundct.anatomy._hu.grid import Working
from groundct.core.volume import BoolArray
from groundct.imaging.components import bounding_slices, keep_components
from groundct.imaging.distances import close_mm

CORTEX_HU = 160
CLOSED_GAP_MM = 3.5
CANAL_HU = (-60, 150)
CANAL_AREA_MM2 = (60.0, 600.0)
SEARCH_HALF_WIDTH_MM = 45.0
CANAL_MEAN_HU = 35
MAX_GAP_MM = 40.0
MIN_SLICES_SHARE = 0.2
BODY_DEPTH_MM = 36.0
BODY_HALF_WIDTH_MM = 23.0
ARCH_HALF_WIDTH_MM = 32.0
ARCH_DEPTH_MM = 48.0
BODY_CLOSING_MM, MARROW_HU = 10.0, 50


@dataclass(frozen=True, eq=False)
class Spine:
    """Canal and vertebrae on the working grid; ``centers`` is (k, 2): i and j of the canal."""

    canal: BoolArray
    vertebrae: BoolArray
    centers: NDArray[np.float64]


@dataclass(frozen=True)
class _Hole:
    """A hole in bone in an axial slice: its centre, and how much it looks like the canal."""

    k: int
    i: float
    j: float
    merit: float


def find_spine(grid: Working, body: BoolArray) -> Spine | None:
    """The spine, or None when no column with a canal can be tracked through the scan."""
    bone = np.asarray(body & (grid.hu > CORTEX_HU))
    centers = _track(grid, body, bone)
    if centers is None:
        return None
    vertebrae = _vertebrae(grid, bone, centers)
    canal = _canal(grid, vertebrae, centers)
    return Spine(canal, vertebrae & ~canal, centers)


def _track(grid: Working, body: BoolArray, bone: BoolArray) -> NDArray[np.float64] | None:
    """The canal's centre in every slice: the best smooth chain of holes, gaps interpolated."""
    holes = [
        hole
        for k in range(grid.hu.shape[2])
        for hole in _holes(grid, body[:, :, k], bone[:, :, k], k)
    ]
    chain = _best_chain(grid, holes)
    if len(chain) < max(3, MIN_SLICES_SHARE * grid.hu.shape[2]):
        return None
    return _smooth_path(grid, np.array([(h.k, h.i, h.j) for h in chain]))


def _best_chain(grid: Working, holes: list[_Hole]) -> list[_Hole]:
    """The chain of highest total merit in which the canal moves no faster than a spine bends."""
    step_i, step_j, step_k = grid.spacing_mm
    totals, before = np.array([h.merit for h in holes]), np.full(len(holes), -1)
    for n, hole in enumerate(holes):
        for m in range(n - 1, -1, -1):
            rise = (hole.k - holes[m].k) * step_k
            if rise > MAX_GAP_MM:
                break
            shift = float(np.hypot((hole.i - holes[m].i) * step_i, (hole.j - holes[m].j) * step_j))
            if hole.k == holes[m].k or shift > 4 + 0.7 * rise:
                continue
            total = totals[m] + hole.merit - 0.06 * shift
            if total > totals[n]:
                totals[n], before[n] = total, m
    chain: list[_Hole] = []
    n = int(totals.argmax()) if holes else -1
    while n >= 0:
        chain.append(holes[n])
        n = int(before[n])
    return chain[::-1]


def _holes(grid: Working, body: NDArray[np.bool_], bone: NDArray[np.bool_], k: int) -> list[_Hole]:
    """The soft holes in the posterior bone of an axial slice, each with its merit as a canal."""
    step_i, step_j, _ = grid.spacing_mm
    if not body.any():
        return []
    columns, rows = np.flatnonzero(body.any(axis=1)), np.flatnonzero(body.any(axis=0))
    middle = (columns[0] + columns[-1]) / 2
    reach = SEARCH_HALF_WIDTH_MM / step_i
    low, high = max(0, round(middle - reach)), round(middle + reach)
    back = round(rows[0] + 0.6 * (rows[-1] - rows[0]))
    hu = grid.hu[low:high, :back, k]
    window = np.pad(bone[low:high, :back], 3)
    closed = ndimage.binary_closing(window, iterations=max(1, math.ceil(CLOSED_GAP_MM / step_i)))
    holes = ndimage.binary_fill_holes(closed)[3:-3, 3:-3] & ~bone[low:high, :back]
    labels, count = ndimage.label(holes & (hu > CANAL_HU[0]) & (hu < CANAL_HU[1]))
    out = []
    for n in range(1, count + 1):
        ii, jj = np.nonzero(labels == n)
        area = ii.size * step_i * step_j
        if CANAL_AREA_MM2[0] <= area <= CANAL_AREA_MM2[1]:
            # Marrow is denser than the canal's contents, unless it is fatty and then lighter.
            unlike = abs(float(hu[ii, jj].mean()) - CANAL_MEAN_HU) / 60
            aside = abs(float(ii.mean()) + low - middle) * step_i / 90
            merit = max(0.05, 1.0 - unlike - aside)
            out.append(_Hole(k, float(ii.mean()) + low, float(jj.mean()), merit))
    return out


def _smooth_path(grid: Working, found: NDArray[np.float64]) -> NDArray[np.float64]:
    """A smooth line through the centres; beyond the last one it goes straight on."""
    slices = np.arange(grid.hu.shape[2], dtype=np.float64)
    path = np.empty((slices.size, 2))
    window = max(3, 2 * (grid.voxels(20, 2) // 2) + 1)
    for column in (0, 1):
        values = ndimage.median_filter(found[:, column + 1], size=window, mode="nearest")
        line = np.interp(slices, found[:, 0], values)
        for end, inner in ((found[0, 0], 1), (found[-1, 0], -1)):
            reach = grid.voxels(50, 2)
            near = np.abs(found[:, 0] - end) <= reach
            slope = np.polyfit(found[near, 0], values[near], 1)[0] if near.sum() > 2 else 0.0
            beyond = (slices < end) if inner == 1 else (slices > end)
            at_end = float(np.interp(end, found[:, 0], values))
            line[beyond] = at_end + slope * (slices[beyond] - end)
        path[:, column] = ndimage.gaussian_filter1d(line, grid.voxels(8, 2), mode="nearest")
    return path


def _vertebrae(grid: Working, bone: BoolArray, centers: NDArray[np.float64]) -> BoolArray:
    """Bone in front of, beside and behind the canal, within a vertebra's reach, filled."""
    step_i, step_j, _ = grid.spacing_mm
    ni, nj, nk = bone.shape
    x = (np.arange(ni)[:, None, None] - centers[None, None, :, 0]) * step_i
    y = (np.arange(nj)[None, :, None] - centers[None, None, :, 1]) * step_j
    x, y = x.astype(np.float32), y.astype(np.float32)
    half = BODY_DEPTH_MM / 2
    in_body = (x / BODY_HALF_WIDTH_MM) ** 2 + ((y - half - 3) / (half + 3)) ** 2 <= 1
    in_arch = (np.abs(x) <= ARCH_HALF_WIDTH_MM + y / 4) & (y <= 8) & (y >= -ARCH_DEPTH_MM)
    inside = bone & (in_body | in_arch)
    del x, y, in_arch
    parts = keep_components(np.asarray(inside), max(2, int(2.0 / grid.voxel_ml)), 26)
    closed = close_mm(parts, 4.0, grid.spacing_mm) & (in_body | parts)
    # Old bone is hollow: its marrow is no denser than muscle.
    box = bounding_slices(in_body & parts, margin=1)
    if box is not None:
        marrow = ndimage.gaussian_filter(grid.hu[box].astype(np.float32), 0.7) > MARROW_HU
        body = (parts & in_body)[box]
        closed[box] |= close_mm(body, BODY_CLOSING_MM, grid.spacing_mm) & in_body[box] & marrow
    for k in range(nk):
        closed[:, :, k] = ndimage.binary_fill_holes(closed[:, :, k])
    return closed


def _canal(grid: Working, vertebrae: BoolArray, centers: NDArray[np.float64]) -> BoolArray:
    """Soft voxels around the tracked centre, up to the bone and at most 12 mm away."""
    step_i, step_j, _ = grid.spacing_mm
    ni, nj, _ = vertebrae.shape
    x = ((np.arange(ni)[:, None, None] - centers[None, None, :, 0]) * step_i).astype(np.float32)
    y = ((np.arange(nj)[None, :, None] - centers[None, None, :, 1]) * step_j).astype(np.float32)
    near = (x / 12) ** 2 + (y / 10) ** 2 <= 1
    core = (x / 6) ** 2 + (y / 5) ** 2 <= 1
    soft = near & (grid.hu < CORTEX_HU) & (grid.hu > CANAL_HU[0] - 60)
    del x, y, near
    smooth = ndimage.gaussian_filter((soft | core).astype(np.float32), 0.7) > 0.5
    labels, _ = ndimage.label(smooth & (soft | core))
    votes = np.bincount(labels[core], minlength=int(labels.max()) + 1)
    votes[0] = 0
    return np.asarray(labels == int(votes.argmax()))
