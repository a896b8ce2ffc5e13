"""Ranks of models, with ties as ties.

Sources: L. Maier-Hein et al., *Nat. Commun.* 9, 2018, 5217 (aggregate then rank, rank then
aggregate, tests); M. Wiesenfarth et al., *Sci. Rep.* 11, 2021, 2369 (ranks by wins of tests, ranks
over bootstrap draws); M. Mogstad et al., *Rev. Econ. Stud.* 91, 2024, 476-518 (sets of ranks that
the tests leave open); J.-C. de Borda, 1784 (points of ballots).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_DIGITS = 12
"""Scores that agree to as many decimals are equal: sums in another order must not break a tie."""


def average_ranks(scores: ArrayLike, *, higher_is_better: bool = True) -> Floats:
    """Ranks (..., m) along the last axis, best 1; equal scores share the mean of their ranks.

    NaN ranks behind every score.
    """
    better, equal = _compared(scores, higher_is_better=higher_is_better)
    ranks: Floats = 0.5 + better.sum(axis=-1) + 0.5 * equal.sum(axis=-1)
    return ranks


def standing(scores: ArrayLike, *, higher_is_better: bool = True) -> Ints:
    """Places (..., m) along the last axis, best 1; equal scores have the best of their places.

    Two at place 2 are followed by place 4. NaN stands behind every score.
    """
    better, _ = _compared(scores, higher_is_better=higher_is_better)
    places: Ints = 1 + better.sum(axis=-1)
    return places


def ballots(scores: ArrayLike, *, higher_is_better: bool = True) -> Floats:
    """Each unit's average ranks (n, m) of scores (n, m); NaN rows where no score is defined."""
    table = np.asarray(scores, dtype=np.float64)
    ranks = average_ranks(table, higher_is_better=higher_is_better)
    ranks[np.all(np.isnan(table), axis=1)] = np.nan
    return ranks


def borda(rankings: ArrayLike) -> Floats:
    """Borda's points (m,) of average ranks (voters, m): a point a model beaten, half a tie."""
    table = np.asarray(rankings, dtype=np.float64)
    voting = table[~np.any(np.isnan(table), axis=1)]
    points: Floats = (table.shape[1] - voting).sum(axis=0)
    return points


def wins(beats: Bools) -> Ints:
    """How many others each model beats: ``beats[i, j]`` is True where i is shown to be better."""
    counted: Ints = np.count_nonzero(beats, axis=1).astype(np.int64)
    return counted


def open_ranks(beats: Bools) -> tuple[Ints, Ints]:
    """Lowest and highest rank (m,) that the tests leave to each model.

    With p values adjusted for all pairs (Holm) these sets hold the true ranks together, at the
    tests' level.
    """
    better = np.count_nonzero(beats, axis=0)
    worse = np.count_nonzero(beats, axis=1)
    return (1 + better).astype(np.int64), (len(beats) - worse).astype(np.int64)


def not_told_apart(order: ArrayLike, beats: Bools) -> tuple[tuple[int, ...], ...]:
    """The longest stretches of the order in which no model is shown to be better than another.

    ``order`` are the models' numbers, best first. Stretches of one are left out.
    """
    models = [int(n) for n in np.asarray(order)]
    told = beats | beats.T
    stretches: list[tuple[int, ...]] = []
    for start in range(len(models)):
        end = start + 1
        while end < len(models) and not any(told[models[end], m] for m in models[start:end]):
            end += 1
        inside = bool(stretches) and stretches[-1][-1] == models[end - 1]
        if end - start > 1 and not inside:
            stretches.append(tuple(models[start:end]))
    return tuple(stretches)


def rank_shares(ranks: Ints) -> Floats:
    """Share of draws (m, m) in which each model (row) has each rank (column) of places (draws, m).

    Tied models share the ranks that they hold together: two at place 1 count half at 1 and at 2.
    """
    draws, models = ranks.shape
    shares = np.zeros((models, models))
    for place in range(1, models + 1):
        tied = ranks == place
        held = tied.sum(axis=1)
        for size in range(1, models + 1):
            count = tied[held == size].sum(axis=0)
            shares[:, place - 1 : place - 1 + size] += count[:, None] / size
    shares /= draws
    return shares


def kendall_tau(first: ArrayLike, second: ArrayLike) -> float:
    """Kendall's tau-b of two rankings (m,), ties allowed; NaN where one ties everything.

    Source: M. G. Kendall, *Biometrika* 33, 1945, 239-251.
    """
    one, two = (np.sign(np.subtract.outer(r, r)) for r in (np.asarray(first), np.asarray(second)))
    below = float(np.sqrt((one**2).sum() * (two**2).sum()))
    return float((one * two).sum()) / below if below else float("nan")


def _compared(scores: ArrayLike, *, higher_is_better: bool) -> tuple[Bools, Bools]:
    """For each model (second to last axis) the others (last) that are better, and those equal."""
    given = np.round(np.asarray(scores, dtype=np.float64), _DIGITS)
    table = given if higher_is_better else -given
    table = np.where(np.isnan(table), -np.inf, table)
    own, others = table[..., :, None], table[..., None, :]
    return others > own, others == own
