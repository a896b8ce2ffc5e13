from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from groundct.imaging.components import (
    bounding_slices,
    components,
    fill_holes_by_slice,
    keep_components,
    largest_component,
)


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6), density=st.floats(0.02, 0.4), flip=st.booleans())
def test_components_agree_with_scipy_and_come_largest_first(seed, density, flip):
    mask = np.random.default_rng(seed).random((9, 8, 7)) < density
    mask = np.asfortranarray(mask)[::-1] if flip else mask
    labels, sizes = components(mask)
    reference, count = ndimage.label(mask, np.ones((3, 3, 3)))
    assert len(sizes) == count + 1
    assert sizes.sum() == mask.size
    assert np.all(np.diff(sizes[1:]) <= 0)
    assert np.array_equal(labels > 0, mask)
    assert len(set(zip(labels[mask], reference[mask], strict=True))) == count


@pytest.mark.parametrize("shape", list(product((1, 2, 3, 6, 7), repeat=3)))
@pytest.mark.parametrize("connectivity", [6, 18, 26])
def test_lone_voxels_as_many_as_there_is_room_for(shape, connectivity):
    mask = np.zeros(shape, dtype=bool)
    mask[::2, ::2, ::2] = True
    labels, sizes = components(mask, connectivity)
    assert len(sizes) == 1 + mask.sum() and np.array_equal(labels > 0, mask)


def test_a_diagonal_touch_joins_only_by_26():
    mask = np.zeros((4, 4, 4), dtype=bool)
    mask[0, 0, 0] = mask[1, 1, 1] = True
    assert len(components(mask, 26)[1]) == 2
    assert len(components(mask, 6)[1]) == 3


def test_largest_and_keep():
    mask = np.zeros((10, 5, 5), dtype=bool)
    mask[:2], mask[4:5, 0, 0], mask[7:, :2, :2] = True, True, True
    assert largest_component(mask).sum() == 50
    assert keep_components(mask, 12).sum() == 62
    assert not keep_components(mask, 51).any()


def test_nothing_in_an_empty_mask():
    empty = np.zeros((3, 3, 3), dtype=bool)
    assert bounding_slices(empty) is None
    assert components(empty)[1].tolist() == [27]
    assert not largest_component(empty).any()
    assert not fill_holes_by_slice(empty).any()


def test_holes_are_filled_in_the_slices_asked_for():
    tube = np.zeros((7, 7, 5), dtype=bool)
    tube[1:6, 1:6] = True
    tube[2:5, 2:5] = False
    assert fill_holes_by_slice(tube)[3, 3].all()
    assert not fill_holes_by_slice(tube, axis=0)[3, 3].any()
