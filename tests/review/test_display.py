"""What the eye is shown stays where it is."""

from __future__ import annotations

import gzip

import nibabel
import numpy as np
import pytest

from groundct.codecs.nifti import nifti_gz_bytes
from groundct.core.geometry import Geometry
from groundct.core.volume import LabelMap, Segment, Volume
from groundct.review._display import (
    HU_STEP,
    display_geometry,
    display_hu,
    display_labels,
)

AFFINE = np.diag([1.0, 1.0, 2.0, 1.0])
GRID = Geometry.of((30, 24, 10), AFFINE)


@pytest.mark.parametrize("limit", [(30, 24, 10), (10, 12, 10), (7, 24, 3)])
def test_a_reduced_grid_covers_the_same_box(limit):
    small = display_geometry(GRID, limit)
    assert small.shape == limit
    ends = np.array([[-0.5] * 3, [n - 0.5 for n in GRID.shape]])
    small_ends = np.array([[-0.5] * 3, [n - 0.5 for n in small.shape]])
    np.testing.assert_allclose(
        GRID.world_from_index(ends), small.world_from_index(small_ends), atol=1e-9
    )


def test_small_grids_are_left_as_they_are():
    assert display_geometry(GRID) == GRID


@pytest.mark.parametrize("limit", [(30, 24, 10), (10, 12, 5)])
def test_hu_stay_in_place_and_are_rounded_to_the_step(limit):
    i = np.arange(30)[:, None, None] * 20 - 300
    hu = np.asfortranarray(np.broadcast_to(i, GRID.shape).astype(np.int16))
    grid = display_geometry(GRID, limit)
    shown = display_hu(Volume(hu, GRID, GRID), grid)
    assert (shown % HU_STEP == 0).all()
    x = grid.world_from_index([[n, 5, 3] for n in range(1, limit[0] - 1)])[:, 0]
    np.testing.assert_allclose(shown[1:-1, 5, 3], x * 20 - 300, atol=HU_STEP)


def test_the_smallest_label_is_not_lost():
    layer = np.zeros(GRID.shape, dtype=np.uint16, order="F")
    layer[4:9, 4:9, 2:6] = 1
    layer[21, 13, 7] = 300
    labels = LabelMap((layer,), (Segment(name="dot", parts=((0, 300),)),), GRID, GRID)
    grid = display_geometry(GRID, (6, 6, 3))
    (shown,) = display_labels(labels, grid)
    assert shown.dtype == np.uint16
    (at,) = np.argwhere(shown == 300)
    distance = np.abs(grid.world_from_index(at) - GRID.world_from_index([21, 13, 7]))
    assert (distance <= np.array(grid.spacing_mm) / 2 + 1e-9).all()


def test_few_labels_take_one_byte_each():
    layer = np.zeros(GRID.shape, dtype=np.uint16, order="F")
    labels = LabelMap((layer,), (), GRID, GRID)
    assert display_labels(labels, GRID)[0].dtype == np.uint8


def test_the_nifti_holds_voxels_and_affine():
    hu = np.arange(30 * 24 * 10, dtype=np.int16).reshape(GRID.shape, order="F")
    written = nifti_gz_bytes(hu, GRID)
    assert written == nifti_gz_bytes(hu.copy(order="F"), GRID)
    image = nibabel.Nifti1Image.from_bytes(gzip.decompress(written))
    np.testing.assert_array_equal(np.asarray(image.dataobj), hu)
    np.testing.assert_array_equal(image.affine, AFFINE)
