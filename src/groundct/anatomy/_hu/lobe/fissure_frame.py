"""A lung seen along a fissure: resampled so that one axis crosses the fissure."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from groundct.anatomy._hu.grid import Box, crop_geometry
from groundct.core.geometry import Geometry
from groundct.core.volume import BoolArray, RegionMask, Volume
from groundct.imaging.resample import resample_linear, working_geometry

STEP_MM = (2.0, 2.0, 1.0)
"""Along u (to the right), w (down the fissure, forwards) and h (across it, upwards)."""

DENSEST_ABOVE_HU = 150.0
"""Denser than the lung's usual HU by this much counts as this much: vessels do not outshine."""

MARGIN_MM = 4.0

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class FissureFrame:
    """A lung in coordinates (u, w, h), in steps of ``STEP_MM``.

    ``excess_hu`` (u, w, h) is float32: HU above the lung's median, at most ``DENSEST_ABOVE_HU``,
    0 outside the lung. ``inside`` is bool, the lung without its outermost millimetres.
    ``start_mm`` is where u, w and h begin. Places are in mm along i, j and k from the first voxel
    of the full grid.
    """

    excess_hu: FloatArray
    inside: BoolArray
    start_mm: tuple[float, float, float]
    angle_deg: float

    def between(self, low: int, high: int) -> FissureFrame:
        """The frame from one sample of h up to another that is not in it."""
        u, w, h = self.start_mm
        return FissureFrame(
            np.ascontiguousarray(self.excess_hu[:, :, low:high]),
            np.ascontiguousarray(self.inside[:, :, low:high]),
            (u, w, h + low * STEP_MM[2]),
            self.angle_deg,
        )

    def columns_of(self, points_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points (n, 3) in mm along i, j and k as fractional samples of u, w and h (n, 3)."""
        w, h = _turned(points_mm[:, 1], points_mm[:, 2], self.angle_deg)
        return np.asarray((np.stack([points_mm[:, 0], w, h], axis=1) - self.start_mm) / STEP_MM)

    def height_above(
        self, surface: NDArray[np.float64], places_mm: tuple[NDArray[np.float64], ...]
    ) -> FloatArray:
        """How far in mm each place lies above a surface (u, w), in samples of h.

        Args:
            surface: heights, an index along h for every u and w; goes on flat outside.
            places_mm: the places along i, j and k, one vector each.

        Returns:
            Shape (i, j, k), negative under the surface.
        """
        x, y, z = places_mm
        w, h = _turned(y[:, None], z[None, :], self.angle_deg)
        u_at = np.clip((x - self.start_mm[0]) / STEP_MM[0], 0, surface.shape[0] - 1)
        w_at = np.clip((w - self.start_mm[1]) / STEP_MM[1], 0, surface.shape[1] - 1)
        below = np.minimum(u_at.astype(np.intp), max(0, surface.shape[0] - 2))
        part = (u_at - below)[:, None]
        after = np.minimum(below + 1, surface.shape[0] - 1)
        rows = (surface[below] * (1 - part) + surface[after] * part).astype(np.float32)
        first = np.minimum(w_at.astype(np.intp), max(0, surface.shape[1] - 2))
        share = (w_at - first).astype(np.float32)
        second = np.minimum(first + 1, surface.shape[1] - 1)
        height = rows[:, first] * (1 - share) + rows[:, second] * share
        own = ((h - self.start_mm[2]) / STEP_MM[2]).astype(np.float32)
        return np.asarray((own - height) * np.float32(STEP_MM[2]), order="F")


def frame_of(volume: Volume, lung: RegionMask, angle_deg: float) -> FissureFrame:
    """The frame of a lung, which holds a voxel, for a fissure that falls forwards by an angle."""
    box = _grown(lung, volume.geometry)
    source = crop_geometry(volume.geometry, box)
    target = working_geometry(source, (STEP_MM[0], 1.0, 1.0))
    voxels = np.zeros(source.shape, dtype=np.bool_, order="F")
    inner = tuple(
        slice(own.start - part.start, own.stop - part.start)
        for own, part in zip(lung.slices, box, strict=True)
    )
    voxels[inner] = lung.voxels
    hu = volume.hu[box]
    usual = float(np.median(hu[voxels][:: max(1, lung.count // 100_000)]))
    excess = np.clip(hu - np.float32(usual), -DENSEST_ABOVE_HU, DENSEST_ABOVE_HU)
    excess[~voxels] = 0
    first = volume.geometry.index_from_world(target.world_from_index((0, 0, 0)))
    return _rotated(
        resample_linear(excess, source, target),
        resample_linear(voxels, source, target),
        first * volume.geometry.spacing_mm,
        np.array(target.spacing_mm),
        angle_deg,
    )


def places_mm(full: Geometry, grid: Geometry) -> tuple[NDArray[np.float64], ...]:
    """Where a parallel grid's voxels stand: mm along i, j and k from the full grid's first."""
    out = []
    for axis in range(3):
        index = np.zeros((grid.shape[axis], 3))
        index[:, axis] = np.arange(grid.shape[axis])
        moved = full.index_from_world(grid.world_from_index(index))
        out.append(moved[:, axis] * full.spacing_mm[axis])
    return tuple(out)


def _turned(
    y: NDArray[np.float64], z: NDArray[np.float64], angle_deg: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(w, h) of places in the sagittal plane."""
    cosine, sine = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
    return cosine * y - sine * z, sine * y + cosine * z


def _rotated(
    excess: FloatArray,
    share: FloatArray,
    first_mm: NDArray[np.float64],
    spacing_mm: NDArray[np.float64],
    angle_deg: float,
) -> FissureFrame:
    """Sampled along w and h, linearly; w in pairs of samples that are averaged."""
    ni, nj, nk = excess.shape
    ends = [
        _turned(first_mm[1] + j * spacing_mm[1], first_mm[2] + k * spacing_mm[2], angle_deg)
        for j in (0, nj - 1)
        for k in (0, nk - 1)
    ]
    w_low, h_low = np.min(ends, axis=0)
    w_high, h_high = np.max(ends, axis=0)
    w = np.arange(w_low, w_high + STEP_MM[1], STEP_MM[1] / 2)
    w = w[: w.size // 2 * 2][:, None]
    h = np.arange(h_low, h_high + STEP_MM[2], STEP_MM[2])[None, :]
    # The turn by the same angle the other way leads back.
    y, z = _turned(w, h, -angle_deg)
    at_j = (y - first_mm[1]) / spacing_mm[1]
    at_k = (z - first_mm[2]) / spacing_mm[2]
    shape = (w.size // 2, 2, h.size, ni)
    turned_excess = _sampled(excess, at_j, at_k).reshape(shape).mean(axis=1)
    whole = _sampled(share, at_j, at_k).reshape(shape).mean(axis=1) > 0.99
    inside = ndimage.binary_erosion(whole, iterations=2)
    return FissureFrame(
        np.ascontiguousarray(turned_excess.transpose(2, 0, 1)),
        np.ascontiguousarray(inside.transpose(2, 0, 1)),
        (float(first_mm[0]), float(w_low) + STEP_MM[1] / 4, float(h_low)),
        angle_deg,
    )


def _sampled(array: FloatArray, at_j: NDArray[np.float64], at_k: NDArray[np.float64]) -> FloatArray:
    """Rows of ``array`` along i at places (w, h) of its jk-plane: (w * h, i); 0 outside."""
    ni, nj, nk = array.shape
    rows = array.reshape((ni, nj * nk), order="F").T
    out = np.zeros((at_j.size, ni), dtype=np.float32)
    j, k = np.floor(at_j).astype(np.intp).ravel(), np.floor(at_k).astype(np.intp).ravel()
    part_j = (at_j.ravel() - j).astype(np.float32)
    part_k = (at_k.ravel() - k).astype(np.float32)
    for step_j, weight_j in ((0, 1 - part_j), (1, part_j)):
        for step_k, weight_k in ((0, 1 - part_k), (1, part_k)):
            a, b = j + step_j, k + step_k
            within = np.flatnonzero((a >= 0) & (a < nj) & (b >= 0) & (b < nk))
            weight = (weight_j * weight_k)[within, None]
            out[within] += weight * rows[a[within] + nj * b[within]]
    return out


def _grown(lung: RegionMask, geometry: Geometry) -> Box:
    out = []
    for own, n, step in zip(lung.slices, geometry.shape, geometry.spacing_mm, strict=True):
        margin = math.ceil(MARGIN_MM / step)
        out.append(slice(max(0, own.start - margin), min(n, own.stop + margin)))
    return out[0], out[1], out[2]
