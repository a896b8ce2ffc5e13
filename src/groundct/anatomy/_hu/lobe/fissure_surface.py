"""The surface of a fissure: the smoothest sheet through the best evidence.

Every column (u, w) of a frame holds a cost for each height. Costs are added up along eight
directions with a charge for each step up or down (semi-global matching, Hirschmueller 2008), and
a thin plate is laid through the cheapest heights, each with the weight of its evidence.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import spsolve

FloatArray = NDArray[np.float32]

STRIDES = (1, 1, 2)
"""Samples of h by which neighbouring columns may differ: the sum of these, in so many steps."""

COARSER = 3
"""Columns from one node of the thin plate to the next."""

WIDTHS = (np.inf, 6.0, 3.0)
"""Distances in samples of h from the sheet at which a height has half of its weight."""


def cheapest_heights(cost: FloatArray, step_cost: float) -> NDArray[np.intp]:
    """The height of every column (u, w) of ``cost`` (u, w, h), as an index along h."""
    total = np.zeros_like(cost)
    for axis in (0, 1):
        along = np.moveaxis(cost, axis, 0)
        total += np.moveaxis(_both_ways(along, step_cost), 0, axis)
    nu, nw, nh = cost.shape
    for flip in (False, True):
        slanted = np.zeros((nu, nw + nu, nh), dtype=cost.dtype)
        starts = [nu - 1 - u if flip else u for u in range(nu)]
        for u, start in enumerate(starts):
            slanted[u, start : start + nw] = cost[u]
        summed = _both_ways(slanted, step_cost)
        for u, start in enumerate(starts):
            total[u] += summed[u, start : start + nw]
    return np.asarray(total.argmin(axis=2))


def thin_plate(
    heights: NDArray[np.float64],
    weights: NDArray[np.float64],
    prior: NDArray[np.float64],
    stiffness: float,
    pull: float,
) -> NDArray[np.float64]:
    """The sheet (u, w) that bends least through weighted heights; outliers lose their weight.

    It is found on every ``COARSER``-th column and goes straight between them.

    Args:
        heights: (u, w).
        weights: (u, w), at least 0.
        prior: (u, w), the sheet where nothing pulls it.
        stiffness: weight of the squared second differences.
        pull: weight of the prior in every column.
    """
    shape = heights.shape
    together, flexing = _plate(*heights.shape)
    bending = stiffness / COARSER**2 * flexing
    sheet = prior
    for width in WIDTHS:
        trust = weights / (1 + ((heights - sheet) / width) ** 2) + pull
        target = (trust * heights + pull * (prior - heights)).ravel()
        matrix = bending + together.T @ sparse.diags(trust.ravel()) @ together
        solved = spsolve(matrix.tocsc(), together.T @ target)
        sheet = (together @ solved).reshape(shape)
    return np.asarray(sheet)


@lru_cache(maxsize=8)
def _plate(nu: int, nw: int) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """From the nodes of a plate to all columns, and what its bending costs."""
    onto = [_hats(n) for n in (nu, nw)]
    together = sparse.kron(onto[0], onto[1]).tocsr()
    return together, _bending(onto[0].shape[1], onto[1].shape[1])


def _hats(n: int) -> sparse.csr_matrix:
    """Linear interpolation from every ``COARSER``-th of n places to all of them."""
    count = -(-(n - 1) // COARSER) + 1
    at = np.arange(n) / COARSER
    before = np.minimum(at.astype(np.intp), max(0, count - 2))
    part = at - before
    rows = np.concatenate([np.arange(n)] * 2)
    columns = np.concatenate([before, np.minimum(before + 1, count - 1)])
    values = np.concatenate([1 - part, part])
    return sparse.coo_matrix((values, (rows, columns)), shape=(n, count)).tocsr()


def _bending(nu: int, nw: int) -> sparse.csr_matrix:
    """The quadratic form of the second differences of a sheet."""
    one_u, one_w = sparse.identity(nu), sparse.identity(nw)
    terms = [
        (sparse.kron(_difference(nu, 2), one_w), 1.0),
        (sparse.kron(one_u, _difference(nw, 2)), 1.0),
        (sparse.kron(_difference(nu, 1), _difference(nw, 1)), 2.0),
    ]
    return sum(weight * (term.T @ term) for term, weight in terms).tocsr()


def _difference(n: int, order: int) -> sparse.csr_matrix:
    stencil = {1: (-1.0, 1.0), 2: (1.0, -2.0, 1.0)}[order]
    rows = max(0, n - order)
    return sparse.diags(stencil, tuple(range(order + 1)), shape=(rows, n)).tocsr()


def _both_ways(cost: FloatArray, step_cost: float) -> FloatArray:
    return _along(cost, step_cost) + _along(cost[::-1], step_cost)[::-1]


def _along(cost: FloatArray, step_cost: float) -> FloatArray:
    """The least cost of a way along the first axis that ends at each sample (n, m, h)."""
    out = np.empty_like(cost)
    out[0] = cost[0]
    dearer = np.empty_like(out[0])
    for n in range(1, len(cost)):
        best = out[n - 1].copy()
        for step in STRIDES:
            np.add(best, np.float32(step_cost * step), out=dearer)
            np.minimum(best[:, step:], dearer[:, :-step], out=best[:, step:])
            np.minimum(best[:, :-step], dearer[:, step:], out=best[:, :-step])
        # Only differences matter; the least is taken away so that sums stay small.
        best -= best.min(axis=1, keepdims=True)
        np.add(cost[n], best, out=out[n])
    return out
