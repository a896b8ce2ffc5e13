"""The oesophagus: a thin soft tube before the spine, followed from the neck to the hiatus."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from groundct.anatomy._hu.center.aorta import Aorta
from groundct.anatomy._hu.center.field import CUBE_MM, Field
from groundct.anatomy._hu.center.tracking import best_path, roundness
from groundct.core.volume import BoolArray
from groundct.imaging.components import keep_components
from groundct.imaging.distances import close_mm, open_mm

RADII_MM = (4.5, 5.5, 6.5, 7.5, 8.5, 10.0)
WALL_HU = 38.0
WALL_SPREAD_HU = 55.0
SOFT_HU = (-40.0, 140.0)
AIR_HU = -250.0
PRIOR_MM = 9.0
BEFORE_BONE_MM = 9.0
ABOVE_CARINA_MM = 130.0
BELOW_DOME_MM = 40.0
USUAL_MM = 7.5
RADIUS_MM = (7.0, 10.0)


@dataclass(frozen=True, eq=False)
class Gullet:
    """The mask (a, b, n) on the field, and the share of its slices in which a border was seen."""

    mask: BoolArray
    seen: float


def find_esophagus(
    field: Field, aorta: Aorta | None, lumen: BoolArray, lungs: BoolArray, lowest: float
) -> Gullet | None:
    """The oesophagus, or None where less than 60 mm of its course is in view.

    Args:
        field: the middle of the chest.
        aorta: what was found of it.
        lumen: trachea and bronchi on the field.
        lungs: both lungs on the field.
        lowest: the plane of the diaphragm's dome.
    """
    high = field.hu.shape[2]
    if field.carina is not None:
        high = min(high, round(field.carina[2] + ABOVE_CARINA_MM / CUBE_MM))
    low = max(0, round(lowest - BELOW_DOME_MM / CUBE_MM))
    if high - low < 60 / CUBE_MM:
        return None
    planes = np.arange(field.hu.shape[2])
    barred = field.bone | ndimage.binary_dilation(lumen) | lungs
    if aorta is not None:
        barred |= aorta.whole
    air = _own_air(field, lumen, lungs)
    filled = np.where(air, WALL_HU, field.hu).astype(np.float32)
    smooth = ndimage.gaussian_filter(filled, 2.5 / CUBE_MM)
    likeness = 1 - np.abs(smooth - WALL_HU) / WALL_SPREAD_HU
    clipped = np.clip(filled, -60, 90)
    if field.enhanced:
        # Blood around it is as good a border as fat.
        clipped = np.where(filled > 120, -60, clipped)
    clipped[field.bone | barred] = -60
    rounds = roundness(clipped.astype(np.float32), field.step_mm[:2], RADII_MM)
    x0, y0 = _expected(field, aorta, lumen, low)
    away = (field.x - x0) ** 2 + (field.y - y0) ** 2
    bonus = ndimage.gaussian_filter(air.astype(np.float32), 1.5) * 4
    score = np.clip(likeness, -1.5, 1) + 1.2 * rounds.score + np.minimum(bonus, 1)
    score = score - 0.5 * away / PRIOR_MM**2
    allowed = (away < 30**2) & ~barred & (planes >= low) & (planes < high)
    if field.carina is not None:
        # Above the carina the trachea tells where it is, and must be known not to be it.
        allowed &= lumen.any(axis=(0, 1)) | (planes <= field.carina[2])
        allowed &= planes < _first_gap(allowed.any(axis=(0, 1)), round(field.carina[2]))
    path = best_path(score.astype(np.float32), np.asarray(allowed), 1, 0.06)
    if path is None:
        return None
    return _tube(field, path, rounds.score, rounds.radius_mm, barred, filled)


def _first_gap(there: NDArray[np.bool_], start: int) -> int:
    """The first plane from ``start`` up in which nothing is there."""
    gaps = np.flatnonzero(~there[start:])
    return start + int(gaps[0]) if gaps.size else there.size


def _own_air(field: Field, lumen: BoolArray, lungs: BoolArray) -> BoolArray:
    """Air before the spine that is neither airway nor lung."""
    apart = ndimage.binary_dilation(lumen, iterations=2) | ndimage.binary_dilation(lungs)
    near = (np.abs(field.x) < 32) & (field.y > 22) & (field.y < 90)
    air = (field.hu < AIR_HU) & near & ~apart
    labels, count = ndimage.label(air)
    sizes = np.bincount(labels.ravel(), minlength=count + 1) * CUBE_MM**3
    keep = sizes < 6000
    keep[0] = False
    return np.asarray(keep[labels])


def _expected(
    field: Field, aorta: Aorta | None, lumen: BoolArray, low: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where it should run: x and y (1, 1, n) in mm from the canal's centre.

    Before the vertebral bodies, a little left; behind the trachea above the carina; before the
    aorta at the hiatus.
    """
    planes = np.arange(field.hu.shape[2])
    central = np.abs(field.x) < 8
    y = np.where(field.bone & central, field.y, -np.inf).max(axis=(0, 1))
    known = np.isfinite(y)
    front = np.interp(planes, planes[known], y[known]) if known.any() else np.full(planes.size, 40)
    front = ndimage.median_filter(front, 15, mode="nearest") + BEFORE_BONE_MM
    left = np.full(planes.size, -3.0)
    carina = field.carina[2] if field.carina is not None else float(planes[-1])
    left = np.where(planes < carina, -3 - 9 * (carina - planes) / max(1.0, carina - low), left)
    above = planes >= carina + 4
    for n in planes[above]:
        here = np.argwhere(lumen[:, :, n])
        if here.size:
            a, b = here.mean(axis=0)
            lowest = here[:, 1].min()
            left[n] = field.x_mm[round(a), n] - 3
            front[n] = min(front[n] + 8, field.y_mm[lowest, n] - 7)
    if aorta is not None and aorta.down.points.size:
        n = aorta.down.points[:, 2].astype(int)
        a, b = aorta.down.points[:, 0], aorta.down.points[:, 1]
        before = field.y_mm[np.rint(b).astype(int), n] + aorta.down.radius_mm + 7
        beside = field.x_mm[np.rint(a).astype(int), n]
        share = np.clip((low + 40 - n) / 40, 0, 1)
        front[n] = (1 - share) * front[n] + share * np.maximum(before, front[n])
        left[n] = (1 - share) * left[n] + share * np.clip(beside, -15, 0)
    front = ndimage.gaussian_filter1d(front.astype(np.float64), 5, mode="nearest")
    left = ndimage.gaussian_filter1d(left.astype(np.float64), 5, mode="nearest")
    return left[None, None, :], front[None, None, :]


def _tube(
    field: Field,
    path: NDArray[np.intp],
    score: NDArray[np.float32],
    radius_mm: NDArray[np.float32],
    barred: BoolArray,
    filled: NDArray[np.float32],
) -> Gullet:
    """Soft voxels around the path, within a radius that changes slowly."""
    a, b, n = path.T
    clear = score[a, b, n] > 0.25
    radius = np.where(clear, np.clip(radius_mm[a, b, n], *RADIUS_MM), USUAL_MM)
    radius = ndimage.gaussian_filter1d(ndimage.median_filter(radius, 9, mode="nearest"), 3)
    centers = ndimage.gaussian_filter1d(path[:, :2].astype(np.float64), 1.5, axis=0, mode="nearest")
    out = np.zeros(field.hu.shape, dtype=np.bool_, order="F")
    soft = (filled > SOFT_HU[0]) & (filled < SOFT_HU[1]) & ~barred
    rows = np.arange(field.hu.shape[0])[:, None]
    columns = np.arange(field.hu.shape[1])[None, :]
    for (ca, cb), r, plane in zip(centers, radius, n, strict=True):
        disc = np.hypot(rows - ca, columns - cb) * CUBE_MM <= r + 1.0
        out[:, :, plane] = disc & soft[:, :, plane]
    out = close_mm(open_mm(out, 2.0, field.step_mm), 4.0, field.step_mm) & ~barred
    return Gullet(keep_components(np.asarray(out), 12), float(clear.mean()))
