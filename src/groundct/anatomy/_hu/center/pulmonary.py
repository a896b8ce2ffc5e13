"""Central pulmonary arteries and the superior vena cava, followed like the aorta."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundct.anatomy._hu.center.aorta import MUSCLE_HU, Aorta, Tube, fill_tube
from groundct.anatomy._hu.center.field import CUBE_MM, Field
from groundct.anatomy._hu.center.tracking import Track, best_path, roundness, track_of
from groundct.core.volume import BoolArray
from groundct.imaging.distances import dilate_mm, open_mm

TRUNK_RADII_MM = tuple(np.arange(7.0, 18.0, 1.5).tolist())
BRANCH_RADII_MM = tuple(np.arange(5.5, 14.0, 1.5).tolist())
CAVA_RADII_MM = (5.5, 7.0, 8.5, 10.0, 11.5)
CAVA_MM = (8.0, 11.0)
DRIFT = 0.03
LEAST_SCORE = 0.12
CLEARED_HU = -60.0


@dataclass(frozen=True, eq=False)
class Pulmonary:
    """Masks (a, b, n) on the field: the trunk, and trunk with both main branches."""

    trunk: BoolArray
    whole: BoolArray
    score: float


def find_pulmonary(field: Field, clipped: NDArray[np.float32], aorta: Aorta) -> Pulmonary | None:
    """The trunk left of the ascending aorta, and its two branches; None without a trunk."""
    if field.carina is None or aorta.up is None:
        return None
    apart = np.where(aorta.whole, CLEARED_HU, clipped).astype(np.float32)
    stem = _stem(field, apart, aorta)
    left = _left(field, apart, aorta)
    if left is None:
        return None
    # Without contrast agent the trunk is hardly seen in axial slices; its upper end always is.
    tracks = [left] if stem is None else [stem, left]
    right = _right(field, apart, aorta, left if stem is None else stem)
    if right is not None:
        tracks.append(right)
    outside = ~aorta.whole
    masks = [_grown(field, fill_tube(field, Tube(t.points, t.radius_mm)), outside) for t in tracks]
    whole = np.asarray(np.logical_or.reduce(masks))
    fork = left.points[:, 1].max() if right is None else right.points[0][1]
    middle = (tracks[0].points[-8:, 0].mean() + _ascending_at(aorta, field.carina[2])[0]) / 2
    trunk = whole & (np.arange(whole.shape[1])[None, :, None] > fork)
    trunk &= np.arange(whole.shape[0])[:, None, None] < middle
    score = float(np.concatenate([track.score for track in tracks]).mean())
    if stem is not None:
        trunk |= masks[0]
    return Pulmonary(trunk, whole, score)


def _grown(field: Field, mask: BoolArray, outside: BoolArray) -> BoolArray:
    """With contrast agent: and what is as bright within 4 mm, a section is seldom a circle."""
    mask = mask & outside
    if not field.enhanced or not mask.any():
        return mask
    blood = float(np.median(field.hu[mask]))
    bright = (field.hu > (blood + MUSCLE_HU) / 2) & outside
    return np.asarray(
        mask | open_mm(dilate_mm(mask, 4.0, field.step_mm) & bright, 3.0, field.step_mm)
    )


def _stem(field: Field, apart: NDArray[np.float32], aorta: Aorta) -> Track | None:
    """The trunk through axial slices, from under the fork down to the valve."""
    assert field.carina is not None
    n = field.carina[2]
    dx, dy, radius = _from_ascending(field, aorta)
    planes = np.arange(field.hu.shape[2])
    here = (planes >= n - 46 / CUBE_MM) & (planes <= n - 6 / CUBE_MM)
    away = np.hypot(dx, dy) - radius
    allowed = (dx < -6) & (dy > -26) & (away > 4) & (away < 24) & here
    rounds = roundness(apart, field.step_mm[:2], TRUNK_RADII_MM)
    fit = rounds.score * np.sqrt(rounds.radius_mm / 12)
    path = best_path(fit.astype(np.float32), np.asarray(allowed), 2, DRIFT)
    return None if path is None else _longest(track_of(rounds, path, 6))


def _from_ascending(
    field: Field, aorta: Aorta
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Distances (mm) to the right and to the front of the ascending aorta, and its radius."""
    assert aorta.up is not None
    line, planes = aorta.up.points, np.arange(field.hu.shape[2])
    a = np.interp(planes, line[:, 2], line[:, 0])[None, None, :]
    b = np.interp(planes, line[:, 2], line[:, 1])[None, None, :]
    radius = np.interp(planes, line[:, 2], aorta.up.radius_mm)[None, None, :]
    x = (np.arange(field.hu.shape[0])[:, None, None] - a) * CUBE_MM
    y = (np.arange(field.hu.shape[1])[None, :, None] - b) * CUBE_MM
    return x, y, radius


def _ascending_at(aorta: Aorta, n: float) -> NDArray[np.float64]:
    assert aorta.up is not None
    line = aorta.up.points
    return np.array([np.interp(n, line[:, 2], line[:, axis]) for axis in range(3)])


def _left(field: Field, apart: NDArray[np.float32], aorta: Aorta) -> Track | None:
    """Through coronal planes: from the trunk back, over the left main bronchus."""
    assert field.carina is not None
    n = field.carina[2]
    center = _ascending_at(aorta, n)
    back = float(np.interp(n, aorta.down.points[:, 2], aorta.down.points[:, 1]))
    planes = slice(max(0, round(back) + 4), min(field.hu.shape[1], round(center[1]) + 2))
    around = slice(max(0, round(center[0] - 34)), max(1, round(center[0]) - 1))
    heights = slice(
        max(0, round(n - 52 / CUBE_MM)), max(1, min(field.hu.shape[2], round(n + 20 / CUBE_MM)))
    )
    if planes.stop - planes.start < 8:
        return None
    crop = apart[around, planes, heights]
    rounds = roundness(
        np.moveaxis(crop, 1, 2).astype(np.float32), (CUBE_MM, CUBE_MM), TRUNK_RADII_MM
    )
    height = (np.arange(heights.start, heights.stop) - n)[None, :, None] * CUBE_MM
    share = np.linspace(0, 1, planes.stop - planes.start)[None, None, :]
    wanted = np.interp(share, [0, 0.4, 1], [-4, -4, -16])
    fit = rounds.score - np.maximum(np.abs(height - wanted) - 8, 0) / 60
    path = best_path(fit.astype(np.float32), np.ones(fit.shape, dtype=np.bool_), 2, DRIFT)
    if path is None:
        return None
    track = track_of(rounds, path, 6)
    x, z, y = track.points.T
    points = np.column_stack([x + around.start, y + planes.start, z + heights.start])
    return _longest(Track(points, track.radius_mm, track.score))


def _right(field: Field, apart: NDArray[np.float32], aorta: Aorta, stem: Track) -> Track | None:
    """Through sagittal planes: behind the ascending aorta, in front of the bronchi."""
    assert field.carina is not None
    a, b, n = field.carina
    center = _ascending_at(aorta, n - 8)
    around = slice(
        round(float(stem.points[-8:, 0].mean())) + 3,
        min(field.hu.shape[0], round(a + 38 / CUBE_MM)),
    )
    depth = slice(max(0, round(b + 2)), max(1, round(center[1]) - 2))
    heights = slice(max(0, round(n - 40 / CUBE_MM)), max(1, round(n + 4 / CUBE_MM)))
    if around.stop - around.start < 6 or depth.stop - depth.start < 6:
        return None
    crop = apart[around, depth, heights]
    rounds = roundness(
        np.moveaxis(crop, 0, 2).astype(np.float32), (CUBE_MM, CUBE_MM), BRANCH_RADII_MM
    )
    height = (np.arange(heights.start, heights.stop) - n)[None, :, None] * CUBE_MM
    fit = rounds.score - np.maximum(np.abs(height + 18) - 10, 0) / 60
    path = best_path(fit.astype(np.float32), np.ones(fit.shape, dtype=np.bool_), 2, DRIFT)
    if path is None:
        return None
    track = track_of(rounds, path, 6)
    y, z, x = track.points.T
    points = np.column_stack([x + around.start, y + depth.start, z + heights.start])
    return _longest(Track(points, track.radius_mm, track.score))


def find_cava(field: Field, clipped: NDArray[np.float32], aorta: Aorta) -> BoolArray | None:
    """The superior vena cava: to the right of the ascending aorta, from the arch down 65 mm."""
    if field.carina is None or aorta.up is None:
        return None
    n = field.carina[2]
    x, y, radius = _from_ascending(field, aorta)
    planes = np.arange(field.hu.shape[2])
    here = (planes >= n - 34 / CUBE_MM) & (planes <= n + 40 / CUBE_MM)
    away = np.hypot(x, y) - radius
    allowed = (x > 4) & (y < 10) & (away > 3) & (away < 20) & here
    apart = np.where(aorta.whole, CLEARED_HU, clipped).astype(np.float32)
    rounds = roundness(apart, field.step_mm[:2], CAVA_RADII_MM)
    merit = rounds.score * np.sqrt(rounds.radius_mm / 8) - np.hypot(x - 20, y + 12) / 150
    path = best_path(merit.astype(np.float32), np.asarray(allowed), 2, DRIFT)
    if path is None:
        return None
    track = _longest(track_of(rounds, path, 8))
    if track is None:
        return None
    radius = np.clip(track.radius_mm, *CAVA_MM)
    mask = fill_tube(field, Tube(track.points, radius))
    return _grown(field, mask, ~aorta.whole)


def _longest(track: Track) -> Track | None:
    """The longest stretch over which the vessel is round; None under 16 mm."""
    fine = np.convolve(track.score > LEAST_SCORE, np.ones(5), mode="same") >= 3
    edges = np.flatnonzero(np.diff(np.concatenate([[0], fine.astype(int), [0]])))
    runs = [(int(stop - start), int(start)) for start, stop in edges.reshape(-1, 2)]
    length, start = max(runs, default=(0, 0))
    if length < 16 / CUBE_MM:
        return None
    keep = slice(start, start + length)
    return Track(track.points[keep], track.radius_mm[keep], track.score[keep])
