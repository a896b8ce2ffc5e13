"""Intervals of means and ratios by resampling patients with their findings.

Findings of a patient are alike, so whole patients are drawn (A. C. Davison, D. V. Hinkley,
*Bootstrap Methods and their Application*, 1997, section 3.8). The ends are the bias-corrected and
accelerated percentiles (B. Efron, *J. Am. Stat. Assoc.* 82, 1987, 171-185), taken further out for
few patients by Student's t and the factor sqrt(g / (g - 1)) (T. C. Hesterberg, *Am. Stat.* 69,
2015, 371-386). Ends are values of the statistic itself: an interval of a rate stays within 0..1.
Where no draw differs from another, draws say nothing: a share that is 0, or 1, has the exact
interval of a share of patients, and any other number has none. Means of values without bounds have
intervals of their own (``studentised``), which may reach beyond the draws.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from groundct.metrics.statistics.studentised import studentised_interval, with_products

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
    unbounded: bool | None = None,
) -> tuple[float, float] | None:
    """Interval of the mean of ``values`` (n,), drawing whole clusters with replacement.

    NaN is an undefined value: it counts in no mean. ``clusters`` (n) names each value's patient.
    None where no interval can be given: fewer than two clusters have a defined value, or all have
    the same that is neither 0 nor 1. The order of the values does not matter; equal seeds give
    equal intervals. ``unbounded`` says whether the values are amounts, such as distances, and not
    shares of 1; unless said, they are where one lies outside 0..1.

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
        unbounded=unbounded,
    )


def ratio_interval(
    numerators: ArrayLike,
    denominators: ArrayLike,
    clusters: Sequence[str],
    *,
    draws: int = DRAWS,
    level: float = LEVEL,
    seed: int = 0,
    unbounded: bool | None = None,
) -> tuple[float, float] | None:
    """Interval of sum(numerators) / sum(denominators), both (n,), drawing whole clusters.

    Precision is tp over tp + fp; F1 of pooled counts is 2 tp over 2 tp + fp + fn. A row with NaN
    in either counts in neither. None where fewer than two clusters have a denominator.
    ``unbounded``: no share of 1; unless said, where a numerator lies outside 0 and its denominator.

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
    if unbounded is None:
        unbounded = bool(np.any((columns[:, 0] < 0) | (columns[:, 0] > columns[:, 1])))
    drawn = drawn_sums(with_products(sums) if unbounded else sums, draws=draws, seed=seed)
    return interval_of(sums, drawn, ratio, level=level, unbounded=unbounded)


def statistic_interval(
    columns: ArrayLike,
    clusters: Sequence[str],
    statistic: Callable[[Floats], Floats],
    *,
    draws: int = DRAWS,
    level: float = LEVEL,
    seed: int = 0,
) -> tuple[float, float] | None:
    """Interval of any function of the columns' sums, such as a difference of two ratios.

    ``columns`` are (n, k); ``statistic`` takes sums (m, k) and gives (m,), NaN where undefined.
    None where fewer than two clusters have a value that is not zero, the statistic is undefined, or
    it is the same in all draws.
    """
    sums = cluster_sums(columns, clusters)
    drawn = drawn_sums(sums, draws=draws, seed=seed)
    return interval_of(sums, drawn, statistic, level=level, share=False)


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
    clusters = sums.shape[0]
    if draws * clusters <= _CELLS_AT_ONCE:
        return np.asarray(_few_counts(clusters, draws, seed) @ sums)
    return np.concatenate([counts @ sums for counts in draw_counts(clusters, draws, seed)])


@lru_cache(maxsize=1)
def _few_counts(clusters: int, draws: int, seed: int) -> Floats:
    """All draws at once, kept for the next metric of the same patients."""
    counts = np.concatenate(list(draw_counts(clusters, draws, seed)))
    counts.setflags(write=False)
    return counts


def draw_counts(clusters: int, draws: int, seed: int = 0) -> Iterator[Floats]:
    """How often each cluster is drawn, (m, clusters) at a time until there are ``draws`` rows."""
    rng = np.random.default_rng(seed)
    step = max(1, _CELLS_AT_ONCE // max(1, clusters))
    for start in range(0, draws, step):
        rows = min(step, draws - start)
        drawn = rng.integers(0, clusters, size=(rows, clusters), dtype=np.int32)
        drawn += clusters * np.arange(rows, dtype=np.int32)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=rows * clusters)
        yield counts.reshape(rows, clusters).astype(np.float64)


def ratio(sums: Floats) -> Floats:
    """The first column of sums (m, 2) over the second; NaN where that is zero."""
    below = sums[:, 1]
    undefined = np.full(len(below), np.nan)
    return np.asarray(np.divide(sums[:, 0], below, out=undefined, where=below != 0))


def interval_of(
    sums: Floats,
    drawn: Floats,
    statistic: Callable[[Floats], Floats],
    *,
    level: float = LEVEL,
    unbounded: bool = False,
    share: bool = True,
) -> tuple[float, float] | None:
    """Interval of a statistic from the clusters' sums (g, k) and their drawn sums (draws, k).

    Draws in which the statistic is undefined are left out. ``share`` says that it lies within 0..1,
    unlike a rank or a difference: where it is 0, or 1, in all draws it has the exact interval of a
    share of the clusters. Any other value that all draws share has no interval. Of an ``unbounded``
    statistic, which is no share, the drawn sums are those of ``with_products``.
    """
    takes_part = np.any(sums != 0, axis=1)
    clusters = int(np.count_nonzero(takes_part))
    total = sums.sum(axis=0, keepdims=True)
    observed = float(statistic(total)[0])
    if clusters < 2 or not np.isfinite(observed):
        return None
    if unbounded:
        wide = studentised_interval(sums[takes_part], drawn, statistic, level=level)
        if wide is not None:
            # A mean of amounts that are none below 0 is not below it either.
            positive = statistic is ratio and bool(np.all(sums >= 0))
            return (max(0.0, wide[0]), wide[1]) if positive else wide
        drawn = drawn[:, : sums.shape[1]]
    of = int(np.count_nonzero(sums[:, 1])) if statistic is ratio else clusters
    return interval_of_values(
        observed,
        statistic(drawn),
        statistic(total - sums),
        clusters=clusters,
        level=level,
        share_of=of if share and not unbounded else None,
    )


def interval_of_values(
    observed: float,
    drawn: Floats,
    left_out: Floats,
    *,
    clusters: int,
    level: float = LEVEL,
    share_of: int | None = None,
) -> tuple[float, float] | None:
    """Interval of a statistic that is no function of sums, from its values.

    Args:
        observed: The value of all clusters.
        drawn: (draws,) values of drawn clusters; those that are not finite are left out.
        left_out: (clusters,) values without each cluster in turn.
        clusters: How many clusters have a part in it; None is given for fewer than two.
        level: The share that the interval is to hold.
        share_of: Of a statistic within 0..1, how many clusters it is a share of; of others None.
    """
    values = drawn[np.isfinite(drawn)]
    if clusters < 2 or not np.isfinite(observed) or not values.size:
        return None
    if float(np.ptp(values)) <= _near(observed):
        extreme = min(abs(observed), abs(1 - observed)) <= _near(observed)
        return _all_or_none(round(observed), share_of, level) if share_of and extreme else None
    shares = _shares(observed, values, left_out[np.isfinite(left_out)], clusters, level)
    low, high = np.quantile(values, shares)
    return float(low), float(high)


def _near(observed: float) -> float:
    """Up to this two values are the same, but for rounding."""
    return 1e-12 * max(1.0, abs(observed))


def _all_or_none(observed: int, clusters: int, level: float) -> tuple[float, float]:
    """Interval of a share that is 1 (or 0) in every cluster, where draws never differ.

    The exact one of C. J. Clopper, E. S. Pearson, *Biometrika* 26, 1934, 404-413, of clusters.
    """
    least = ((1 - level) / 2) ** (1 / clusters)
    return (least, 1.0) if observed else (0.0, 1 - least)


def _shares(
    observed: float, values: Floats, left_out: Floats, clusters: int, level: float
) -> tuple[float, float]:
    """The shares of drawn values below the lower and the upper end."""
    from scipy.special import stdtrit

    normal = NormalDist()
    near = _near(observed)
    below = np.mean(values < observed - near) + np.mean(abs(values - observed) <= near) / 2
    bias = normal.inv_cdf(float(np.clip(below, 1 / (values.size + 1), 1 - 1 / (values.size + 1))))
    pull = left_out.mean() - left_out
    spread = float((pull**2).sum()) ** 1.5
    acceleration = float((pull**3).sum()) / (6 * spread) if spread > 0 else 0.0
    reach = float(stdtrit(clusters - 1, (1 + level) / 2)) * (clusters / (clusters - 1)) ** 0.5

    def share(z: float) -> float:
        shrink = 1 - acceleration * (bias + z)
        if shrink <= 0:
            return float(bias + z > 0)
        return normal.cdf(bias + (bias + z) / shrink)

    return share(-reach), share(reach)
