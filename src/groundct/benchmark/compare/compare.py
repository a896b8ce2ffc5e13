"""Compare results: every metric, several combined, categories, hard samples, what models cost."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from groundct import __version__
from groundct.benchmark._results import few_patients_issues
from groundct.benchmark.compare.align import Board, Units, align
from groundct.benchmark.compare.by_metric import Judged, Resampling, judge, middle, number
from groundct.benchmark.compare.ranking import (
    Box,
    Combined,
    CombinedStanding,
    Efficiency,
    Hard,
    ModelFacts,
    Ranking,
)
from groundct.benchmark.compare.read import ResultError, default_combined, thing_of
from groundct.benchmark.compare.samples import Scored
from groundct.metrics.statistics.ranks import (
    average_ranks,
    borda,
    kendall_tau,
    rank_shares,
    standing,
)
from groundct.metrics.statistics.studentised import FEW_CLUSTERS

Floats = NDArray[np.float64]

N_HARD: Final = 12
"""Samples listed as the worst, and as the most disputed."""


def compare(
    results: Sequence[Scored],
    *,
    metrics: Sequence[str] = (),
    efficiency: Sequence[Efficiency] = (),
    how: Resampling | None = None,
) -> Ranking:
    """Rank the models of results that were read together.

    Args:
        results: At least two, of one task, reference and protocol (see ``read_results``).
        metrics: Those that the combined ranking is made of; by default the task's usual ones.
        efficiency: What models cost, where it is known.
        how: Draws, permutations, seed, level and alpha.

    Raises:
        ResultError: With fewer than two results, or metrics that the results do not have.
    """
    how = how or Resampling()
    if len(results) < 2:
        raise ResultError.of(
            "too-few-results",
            results[0].where if results else "no result",
            f"{len(results)} result cannot be compared.",
            "Give at least two results.",
        )
    board = align(results)
    judged = [judge(board, units, how) for units in board.units]
    chosen = _chosen(results[0], judged, metrics)
    first = board.units[0]
    hard = _hard(board, first)
    return Ranking(
        task=results[0].task,
        thing=thing_of(results[0].task),
        conditions=dict(results[0].conditions),
        models=tuple(
            ModelFacts(
                model=result.name,
                where=result.where,
                prediction_digest=result.prediction_digest,
                n_missing=int(missing.sum()),
                n_extra=result.extra,
            )
            for result, missing in zip(results, board.missing, strict=True)
        ),
        n_cases=len({sample.case for sample in board.samples}),
        n_patients=len({sample.patient for sample in board.samples}),
        n_samples=len(board.samples),
        metrics=tuple(one.ranking for one in judged),
        combined=_combined(board.models, chosen, how),
        categories=_categories(board, first),
        zero_in_all=_zero_in_all(hard),
        worst=tuple(sorted(hard, key=lambda h: (h.mean, h.case, h.item))[:N_HARD]),
        disputed=tuple(sorted(hard, key=lambda h: (-h.spread, h.case, h.item))[:N_HARD]),
        efficiency=tuple(efficiency),
        notes=(*_of_few_patients(board, chosen, how), *_notes(results, board)),
        level=how.level,
        alpha=how.alpha,
        draws=how.draws,
        permutations=how.permutations,
        seed=how.seed,
        versions={
            "groundct": __version__,
            "python": platform.python_version(),
            "numpy": np.__version__,
        },
    )


def _chosen(result: Scored, judged: Sequence[Judged], names: Sequence[str]) -> list[Judged]:
    by_name = {one.ranking.metric: one for one in judged}
    unknown = sorted(set(names) - set(by_name))
    if unknown:
        raise ResultError.of(
            "unknown-metric",
            result.where,
            f"the results have no metric {', '.join(unknown)}.",
            f"Name some of {', '.join(by_name)}.",
        )
    usual = [name for name in default_combined(result.task) if name in by_name]
    return [by_name[name] for name in dict.fromkeys(names or usual or list(by_name)[:1])]


def _combined(models: Sequence[str], chosen: Sequence[Judged], how: Resampling) -> Combined:
    def points(tables: Sequence[Floats]) -> Floats:
        """Borda's points (..., m) of each metric's values (..., m)."""
        ranks = [
            average_ranks(table, higher_is_better=one.ranking.higher_is_better)
            for table, one in zip(tables, chosen, strict=True)
        ]
        return np.asarray(sum(len(models) - rank for rank in ranks))

    voters = [
        average_ranks(one.values, higher_is_better=one.ranking.higher_is_better) for one in chosen
    ]
    total = borda(np.stack(voters))
    places = standing(total)
    drawn = standing(points([one.drawn for one in chosen]))
    shares = rank_shares(drawn)
    mean_ranks = np.mean([one.mean_ranks for one in chosen], axis=0)
    by_cases = standing(mean_ranks, higher_is_better=False)
    won = np.sum([one.wins for one in chosen], axis=0)
    by_tests = standing(won)
    order = sorted(range(len(models)), key=lambda n: (places[n], mean_ranks[n], models[n]))
    methods = {"by value": places, "by cases": by_cases, "by tests": by_tests}
    return Combined(
        metrics=tuple(one.ranking.metric for one in chosen),
        standings=tuple(
            CombinedStanding(
                model=models[n],
                points=float(total[n]),
                rank=int(places[n]),
                rank_shares=tuple(round(float(s), 6) for s in shares[n]),
                rank_ci95=middle(drawn[:, n], how.level),
                mean_rank=number(mean_ranks[n]),
                rank_by_cases=int(by_cases[n]),
                wins=int(won[n]),
                rank_by_tests=int(by_tests[n]),
            )
            for n in order
        ),
        agreement={
            f"{one}, {two}": number(kendall_tau(methods[one], methods[two]))
            for one, two in (
                ("by value", "by cases"),
                ("by value", "by tests"),
                ("by cases", "by tests"),
            )
        },
    )


def _categories(board: Board, units: Units) -> dict[str, tuple[Box, ...]]:
    values = _values(units)
    names = [sample.category or "" for sample in board.samples]
    out: dict[str, tuple[Box, ...]] = {}
    for category in sorted(set(names), key=lambda c: (not c, c)):
        inside = np.array([name == category for name in names])
        columns = [own[inside & ~np.isnan(own)] for own in values]
        boxes = [_box(m, own) for m, own in zip(board.models, columns, strict=True) if own.size]
        if boxes:
            out[category] = tuple(boxes)
    return out


def _box(model: str, values: Floats) -> Box:
    lower, median, upper = (float(q) for q in np.quantile(values, [0.25, 0.5, 0.75]))
    reach = 1.5 * (upper - lower)
    inside = values[(values >= lower - reach) & (values <= upper + reach)]
    outside = values[(values < lower - reach) | (values > upper + reach)]
    return Box(
        model=model,
        n=values.size,
        mean=float(values.mean()),
        low=float(inside.min()),
        lower_quartile=lower,
        median=median,
        upper_quartile=upper,
        high=float(inside.max()),
        outside=tuple(float(v) for v in np.sort(outside)),
    )


def _hard(board: Board, units: Units) -> list[Hard]:
    values = _values(units)
    return [
        Hard(
            case=sample.case,
            item=sample.item,
            category=sample.category,
            values=tuple(number(v) for v in own),
            mean=float(np.nanmean(own)),
            spread=float(np.nanmax(own) - np.nanmin(own)),
        )
        for sample, own in zip(board.samples, values.T, strict=True)
        if not np.isnan(own).all()
    ]


def _zero_in_all(hard: Sequence[Hard]) -> dict[str, int]:
    names = sorted(one.category or "" for one in hard if not any(one.values))
    return {name: names.count(name) for name in dict.fromkeys(names)}


def _values(units: Units) -> Floats:
    """Each sample's own ratio (models, n)."""
    undefined = np.full(units.numerators.shape, np.nan)
    below = units.denominators
    return np.asarray(np.divide(units.numerators, below, out=undefined, where=below != 0))


def _of_few_patients(board: Board, chosen: Sequence[Judged], how: Resampling) -> tuple[str, ...]:
    """What few patients leave open, and whether any test tells models of the ranking apart."""
    count = len({sample.patient for sample in board.samples})
    pairs = [pair for one in chosen for pair in one.ranking.pairs]
    models = "the two models" if len(board.models) == 2 else "any two of the models"
    notes = []
    if count < FEW_CLUSTERS:
        patients = "one patient" if count == 1 else f"{count} patients"
        notes.append(
            f"All is of {patients}: draws of so few vary less than other patients would, so ranks "
            "are less sure than their shares of draws say."
        )
    if not any(pair.better for pair in pairs):
        # Swapping all of them and swapping none are two of 2^count ways, and no p is smaller.
        least = min(1.0, 2.0 ** (1 - count) * len(pairs) / len(chosen))
        why = f" With {count} patients none can: p is {least:.2g} at least." * (least > how.alpha)
        notes.append(f"No test tells {models} apart: read their order as a tie.{why}")
    return tuple(notes)


def _notes(results: Sequence[Scored], board: Board) -> tuple[str, ...]:
    notes = []
    for result, missing in zip(results, board.missing, strict=True):
        lacking = len(board.samples) - len(result.samples)
        dropped = sum(sample.parts is None for sample in result.samples.values())
        if missing.any():
            notes.append(
                f"{result.name}: {int(missing.sum())} of {len(board.samples)} are missing and "
                f"count as empty predictions ({lacking} not in the file, {dropped} dropped there)."
            )
    digests = [result.prediction_digest for result in results]
    for result in results:
        same = [o.name for o in results if o.prediction_digest == result.prediction_digest]
        if len(same) > 1 and same[0] == result.name:
            notes.append(f"{', '.join(same)}: the same predictions, by their digest.")
    if len(set(digests)) == 1:
        notes.append("All results are of one prediction: differences would be of its scoring.")
    for units in board.units:
        if units.metric.common:
            counted = int(np.count_nonzero(units.denominators[0]))
            if counted < len(units.patients):
                notes.append(
                    f"{units.metric.name}: over the {counted} of {len(units.patients)} on which "
                    "every model has a value."
                )
    amounts = [units for units in board.units if units.metric.unbounded]
    for units in amounts[:1]:
        names = [own.metric.name for own in amounts]
        told = few_patients_issues(names, units.patients)
        notes += [issue.what[:1].upper() + issue.what[1:] for issue in told]
    if results[0].conditions["partial_reference"]:
        notes.append(
            "The reference is incomplete: nothing predicted outside it is held against a model, "
            "so precision and F1 have no value."
        )
    return tuple(notes)
