"""Fissures: a smooth sheet through what is seen of them, typical position where nothing is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from groundct.anatomy._hu.lobe.fissure_evidence import evidence_of
from groundct.anatomy._hu.lobe.fissure_frame import STEP_MM, FissureFrame
from groundct.anatomy._hu.lobe.fissure_surface import cheapest_heights, thin_plate
from groundct.core.volume import BoolArray
from groundct.imaging.distances import distance_mm

T = TypeVar("T", bound=np.generic)
FloatArray = NDArray[np.float32]

SHEET_RANGE = (0.7, 2.7)
"""Responses from which a sheet counts, and from which it counts fully."""

VESSEL_COST = 0.6
VOID_REWARDS = (0.45, 0.15, 0.0)
"""For each round: where vessels are far a fissure may be, but where exactly its sheet tells."""

NO_REWARDS = (0.0, 0.0, 0.0)
VOID_MM = 10.0
CLEARLY = 0.05
"""How much more of a fissure must be seen for it to be taken over one that is likelier."""

STEP_COST = 0.12
PRIOR_COST = 0.15
REACH = 70
"""Samples of h above and below the typical height in which a fissure is looked for."""

LATER_ROUNDS = ((16, 8.0), (10, 6.0))
ROOM = 8
"""Samples of lung under a sheet, less than which it counts as run out of the lung."""

STIFFNESS = 30.0
UNSEEN_WEIGHT = 0.01
BOUND_COST = 1.5
BOUND_WEIGHT = 0.1
BOUND_COLUMNS = 2
BOUND_MARGIN = 2
"""Columns around a neighbour of a fissure in which it counts, samples of h that it keeps away."""
PULL = 1e-3
FALL_BEHIND = 0.7

SEEN_WITHIN = 2
"""Samples of h."""

SEEN_FROM = 0.4
ELSEWHERE = (-25.0, 25.0)
"""Samples of h from a fissure at which what is seen by chance is measured."""

MOST_BY_CHANCE = 0.3


@dataclass(frozen=True, eq=False)
class Fissure:
    """A fissure as heights (u, w) of a frame, as an index along h.

    ``crossed`` (u, w): columns in which it lies in the lung; ``seen`` (u, w): those of them in
    which a sheet is visible there; ``share_seen`` is their share, less what the same rule takes
    for a fissure above and below this one.
    """

    frame: FissureFrame
    heights: NDArray[np.float64]
    crossed: BoolArray
    seen: BoolArray
    share_seen: float

    def height_mm(self, places_mm: tuple[NDArray[np.float64], ...]) -> NDArray[np.float32]:
        """How far places lie above the fissure: ``FissureFrame.height_above``."""
        return self.frame.height_above(self.heights, places_mm)


@dataclass(frozen=True, eq=False)
class Expected:
    """What is known of a fissure before it is looked for.

    ``share_below`` of the lung lies typically under it, and ``spread_mm`` is how far it usually
    strays from there. ``above_mm`` and ``below_mm``, (n, 3) in
    the frame's mm, are places that lie above and below it. Behind ``hinge_mm``, a place like
    those, it typically falls backwards until it leaves the lung.
    """

    share_below: float
    spread_mm: float
    above_mm: NDArray[np.float64]
    below_mm: NDArray[np.float64]
    hinge_mm: NDArray[np.float64] | None = None


def find_fissure(frame: FissureFrame, expected: Expected) -> Fissure | None:
    """The fissure near to where it is expected; None without any room."""
    profile = np.count_nonzero(frame.inside, axis=(0, 1))
    if not profile.any():
        return None
    level = int(np.searchsorted(np.cumsum(profile), expected.share_below * profile.sum()))
    low = max(0, level - REACH)
    frame = frame.between(low, level + REACH + 1)
    evidence = evidence_of(frame)
    least, full = SHEET_RANGE
    merit = np.clip((evidence.sheet - least) / (full - least), 0, 1)
    cost = VESSEL_COST * evidence.vessel * (1 - merit) - merit
    bounded = _bound(frame, expected, cost)
    usual = _usual(frame, expected, float(level - low))
    search = _Search(frame, cost, merit, bounded, usual, expected.spread_mm)
    by_sheet = search.with_rewards(NO_REWARDS, cost)
    by_void = search.with_rewards(VOID_REWARDS, _void(frame, evidence.vessel))
    return clearer(by_void, by_sheet)


def clearer(first: Fissure, second: Fissure) -> Fissure:
    """The second of two only when clearly more of it is seen."""
    return second if second.share_seen > first.share_seen + CLEARLY else first


@dataclass(frozen=True, eq=False)
class _Search:
    """What a search for a sheet goes by; see ``find_fissure``."""

    frame: FissureFrame
    cost: FloatArray
    merit: FloatArray
    bounded: BoolArray
    usual: NDArray[np.float64]
    spread_mm: float

    def with_rewards(self, rewards: tuple[float, ...], void: FloatArray) -> Fissure:
        """The sheet that is found when places far from vessels count so much in each round."""
        inside, sheet = self.frame.inside, self.usual
        rounds = ((REACH, self.spread_mm / STEP_MM[2]), *LATER_ROUNDS)
        for reach, reward in zip(rounds, rewards, strict=True):
            costs = (self.cost - np.float32(reward) * void, self.merit)
            sheet = _improved(inside, costs, self.bounded, (sheet, self.usual), reach)
        crossed, seen = _seen(inside, self.merit, sheet)
        chance = self._by_chance(sheet, int(crossed.sum()))
        share = float(seen.sum() / max(1, crossed.sum()))
        corrected = max(0.0, (share - chance) / (1 - chance))
        return Fissure(self.frame, sheet, crossed, seen, corrected)

    def _by_chance(self, sheet: NDArray[np.float64], crossed: int) -> float:
        """The share of a sheet that is seen where no fissure is, above and below this one."""
        shares = []
        for shift in ELSEWHERE:
            away = (sheet + shift, self.usual + shift)
            free = np.zeros_like(self.bounded)
            costs = (self.cost, self.merit)
            other = _improved(self.frame.inside, costs, free, away, LATER_ROUNDS[-1])
            there, seen = _seen(self.frame.inside, self.merit, other)
            if there.sum() >= 0.2 * crossed > 0:
                shares.append(float(seen.sum() / there.sum()))
        return min(0.9, float(np.mean(shares))) if shares else MOST_BY_CHANCE


def _improved(
    inside: BoolArray,
    costs: tuple[FloatArray, FloatArray],
    bounded: BoolArray,
    sheets: tuple[NDArray[np.float64], NDArray[np.float64]],
    reach: tuple[int, float],
) -> NDArray[np.float64]:
    """A better sheet near the first of two; the second tells how it usually lies."""
    sheet, usual = sheets
    heights, weights = _heights(inside, costs, bounded, sheet, reach)
    shift = float(np.average(heights - usual, weights=weights + 1e-9))
    return thin_plate(heights, weights, usual + shift, STIFFNESS, PULL)


def _void(frame: FissureFrame, vessel: FloatArray) -> FloatArray:
    """How far each place is from vessels, 0..1: they end before they reach a fissure."""
    away = distance_mm(np.asarray(vessel < 0.5), STEP_MM)
    return np.asarray(np.minimum(away / np.float32(VOID_MM), 1) * frame.inside, dtype=np.float32)


def _usual(frame: FissureFrame, expected: Expected, level: float) -> NDArray[np.float64]:
    """The sheet (u, w) as it typically lies."""
    nu, nw, _ = frame.inside.shape
    sheet = np.full((nu, nw), level)
    if expected.hinge_mm is not None:
        hinge = frame.columns_of(expected.hinge_mm[None])[0, 1]
        behind = np.maximum(0, hinge - np.arange(nw))
        sheet -= behind * FALL_BEHIND * STEP_MM[1] / STEP_MM[2]
    return sheet


def _heights(
    inside: BoolArray,
    costs: tuple[FloatArray, FloatArray],
    bounded: BoolArray,
    sheet: NDArray[np.float64],
    reach: tuple[int, float],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The best heights near a sheet and their weights, (u, w) each.

    ``reach`` is how far they may lie from the sheet, and the distance that costs nearly nothing.
    """
    cost, merit = costs
    band, width = reach
    steps = np.arange(-band, band + 1)
    index = np.rint(sheet).astype(np.intp)[:, :, None] + steps
    there = (index >= 0) & (index < inside.shape[2])
    index = np.clip(index, 0, inside.shape[2] - 1)
    within = np.take_along_axis(inside, index, axis=2) & there
    near = np.take_along_axis(cost, index, axis=2) * there
    near += np.float32(PRIOR_COST) * (steps.astype(np.float32) / np.float32(width)) ** 2 * within
    chosen = cheapest_heights(near, STEP_COST)
    heights = np.take_along_axis(index, chosen[:, :, None], axis=2)[:, :, 0]
    weights = np.where(bounded, BOUND_WEIGHT, UNSEEN_WEIGHT)
    weights = weights + _at(merit, heights).astype(np.float64) ** 2
    # At the lung's lower border the cheapest height only avoids vessels.
    room = np.cumsum(inside, axis=2, dtype=np.int16)
    weights[(_at(room, heights) < ROOM) & ~bounded] = 0
    weights[~_at(inside, heights) & ~bounded] = 0
    return heights.astype(np.float64), weights


def _bound(frame: FissureFrame, expected: Expected, cost: FloatArray) -> BoolArray:
    """Charge heights on the wrong side of neighbours; returns the columns (u, w) near to them."""
    nu, nw, nh = cost.shape
    near = np.zeros((nu, nw), dtype=np.bool_)
    reach = BOUND_COLUMNS
    for points, upwards in ((expected.below_mm, True), (expected.above_mm, False)):
        limits = np.full((nu, nw), -1 if upwards else nh, dtype=np.intp)
        for u, w, h in np.rint(frame.columns_of(points)).astype(np.intp):
            box = (slice(max(0, u - reach), u + reach + 1), slice(max(0, w - reach), w + reach + 1))
            if u < -reach or w < -reach or not 0 <= h < nh:
                continue
            near[box] = True
            best = np.maximum if upwards else np.minimum
            limits[box] = best(limits[box], h + BOUND_MARGIN if upwards else h - BOUND_MARGIN)
        index = np.arange(nh)[None, None, :]
        wrong = index < limits[:, :, None] if upwards else index > limits[:, :, None]
        cost += np.float32(BOUND_COST) * wrong
    return near


def _seen(
    inside: BoolArray, merit: FloatArray, sheet: NDArray[np.float64]
) -> tuple[BoolArray, BoolArray]:
    """The columns (u, w) in which a sheet lies in the lung, and those in which it is visible."""
    near = ndimage.maximum_filter1d(merit, 2 * SEEN_WITHIN + 1, axis=2)
    at = np.clip(np.rint(sheet), 0, merit.shape[2] - 1).astype(np.intp)
    crossed = np.asarray(_at(inside, at))
    return crossed, crossed & (_at(near, at) >= SEEN_FROM)


def _at(array: NDArray[T], heights: NDArray[np.intp]) -> NDArray[T]:
    """Values of (u, w, h) at one height for every (u, w)."""
    return np.asarray(np.take_along_axis(array, heights[:, :, None], axis=2)[:, :, 0])
