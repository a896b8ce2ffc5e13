"""Distances to far targets are those of a search among all of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundct.metrics.surface import far
from groundct.metrics.surface.far import Tiles, far_mm, tile_width
from groundct.metrics.surface.lazy import lazy
from groundct.metrics.surface.nearest import Grid, Target, lengths_mm

SPACINGS = [(0.7, 0.7, 1.3), (1.0, 1.0, 1.0), (0.5, 0.9, 3.0), (0.3, 5.0, 0.6)]


def by_search(start, target, spacing):
    steps = (target[:, None] - start[:, :, None]).reshape(3, -1).T
    return lengths_mm(steps, spacing).reshape(start.shape[1], -1).min(axis=1)


def by_tiles(start, target, spacing):
    return far_mm(start, Tiles.of(target, tile_width(spacing)), spacing)


@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 300),
    st.integers(1, 300),
    st.integers(1, 200),
    st.sampled_from(SPACINGS),
)
def test_any_voxels_and_targets(seed, count, targets, wide, spacing):
    rng = np.random.default_rng(seed)
    start = rng.integers(0, wide, (3, count))
    target = rng.integers(-wide // 2, 2 * wide, (3, targets))
    np.testing.assert_array_equal(
        by_tiles(start, target, spacing), by_search(start, target, spacing)
    )


@pytest.mark.parametrize("spacing", SPACINGS)
def test_a_solid_body_far_away(spacing):
    grid = Grid((72, 40, 30), spacing)
    body = np.zeros(grid.shape, dtype=np.bool_, order="F")
    body[8:30, 8:22, 6:20] = True
    rng = np.random.default_rng(3)
    index = np.array([rng.integers(low, high, 60) for low, high in ((40, 60), (8, 30), (6, 24))])
    start = np.flatnonzero(body.ravel(order="F"))
    got = Target(np.unique(grid.strides @ index), grid).nearest_mm(start)
    np.testing.assert_array_equal(got, by_search(grid.index(start), index, spacing))


def test_many_voxels_of_which_no_probe_can_help_one():
    grid = Grid((72, 40, 30), (1.0, 1.0, 1.0))
    body = np.zeros(grid.shape, dtype=np.bool_, order="F")
    body[5:29, 6:34, 6:24] = True
    start, target = np.flatnonzero(body.ravel(order="F")), np.array([[60], [20], [12]])
    got = Target(grid.strides @ target, grid).nearest_mm(start)
    np.testing.assert_array_equal(got, by_search(grid.index(start), target, (1.0, 1.0, 1.0)))


def test_the_middle_of_a_sphere_is_as_far_from_all_of_it(monkeypatch):
    monkeypatch.setattr(far, "_AT_ONCE", 50)
    place = np.array(np.meshgrid(*[np.arange(-30, 31)] * 3)).reshape(3, -1)
    radius = np.sqrt((place**2).sum(axis=0))
    target, start = place[:, abs(radius - 29) < 0.5], place[:, radius < 3]
    spacing = (1.0, 1.0, 1.0)
    np.testing.assert_array_equal(
        by_tiles(start, target, spacing), by_search(start, target, spacing)
    )


def test_few_targets_count_for_a_far_tile():
    rng = np.random.default_rng(1)
    target = np.array([rng.integers(0, 100, 5000), rng.integers(0, 100, 5000), np.zeros(5000)])
    middle, half = np.array([50.0, 50.0, 100.0]), np.full(3, 4.0)
    assert 1 <= far._contenders((middle, half), target).size < 250


def test_tiles_hold_all_voxels_once_and_are_about_cubes():
    assert tile_width((1.0, 1.0, 1.0)).tolist() == [8, 8, 8]
    assert tile_width((0.5, 0.5, 4.0)).tolist() == [16, 16, 2]
    index = np.random.default_rng(2).integers(-40, 40, (3, 500))
    tiles = Tiles.of(index, np.array([8, 8, 2]))
    assert sorted(np.concatenate(list(tiles.members())).tolist()) == list(range(500))
    np.testing.assert_array_equal(tiles.index, index[:, tiles.order])
    for n, members in enumerate(tiles.members()):
        own = index[:, members]
        assert len(np.unique(own // [[8], [8], [2]], axis=1).T) == 1
        np.testing.assert_array_equal(tiles.low[:, n], own.min(axis=1))
        np.testing.assert_array_equal(tiles.high[:, n], own.max(axis=1))
        np.testing.assert_array_equal(tiles.index[:, tiles.places(np.array([n]))], own)


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
