import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundct.core.geometry import Geometry
from groundct.core.volume import RegionMask
from groundct.imaging.shape import longest_axial_diameter_mm, region_statistics


def grid(shape, spacing):
    return Geometry.of(shape, np.diag([*spacing, 1.0]))


def test_a_block_has_its_known_statistics():
    mask = np.zeros((20, 20, 20), dtype=bool)
    mask[2:6, 3:13, 5:7] = True
    got = region_statistics(RegionMask.of(mask), grid(mask.shape, (0.5, 1.0, 2.0)))
    assert (got.voxels, got.volume_ml) == (80, pytest.approx(0.08))
    assert (got.low, got.high) == ((2, 3, 5), (6, 13, 7))
    assert got.centroid_index == pytest.approx((3.5, 7.5, 5.5))
    assert got.centroid_mm == pytest.approx((1.75, 7.5, 11.0))


def test_an_empty_region_has_none():
    empty = RegionMask.of(np.zeros((3, 3, 3), dtype=bool))
    with pytest.raises(ValueError, match="empty"):
        region_statistics(empty, grid((3, 3, 3), (1, 1, 1)))
    assert longest_axial_diameter_mm(empty, grid((3, 3, 3), (1, 1, 1))) == 0


@settings(max_examples=40)
@given(diameter=st.floats(4, 30), step=st.sampled_from([0.5, 0.7, 1.0]), shift=st.floats(0, 1))
def test_a_ball_measures_as_its_diameter(diameter, step, shift):
    n = int(32 / step) + 4
    x, y, z = (np.arange(n) * step - 16 + shift * step for _ in range(3))
    ball = x[:, None, None] ** 2 + y[:, None] ** 2 + z**2 <= diameter**2 / 4
    got = longest_axial_diameter_mm(RegionMask.of(ball), grid(ball.shape, (step,) * 3))
    assert abs(got - diameter) <= 1.1 * step


def test_one_voxel_and_one_line():
    mask = np.zeros((40, 40, 2), dtype=bool)
    mask[3, 3, 0] = True
    assert longest_axial_diameter_mm(RegionMask.of(mask), grid(mask.shape, (1, 1, 1))) == 1
    mask[:, 3, 0] = True
    assert longest_axial_diameter_mm(RegionMask.of(mask), grid(mask.shape, (1, 1, 1))) == 40
    mask[:] = False
    mask[range(40), range(40), 1] = True
    got = longest_axial_diameter_mm(RegionMask.of(mask), grid(mask.shape, (1, 1, 1)))
    assert got == pytest.approx(39 * 2**0.5 + 1)
