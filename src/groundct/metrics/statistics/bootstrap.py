"""Intervals of means and ratios by resampling patients with their findings.

Source: B. Efron, R. J. Tibshirani, *An Introduction to the Bootstrap*, 1993, chapters 12 to 14;
whole clusters are drawn as in A. C. Davison, D. V. Hinkley, *Bootstrap Methods and their
Application*, 1997, section 3.8. Findings of a patient are alike, so patients are what is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

DRAWS = 2000
LEVEL = 0.95
_CELLS_AT_ONCE = 1 << 22
"""Draws x clusters that are held at once: 32 MiB of counts."""


def mean_interval(
    values: ArrayLike,
    clusters: Sequence[str],
    *,
    draws: int = DRAWS,
    level: float = LEVEL,
    seed: int = 0,
) -> tuple[float, float] | None:
    """Interval of the mean of ``values`` (n,), drawing whole clusters with replacement.

    NaN is an undefined value: it counts in no mean. ``clusters`` (n) names each value's patient.
    None where no interval can be given: fewer than two clusters have a defined value. The order
    of the values does not matter; equal seeds give equal intervals.

    Raises ValueError when the lengths differ or a value is infinite.
    """
    column = np.asarray(values, dtype=np.float64)
    defined = ~np.isnan(column)
    return ratio_interval(
        np.where(defined, column, 0.0),
        defined.astype(np.float64),
        clusters,
        draws=draws,
        level=level,
        seed=seed,
    )


def ratio_interval(
    numerators: ArrayLike,
    denominators: ArrayLike,
    clusters: Sequence[str],
    *,
    draws: int = DRAWS,
    level: float = LEVEL,
    seed: int = 0,
) -> tuple[float, float] | None:
    """Interval of sum(numerators) / sum(denominators), both (n,), drawing whole clusters.

    Precision is tp over tp + fp; F1 of pooled counts is 2 tp over 2 tp + fp + fn. A row with NaN
    in either counts in neither. None where fewer than two clusters have a denominator.

    Raises ValueError when lengths differ, a value is infinite or a denominator negative.
    """
    above = np.asarray(numerators, dtype=np.float64)
    below = np.asarray(denominators, dtype=np.float64)
    if above.shape != below.shape:
        raise ValueError(f"{above.shape} numerators and {below.shape} denominators")
    if np.any(below < 0):
        raise ValueError("a denominator is negative")
    undefined = np.isnan(above) | np.isnan(below)
    columns = np.where(undefined[:, None], 0.0, np.stack([above, below], axis=1))
    sums = cluster_sums(columns, clusters)
    if np.count_nonzero(sums[:, 1]) < 2:
        return None
    drawn = drawn_sums(sums, draws=draws, seed=seed)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratios = drawn[:, 0] / drawn[:, 1]
    return percentiles(ratios, level=level)


def statistic_interval(
    columns: ArrayLike,
    clusters: Sequence[str],
    statistic: Callable[[Floats], Floats],
    *,
    draws: int = DRAWS,
    level: float = LEVEL,
    seed: int = 0,
) -> tuple[float, float] | None:
    """Percentile interval of any function of the columns' sums.

    ``columns`` are (n, k); ``statistic`` takes sums (m, k) and gives (m,), NaN where undefined.
    """
    sums = cluster_sums(columns, clusters)
    if sums.shape[0] < 2:
        return None
    with np.errstate(invalid="ignore", divide="ignore"):
        drawn = statistic(drawn_sums(sums, draws=draws, seed=seed))
    return percentiles(drawn, level=level)


def cluster_sums(columns: ArrayLike, clusters: Sequence[str]) -> Floats:
    """Sums (g, k) of columns (n, k) within each of g clusters, which are sorted by name."""
    table = np.asarray(columns, dtype=np.float64)
    if table.ndim != 2 or table.shape[0] != len(clusters):
        raise ValueError(f"columns {table.shape} and {len(clusters)} clusters do not fit")
    if not np.all(np.isfinite(table)):
        raise ValueError("a value is not finite")
    numbers = {name: number for number, name in enumerate(sorted(set(clusters)))}
    rows = np.fromiter((numbers[name] for name in clusters), dtype=np.intp, count=len(clusters))
    return np.stack(
        [np.bincount(rows, weights=column, minlength=len(numbers)) for column in table.T], axis=1
    )


def drawn_sums(sums: Floats, *, draws: int = DRAWS, seed: int = 0) -> Floats:
    """Sums (draws, k) of as many clusters as there are, drawn with replacement."""
    return np.concatenate([counts @ sums for counts in draw_counts(sums.shape[0], draws, seed)])


def draw_counts(clusters: int, draws: int, seed: int = 0) -> Iterator[Floats]:
    """How often each cluster is drawn, (m, clusters) at a time until there are ``draws`` rows."""
    rng = np.random.default_rng(seed)
    step = max(1, _CELLS_AT_ONCE // max(1, clusters))
    for start in range(0, draws, step):
        rows = min(step, draws - start)
        drawn = rng.integers(0, clusters, size=(rows, clusters))
        drawn += clusters * np.arange(rows)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=rows * clusters)
        yield counts.reshape(rows, clusters).astype(np.float64)


def percentiles(drawn: Floats, *, level: float = LEVEL) -> tuple[float, float] | None:
    """The middle ``level`` of drawn values; undefined draws are left out, None without any."""
    kept = drawn[np.isfinite(drawn)]
    if not kept.size:
        return None
    low, high = np.quantile(kept, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
