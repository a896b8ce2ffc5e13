"""Nearest targets of whole rows are those that every voxel alone would be given."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundct.metrics.surface.lazy import lazy
from groundct.metrics.surface.nearest import Grid, Target, lengths_mm
from groundct.metrics.surface.rows import nearest_in_rows


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(0, 3))
def test_rows_have_the_distances_of_their_voxels(seed, count, gaps):
    rng = np.random.default_rng(seed)
    flat = np.arange(300)[np.repeat(rng.random(100) < 0.3 * (gaps + 1), 3)]
    points = np.column_stack([flat % 60, flat // 60 * 2])
    targets = np.column_stack([rng.integers(-50, 110, count), rng.integers(20, 90, count)])
    squares = ((points[:, None] - targets) ** 2).sum(axis=2)
    # A row is of 60 places, of which the last is never filled.
    keep = flat % 60 != 59
    flat, squares = flat[keep], squares[keep]
    if not len(flat):
        return
    found = nearest_in_rows(flat, lambda places: squares[places].argmin(axis=1))
    np.testing.assert_array_equal(squares[np.arange(len(flat)), found], squares.min(axis=1))


def test_few_voxels_of_a_row_are_asked_for():
    asked = []

    def ask(places):
        asked.extend(places.tolist())
        return (places >= 700).astype(np.int64)

    np.testing.assert_array_equal(nearest_in_rows(np.arange(1000), ask), np.arange(1000) >= 700)
    assert len(asked) == len(set(asked)) < 20


@pytest.mark.parametrize("spacing", [(0.7, 0.7, 1.3), (1.0, 1.0, 1.0), (0.5, 0.9, 3.0)])
def test_a_solid_body_far_away(spacing):
    grid = Grid((70, 40, 30), spacing)
    body = np.zeros(grid.shape, dtype=np.bool_, order="F")
    body[8:30, 8:22, 6:20] = True
    rng = np.random.default_rng(3)
    index = np.column_stack(
        [rng.integers(low, high, 60) for low, high in ((40, 60), (8, 30), (6, 24))]
    )
    target = np.unique(index @ grid.strides)
    start = np.flatnonzero(body.ravel(order="F"))
    steps = grid.index(target)[None] - grid.index(start)[:, None]
    every = lengths_mm(steps.reshape(-1, 3), spacing).reshape(len(start), -1)
    got = Target(target, grid).nearest_mm(start)
    assert np.abs(got - every.min(axis=1)).max() < 1e-12


def test_a_lazy_value_is_made_once():
    made = []

    class Owner:
        @lazy
        def value(self):
            made.append(self)
            return len(made)

    owner, other = Owner(), Owner()
    assert (owner.value, owner.value, other.value) == (1, 1, 2)
    assert made == [owner, other]
