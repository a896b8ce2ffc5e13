"""Which predicted instance answers which reference instance: one to one, by a table of scores."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Matching = Literal["greedy", "hungarian"]
Pair = tuple[int, int]


def match_highest(
    scores: NDArray[np.float64], threshold: float, matching: Matching = "greedy"
) -> tuple[Pair, ...]:
    """Pairs (row, column) whose score is at least ``threshold``, each row and column once.

    Greedy takes the highest score that is left, among equal ones the first row, then the first
    column; Hungarian takes the pairs that are the most, and of those with the highest sum.
    NaN never matches.
    """
    good = np.nan_to_num(scores, nan=-np.inf) >= threshold
    if matching == "hungarian":
        return _hungarian(np.where(good, scores, 0.0), good)
    rows, columns = np.nonzero(good)
    order = np.lexsort((columns, rows, -scores[rows, columns]))
    free_rows = np.ones(scores.shape[0], dtype=np.bool_)
    free_columns = np.ones(scores.shape[1], dtype=np.bool_)
    pairs = []
    for n in order:
        row, column = int(rows[n]), int(columns[n])
        if free_rows[row] and free_columns[column]:
            free_rows[row] = free_columns[column] = False
            pairs.append((row, column))
    return tuple(pairs)


def match_nearest(
    distances_mm: NDArray[np.float64], threshold_mm: float, matching: Matching = "greedy"
) -> tuple[Pair, ...]:
    """Pairs at most ``threshold_mm`` apart, the nearest first; otherwise as ``match_highest``."""
    return match_highest(-distances_mm, -threshold_mm, matching)


def _hungarian(scores: NDArray[np.float64], good: NDArray[np.bool_]) -> tuple[Pair, ...]:
    from scipy.optimize import linear_sum_assignment

    if not good.any():
        return ()
    # One more pair outweighs every difference of scores.
    spread = float(scores[good].max() - scores[good].min())
    bonus = (spread + 1.0) * (min(scores.shape) + 1)
    value = np.where(good, scores - scores[good].min() + bonus, 0.0)
    rows, columns = linear_sum_assignment(value, maximize=True)
    return tuple(
        (int(row), int(column))
        for row, column in zip(rows, columns, strict=True)
        if good[row, column]
    )
