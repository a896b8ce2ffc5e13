"""Laws of grids: reorientation is exact, world positions survive, grids are told apart."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundct.core.geometry import (
    Geometry,
    grid_difference_mm,
    reorientation_to,
    require_same_grid,
    same_grid,
)
from groundct.core.issues import GridError

ORIENTATIONS = [
    "".join(letters)
    for order in itertools.permutations(("RL", "AP", "SI"))
    for letters in itertools.product(*order)
]

spacings = st.tuples(*[st.floats(0.3, 8.0) for _ in range(3)])
offsets = st.tuples(*[st.floats(-500, 500) for _ in range(3)])
tilts = st.floats(-0.3, 0.3)


def geometry(spacing=(0.7, 0.8, 2.5), offset=(0.0, 0.0, 0.0), tilt=0.0, shape=(4, 5, 6)):
    affine = np.eye(4)
    turn = np.array([[np.cos(tilt), -np.sin(tilt), 0], [np.sin(tilt), np.cos(tilt), 0], [0, 0, 1]])
    affine[:3, :3] = turn @ np.diag(spacing)
    affine[:3, 3] = offset
    return Geometry.of(shape, affine)


def test_there_are_48_orientations():
    assert len(set(ORIENTATIONS)) == 48


@given(spacings, offsets, tilts, st.sampled_from(ORIENTATIONS))
def test_reorientation_moves_no_voxel_in_the_world(spacing, offset, tilt, orientation):
    grid = geometry(spacing, offset, tilt)
    turn = reorientation_to(grid, orientation)
    turned = turn.apply_geometry(grid)
    assert turned.orientation == orientation
    places = np.moveaxis(np.indices(grid.shape), 0, -1)
    old_world = grid.world_from_index(places)
    moved = np.stack([turn.apply(old_world[..., axis]) for axis in range(3)], axis=-1)
    new_places = np.moveaxis(np.indices(turned.shape), 0, -1)
    np.testing.assert_allclose(turned.world_from_index(new_places), moved, atol=1e-9)


@given(st.sampled_from(ORIENTATIONS), st.sampled_from(ORIENTATIONS))
def test_reorientation_and_its_inverse_give_every_voxel_back(start, goal):
    array = np.arange(4 * 5 * 6).reshape(4, 5, 6)
    grid = reorientation_to(geometry(), start).apply_geometry(geometry())
    array = array.reshape(grid.shape)
    turn = reorientation_to(grid, goal)
    np.testing.assert_array_equal(turn.inverse().apply(turn.apply(array)), array)
    assert same_grid(turn.inverse().apply_geometry(turn.apply_geometry(grid)), grid)


@given(spacings, offsets, tilts)
def test_index_and_world_are_inverse(spacing, offset, tilt):
    grid = geometry(spacing, offset, tilt)
    index = [[0, 0, 0], [1.5, 2.25, 3.0]]
    np.testing.assert_allclose(
        grid.index_from_world(grid.world_from_index(index)), index, atol=1e-9
    )


@pytest.mark.parametrize("orientation", ["RA", "RAX", "RLS", "RASS"])
def test_an_orientation_that_is_none_is_refused(orientation):
    with pytest.raises(ValueError, match=r"anatomical axis|none of"):
        reorientation_to(geometry(), orientation)


def test_a_grid_differs_from_its_flip_its_shift_and_another_shape():
    grid = geometry()
    flipped = Geometry.of(grid.shape, np.diag([-1.0, 1, 1, 1]) @ grid.matrix)
    assert not same_grid(grid, flipped)
    assert not same_grid(grid, geometry(offset=(0.02, 0, 0)))
    assert same_grid(grid, geometry(offset=(0.005, 0, 0)))
    assert grid_difference_mm(grid, geometry(shape=(4, 5, 7))) == np.inf


def test_masks_on_another_grid_are_refused_with_the_place_named():
    with pytest.raises(GridError, match=r"lung.nii.gz.*mm apart"):
        require_same_grid(geometry(), geometry(offset=(1, 0, 0)), "lung.nii.gz")
    with pytest.raises(GridError, match="shapes"):
        require_same_grid(geometry(), geometry(shape=(4, 5, 7)), "lung.nii.gz")
    require_same_grid(geometry(), geometry(), "lung.nii.gz")


@pytest.mark.parametrize(
    ("shape", "affine"),
    [
        ((0, 4, 4), np.eye(4)),
        ((4, 4, 4), np.diag([1.0, 1.0, 0.0, 1.0])),
        ((4, 4, 4), np.array([[1.0, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])),
        ((4, 4, 4), np.full((4, 4), np.nan)),
    ],
)
def test_impossible_grids_cannot_be_made(shape, affine):
    with pytest.raises(ValueError, match=r"."):
        Geometry.of(shape, affine)
