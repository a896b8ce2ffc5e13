"""The scoring of a finding once more: all pairs of voxels, fractions, every matching tried.

Nothing here is shared with the package, nothing is fast, and nothing of overlaps is rounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

EPSILON = Fraction(1, 10**6)
HIT = Fraction(1, 10)
_STEPS = {6: 1, 18: 2, 26: 3}
_NEAR_MM = 1e-9
_MOST_COLUMNS = 8  # of a table in which all matchings are tried

Array = np.ndarray[Any, Any]
Counts = tuple[int, int, int]


@dataclass(frozen=True)
class Expected:
    """What a finding's score must be; ``close``: which counts hang on a rounded distance.

    ``told_apart``: no two instances are equal where the rules would have to choose.
    """

    dice: Fraction
    hit: bool
    instances: Counts
    distance: Counts
    voxels: Counts
    close: tuple[bool, bool]
    told_apart: bool


def expected_score(reference: Array, prediction: Array, spacing_mm, rules, *, focal) -> Expected:
    """The score of small masks (i, j, k) under rules of any kind."""
    truth = [reference == label for label in np.unique(reference[reference > 0])]
    found, kept_apart = instances(prediction, rules)
    if rules.partial:
        found = [mask for mask in found if (mask & (reference > 0)).any()]
    kept = np.zeros(prediction.shape, dtype=np.bool_)
    for mask in found:
        kept |= mask
    if not rules.filtered and not rules.partial:
        kept = prediction > 0
    whole = overlap(reference > 0, kept)
    dices = [[overlap(a, b) for b in found] for a in truth]
    limit = Fraction(rules.distance_spacings) * max(map(Fraction, spacing_mm))
    squares = [[_centres_apart(a, b, spacing_mm) for b in found] for a in truth]
    apart = squares
    if not focal:
        apart = [[Fraction(assd_mm(a, b, spacing_mm)) ** 2 for b in found] for a in truth]
    by_centre = rules.match_by == "centre"
    pairs = (
        _matched(_turned(squares), -(limit**2), rules.matching)
        if by_centre
        else _matched(dices, Fraction(str(rules.match_dice)), rules.matching)
    )
    near = _matched(_turned(apart), -(limit**2), rules.matching)
    good = [d for row in dices for d in row if d >= Fraction(str(rules.match_dice))]
    return Expected(
        dice=whole,
        hit=whole >= HIT,
        instances=_counts(pairs, len(found), len(truth), rules),
        distance=_counts(near, len(found), len(truth), rules),
        voxels=(int((reference > 0).sum()), int(kept.sum()), int(((reference > 0) & kept).sum())),
        close=(by_centre and _close(squares, limit), _close(apart, limit)),
        told_apart=kept_apart and len(set(good)) == len(good),
    )


def instances(prediction: Array, rules) -> tuple[list[Array], bool]:
    """The instances that are kept, and whether their sizes alone say which."""
    parts = (
        [prediction == label for label in np.unique(prediction[prediction > 0])]
        if rules.instances == "label"
        else components(prediction > 0, rules.connectivity)
    )
    parts = [mask for mask in parts if mask.sum() >= rules.min_voxels]
    most = rules.max_instances
    if most is None or len(parts) <= most:
        return parts, True
    order = sorted(range(len(parts)), key=lambda n: (-int(parts[n].sum()), n))
    apart = parts[order[most - 1]].sum() > parts[order[most]].sum()
    return [parts[n] for n in sorted(order[:most])], bool(apart)


def components(mask: Array, connectivity: int) -> list[Array]:
    """Components by looking at every pair of voxels, in the order of their first voxels."""
    places = np.argwhere(mask)
    away = np.abs(places[:, None] - places[None])
    touching = (away.max(axis=2) <= 1) & (away.sum(axis=2) <= _STEPS[connectivity])
    group = np.arange(len(places))
    while len(places):
        lower = np.where(touching, group[None], len(places)).min(axis=1)
        if np.array_equal(lower, group):
            break
        group = lower
    out = []
    for first in np.unique(group):
        part = np.zeros(mask.shape, dtype=np.bool_)
        part[tuple(places[group == first].T)] = True
        out.append(part)
    return out


def overlap(a: Array, b: Array) -> Fraction:
    """Dice with the 1e-6 of the official rules."""
    both, total = int((a & b).sum()), int(a.sum()) + int(b.sum())
    return (2 * both + EPSILON) / (total + EPSILON)


def border(mask: Array) -> Array:
    """Indices (n, 3) of the voxels with a 6-neighbour outside the mask or the array."""
    padded = np.pad(mask, 1)
    places = np.argwhere(mask)
    steps = np.concatenate([np.eye(3, dtype=int), -np.eye(3, dtype=int)])
    beside = (places[:, None] + 1 + steps).reshape(-1, 3)
    inner = padded[tuple(beside.T)].reshape(len(places), 6).all(axis=1)
    return np.asarray(places[~inner])


def distances_mm(a: Array, b: Array, spacing_mm) -> tuple[Array, Array]:
    """From each border voxel of either mask to the other's border, by all pairs."""
    one, two = (border(mask) * spacing_mm for mask in (a, b))
    apart = np.sqrt(((one[:, None] - two[None]) ** 2).sum(axis=2))
    return apart.min(axis=1), apart.min(axis=0)


def assd_mm(a: Array, b: Array, spacing_mm) -> float:
    """Mean distance over the border voxels of both."""
    return float(np.concatenate(distances_mm(a, b, spacing_mm)).mean())


def _centres_apart(a: Array, b: Array, spacing_mm) -> Fraction:
    """The square of the distance of centres, exactly."""
    total = Fraction(0)
    one, two = np.argwhere(a), np.argwhere(b)
    for axis, mm in enumerate(spacing_mm):
        centres = [Fraction(int(p[:, axis].sum()), len(p)) for p in (one, two)]
        total += ((centres[0] - centres[1]) * Fraction(mm)) ** 2
    return total


def _turned(table: list[list[Fraction]]) -> list[list[Fraction]]:
    return [[-value for value in row] for row in table]


def _close(squares: list[list[Fraction]], limit: Fraction) -> bool:
    """Whether a distance is the limit, or two are one, but for rounding."""
    values = sorted(float(s) ** 0.5 for row in squares for s in row)
    values = [v for v in values if v <= float(limit) + 2 * _NEAR_MM]
    steps = np.diff([*values, float(limit)])
    return bool(np.any(np.abs(steps) < _NEAR_MM))


def _matched(table: list[list[Fraction]], least: Fraction, how: str) -> int:
    """How many pairs are matched one to one."""
    pairs = [(-v, r, c) for r, row in enumerate(table) for c, v in enumerate(row) if v >= least]
    if how == "hungarian":
        return _most_pairs([{c for _, row, c in pairs if row == r} for r in range(len(table))])
    rows: set[int] = set()
    columns: set[int] = set()
    for _, row, column in sorted(pairs):
        if row not in rows and column not in columns:
            rows.add(row)
            columns.add(column)
    return len(rows)


def _most_pairs(choices: list[set[int]]) -> int:
    """The most that can be matched, whatever is tried: every set of columns that may be taken."""
    taken = {frozenset[int]()}
    for own in choices:
        taken |= {used | {column} for used in taken for column in own - used}
    return max(len(used) for used in taken)


def tried_out(columns: int) -> bool:
    """Whether a table is small enough for all its matchings to be tried."""
    return columns <= _MOST_COLUMNS


def _counts(tp: int, found: int, truth: int, rules) -> Counts:
    return tp, 0 if rules.partial else found - tp, truth - tp
