"""What speaks for a fissure at each place of a frame: a thin dense sheet, and no vessels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from groundct.anatomy._hu.lobe.fissure_frame import STEP_MM, FissureFrame
from groundct.core.volume import BoolArray

FloatArray = NDArray[np.float32]

TILTS = (-0.6, 0.0, 0.6)
"""Samples of h by which a sheet may rise from one column to the next, along u and along w."""

PATCH = 1.5
"""Half width in columns of the patch of a sheet over which its response is averaged."""

SCALE = (1.0, 1.0, 1.2)
"""Of the second derivatives, in samples of u, w and h."""

STEEPEST = 0.4
"""Squared cosine between the sheet's normal and the axis h."""

VESSEL_HU = (60.0, 140.0)


@dataclass(frozen=True, eq=False)
class Evidence:
    """What speaks for and against a fissure, float32 (u, w, h), 0 outside the lung.

    ``sheet`` is the response to a sheet, 1 at its 90th percentile in the lung; ``vessel`` is 0..1.
    """

    sheet: FloatArray
    vessel: FloatArray


def evidence_of(frame: FissureFrame, tilts: tuple[float, ...] = TILTS) -> Evidence:
    """Evidence for a sheet that is about level in the frame.

    A sheet curves strongly in one direction only, a vessel in two (plate and tube measures of the
    Hessian's eigenvalues: Sato 1998, Wiemker 2005).
    """
    inside = frame.inside
    plate, tube = _plates(frame.excess_hu, inside)
    if not inside.any():
        return Evidence(plate, tube)
    usual = np.float32(max(float(np.percentile(tube[inside], 90)), 1e-3))
    plate *= 1 / (1 + (ndimage.maximum_filter(tube, size=3) / usual) ** 2)
    best = np.zeros(plate.shape, dtype=np.float32)
    for tilt_u in tilts:
        along = _smoothed(plate, 0, tilt_u)
        for tilt_w in tilts:
            np.maximum(best, _smoothed(along, 1, tilt_w), out=best)
    weight = ndimage.gaussian_filter(inside.astype(np.float32), (PATCH, PATCH, 0))
    best /= np.maximum(weight, 0.3)
    best[~inside] = 0
    best /= max(float(np.percentile(best[inside], 90)), 1e-3)
    low, high = VESSEL_HU
    vessel = np.clip((frame.excess_hu - low) / (high - low), 0, 1)
    vessel[~inside] = 0
    return Evidence(best, vessel)


def _plates(excess_hu: FloatArray, inside: BoolArray) -> tuple[FloatArray, FloatArray]:
    """How much each place is like a plate across h, and how much like a tube or a ball."""
    terms = []
    for order in ((2, 0, 0), (0, 2, 0), (0, 0, 2), (1, 1, 0), (1, 0, 1), (0, 1, 1)):
        derived = ndimage.gaussian_filter(excess_hu, SCALE, order=order, truncate=3)[inside]
        area_mm2 = math.prod(step**n for step, n in zip(STEP_MM, order, strict=True))
        terms.append(np.asarray(derived / np.float32(area_mm2), dtype=np.float32))
    middle, least = _two_lowest(*terms)
    level = terms[2] < STEEPEST * least
    plate = np.zeros(excess_hu.shape, dtype=np.float32)
    tube = np.zeros(excess_hu.shape, dtype=np.float32)
    plate[inside] = np.where(level, np.maximum(0, -least - 2 * np.abs(middle)), 0)
    tube[inside] = np.maximum(0, -middle)
    return plate, tube


def _two_lowest(
    a: FloatArray, b: FloatArray, c: FloatArray, ab: FloatArray, ac: FloatArray, bc: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The middle and the lowest eigenvalue of symmetric 3 x 3 matrices, by the closed form."""
    mean: FloatArray = np.asarray((a + b + c) / 3, dtype=np.float32)
    a, b, c = (np.asarray(each - mean, dtype=np.float32) for each in (a, b, c))
    squares = a * a + b * b + c * c + 2 * (ab * ab + ac * ac + bc * bc)
    norm: FloatArray = np.maximum(np.sqrt(squares / 6), np.float32(1e-6))
    half_det = (a * (b * c - bc * bc) - ab * (ab * c - bc * ac) + ac * (ab * bc - b * ac)) / (
        2 * norm**3
    )
    angle = np.arccos(np.clip(half_det, -1, 1)) / 3
    highest = 2 * norm * np.cos(angle)
    lowest = 2 * norm * np.cos(angle + np.float32(2 * np.pi / 3))
    return mean - highest - lowest, mean + lowest


def _smoothed(array: FloatArray, axis: int, tilt: float) -> FloatArray:
    """Averaged along an axis, rising by ``tilt`` samples of h from one column to the next."""
    if tilt == 0:
        return np.asarray(ndimage.gaussian_filter1d(array, PATCH, axis=axis, truncate=2.0))
    reach = round(2 * PATCH)
    steps = np.arange(-reach, reach + 1)
    weights = np.exp(-0.5 * (steps / PATCH) ** 2)
    weights /= weights.sum()
    out = np.zeros_like(array)
    for step, weight in zip(steps, weights, strict=True):
        rise = step * tilt
        low = int(np.floor(rise))
        for whole, part in ((low, low + 1 - rise), (low + 1, rise - low)):
            if part > 1e-6:
                _add_shifted(out, array, (int(step), whole), axis, np.float32(weight * part))
    return out


def _add_shifted(
    out: FloatArray, array: FloatArray, shift: tuple[int, int], axis: int, weight: np.float32
) -> None:
    """out[.., n, h] += weight * array[.., n + shift[0], h + shift[1]], where both are there."""
    here, there = [slice(None)] * 3, [slice(None)] * 3
    for which, move in ((axis, shift[0]), (2, shift[1])):
        n = array.shape[which]
        here[which] = slice(max(0, -move), n - max(0, move))
        there[which] = slice(max(0, move), n - max(0, -move))
    out[tuple(here)] += weight * array[tuple(there)]
