"""The nearest target of every voxel of a row, from few of its voxels.

Of two targets' squared distances to a voxel the difference is linear along a row. One that is the
nearest to both ends of a stretch is the nearest to all between; any other stretch is halved.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Flat = NDArray[np.int64]
_SHORT = 4
"""Voxels a stretch, on average, below which halving saves nothing."""


def nearest_in_rows(flat: Flat, ask: Callable[[Flat], Flat]) -> Flat:
    """The number of the nearest target of voxels, given by rising flat indices.

    ``ask`` tells it of the voxels at some places of the list. Neighbours by index are neighbours in
    a row; no row may touch the next.
    """
    gap = np.flatnonzero(np.diff(flat) != 1)
    if len(flat) < _SHORT * (len(gap) + 1):
        return ask(np.arange(len(flat)))
    first = np.append(0, gap + 1)
    last = np.append(gap, len(flat) - 1)
    nearest = np.empty(len(flat), dtype=np.int64)
    ends = np.unique(np.append(first, last))
    nearest[ends] = ask(ends)
    while len(first):
        longer = last - first > 1
        first, last = first[longer], last[longer]
        same = nearest[first] == nearest[last]
        _fill(nearest, first[same], last[same])
        first, last = first[~same], last[~same]
        middle = (first + last) // 2
        if len(middle):
            nearest[middle] = ask(middle)
        first, last = np.append(first, middle), np.append(middle, last)
    return nearest


def _fill(values: Flat, first: Flat, last: Flat) -> None:
    """What stands at both ends of a stretch stands between them too."""
    inside = last - first - 1
    before = np.cumsum(inside) - inside
    places = np.repeat(first + 1 - before, inside) + np.arange(inside.sum())
    values[places] = np.repeat(values[first], inside)
