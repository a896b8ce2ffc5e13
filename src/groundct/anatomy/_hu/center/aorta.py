"""The aorta: its descending and ascending parts followed from slice to slice, the arch across."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from groundct.anatomy._hu.center.field import CUBE_MM, Field
from groundct.anatomy._hu.center.tracking import Roundness, Track, best_path, roundness, track_of
from groundct.core.volume import BoolArray
from groundct.imaging.components import largest_component
from groundct.imaging.distances import open_mm

RADII_MM = tuple(np.arange(7.0, 25.0, 1.5).tolist())
ARCH_RADII_MM = tuple(np.arange(8.5, 20.0, 1.5).tolist())
DRIFT = 0.03
LUMEN_HU = 150.0
LEAST_SCORE = 0.14
FAINT_SCORE = 0.06
USUAL_MM = 18.5
ROOT_MM = 74.0
ARCH_MM = 75.0
PLAIN_ROOT_MM = 40.0
FADED = 0.42
LOST_WIDTH = 1.35
WIDENED = 1.15
WALL_MM = 1.5
SPREAD = 1.0
CORE = 0.9
MUSCLE_HU = 45.0
FAT_HU = -20.0


@dataclass(frozen=True, eq=False)
class Tube:
    """A vessel's centreline: ``points`` (n, 3) field indices, ``radius_mm`` (n,)."""

    points: NDArray[np.float64]
    radius_mm: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Aorta:
    """Masks (a, b, n) on the field and the lines that they stand around; None where not found.

    ``score`` is the mean roundness along the parts that were found.
    """

    descending: BoolArray
    arch: BoolArray | None
    ascending: BoolArray | None
    down: Tube
    up: Tube | None
    score: float

    @property
    def whole(self) -> BoolArray:
        """All parts."""
        out = self.descending.copy(order="F")
        for part in (self.arch, self.ascending):
            if part is not None:
                out |= part
        return out


def find_aorta(field: Field, clipped: NDArray[np.float32]) -> Aorta | None:
    """The aorta, or None when no round vessel runs along the spine.

    Without a carina in view only the descending part is looked for. ``clipped`` is
    ``field.clipped()``.
    """
    down = _descending(field, clipped)
    if down is None:
        return None
    up = over = None
    if field.carina is not None:
        up = _ascending(field, clipped)
    if up is not None and field.carina is not None:
        over = _arch(field, clipped, up, down, round(field.carina[2]))
    return _painted(field, down, up, over)


def _merit(rounds: Roundness) -> NDArray[np.float32]:
    """Wide discs before small ones of equal roundness."""
    return np.asarray(rounds.score * (np.clip(rounds.radius_mm, 7, 14) / 12))


def _descending(field: Field, clipped: NDArray[np.float32]) -> Track | None:
    """Left of the vertebral bodies or before them, through all slices up to the arch."""
    # Two lumina of a dissected aorta differ, but both are brighter than what is around them.
    rounds = roundness(np.minimum(clipped, LUMEN_HU), field.step_mm[:2], RADII_MM)
    merit = _merit(rounds)
    x, y = field.x, field.y
    allowed = (x > -58) & (x < 12) & (y > 8) & (y < 66) & ~field.bone
    if field.carina is not None:
        top = round(field.carina[2] + 40 / CUBE_MM)
        allowed[:, :, max(0, top) :] = False
    aside = np.maximum(x, 0) / 60 + np.maximum(-x - 38, 0) / 40
    path = best_path((merit - aside).astype(np.float32), allowed, 2, DRIFT)
    if path is None:
        return None
    track = track_of(rounds, path, 18)
    start = len(track.points) // 2 if field.carina is None else _nearest(track, field.carina[2] - 8)
    return _good(track, start, LEAST_SCORE)


def _ascending(field: Field, clipped: NDArray[np.float32]) -> Track | None:
    """In front of the carina, down to the valve and up to the arch."""
    rounds = roundness(clipped, field.step_mm[:2], RADII_MM)
    merit = _merit(rounds)
    assert field.carina is not None
    a, b, n = field.carina
    at = int(np.clip(round(n), 0, field.hu.shape[2] - 1))
    x0 = float(np.interp(a, np.arange(field.hu.shape[0]), field.x_mm[:, at]))
    y0 = float(np.interp(b, np.arange(field.hu.shape[1]), field.y_mm[:, at]))
    x, y = field.x - x0, field.y - y0
    allowed = (x > -28) & (x < 36) & (y > 14) & (y < 85) & ~field.bone
    planes = np.arange(field.hu.shape[2])
    allowed &= (planes >= n - ROOT_MM / CUBE_MM) & (planes <= n + 24 / CUBE_MM)
    fit = np.where(rounds.radius_mm >= 9.5, merit, 0.5 * merit) - np.abs(x - 6) / 150
    path = best_path(fit.astype(np.float32), np.asarray(allowed), 2, DRIFT)
    if path is None:
        return None
    track = track_of(rounds, path, 8)
    return _rooted(field, _good(track, _nearest(track, n + 4), FAINT_SCORE), n)


def _rooted(field: Field, track: Track | None, carina_n: float) -> Track | None:
    """Down to where the root can no longer be told from the heart, and no wider than it was."""
    if track is None:
        return None
    n = track.points[:, 2]
    usual = np.abs(n - carina_n) <= 12 / CUBE_MM
    if not usual.any():
        return None
    score, radius = np.median(track.score[usual]), float(np.median(track.radius_mm[usual]))
    if score < 2 * LEAST_SCORE:
        radius = min(radius, USUAL_MM)
    if not field.enhanced:
        return _extended(track, radius, carina_n)
    lost = (track.score < FADED * score) | (track.radius_mm > LOST_WIDTH * radius)
    lost &= n < carina_n - 30 / CUBE_MM
    lost = ndimage.binary_opening(np.pad(lost, (4, 0), constant_values=True), np.ones(4))[4:]
    first = int(np.flatnonzero(lost).max(initial=-1)) + 1
    kept = np.minimum(
        track.radius_mm[first:], np.where(n[first:] > carina_n, 1.05, WIDENED) * radius
    )
    return Track(track.points[first:], kept, track.score[first:])


def _extended(track: Track, radius: float, carina_n: float) -> Track:
    """Without contrast agent: as far as it is seen, and straight down for 16 mm from there."""
    n = track.points[:, 2]
    seen = (track.score >= LEAST_SCORE) & (track.radius_mm <= 1.2 * radius)
    last = int(np.flatnonzero(seen | (n >= carina_n)).min())
    first = int(np.searchsorted(n, max(n[last] - 8, carina_n - PLAIN_ROOT_MM / CUBE_MM)))
    points = track.points[first:].copy()
    points[: max(0, last - first), :2] = track.points[last, :2]
    return Track(points, np.minimum(track.radius_mm[first:], 1.1 * radius), track.score[first:])


def _nearest(track: Track, n: float) -> int:
    return int(np.argmin(np.abs(track.points[:, 2] - n)))


def _good(track: Track, start: int, least: float) -> Track | None:
    """The piece around ``start`` over which the vessel stays round, gaps of 10 mm bridged."""
    fine = ndimage.binary_closing(np.pad(track.score > least, 6), np.ones(6))[6:-6]
    if not fine[start : start + 8].any():
        return None
    start += int(fine[start : start + 8].argmax())
    low = high = start
    while low > 0 and fine[low - 1]:
        low -= 1
    while high < fine.size - 1 and fine[high + 1]:
        high += 1
    keep = slice(low, high + 1)
    return Track(track.points[keep], track.radius_mm[keep], track.score[keep])


def _arch(
    field: Field, clipped: NDArray[np.float32], up: Track, down: Track, level: int
) -> Tube | None:
    """Across the planes that stand between the ascending and the descending part."""
    start, end = _at(up, level), _at(down, level)
    if start is None or end is None:
        return None
    along = (end - start)[:2]
    length = float(np.hypot(*along)) * CUBE_MM
    if not 30 <= length <= 130:
        return None
    along /= np.hypot(*along)
    s = np.arange(0, length / CUBE_MM + 1)
    t = np.arange(-20, 21.0)
    z = np.arange(0, min(ARCH_MM / CUBE_MM, field.hu.shape[2] - level))
    if z.size < 10:
        return None
    a = start[0] + along[0] * s[None, None, :] - along[1] * t[:, None, None] + 0 * z[None, :, None]
    b = start[1] + along[1] * s[None, None, :] + along[0] * t[:, None, None] + 0 * z[None, :, None]
    n = level + z[None, :, None] + 0 * a
    planes = ndimage.map_coordinates(clipped, [a, b, n], order=1, mode="nearest")
    rounds = roundness(planes, (CUBE_MM, CUBE_MM), ARCH_RADII_MM)
    high = z[None, :, None] * CUBE_MM
    share = s[None, None, :] / s[-1]
    allowed = (np.abs(t)[:, None, None] * CUBE_MM <= 18) & (high >= 4)
    allowed = allowed & (share > 0.1) & (share < 0.9)
    low = np.maximum(0, 60 * share * (1 - share) - high) / 50
    fit = _merit(rounds) - low
    path = best_path(fit.astype(np.float32), np.asarray(allowed), 2, DRIFT)
    if path is None:
        return None
    track = track_of(rounds, path, 6)
    if float(track.score.mean()) < LEAST_SCORE:
        return None
    ti, zi, si = track.points.T
    shift = ti - 20
    points = np.column_stack(
        [
            start[0] + along[0] * si - along[1] * shift,
            start[1] + along[1] * si + along[0] * shift,
            level + zi,
        ]
    )
    own = np.median(up.radius_mm[-10:]) * (1 - si / s[-1]) + np.median(down.radius_mm[-10:]) * (
        si / s[-1]
    )
    return Tube(points, np.clip(track.radius_mm, 0.8 * own, 1.15 * own))


def _at(track: Track, level: int) -> NDArray[np.float64] | None:
    here = np.flatnonzero(track.points[:, 2] == level)
    return track.points[here[0]] if here.size else None


def _painted(field: Field, down: Track, up: Track | None, over: Tube | None) -> Aorta:
    """What is soft, or as bright as the blood in it, around the lines."""
    lower = Tube(down.points, down.radius_mm)
    upper = None if up is None else Tube(up.points, up.radius_mm)
    scores = [down.score] if up is None else [down.score, up.score]
    score = float(np.concatenate(scores).mean())
    if over is None or up is None:
        descending = fill_tube(field, lower)
        ascending = None if upper is None else fill_tube(field, upper)
        return Aorta(descending, None, ascending, lower, upper, score)
    cut = _junction(over)
    lower, upper = _below(down, cut), _below(up, cut)
    joined = _joined(upper, over, Tube(lower.points[::-1], lower.radius_mm[::-1]))
    whole = fill_tube(field, joined)
    places = np.argwhere(whole)
    nearest = cKDTree(joined.points).query(places, workers=1)[1]
    behind = nearest > int(joined.points[:, 2].argmax())
    part = np.where(joined.points[nearest, 2] > cut, 2, np.where(behind, 3, 1))
    parts = np.zeros(whole.shape, dtype=np.uint8, order="F")
    parts[tuple(places.T)] = part
    low = parts[:, :, : int(upper.points[0, 2])]
    low[low < 3] = 0
    return Aorta(parts == 3, parts == 2, parts == 1, lower, upper, score)


def _below(track: Track, cut: float) -> Tube:
    keep = track.points[:, 2] <= cut
    return Tube(track.points[keep], track.radius_mm[keep])


def _junction(over: Tube) -> float:
    """The slice under which ascending and descending part run apart: the arch's underside."""
    middle = len(over.points) // 2
    near = slice(max(0, middle - 3), middle + 4)
    under = over.points[near, 2] - over.radius_mm[near] / CUBE_MM
    return float(np.median(under))


def _joined(*pieces: Tube) -> Tube:
    """One line through pieces that follow each other, straight over the gaps between them."""
    points = np.concatenate([piece.points for piece in pieces])
    radius = np.concatenate([piece.radius_mm for piece in pieces])
    steps = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    even = np.arange(0, steps[-1], 0.5)
    line = np.column_stack([np.interp(even, steps, points[:, axis]) for axis in range(3)])
    return Tube(line, np.interp(even, steps, radius))


def fill_tube(field: Field, tube: Tube) -> BoolArray:
    """Voxels around a line that belong to the vessel.

    Without contrast agent what is soft within the radius and its wall; with it what is brighter
    than half way from muscle to this vessel's own blood within 1.3 radii, and what is soft in its
    core (thrombus, a false lumen).
    """
    out = np.zeros(field.hu.shape, dtype=np.bool_, order="F")
    if not len(tube.points):
        return out
    margin = int(SPREAD * tube.radius_mm.max() / CUBE_MM) + 3
    low = np.maximum(np.floor(tube.points.min(axis=0)).astype(int) - margin, 0)
    high = np.minimum(np.ceil(tube.points.max(axis=0)).astype(int) + margin + 1, out.shape)
    box = tuple(slice(int(p), int(q)) for p, q in zip(low, high, strict=True))
    hu = field.hu[box]
    places = np.argwhere(hu > FAT_HU)
    distance, nearest = cKDTree(tube.points - low).query(
        places, distance_upper_bound=margin, workers=1
    )
    near = np.isfinite(distance) & (places[:, 2] + low[2] >= tube.points[:, 2].min() - 1)
    places, radius = places[near], tube.radius_mm[nearest[near]]
    apart = distance[near] * CUBE_MM
    here = tuple(places.T)
    values = hu[here]
    chosen = apart <= radius + WALL_MM
    core = values[apart < 0.5 * radius]
    if field.enhanced and core.size:
        blood = float(np.median(core))
        if blood > 2.2 * MUSCLE_HU:
            bright = values > (blood + MUSCLE_HU) / 2
            chosen = (bright & (apart <= SPREAD * radius + WALL_MM)) | (apart <= 0.85 * radius)
    chosen &= ~field.bone[box][here] | (apart <= CORE * radius)
    inner = np.zeros(hu.shape, dtype=np.bool_, order="F")
    inner[tuple(places[chosen].T)] = True
    inner = ndimage.binary_fill_holes(open_mm(inner, 3.0, field.step_mm) | False)
    out[box] = largest_component(np.asarray(inner), 6)
    return out
