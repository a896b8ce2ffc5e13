import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundct.core.geometry import Geometry
from groundct.core.issues import GridError
from groundct.core.volume import LabelMap, Segment, Volume
from groundct.imaging.resample import (
    OUTSIDE_HU,
    resample,
    resample_linear,
    resample_mask,
    resample_volume,
    working_geometry,
)


def grid(shape, spacing, origin=(-10.0, 5.0, 40.0)):
    matrix = np.diag([*spacing, 1.0])
    matrix[:3, 3] = origin
    return Geometry.of(shape, matrix)


def volume(hu, geometry):
    return Volume(np.asfortranarray(hu.astype(np.int16)), geometry, geometry)


def edges(geometry):
    return geometry.world_from_index([(-0.5,) * 3, tuple(n - 0.5 for n in geometry.shape)])


@given(
    shape=st.tuples(*[st.integers(1, 40)] * 3),
    spacing=st.tuples(*[st.floats(0.4, 5)] * 3),
    new=st.floats(0.5, 9),
)
def test_working_grid_covers_exactly_the_same_space(shape, spacing, new):
    own = grid(shape, spacing)
    coarse = working_geometry(own, new)
    assert np.allclose(edges(own), edges(coarse), atol=1e-6)
    assert all(a <= b for a, b in zip(coarse.shape, own.shape, strict=True))


def test_an_axis_that_is_already_coarse_is_left_alone():
    assert working_geometry(grid((64, 64, 20), (0.8, 0.8, 5)), 2.0).shape == (26, 26, 20)


def test_spacing_must_be_positive():
    with pytest.raises(ValueError, match="positive"):
        working_geometry(grid((4, 4, 4), (1, 1, 1)), 0.0)


@settings(max_examples=25)
@given(new=st.floats(0.5, 4), slope=st.tuples(*[st.integers(-8, 8)] * 3))
def test_a_linear_ramp_keeps_its_value_at_its_place(new, slope):
    own = grid((20, 18, 16), (1.0, 1.25, 2.0), (0, 0, 0))
    i, j, k = np.indices(own.shape)
    x, y, z = i * 1.0, j * 1.25, k * 2.0
    ramp = (slope[0] * x + slope[1] * y + slope[2] * z).astype(np.float32)
    target = working_geometry(own, new)
    got = resample_linear(ramp, own, target)
    place = target.world_from_index(np.moveaxis(np.indices(target.shape), 0, -1))
    inner = tuple(slice(n // 4, n - n // 4) if n > 6 else slice(0, 0) for n in target.shape)
    assert np.allclose(got[inner], (place @ np.array(slope))[inner], atol=0.02)


def test_coarser_grid_averages_so_that_no_voxel_is_skipped():
    own = grid((32, 32, 32), (1, 1, 1))
    board = np.indices(own.shape).sum(axis=0) % 2 * 1000
    coarse = resample_volume(volume(board, own), 4.0)
    assert coarse.geometry.shape == (8, 8, 8)
    assert np.abs(coarse.hu.astype(int) - 500).max() <= 40


def test_the_same_grid_gives_the_same_voxels():
    own = grid((7, 6, 5), (0.7, 0.7, 2.5))
    hu = np.random.default_rng(1).integers(-1000, 1000, own.shape)
    assert np.array_equal(resample_volume(volume(hu, own), own).hu, hu)


def test_outside_the_volume_is_air_and_no_label():
    own = grid((4, 4, 4), (1, 1, 1), (0, 0, 0))
    target = grid((8, 4, 4), (1, 1, 1), (-4, 0, 0))
    got = resample(volume(np.full(own.shape, 50), own), target)
    assert np.all(got.hu[:4] == OUTSIDE_HU)
    assert np.all(got.hu[4:] == 50)
    mask = resample_mask(np.ones(own.shape, dtype=bool), own, target)
    assert not mask[:4].any()
    assert mask[4:].all()


def test_labels_are_never_mixed_and_segments_stay():
    own = grid((10, 10, 10), (1, 1, 1))
    layer = np.zeros(own.shape, dtype=np.uint16, order="F")
    layer[:5], layer[5:] = 3, 9
    parts = (Segment(name="right lung", parts=((0, 3),)), Segment(name="heart", parts=()))
    got = resample(LabelMap((layer,), parts, own, own), working_geometry(own, 2.5))
    assert set(np.unique(got.layers[0])) == {3, 9}
    assert got.segments == parts
    assert got.layers[0].flags.f_contiguous


def test_views_with_flipped_axes_are_read_right():
    own = grid((9, 8, 7), (1, 1, 1))
    hu = np.random.default_rng(2).integers(-900, 900, own.shape).astype(np.int16)
    view = Volume(np.asfortranarray(hu[::-1, ::-1])[::-1, ::-1], own, own)
    straight = resample_volume(volume(hu, own), 2.0)
    assert np.array_equal(resample_volume(view, 2.0).hu, straight.hu)


def test_turned_grids_are_refused():
    own = grid((8, 8, 8), (1, 1, 1))
    turn = np.eye(4)
    turn[:2, :2] = [[0.96, -0.28], [0.28, 0.96]]
    with pytest.raises(GridError) as caught:
        resample_mask(np.ones(own.shape, dtype=bool), own, Geometry.of((8, 8, 8), turn))
    assert caught.value.issues[0].code == "axes-not-parallel"
