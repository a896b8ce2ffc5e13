"""Which vertebra is which: ribs joined to vertebrae, and the numbers that fit them best."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from groundct.anatomy._hu.bone.levels import Levels
from groundct.anatomy._hu.bone.rib_tracks import RibTrack

FIRST_THORACIC, FIRST_LUMBAR, LAST = 8, 20, 24
"""Vertebrae counted from the head: C1 is 1."""

ROOT_AT, ROOT_SPREAD = 0.65, (0.35, 0.2)
"""Where beside its vertebra a rib begins, from the lower disc to the upper, and how that varies
downwards and upwards: the lowest ribs begin low."""
PAIR_MM = 11.0
UNMATCHED, SKIPPED = 14.0, 1.3
HIDDEN_BELOW_MM, HIDDEN_ABOVE_MM = 28.0, 8.0
"""Ribs that begin this near to the ends of the scan may be missed; the lowest ones hang down."""
CARINA_LEVEL, CARINA_SPREAD = 5.8, 0.9
APEX_LEVEL, APEX_SPREAD = 2.0, 0.7
"""Thoracic level (5.0 is the upper border of T5) at which the axial planes of the carina
and of the lungs' highest point meet the vertebral bodies."""
TYPICAL_LENGTH_MM = {8: (115, 35), 9: (180, 45), 18: (140, 45), 19: (80, 40)}
OTHER_LENGTH_MM = (260, 80)
FARTHEST = -4.5
"""The least that a landmark counts, three spreads from its usual level: no numbering is given."""
SURE = 0.9

RibOf = dict[tuple[int, bool], RibTrack]
"""The rib of a vertebra (counted from below, as in `Levels`) on a side (True: right)."""


@dataclass(frozen=True, eq=False)
class Numbering:
    """``ordinals`` (n,) of the vertebrae from below to above, C1 = 1; ``sure`` is 0..1.

    ``first_rib`` and ``last_rib``: whether the vertebra above T1, or below T12, is in view and
    bears no rib.
    """

    ordinals: tuple[int, ...]
    sure: float
    first_rib: bool
    last_rib: bool


def join_ribs(levels: Levels, tracks: list[RibTrack]) -> RibOf:
    """Ribs to vertebrae, in order and both sides of a pair together; none where none fits."""
    pairs = _pairs(tracks)
    roots = [float(np.mean([track.root_s_mm for track in pair])) for pair in pairs]
    return {
        (cell, track.right): track for n, cell in _in_order(levels, roots) for track in pairs[n]
    }


def _pairs(tracks: list[RibTrack]) -> list[tuple[RibTrack, ...]]:
    """Left and right ribs that begin at about the same height, and the others alone."""
    in_order = sorted(tracks, key=lambda track: track.root_s_mm)
    out: list[tuple[RibTrack, ...]] = []
    for track in in_order:
        before = out[-1] if out and len(out[-1]) == 1 else ()
        if any(_opposite(other, track) for other in before):
            out[-1] = (*before, track)
        else:
            out.append((track,))
    return out


def _opposite(lower: RibTrack, upper: RibTrack) -> bool:
    return lower.right != upper.right and upper.root_s_mm - lower.root_s_mm < PAIR_MM


def _in_order(levels: Levels, roots: list[float]) -> list[tuple[int, int]]:
    """The cheapest pairs (root, vertebra) that keep the order."""
    cells = levels.s_mm.size + 1
    cost = np.full((len(roots) + 1, cells + 1), np.inf)
    step = np.zeros(cost.shape, dtype=np.int8)
    cost[0, 0] = 0.0
    for n in range(len(roots) + 1):
        for cell in range(cells + 1):
            ways = [np.inf, np.inf, np.inf]
            if n > 0:
                ways[0] = cost[n - 1, cell] + UNMATCHED
            if cell > 0:
                ways[1] = cost[n, cell - 1] + SKIPPED
            if n > 0 and cell > 0:
                ways[2] = cost[n - 1, cell - 1] + _misfit(levels, cell - 1, roots[n - 1])
            if n > 0 or cell > 0:
                step[n, cell] = int(np.argmin(ways))
                cost[n, cell] = min(ways)
    pairs = []
    n, cell = len(roots), cells
    while n > 0 or cell > 0:
        way = step[n, cell]
        if way == 2:
            pairs.append((n - 1, cell - 1))
        n -= int(way != 1)
        cell -= int(way != 0)
    return pairs[::-1]


def _misfit(levels: Levels, cell: int, root: float) -> float:
    low, high = cell_span(levels, cell)
    off = (root - low) / (high - low) - ROOT_AT
    spread = ROOT_SPREAD[int(off > 0)]
    return float(0.5 * (off / spread) ** 2)


def cell_span(levels: Levels, cell: int) -> tuple[float, float]:
    """From the lower to the upper disc of a vertebra; a missing one is put where it would be."""
    pitches = np.diff(levels.s_mm)
    low = levels.s_mm[cell - 1] if cell > 0 else levels.s_mm[0] - pitches[0]
    high = levels.s_mm[cell] if cell < levels.s_mm.size else levels.s_mm[-1] + pitches[-1]
    return float(low), float(high)


def number(
    levels: Levels, ribs: RibOf, length_mm: float, carina_s: float | None, apex_s: float | None
) -> Numbering | None:
    """The numbers that fit ribs, carina and lungs best; None when others fit nearly as well.

    ``length_mm`` is the canal's; ``carina_s`` and ``apex_s`` are where the axial planes of the
    carina and of the lungs' highest point meet the bodies, None when they are out of view.
    """
    cells = levels.s_mm.size + 1
    seen = [_in_view(levels, cell, length_mm) for cell in range(cells)]
    starts = np.arange(FIRST_THORACIC, LAST + 1)
    fits, places = np.zeros(starts.size), np.zeros((starts.size, 2))
    for n, start in enumerate(starts.tolist()):
        for cell, side in product(range(cells), (False, True)):
            # Near an end of the scan a rib that is not seen may yet be there.
            if seen[cell] or (cell, side) in ribs:
                fits[n] += _rib_fit(start - cell, ribs.get((cell, side)))
        places[n] = (
            _place_fit(levels, start, carina_s, CARINA_LEVEL, CARINA_SPREAD),
            _place_fit(levels, start, apex_s, APEX_LEVEL, APEX_SPREAD),
        )
    fits += places.sum(axis=1)
    share = np.exp(fits - fits.max())
    share /= share.sum()
    best = int(share.argmax())
    if share[best] < SURE or places[best].min() <= FARTHEST:
        return None
    ordinals = tuple(int(starts[best]) - cell for cell in range(cells))
    return Numbering(
        ordinals,
        float(share[best]),
        _bare(ordinals, seen, ribs, FIRST_THORACIC - 1),
        _bare(ordinals, seen, ribs, FIRST_LUMBAR),
    )


def _bare(ordinals: tuple[int, ...], seen: list[bool], ribs: RibOf, ordinal: int) -> bool:
    """Whether a vertebra is in view, without ribs, and its neighbour towards the chest has them."""
    if ordinal not in ordinals:
        return False
    cell = ordinals.index(ordinal)
    inward = cell - 1 if ordinal < FIRST_THORACIC else cell + 1
    without = seen[cell] and not any((cell, right) in ribs for right in (False, True))
    return without and any((inward, right) in ribs for right in (False, True))


def _in_view(levels: Levels, cell: int, length_mm: float) -> bool:
    """Whether a vertebra's ribs would be seen to begin."""
    low, high = cell_span(levels, cell)
    at = low + ROOT_AT * (high - low)
    return HIDDEN_BELOW_MM < at < length_mm - HIDDEN_ABOVE_MM


def _rib_fit(ordinal: int, rib: RibTrack | None) -> float:
    """Logarithm of how likely a rib like this, or none, is at a vertebra."""
    if ordinal < FIRST_THORACIC or ordinal >= FIRST_LUMBAR:
        return float(np.log(0.97 if rib is None else 0.02))
    last = ordinal == FIRST_LUMBAR - 1
    if rib is None:
        return float(np.log(0.2 if last else 0.06))
    mean, spread = TYPICAL_LENGTH_MM.get(ordinal, OTHER_LENGTH_MM)
    off = (rib.length_mm - mean) / spread
    # A line may stop short, or leave the scan: being too long says more than being too short.
    off = max(off, 0.0) if rib.cut else max(off, 0.4 * off)
    return float(np.log(0.8 if last else 0.94) - 0.5 * min(off**2, 4.0))


def _place_fit(levels: Levels, start: int, s: float | None, level: float, spread: float) -> float:
    """How well a landmark's thoracic level agrees with the usual one."""
    if s is None:
        return 0.0
    at = thoracic_level(levels, start, s)
    return max(-0.5 * ((at - level) / spread) ** 2, FARTHEST)


def thoracic_level(levels: Levels, start: int, s: float) -> float:
    """A place along the bodies as a level, 5.0 at the upper border of T5, growing downwards.

    ``start`` is the ordinal of the lowest vertebra.
    """
    cell = int(np.searchsorted(levels.s_mm, s))
    low, high = cell_span(levels, cell)
    return start - cell - FIRST_THORACIC + 1 + (high - s) / (high - low)


def vertebra_name(ordinal: int) -> str | None:
    """RadGenome's name of a vertebra by its number from the head (C1 = 1)."""
    for first, count, kind, letter in (
        (1, 7, "cervical", "c"),
        (FIRST_THORACIC, 12, "thoracic", "t"),
        (FIRST_LUMBAR, 5, "lumbar", "l"),
    ):
        number_in_part = ordinal - first + 1
        if 1 <= number_in_part <= count:
            return f"{kind} vertebrae {number_in_part} ({letter}{number_in_part})"
    return None
