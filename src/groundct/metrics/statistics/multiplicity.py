"""Adjusted p values when many pairs are tested at once.

Sources: S. Holm, *Scand. J. Statist.* 6, 1979, 65-70 (chance of any false claim);
Y. Benjamini, Y. Hochberg, *J. R. Statist. Soc. B* 57, 1995, 289-300 (share of false claims).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def holm(p_values: ArrayLike) -> Floats:
    """Holm's step-down adjusted p values (m,), in the order given; NaN is no test and stays NaN."""
    return _adjusted(p_values, _holm)


def benjamini_hochberg(p_values: ArrayLike) -> Floats:
    """Benjamini and Hochberg's step-up adjusted p values (m,); NaN is no test and stays NaN."""
    return _adjusted(p_values, _benjamini_hochberg)


def _holm(rising: Floats) -> Floats:
    factors = np.arange(rising.size, 0, -1)
    return np.maximum.accumulate(rising * factors)


def _benjamini_hochberg(rising: Floats) -> Floats:
    factors = rising.size / np.arange(1, rising.size + 1)
    lowest: Floats = np.minimum.accumulate((rising * factors)[::-1])[::-1]
    return lowest


def _adjusted(p_values: ArrayLike, rule: Callable[[Floats], Floats]) -> Floats:
    given = np.asarray(p_values, dtype=np.float64)
    tested = ~np.isnan(given)
    if np.any((given[tested] < 0) | (given[tested] > 1)):
        raise ValueError("a p value is outside 0..1")
    order = np.argsort(given[tested], kind="stable")
    adjusted = np.empty(order.size)
    adjusted[order] = np.minimum(1.0, rule(given[tested][order]))
    out = np.full(given.shape, np.nan)
    out[tested] = adjusted
    return out
