"""Means and ratios with the intervals of both, from one draw of patients for all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from groundct.metrics.counts import Counts
from groundct.metrics.statistics.bootstrap import (
    DRAWS,
    cluster_sums,
    drawn_sums,
    interval_of,
    ratio,
)
from groundct.metrics.statistics.studentised import with_products

Floats = NDArray[np.float64]
Statistic = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Score:
    """A statistic of the sums of some columns (n, k); it takes (m, k) and gives (m,).

    ``n_scored`` counts the rows that have a value; ``unbounded``: no share of 1, but an amount.
    """

    columns: Floats
    statistic: Statistic
    n_scored: int | None = None
    unbounded: bool = False


def mean_of(values: Sequence[float | None], *, unbounded: bool = False) -> Score:
    """The mean of the values that are defined; ``unbounded`` where they are amounts, as in mm."""
    column = np.array([np.nan if v is None else float(v) for v in values], dtype=np.float64)
    known = ~np.isnan(column)
    columns = np.stack([np.where(known, column, 0.0), known.astype(np.float64)], axis=1)
    return Score(columns, ratio, int(known.sum()), unbounded)


def ratio_of(above: ArrayLike, below: ArrayLike) -> Score:
    """Sum over sum."""
    return Score(np.stack([np.asarray(above, float), np.asarray(below, float)], axis=1), ratio)


def scores_of_counts(prefix: str, counts: Sequence[Counts]) -> dict[str, Score]:
    """Pooled precision, recall and F1 of counts, one of each row."""
    hits, given, due = np.array([(c.hits, c.given, c.due) for c in counts], float).reshape(-1, 3).T
    return {
        f"{prefix}precision": ratio_of(hits, given),
        f"{prefix}recall": ratio_of(hits, due),
        f"{prefix}f1": ratio_of(2 * hits, given + due),
    }


def summary_of(
    scores: Mapping[str, Score], patients: Sequence[str], *, draws: int = DRAWS, seed: int = 0
) -> dict[str, Any]:
    """Name -> value, None where undefined; ``ci95`` has the intervals of those that have one.

    ``patients`` names each row's patient. The intervals are those of ``mean_interval`` and
    ``ratio_interval`` with the same seed.
    """
    out: dict[str, Any] = {}
    intervals: dict[str, tuple[float, float]] = {}
    if scores:
        sums = [cluster_sums(score.columns, patients) for score in scores.values()]
        parts = [
            with_products(own) if score.unbounded else own
            for score, own in zip(scores.values(), sums, strict=True)
        ]
        drawn = drawn_sums(np.concatenate(parts, axis=1), draws=draws, seed=seed)
        edges = np.cumsum([0, *(part.shape[1] for part in parts)])
        for n, (name, score) in enumerate(scores.items()):
            value = float(score.statistic(sums[n].sum(axis=0, keepdims=True))[0])
            out[name] = value if np.isfinite(value) else None
            interval = interval_of(
                sums[n],
                drawn[:, edges[n] : edges[n + 1]],
                score.statistic,
                unbounded=score.unbounded,
            )
            if interval is not None and np.all(np.isfinite(interval)):
                intervals[name] = interval
    return out | {"ci95": intervals}
