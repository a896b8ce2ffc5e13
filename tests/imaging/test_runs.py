"""Runs say the same as dense arrays."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from groundct.imaging.runs import (
    Runs,
    joint_sizes,
    label_centres,
    label_crop,
    label_sizes,
    nonzero_flat,
    relabelled,
    runs_of_crop,
    shared_crop,
    touching_joined,
)

SHAPES = array_shapes(min_dims=3, max_dims=3, min_side=1, max_side=6)
MASKS = SHAPES.flatmap(lambda s: arrays(np.uint8, s, elements=st.integers(0, 3)))
PAIRS = SHAPES.flatmap(lambda s: st.tuples(*[arrays(np.uint8, s, elements=st.integers(0, 3))] * 2))


@settings(max_examples=150)
@given(MASKS)
def test_dense_and_back(mask):
    runs = Runs.of(mask)
    np.testing.assert_array_equal(runs.dense(), mask)
    assert runs.count == np.count_nonzero(mask)
    assert (runs.starts // mask.shape[0] == (runs.stops - 1) // mask.shape[0]).all()
    sizes = np.bincount(mask.ravel(), minlength=runs.n_labels + 1)
    assert label_sizes(runs)[1:].tolist() == sizes[1:].tolist()
    assert len(touching_joined(runs).starts) == len(runs.starts)


@settings(max_examples=150)
@given(PAIRS)
def test_joint_sizes(pair):
    a, b = pair
    table = joint_sizes(Runs.of(a), Runs.of(b))
    for x in range(1, table.shape[0]):
        for y in range(1, table.shape[1]):
            assert table[x, y] == np.count_nonzero((a == x) & (b == y))
    assert not table[0].any() and not table[:, 0].any()


@settings(max_examples=100)
@given(MASKS)
def test_centres_and_crops(mask):
    runs = Runs.of(mask)
    centres = label_centres(runs)
    for label in range(1, runs.n_labels + 1):
        where = np.argwhere(mask == label)
        low, crop = label_crop(runs, label)
        if not len(where):
            assert np.isnan(centres[label]).all() and crop.size == 0
            continue
        np.testing.assert_allclose(centres[label], where.mean(axis=0), atol=1e-12)
        assert low == tuple(where.min(axis=0))
        box = tuple(slice(a, b + 1) for a, b in zip(low, where.max(axis=0), strict=True))
        np.testing.assert_array_equal(crop, mask[box] == label)


@settings(max_examples=100)
@given(PAIRS)
def test_shared_crop(pair):
    low, crops = shared_crop(*(Runs.of(mask) for mask in pair))
    either = np.argwhere(pair[0] | pair[1])
    if not len(either):
        assert crops[0].size == 0
        return
    box = tuple(
        slice(a, b + 1) for a, b in zip(either.min(axis=0), either.max(axis=0), strict=True)
    )
    assert low == tuple(either.min(axis=0))
    for crop, mask in zip(crops, pair, strict=True):
        np.testing.assert_array_equal(crop, mask[box] > 0)


def test_a_crop_is_put_in_its_place():
    labels = np.arange(8, dtype=np.uint8).reshape(2, 2, 2)
    runs = runs_of_crop(labels, (1, 2, 1), (4, 5, 3))
    wanted = np.zeros((4, 5, 3), np.uint8)
    wanted[1:3, 2:4, 1:3] = labels
    np.testing.assert_array_equal(runs.dense(), wanted)
    assert runs_of_crop(np.zeros((0, 0, 0)), (0, 0, 0), (4, 5, 3)).count == 0


def test_labels_can_be_given_anew_and_dropped():
    runs = Runs.of(np.array([1, 2, 3, 3, 0, 1]).reshape(6, 1, 1))
    assert relabelled(runs, np.array([0, 0, 1, 7])).dense().ravel().tolist() == [0, 1, 7, 7, 0, 0]


def test_only_arrays_of_three_axes_and_one_shape():
    with pytest.raises(ValueError, match="i, j, k"):
        Runs.of(np.zeros((2, 2)))
    with pytest.raises(ValueError, match="differ"):
        joint_sizes(Runs.of(np.ones((2, 2, 2))), Runs.of(np.ones((2, 2, 3))))


@pytest.mark.parametrize("length", [0, 1, 7, 8, 511, 512, 513, 5000])
def test_what_is_not_zero(length):
    rng = np.random.default_rng(length)
    for share in (0.0, 0.001, 0.5, 1.0):
        labels = (rng.random(length) < share).astype(np.uint8) * np.uint8(200)
        np.testing.assert_array_equal(nonzero_flat(labels), np.flatnonzero(labels))
