"""The lung segments, approximately: a lobe shared out between its segments' typical centres.

The centres are those of the typical parts of the lobe; one whose bronchus is seen is turned
towards it. Borders between segments are planes (a power diagram), set so that every segment keeps
its typical share of the lobe: no border is seen, as none is in a scan.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundct.anatomy._hu.airway.airway_tree import Branch
from groundct.anatomy._hu.grid import Working
from groundct.anatomy.sites import approximate_segments_of
from groundct.core.volume import BoolArray, RegionMask

SAMPLES = 6000
ROUNDS = 25
LEAST_REACH_MM = 12.0
"""A bronchus counts for a segment from this far beyond the mouth of the lobe's bronchus."""

LEAST_COSINE = 0.75
CLEARER_BY = 0.08
"""How much nearer in direction a bronchus lies to its segment than to the next."""


@dataclass(frozen=True, eq=False)
class LobeSegments:
    """The segments of a lobe by name on the working grid, and those whose bronchus was seen."""

    masks: dict[str, BoolArray]
    seen: frozenset[str]


def find_segments(
    grid: Working, name: str, lobe: BoolArray, inside: BoolArray, branches: tuple[Branch, ...]
) -> LobeSegments:
    """The segments of a lobe that may reach over the lung's border; ``inside`` is in the lung."""
    own = lobe & inside
    if not own.any():
        return LobeSegments({}, frozenset())
    parts = approximate_segments_of(name, RegionMask.of(own))
    names = list(parts)
    centres = np.array([_centre_mm(grid, parts[each]) for each in names])
    shares = np.array([parts[each].count for each in names], dtype=np.float64)
    turned, seen = _turned(centres, name, branches)
    places = np.argwhere(lobe)
    points = grid.geometry.world_from_index(places)
    sample = own[tuple(places.T)]
    weights = _weights(points[sample], turned, shares / shares.sum())
    owner = _nearest(points, turned, weights)
    masks = {}
    for n, each in enumerate(names):
        mask = np.zeros(lobe.shape, dtype=np.bool_, order="F")
        mask[tuple(places[owner == n].T)] = True
        masks[each] = mask
    return LobeSegments(masks, frozenset(names[n] for n in seen))


def _centre_mm(grid: Working, part: RegionMask) -> NDArray[np.float64]:
    return grid.geometry.world_from_index(np.argwhere(part.voxels).mean(axis=0) + part.offset)


def _turned(
    centres: NDArray[np.float64], lobe: str, branches: tuple[Branch, ...]
) -> tuple[NDArray[np.float64], list[int]]:
    """The centres turned half way to their bronchi, and the numbers of those that have one."""
    bronchus = lobe.replace(" lung ", " ") + " bronchus"
    own = [branch for branch in branches if branch.lobe == bronchus]
    if not own:
        return centres, []
    root = own[0].points_mm[0]
    parents = {branch.parent for branch in own}
    tips = [branch.points_mm[-1] - root for branch in own if branch.index not in parents]
    usual = centres - root
    length = np.linalg.norm(usual, axis=1, keepdims=True)
    usual = usual / length
    found: dict[int, list[NDArray[np.float64]]] = {}
    for tip in tips:
        reach = float(np.linalg.norm(tip))
        if reach < LEAST_REACH_MM:
            continue
        likeness = usual @ (tip / reach)
        best = int(likeness.argmax())
        others = np.delete(likeness, best)
        if likeness[best] >= LEAST_COSINE and likeness[best] - others.max() >= CLEARER_BY:
            found.setdefault(best, []).append(tip / reach)
    out = centres.copy()
    for n, directions in found.items():
        between = usual[n] + np.mean(directions, axis=0)
        out[n] = root + length[n] * between / np.linalg.norm(between)
    return out, sorted(found)


def _weights(
    points: NDArray[np.float64], centres: NDArray[np.float64], shares: NDArray[np.float64]
) -> NDArray[np.float64]:
    """What each centre's squared distance is lessened by, so that it gets its share of points."""
    points = points[:: max(1, len(points) // SAMPLES)]
    weights = np.zeros(len(centres))
    scale = float(np.square(points - points.mean(axis=0)).sum(axis=1).mean())
    for n in range(ROUNDS):
        owner = _nearest(points, centres, weights)
        got = np.bincount(owner, minlength=len(centres)) / len(points)
        weights += (shares - got) * scale * (1.0 if n < ROUNDS // 2 else 0.4)
    return weights


def _nearest(
    points: NDArray[np.float64], centres: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.intp]:
    away = [np.square(points - c).sum(axis=1) - w for c, w in zip(centres, weights, strict=True)]
    return np.asarray(np.argmin(away, axis=0))
