"""Tests of two models on the same patients.

Sources: E. J. G. Pitman, *Suppl. J. R. Statist. Soc.* 4, 1937, 119-130 (permutation within pairs);
F. Wilcoxon, *Biometrics Bull.* 1, 1945, 80-83 (signed ranks), zeros kept in the ranking as in
J. W. Pratt, *J. Am. Stat. Assoc.* 54, 1959, 655-667; D. S. Kerby, *Compr. Psychol.* 3, 2014, 1
(rank-biserial correlation).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from groundct.metrics.statistics.bootstrap import ratio

Floats = NDArray[np.float64]

PERMUTATIONS = 10_000
_EXACT_AT_MOST = 60
"""Pairs up to which the signed ranks' distribution is counted out."""
_CELLS_AT_ONCE = 1 << 22
_DIGITS = 12
"""Differences that agree to as many decimals are tied."""


@dataclass(frozen=True)
class SignedRanks:
    """Wilcoxon's test: ``p_value`` two-sided, ``rank_biserial`` -1..1, above 0: first is larger.

    ``pairs`` were compared, of which ``zeros`` are equal.
    """

    p_value: float
    rank_biserial: float
    pairs: int
    zeros: int


def permutation_p(
    first: Floats,
    second: Floats,
    *,
    statistic: Callable[[Floats], Floats] = ratio,
    permutations: int = PERMUTATIONS,
    seed: int = 0,
) -> float:
    """Two-sided p of statistic(first) = statistic(second) when a patient's two results may swap.

    ``first`` and ``second`` are the clusters' sums (g, k), row by row of the same patient. All
    2**g swaps are gone through where these are at most ``permutations``, and that many are drawn
    otherwise, the observed one counted among them. NaN where a statistic is undefined.

    Raises ValueError when the shapes differ.
    """
    return float(
        permutation_ps(
            first[None], second[None], statistic=statistic, permutations=permutations, seed=seed
        )[0]
    )


def permutation_ps(
    first: Floats,
    second: Floats,
    *,
    statistic: Callable[[Floats], Floats] = ratio,
    permutations: int = PERMUTATIONS,
    seed: int = 0,
) -> Floats:
    """P values (q,) of q comparisons (q, g, k) as in ``permutation_p``, with the same swaps in all.

    Raises ValueError when the shapes differ.
    """
    if first.shape != second.shape or first.ndim != 3:
        raise ValueError(f"sums {first.shape} and {second.shape} are not of the same patients")
    pairs, _, columns = first.shape
    one, two = first.sum(axis=1), second.sum(axis=1)
    observed = np.abs(statistic(one) - statistic(two))
    near = observed - 1e-12 * np.maximum(1.0, observed)
    change = np.concatenate(list(second - first), axis=1)
    change = change[np.any(change != 0, axis=1)]
    count, total = np.zeros(pairs), 0
    exact, swaps = _swaps(len(change), permutations, seed)
    for swap in swaps:
        moved = (swap @ change).reshape(-1, pairs, columns)
        total += len(swap)
        for n in range(pairs):
            drawn = statistic(one[n] + moved[:, n]) - statistic(two[n] - moved[:, n])
            # A swap that leaves the statistic undefined speaks for neither: it counts as far off.
            count[n] += np.count_nonzero(~(np.abs(drawn) < near[n]))
    p = count / total if exact else (count + 1) / (total + 1)
    return np.where(np.isnan(observed), np.nan, p)


def wilcoxon(differences: ArrayLike) -> SignedRanks:
    """Wilcoxon's signed-rank test of differences (n,), one a patient; NaN is left out.

    The two-sided p is counted out over all signs, ties and all, up to 60 differences that are not
    zero, and taken from the normal law above that. Without any the p is 1.
    """
    given = np.asarray(differences, dtype=np.float64)
    kept = np.round(given[~np.isnan(given)], _DIGITS)
    ranks = _rising_ranks(np.abs(kept))
    moved = kept != 0
    zeros = int(kept.size - moved.sum())
    ranks, signs = ranks[moved], kept[moved] > 0
    if not ranks.size:
        return SignedRanks(1.0, 0.0, kept.size, zeros)
    total, positive = float(ranks.sum()), float(ranks[signs].sum())
    away = abs(positive - total / 2)
    p = _exact_p(ranks, away) if ranks.size <= _EXACT_AT_MOST else _normal_p(ranks, away)
    return SignedRanks(min(1.0, p), (2 * positive - total) / total, kept.size, zeros)


def _swaps(clusters: int, permutations: int, seed: int) -> tuple[bool, Iterator[Floats]]:
    if 2**clusters <= permutations:
        every = np.arange(2**clusters)[:, None] >> np.arange(clusters) & 1
        return True, iter([every.astype(np.float64)])
    return False, _drawn_swaps(clusters, permutations, seed)


def _drawn_swaps(clusters: int, permutations: int, seed: int) -> Iterator[Floats]:
    rng = np.random.default_rng(seed)
    step = max(1, _CELLS_AT_ONCE // clusters)
    for start in range(0, permutations, step):
        rows = min(step, permutations - start)
        yield rng.integers(0, 2, size=(rows, clusters), dtype=np.int8).astype(np.float64)


def _rising_ranks(sizes: Floats) -> Floats:
    _, inverse, counts = np.unique(sizes, return_inverse=True, return_counts=True)
    ranks: Floats = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return ranks


def _exact_p(ranks: Floats, away: float) -> float:
    """Share of all signs whose positive ranks sum as far from the middle; ranks end in .0 or .5."""
    doubled = np.rint(2 * ranks).astype(np.intp)
    total = int(doubled.sum())
    law = np.zeros(total + 1)
    law[0] = 1.0
    reached = 0
    for step in doubled:
        law[step : reached + step + 1] = law[step : reached + step + 1] + law[: reached + 1]
        reached += int(step)
        law[: reached + 1] /= 2
    far = np.abs(np.arange(total + 1) - total / 2) >= 2 * away - 1e-9
    return float(law[far].sum())


def _normal_p(ranks: Floats, away: float) -> float:
    spread = float(np.sqrt((ranks**2).sum()) / 2)
    return 2 * NormalDist().cdf(-max(0.0, away - 0.5) / spread)
