import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from groundct.imaging.distances import close_mm, dilate_mm, distance_mm, erode_mm, open_mm

SPACING = (0.8, 1.1, 2.5)


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6), radius=st.floats(0.5, 4))
def test_distance_and_dilation_agree_with_scipy(seed, radius):
    mask = np.random.default_rng(seed).random((9, 8, 7)) < 0.05
    mask[4, 4, 4], mask[0, 0, 0] = True, False
    reference = ndimage.distance_transform_edt(mask, SPACING)
    assert np.allclose(distance_mm(mask, SPACING), reference, atol=1e-4)
    away = ndimage.distance_transform_edt(~mask, SPACING)
    clear = np.abs(away - radius) > 1e-4
    assert np.array_equal(dilate_mm(mask, radius, SPACING)[clear], (away <= radius)[clear])


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6), radius=st.floats(0.5, 4))
def test_opening_shrinks_closing_grows(seed, radius):
    mask = ndimage.gaussian_filter(np.random.default_rng(seed).random((12, 11, 9)), 1) > 0.5
    assert not (erode_mm(mask, radius, SPACING) & ~mask).any()
    assert not (mask & ~dilate_mm(mask, radius, SPACING)).any()
    assert not (open_mm(mask, radius, SPACING) & ~mask).any()
    assert not (mask & ~close_mm(mask, radius, SPACING)).any()


def test_opening_removes_a_thread_and_keeps_a_block():
    mask = np.zeros((30, 20, 20), dtype=bool)
    mask[2:12, 5:15, 5:15] = True
    mask[12:28, 10, 10] = True
    opened = open_mm(mask, 2.0, (1, 1, 1))
    assert opened[7, 10, 10]
    assert not opened[20, 10, 10]


def test_the_scan_border_does_not_erode():
    mask = np.ones((6, 6, 6), dtype=bool)
    mask[:3] = False
    eroded = erode_mm(mask, 1.0, (1, 1, 1))
    assert eroded[4:].all()
    assert not eroded[3].any()


def test_a_full_mask_is_infinitely_deep_and_an_empty_one_stays_empty():
    assert np.isinf(distance_mm(np.ones((3, 3, 3), dtype=bool), SPACING)).all()
    empty = np.zeros((3, 3, 3), dtype=bool)
    assert not dilate_mm(empty, 5, SPACING).any()
    assert not erode_mm(empty, 5, SPACING).any()
    assert distance_mm(empty, SPACING).max() == pytest.approx(0)
