"""Rank models under one metric: values, draws of patients, tests of all pairs, cases as ballots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from groundct.benchmark.compare.align import Board, Units
from groundct.benchmark.compare.ranking import Interval, MetricRanking, Pair, Standing
from groundct.metrics.statistics.bootstrap import (
    cluster_sums,
    drawn_sums,
    interval_of,
    ratio,
)
from groundct.metrics.statistics.multiplicity import benjamini_hochberg, holm
from groundct.metrics.statistics.paired import permutation_ps, wilcoxon
from groundct.metrics.statistics.ranks import (
    ballots,
    not_told_apart,
    open_ranks,
    rank_shares,
    standing,
    wins,
)
from groundct.metrics.statistics.studentised import with_products

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Resampling:
    """How often patients are drawn and swapped, from which seed, and what counts as shown."""

    draws: int = 2000
    permutations: int = 10_000
    seed: int = 0
    level: float = 0.95
    alpha: float = 0.05


@dataclass(frozen=True)
class Judged:
    """A metric's ranking and what combining needs: values (m,), drawn (draws, m), ranks, wins."""

    ranking: MetricRanking
    values: Floats
    drawn: Floats
    mean_ranks: Floats
    wins: Ints


DECIMALS: Final = 12


def judge(board: Board, units: Units, how: Resampling) -> Judged:
    """Everything that is said of the models under one metric."""
    count = len(board.models)
    higher = units.metric.higher_is_better
    sums = [
        cluster_sums(np.stack([above, below], axis=1), units.patients)
        for above, below in zip(units.numerators, units.denominators, strict=True)
    ]
    patients, case_values = units.by_case()
    case_ranks = ballots(case_values, higher_is_better=higher)
    superior = [
        _superior(case_values[:, a] - case_values[:, b], higher=higher) for a, b in _numbers(count)
    ]
    of_values = _draw(sums, how, unbounded=units.metric.unbounded)
    of_ranks = _draw([_mean_sums(own, patients) for own in case_ranks.T], how, share=False)
    values = np.array([own.value for own in of_values])
    scores = np.stack([ratio(own.drawn) for own in of_values], axis=1)
    mean_ranks = np.array([own.value for own in of_ranks])
    pairs = _pairs(board.models, of_values, superior, patients, higher=higher, how=how)
    beats = _beats(board.models, pairs)
    won = wins(beats)
    lowest, highest = open_ranks(beats)
    places = standing(values, higher_is_better=higher)
    drawn_places = standing(scores, higher_is_better=higher)
    shares = rank_shares(drawn_places)
    by_cases = standing(mean_ranks, higher_is_better=False)
    by_tests = standing(won)
    order = sorted(range(count), key=lambda n: (places[n], mean_ranks[n], board.models[n]))
    standings = [
        Standing(
            model=board.models[n],
            value=number(values[n]),
            ci95=of_values[n].interval(how),
            rank=int(places[n]),
            rank_shares=tuple(round(float(s), 6) for s in shares[n]),
            rank_ci95=middle(drawn_places[:, n], how.level),
            mean_rank=number(mean_ranks[n]),
            mean_rank_ci95=of_ranks[n].interval(how),
            rank_by_cases=int(by_cases[n]),
            wins=int(won[n]),
            rank_by_tests=int(by_tests[n]),
            rank_open=(int(lowest[n]), int(highest[n])),
            n_scored=int(np.count_nonzero(units.denominators[n])),
            n_undefined=int(np.count_nonzero(units.denominators[n] == 0)),
            n_missing=int(board.missing[n].sum()),
        )
        for n in order
    ]
    together = not_told_apart(order, beats)
    ranking = MetricRanking(
        metric=units.metric.name,
        higher_is_better=higher,
        per=units.metric.per,
        standings=tuple(standings),
        pairs=pairs,
        together=tuple(tuple(board.models[n] for n in stretch) for stretch in together),
    )
    return Judged(ranking, values, scores, mean_ranks, won)


def number(value: float) -> float | None:
    """NaN as None."""
    return None if np.isnan(value) else float(value)


def middle(places: Ints, level: float) -> tuple[int, int]:
    """The middle of drawn places: whole ranks."""
    low, high = np.quantile(places, [(1 - level) / 2, (1 + level) / 2], method="nearest")
    return int(low), int(high)


@dataclass(frozen=True)
class _Drawn:
    """A ratio's sums by patient (g, 2), and drawn (draws, 2), with products where unbounded.

    ``share``: it lies within 0..1.
    """

    sums: Floats
    drawn: Floats
    unbounded: bool
    share: bool

    @property
    def value(self) -> float:
        return float(ratio(self.sums.sum(axis=0, keepdims=True))[0])

    def interval(self, how: Resampling) -> Interval | None:
        return interval_of(
            self.sums,
            self.drawn,
            ratio,
            level=how.level,
            unbounded=self.unbounded,
            share=self.share,
        )


def _draw(
    sums: Sequence[Floats], how: Resampling, *, unbounded: bool = False, share: bool = True
) -> list[_Drawn]:
    """Draw patients once for all ratios, whose sums are by the same patients."""
    parts = [with_products(own) if unbounded else own for own in sums]
    drawn = drawn_sums(np.concatenate(parts, axis=1), draws=how.draws, seed=how.seed)
    width = parts[0].shape[1]
    return [
        _Drawn(own, drawn[:, width * n : width * (n + 1)], unbounded, share)
        for n, own in enumerate(sums)
    ]


def _mean_sums(values: Floats, patients: Sequence[str]) -> Floats:
    defined = ~np.isnan(values)
    return cluster_sums(np.stack([np.where(defined, values, 0.0), defined], axis=1), patients)


def _numbers(count: int) -> list[tuple[int, int]]:
    return list(combinations(range(count), 2))


def _pairs(
    names: Sequence[str],
    models: Sequence[_Drawn],
    superior: Sequence[Floats],
    patients: Sequence[str],
    *,
    higher: bool,
    how: Resampling,
) -> tuple[Pair, ...]:
    numbers = _numbers(len(models))
    p = permutation_ps(
        np.stack([models[a].sums for a, _ in numbers]),
        np.stack([models[b].sums for _, b in numbers]),
        permutations=how.permutations,
        seed=how.seed,
    )
    by_patient = [ratio(own.sums) for own in models]
    signed = [wilcoxon(by_patient[a] - by_patient[b]) for a, b in numbers]
    adjusted, false_shares = holm(p), benjamini_hochberg(p)
    signed_adjusted = holm([s.p_value for s in signed])
    of_shares = _draw([_mean_sums(own, patients) for own in superior], how)
    pairs = []
    for n, (a, b) in enumerate(numbers):
        difference = number(models[a].value - models[b].value)
        better = None
        if difference and adjusted[n] <= how.alpha:
            better = names[a if (difference > 0) == higher else b]
        pairs.append(
            Pair(
                first=names[a],
                second=names[b],
                difference=difference,
                ci95=_difference_interval(models[a], models[b], how),
                p=number(p[n]),
                p_holm=number(adjusted[n]),
                p_bh=number(false_shares[n]),
                wilcoxon_p=signed[n].p_value,
                wilcoxon_holm=float(signed_adjusted[n]),
                rank_biserial=signed[n].rank_biserial if higher else -signed[n].rank_biserial,
                superiority=number(of_shares[n].value),
                superiority_ci95=of_shares[n].interval(how),
                n_cases=int(np.count_nonzero(~np.isnan(superior[n]))),
                better=better,
            )
        )
    return tuple(pairs)


def _difference_interval(first: _Drawn, second: _Drawn, how: Resampling) -> Interval | None:
    sums = np.concatenate([first.sums, second.sums], axis=1)
    if first.unbounded:
        drawn = drawn_sums(with_products(sums), draws=how.draws, seed=how.seed)
    else:
        drawn = np.concatenate([first.drawn, second.drawn], axis=1)
    return interval_of(
        sums, drawn, _difference, level=how.level, unbounded=first.unbounded, share=False
    )


def _difference(sums: Floats) -> Floats:
    return ratio(sums[:, :2]) - ratio(sums[:, 2:])


def _superior(differences: Floats, *, higher: bool) -> Floats:
    """1 where the first is better, 0.5 where both are equal, 0 else; NaN where one is undefined."""
    sign = np.sign(np.round(differences, DECIMALS))
    return np.asarray(0.5 + 0.5 * (sign if higher else -sign))


def _beats(models: Sequence[str], pairs: Sequence[Pair]) -> NDArray[np.bool_]:
    beats = np.zeros((len(models), len(models)), dtype=bool)
    for pair in pairs:
        a, b = models.index(pair.first), models.index(pair.second)
        beats[a, b] = pair.better == pair.first
        beats[b, a] = pair.better == pair.second
    return beats
