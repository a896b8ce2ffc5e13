"""Volumes and diameters in clinical units."""

import numpy as np
import pytest

from groundct.metrics.volumes import mesh_size, size_errors, volume_ml

SPACING = (0.7, 0.8, 2.5)


def ball(radius_mm, spacing):
    n = [int(radius_mm / step) + 2 for step in spacing]
    axes = np.meshgrid(
        *(np.arange(-m, m + 1) * s for m, s in zip(n, spacing, strict=True)), indexing="ij"
    )
    return sum(axis**2 for axis in axes) <= radius_mm**2


def test_errors_are_prediction_minus_reference():
    reference = np.zeros((10, 10, 4), dtype=np.bool_)
    prediction = reference.copy()
    reference[2:6, 3, 1] = True
    prediction[2:8, 3, 1:3] = True
    sizes = size_errors(reference, prediction, SPACING)
    assert sizes.reference_ml == pytest.approx(4 * 0.0014)
    assert sizes.volume_error_ml == pytest.approx(8 * 0.0014)
    assert sizes.relative_volume_error == pytest.approx(2)
    assert sizes.reference_diameter_mm == pytest.approx(3 * 0.7 + 0.75)
    assert sizes.diameter_error_mm == pytest.approx(2 * 0.7)


def test_empty_masks_have_no_diameter():
    full = np.ones((2, 2, 2), dtype=np.bool_)
    sizes = size_errors(~full, full, SPACING)
    assert sizes.reference_diameter_mm is None
    assert sizes.diameter_error_mm is None
    assert sizes.relative_volume_error is None
    assert sizes.volume_error_ml == pytest.approx(8 * 0.0014)
    assert size_errors(full, ~full, SPACING).diameter_error_mm is None


def test_mesh_of_a_ball():
    spacing = (0.5, 0.6, 0.7)
    mask = ball(12.0, spacing)
    sizes = mesh_size(mask, spacing)
    assert sizes.volume_ml == pytest.approx(4 / 3 * np.pi * 1.2**3, rel=0.01)
    assert sizes.volume_ml == pytest.approx(volume_ml(mask, spacing), rel=0.01)
    assert 1.0 < sizes.area_mm2 / (4 * np.pi * 12.0**2) < 1.12


def test_mesh_moves_with_its_mask_and_is_nothing_for_nothing():
    rng = np.random.default_rng(7)
    mask = rng.random((6, 7, 8)) < 0.4
    sizes = mesh_size(mask, SPACING)
    moved = mesh_size(np.pad(mask, ((3, 0), (0, 5), (2, 2))), SPACING)
    assert moved.volume_ml == pytest.approx(sizes.volume_ml)
    assert moved.area_mm2 == pytest.approx(sizes.area_mm2)
    none = mesh_size(np.zeros((3, 3, 3), dtype=np.bool_), SPACING)
    assert none.volume_ml == none.area_mm2 == 0


@pytest.mark.parametrize("wide", range(1, 18))
def test_mesh_of_a_row_that_ends_anywhere_in_a_word_of_voxels(wide):
    row = np.ones((wide, 2, 1), dtype=np.bool_)
    along, across = mesh_size(row, (0.3, 4.0, 4.0)), mesh_size(row.T, (4.0, 4.0, 0.3))
    assert along.area_mm2 == pytest.approx(across.area_mm2)
    assert along.volume_ml == pytest.approx(across.volume_ml)
