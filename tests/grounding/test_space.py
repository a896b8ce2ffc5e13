"""Crops and coarse grids: what is thinned comes back, and closings stay inside."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundct.grounding._space.cage import inside_cage
from groundct.grounding._space.crops import (
    around,
    block_mean,
    closed_mm,
    placed,
    repeated,
    steps_for,
    thinned,
)
from groundct.grounding._space.hull import hull_by_slice
from groundct.grounding._space.spaces import space_of


@given(
    shape=st.tuples(*[st.integers(1, 13)] * 3),
    steps=st.tuples(*[st.integers(1, 4)] * 3),
    seed=st.integers(0, 99),
)
def test_repeated_has_the_shape_asked_for_and_thins_to_the_same(
    shape: tuple[int, int, int], steps: tuple[int, int, int], seed: int
) -> None:
    mask = np.random.default_rng(seed).random(shape) > 0.5
    coarse = thinned(mask, steps)
    if min(coarse.shape) > 0:
        full = repeated(coarse, steps, shape)
        assert full.shape == shape
        assert np.array_equal(thinned(full, steps), coarse)


def test_steps_never_pass_the_wanted_spacing() -> None:
    assert steps_for((0.7, 0.7, 2.5), 1.7) == (2, 2, 1)
    assert steps_for((2.5, 2.5, 5.0), 1.7) == (1, 1, 1)


def test_block_mean_of_whole_blocks() -> None:
    array = np.arange(8, dtype=np.float32).reshape(2, 2, 2)
    assert block_mean(array, (2, 2, 2)).item() == 3.5
    assert block_mean(array, (2, 1, 1))[0, 0, 0] == 2.0


def test_around_an_empty_mask_is_nothing_and_a_crop_is_placed_back() -> None:
    mask = np.zeros((10, 10, 10), dtype=np.bool_)
    assert around(mask, (1.0, 1.0, 1.0), 2.0) is None
    mask[4:6, 5, 7] = True
    crop = around(mask, (1.0, 1.0, 2.0), 2.0)
    assert crop is not None
    assert np.array_equal(placed(mask[crop], crop).dense((10, 10, 10)), mask)


def test_closing_fills_a_gap_and_does_not_grow_along_the_edge() -> None:
    mask = np.zeros((20, 20, 20), dtype=np.bool_)
    mask[:, :6] = mask[:, 8:14] = True
    closed = closed_mm(mask, 3.0, (1.0, 1.0, 1.0))
    assert closed[10, 7, 10]
    assert not closed[:, 15:].any()


def test_the_hull_of_two_points_and_of_an_l() -> None:
    mask = np.zeros((8, 8, 2), dtype=np.bool_)
    mask[1:7, 1, 0] = mask[1, 1:7, 0] = True
    mask[2, 2, 1] = mask[6, 6, 1] = True
    hull = hull_by_slice(mask)
    assert hull[3, 3, 0]
    assert not hull[6, 6, 0]
    assert np.array_equal(hull[:, :, 1], mask[:, :, 1])


def test_the_cavity_holds_its_own_lung_and_nothing_of_the_other(chest: Any) -> None:
    cavity = space_of("thoracic cavity", chest.volume(), chest.label_map(), ("left lung",))
    assert cavity[chest.organs["left lung"]].all()
    assert not cavity[chest.organs["right lung"]].any()
    assert not cavity[chest.organs["rib"] & ~chest.organs["left lung"]].any()
    none = space_of("thoracic cavity", chest.volume(), chest.label_map(), ())
    assert not none.any()


@pytest.mark.parametrize(("side", "other"), [("left", "right"), ("right", "left")])
def test_the_pleural_space_ends_at_the_ribs_and_holds_what_the_lung_lost(
    chest: Any, side: str, other: str
) -> None:
    whole = chest.organs[f"{side} lung"].copy()
    chest.organs[f"{side} lung"] = whole & (chest.index[1] > 25)
    space = space_of("pleural space", chest.volume(), chest.label_map(), (f"{side} lung",))
    assert space[whole].mean() > 0.97
    assert not space[chest.organs[f"{other} lung"]].any()
    i, j, _ = chest.index
    across = ((i - 47.5) / 44) ** 2 + ((j - 35.5) / 32) ** 2
    assert not space[across > 0.93].any()


def test_the_pleural_space_needs_its_lung(chest: Any) -> None:
    del chest.organs["left lung"]
    assert not space_of("pleural space", chest.volume(), chest.label_map(), ("left lung",)).any()


def test_between_ribs_the_wall_is_that_of_the_ribs_beside() -> None:
    i, j, k = np.indices((40, 40, 30))
    away = np.hypot(i - 20, j - 20)
    bones = (away > 13) & (away < 16) & (k % 8 < 3)
    inside = inside_cage(away < 19, bones, (3.0, 3.0, 3.0))
    assert inside[away < 12].all()
    assert not inside[away > 15].any()
    assert inside_cage(away < 0, bones, (3.0, 3.0, 3.0)).sum() == 0
