"""The voxels of each rib: the bone around its line, from its head on."""

from __future__ import annotations

import cc3d
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from groundct.anatomy._hu.bone.rib_tracks import Points, RibTrack
from groundct.anatomy._hu.bone.spine_curve import SpineCurve
from groundct.anatomy._hu.grid import Working
from groundct.core.volume import BoolArray
from groundct.imaging.distances import close_mm

RIB_HU = 140
REACH_MM, NECK_REACH_MM, TOUCH_MM = 10.0, 5.5, 5.0
HOLLOW_MM = 3.0
HEAD_MM = (19.0, 7.0, 4.0)
"""A rib's head: beside, in front of and above the place where its line begins on the canal."""
FRONT_SHARE = 0.55
"""Gaps beyond this share of a line part bone from calcified cartilage."""
DENSE_STEP_MM = 1.5


def bony(track: RibTrack, longest_mm: float) -> Points:
    """The track's points up to a length, without what lies beyond a gap in its front part."""
    points = track.points_mm
    ends = [gap for gap in track.gaps if gap > FRONT_SHARE * len(points)]
    along = np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))
    return points[: min([*ends, 1 + int(np.searchsorted(along, longest_mm)), len(points)])]


def label_ribs(
    grid: Working,
    bone: BoolArray,
    curve: SpineCurve,
    tracks: list[RibTrack],
    bony_lines: list[Points],
) -> NDArray[np.int16]:
    """1 + the index of the track whose rib a voxel is part of, 0 for none; ``bone`` may hold all.

    ``bony_lines`` are the tracks' points as far as they are bone. Hollow ribs are filled.
    """
    if not tracks:
        return np.zeros(bone.shape, dtype=np.int16, order="F")
    lines = [_dense(line) for line in bony_lines]
    necks = [_dense(_neck(curve, track)) for track in tracks]
    labels = _nearest(grid, bone & (grid.hu > RIB_HU), lines, REACH_MM)
    heads = _nearest(grid, bone & (grid.hu > RIB_HU) & (labels == 0), necks, NECK_REACH_MM)
    labels[heads > 0] = heads[heads > 0]
    for parity in (0, 1):
        own = (labels > 0) & (labels % 2 == parity)
        hollow = close_mm(np.asarray(own), HOLLOW_MM, grid.spacing_mm) & bone & (labels == 0)
        inner = _nearest(grid, np.asarray(hollow), lines, REACH_MM)
        labels[inner > 0] = inner[inner > 0]
    return _joined(grid, labels, [np.vstack(both) for both in zip(necks, lines, strict=True)])


def _neck(curve: SpineCurve, track: RibTrack) -> Points:
    """From the head to where the line begins."""
    s = min(len(curve.points_mm) - 1, round(track.root_s_mm + HEAD_MM[2]))
    side = 1.0 if track.right else -1.0
    head = curve.points_mm[s] + HEAD_MM[0] * side * curve.right[s] + HEAD_MM[1] * curve.front[s]
    return np.vstack([head, track.points_mm[0]])


def _dense(points: Points) -> Points:
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    at = np.arange(0.0, along[-1] + DENSE_STEP_MM, DENSE_STEP_MM)
    return np.column_stack([np.interp(at, along, points[:, axis]) for axis in range(3)])


def _nearest(
    grid: Working, where: BoolArray, lines: list[Points], reach_mm: float
) -> NDArray[np.int16]:
    """1 + the index of the nearest line within reach, for the voxels of ``where``."""
    out = np.zeros(where.shape, dtype=np.int16, order="F")
    owner = np.concatenate([np.full(len(line), n + 1) for n, line in enumerate(lines)])
    places = np.argwhere(where)
    distance, nearest = cKDTree(np.vstack(lines)).query(
        places * np.array(grid.spacing_mm), distance_upper_bound=reach_mm
    )
    near = np.isfinite(distance)
    out[tuple(places[near].T)] = owner[nearest[near]]
    return out


def _joined(grid: Working, labels: NDArray[np.int16], lines: list[Points]) -> NDArray[np.int16]:
    """The labels without pieces that do not come near their own line."""
    pieces = cc3d.connected_components(np.asfortranarray(labels), connectivity=26)
    places = np.argwhere(labels > 0)
    at = tuple(places.T)
    touching = np.zeros(int(pieces.max()) + 1, dtype=np.bool_)
    mm = places * np.array(grid.spacing_mm)
    for n, line in enumerate(lines, start=1):
        own = labels[at] == n
        distance, _ = cKDTree(line).query(mm[own], distance_upper_bound=TOUCH_MM)
        touching[pieces[at][own][np.isfinite(distance)]] = True
    touching[0] = False
    return np.where(touching[pieces], labels, 0).astype(np.int16)
