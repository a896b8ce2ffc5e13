"""Each rib's line, followed from beside its vertebra to its front end."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from groundct.anatomy._hu.bone.spine_curve import SpineCurve
from groundct.anatomy._hu.grid import Box, Working
from groundct.core.volume import BoolArray

SOFT_HU, DENSE_HU, METAL_HU = 120.0, 330.0, 1300.0
STEP_MM = 3.0
BALL_MM, WIDE_BALL_MM = 7.0, 12.0
GAP_MM = 21.0
MIN_FILL = 0.10
"""Share of a ball on a rib's line that bone fills at least."""
ROOT_MM = (31.0, 44.0)
ROOT_DEPTH_MM = (-34.0, 14.0)
ROOT_WEIGHT, ROOT_APART_MM = 0.13, 9
TOUCHING_MM = 6.0
LONGEST_MM = 400.0
MIN_LENGTH_MM = 21.0
STERNUM_MM = 26.0
SLENDER = 0.6
"""The most of a wide ball on a rib's line that bone fills, in shares of the small ball's."""

Points = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RibTrack:
    """A rib's line: ``points_mm`` (n, 3), working indices times spacing, every 3 mm or so.

    It begins beside the canal at ``root_s_mm``; ``right`` is the patient's. ``cut`` says that the
    line leaves the scan, ``gaps`` before which points bone was missing.
    """

    right: bool
    root_s_mm: float
    points_mm: Points
    cut: bool
    gaps: tuple[int, ...]

    @property
    def length_mm(self) -> float:
        """Along the line."""
        return float(np.linalg.norm(np.diff(self.points_mm, axis=0), axis=1).sum())


def bone_weight(grid: Working, allowed: BoolArray) -> NDArray[np.float32]:
    """How bony a voxel is, 0 to 1: soft tissue, metal and dense contrast agent have none."""
    share = (grid.hu - SOFT_HU) / (DENSE_HU - SOFT_HU)
    weight = np.asarray(np.clip(share, 0, 1), dtype=np.float32)
    weight[~allowed | (grid.hu > METAL_HU)] = 0
    return weight


def find_tracks(grid: Working, weight: NDArray[np.float32], curve: SpineCurve) -> list[RibTrack]:
    """The ribs that begin beside the canal; left before right, from below to above."""
    slices = np.arange(weight.shape[2]) * grid.spacing_mm[2]
    middle = np.column_stack(
        [np.interp(slices, curve.points_mm[:, 2], curve.points_mm[:, axis]) for axis in (0, 1)]
    )
    out = []
    for right in (False, True):
        tracks = []
        for s, start, way in _roots(grid, weight, curve, right):
            points, gaps, cut = follow(grid, weight, start, way, middle)
            track = RibTrack(right, s, points, cut, gaps)
            if track.length_mm >= MIN_LENGTH_MM and _slender(grid, weight, points):
                tracks.append(track)
        out += apart(tracks)
    return out


def _slender(grid: Working, weight: NDArray[np.float32], points: Points) -> bool:
    """Whether it is a rod: not an organ that holds contrast agent."""
    small = [_ball(grid, weight, point, BALL_MM)[0] for point in points]
    wide = [_ball(grid, weight, point, WIDE_BALL_MM)[0] for point in points]
    return float(np.median(wide)) < SLENDER * float(np.median(small))


def _roots(
    grid: Working, weight: NDArray[np.float32], curve: SpineCurve, right: bool
) -> list[tuple[float, Points, Points]]:
    """Where bone lies beside the canal as ribs do: s, a point, and the way the bone takes there."""
    side = 1.0 if right else -1.0
    x = np.arange(ROOT_MM[0], ROOT_MM[1], 2.0)
    y = np.arange(ROOT_DEPTH_MM[0], ROOT_DEPTH_MM[1], 2.0)
    places = (
        curve.points_mm
        + x[:, None, None, None] * side * curve.right
        + y[None, :, None, None] * curve.front
    )
    values = _sample(grid, weight, places)
    smooth = ndimage.gaussian_filter(values, (0.0, 1.5, 3.0)).mean(axis=0)
    profile = smooth.max(axis=0)
    peaks = _peaks(profile, ROOT_WEIGHT, ROOT_APART_MM)
    typical = np.array([0.9 * side, -0.3, -0.3])
    out = []
    for s in peaks:
        near = slice(max(0, s - 12), s + 13)
        peak = places[x.size // 2, int(smooth[:, s].argmax()), s]
        inside = np.linalg.norm(places[:, :, near] - peak, axis=-1) < 10
        mass = (values[:, :, near] * inside)[..., None]
        total = mass.sum(axis=(1, 2))
        good = total[:, 0] > 1
        if np.count_nonzero(good) < 3:
            continue
        line = ((mass * places[:, :, near]).sum(axis=(1, 2)) / np.maximum(total, 1e-6))[good]
        way = _unit(line[-1] - line[0])
        out.append((float(s), line.mean(axis=0), _unit(way + 0.5 * typical)))
    return out


def _peaks(profile: NDArray[np.float32], least: float, apart: int) -> list[int]:
    """Places of local maxima of at least ``least``, the higher of two that are less than ``apart``.

    In their order along the profile; its ends are none.
    """
    inner = profile[1:-1]
    top = (inner > profile[:-2]) & (inner >= profile[2:]) & (inner >= least)
    places = np.flatnonzero(top) + 1
    kept: list[int] = []
    for place in places[np.argsort(-profile[places], kind="stable")].tolist():
        if all(abs(place - other) >= apart for other in kept):
            kept.append(place)
    return sorted(kept)


def _sample(grid: Working, weight: NDArray[np.float32], places: Points) -> NDArray[np.float32]:
    index = np.moveaxis(places / np.array(grid.spacing_mm), -1, 0)
    return np.asarray(ndimage.map_coordinates(weight, index, order=1, cval=0.0))


def follow(
    grid: Working, weight: NDArray[np.float32], start: Points, way: Points, middle_mm: Points
) -> tuple[Points, tuple[int, ...], bool]:
    """The line from ``start`` on, where it has gaps, and whether it leaves the scan.

    It ends where no bone goes on, near the sternum, and where it turns back on itself.
    ``middle_mm`` (k, 2) is the canal's place in every slice.
    """
    end = np.array(grid.spacing_mm) * (np.array(weight.shape) - 1)
    points = [start]
    gaps: list[int] = []
    cut = False
    for _ in range(round(LONGEST_MM / STEP_MM)):
        guess = points[-1] + STEP_MM * way
        cut = bool((guess < 2).any() or (guess > end - 2).any())
        if cut or _at_sternum(guess, middle_mm[round(guess[2] / grid.spacing_mm[2])]):
            break
        if len(points) > 8 and np.linalg.norm(np.array(points[:-5]) - guess, axis=1).min() < 7:
            points = points[:-6]
            break
        fill, center = _ball(grid, weight, guess, BALL_MM)
        if fill >= MIN_FILL:
            aside = center - guess
            aside -= way * float(aside @ way)
            new = guess + aside * min(0.8, 2.8 / (float(np.linalg.norm(aside)) + 1e-6))
            way = _unit(0.6 * way + 0.4 * _unit(new - points[-1]))
        else:
            beyond = _beyond_gap(grid, weight, np.array(points))
            if beyond is None:
                break
            new = beyond
            gaps.append(len(points))
            way = _unit(0.5 * way + _unit(new - points[-1]))
        points.append(new)
    return np.array(points), tuple(gaps), cut


def _beyond_gap(grid: Working, weight: NDArray[np.float32], points: Points) -> Points | None:
    """The bone nearest to a line's end that lies on ahead, where none joins it."""
    if len(points) < 4:
        return None
    ahead = _unit(points[-2] - points[max(0, len(points) - 9)])
    box, (x, y, z) = _box(grid, weight, points[-1], GAP_MM)
    away = np.sqrt(x**2 + y**2 + z**2)
    onward = (x * ahead[0] + y * ahead[1] + z * ahead[2]) > 0.5 * away
    mass = weight[box] * (onward & (away > BALL_MM) & (away <= GAP_MM))
    if float(mass.max(initial=0.0)) < 0.5:
        return None
    first = float(away[mass >= 0.5].min())
    mass = mass * (away < first + BALL_MM)
    if mass.sum() < 4:
        return None
    offset = [float((mass * a).sum() / mass.sum()) for a in (x, y, z)]
    return np.asarray(points[-1] + np.array(offset))


def _at_sternum(point_mm: Points, middle_mm: Points) -> bool:
    beside = np.abs(point_mm[:2] - middle_mm)
    return bool(beside[0] < STERNUM_MM and beside[1] > STERNUM_MM)


def _ball(
    grid: Working, weight: NDArray[np.float32], center_mm: Points, radius_mm: float
) -> tuple[float, Points]:
    """How much of a ball is bone, and that bone's centre."""
    box, (x, y, z) = _box(grid, weight, center_mm, radius_mm)
    inside = x**2 + y**2 + z**2 <= radius_mm**2
    mass = weight[box] * inside
    total = float(mass.sum())
    if total <= 0:
        return 0.0, center_mm
    offset = np.array([float((mass * a).sum()) for a in (x, y, z)]) / total
    return total / max(1, int(inside.sum())), center_mm + offset


def _box(
    grid: Working, weight: NDArray[np.float32], center_mm: Points, radius_mm: float
) -> tuple[Box, tuple[Points, Points, Points]]:
    """The voxels around a point, and their offsets from it in mm along i, j and k."""
    step = np.array(grid.spacing_mm)
    low = np.maximum(np.ceil((center_mm - radius_mm) / step).astype(int), 0)
    high = np.minimum(np.floor((center_mm + radius_mm) / step).astype(int) + 1, weight.shape)
    a, b, c = (slice(int(m), int(n)) for m, n in zip(low, high, strict=True))
    x, y, z = (
        np.arange(m, n) * s - o for m, n, s, o in zip(low, high, step, center_mm, strict=True)
    )
    return (a, b, c), (x[:, None, None], y[None, :, None], z[None, None, :])


def _unit(vector: Points) -> Points:
    return np.asarray(vector / (np.linalg.norm(vector) + 1e-9))


def apart(tracks: list[RibTrack]) -> list[RibTrack]:
    """Tracks of one side without those that run along another for most of their length.

    A track that is on another one's rib after a gap ends at that gap; of two that share a rib all
    along, the one that begins straighter stays.
    """
    trees = [cKDTree(track.points_mm) for track in tracks]
    cut_back = []
    for n, track in enumerate(tracks):
        others = [tree for m, tree in enumerate(trees) if m != n]
        end = len(track.points_mm)
        for gap in track.gaps:
            tail = track.points_mm[gap:]
            if any((tree.query(tail)[0] < TOUCHING_MM).mean() > 0.5 for tree in others):
                end = min(end, gap)
        if end < len(track.points_mm):
            track = replace(track, points_mm=track.points_mm[:end], cut=False)
        cut_back.append(track)
    kept: list[RibTrack] = []
    for track in sorted(cut_back, key=_early_bend):
        near = [cKDTree(other.points_mm).query(track.points_mm)[0] for other in kept]
        if track.length_mm >= MIN_LENGTH_MM and not any(
            (distance < TOUCHING_MM).mean() > 0.5 for distance in near
        ):
            kept.append(track)
    return sorted(kept, key=lambda track: track.root_s_mm)


def _early_bend(track: RibTrack) -> float:
    """How far the line leaves a straight one in its first 3 cm, in mm."""
    points = track.points_mm[:11]
    chord = _unit(points[-1] - points[0])
    offset = points - points[0]
    return float(np.linalg.norm(offset - (offset @ chord)[:, None] * chord, axis=1).max())
