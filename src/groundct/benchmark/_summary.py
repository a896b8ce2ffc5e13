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

Floats = NDArray[np.float64]
Statistic = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Score:
    """A statistic of the sums of some columns (n, k); it takes (m, k) and gives (m,).

    ``n_scored`` counts the rows that have a value.
    """

    columns: Floats
    statistic: Statistic
    n_scored: int | None = None


def mean_of(values: Sequence[float | None]) -> Score:
    """The mean of the values that are defined."""
    column = np.array([np.nan if v is None else float(v) for v in values], dtype=np.float64)
    known = ~np.isnan(column)
    columns = np.stack([np.where(known, column, 0.0), known.astype(np.float64)], axis=1)
    return Score(columns, ratio, int(known.sum()))


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
        edges = np.cumsum([0, *(score.columns.shape[1] for score in scores.values())])
        sums = cluster_sums(np.concatenate([s.columns for s in scores.values()], axis=1), patients)
        drawn = drawn_sums(sums, draws=draws, seed=seed)
        for (name, score), low, high in zip(scores.items(), edges, edges[1:], strict=False):
            own = sums[:, low:high]
            value = float(score.statistic(own.sum(axis=0, keepdims=True))[0])
            out[name] = value if np.isfinite(value) else None
            interval = interval_of(own, drawn[:, low:high], score.statistic)
            if interval is not None and np.all(np.isfinite(interval)):
                intervals[name] = interval
    return out | {"ci95": intervals}
