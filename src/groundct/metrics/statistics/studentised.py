"""Intervals of means of values without bounds, whose tail a sample may not show.

Percentiles of drawn means are too narrow for millimetres and millilitres: the mean and its error
grow together. So every draw's distance from the observed value is measured in the draw's own
standard error (bootstrap-t: P. Hall, *Ann. Stat.* 16, 1988, 927-953). The shares are then taken
further out for clusters with a heavy tail, by Student's t with the degrees of freedom that the
clusters' kurtosis leaves to the standard error (F. E. Satterthwaite, *Biometrics Bull.* 2, 1946,
110-114; kurtosis: D. N. Joanes, C. A. Gill, *The Statistician* 47, 1998, 183-189).
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations_with_replacement
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Statistic = Callable[[Floats], Floats]

FEWEST_CLUSTERS = 5
"""With fewer, many draws are of one cluster alone and have no error."""
FEW_CLUSTERS = 20
"""With fewer, intervals hold the truth less often than they say (`docs/metrics.md`)."""
_STEP = 1e-6


def with_products(sums: Floats) -> Floats:
    """Sums (g, k) and their products (g, k + k (k + 1) / 2), of which draws tell their error."""
    products = [sums[:, a] * sums[:, b] for a, b in _pairs(sums.shape[1])]
    return np.column_stack([sums, *products])


def studentised_interval(
    sums: Floats, drawn: Floats, statistic: Statistic, *, level: float
) -> tuple[float, float] | None:
    """Interval of a statistic of sums that does not change when all sums are scaled alike.

    Args:
        sums: (g, k) of the clusters that take part.
        drawn: (draws, k + k (k + 1) / 2) drawn sums of ``with_products``.
        statistic: Takes sums (m, k) and gives (m,), NaN where undefined, such as a ratio or a
            difference of ratios.
        level: The share that the interval is to hold.

    Returns:
        Ends that may lie beyond all draws; None for fewer than five clusters, and where these
        do not differ.
    """
    total = sums.sum(axis=0, keepdims=True)
    observed = float(statistic(total)[0])
    pulls = sums @ _slopes(statistic, total)[0]
    error = float(np.sqrt((pulls**2).sum()))
    if len(sums) < FEWEST_CLUSTERS or error <= 1e-9 * abs(observed):
        return None
    values, errors = statistic(drawn[:, : sums.shape[1]]), _errors(statistic, drawn, sums.shape[1])
    told = np.isfinite(values) & (errors > 1e-6 * error)
    if not told.any():
        return None
    below = NormalDist().cdf(-_reach(pulls, level))
    high, low = np.quantile((values[told] - observed) / errors[told], [below, 1 - below])
    return observed - float(low) * error, observed - float(high) * error


def _reach(pulls: Floats, level: float) -> float:
    """How many standard errors the ends are away where the draws are normal."""
    from scipy.special import stdtrit

    freedom = len(pulls) - 1
    left = min(freedom, 2 * freedom / (_kurtosis(pulls) - 1))
    share = (1 + level) / 2
    wider = float(stdtrit(left, share) / stdtrit(freedom, share))
    return NormalDist().inv_cdf(share) * wider


def _kurtosis(pulls: Floats) -> float:
    """That of the population, 3 for normal ones, from a sample; at least 3."""
    n = len(pulls)
    centred = pulls - pulls.mean()
    own = float((centred**4).mean() / (centred**2).mean() ** 2)
    return 3 + max(0.0, (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * (own - 3) + 6))


def _errors(statistic: Statistic, drawn: Floats, columns: int) -> Floats:
    """The standard error (draws,) of the statistic in each draw, by its slopes."""
    slopes = _slopes(statistic, drawn[:, :columns])
    squares = np.zeros(len(drawn))
    for n, (a, b) in enumerate(_pairs(columns)):
        squares += (1 + (a != b)) * slopes[:, a] * slopes[:, b] * drawn[:, columns + n]
    return np.asarray(np.sqrt(np.maximum(squares, 0)))


def _slopes(statistic: Statistic, sums: Floats) -> Floats:
    """Slopes (m, k) of the statistic at sums (m, k), by small steps to both sides."""
    slopes = np.empty_like(sums)
    for column in range(sums.shape[1]):
        step = np.zeros(sums.shape[1])
        step[column] = _STEP * max(float(np.abs(sums[:, column]).max()), 1e-300)
        change = statistic(sums + step) - statistic(sums - step)
        slopes[:, column] = change / (2 * step[column])
    return slopes


def _pairs(columns: int) -> list[tuple[int, int]]:
    return list(combinations_with_replacement(range(columns), 2))
