"""Values that public tools' own tests expect, on masks built again from their descriptions.

google-deepmind/surface-distance (surface_distance_test.py) and Project-MONAI/MetricsReloaded
(test_pairwise_measures.py; figures of "Common limitations of image processing metrics"), both
Apache-2.0.
"""

import numpy as np
import pytest

from groundct.metrics.surface import surface_metrics

SURFELS = (
    "asd:surfel-reference",
    "asd:surfel-prediction",
    "hd:surfel",
    "hd95:surfel",
    "nsd:surfel",
)


def box(shape, *spans):
    mask = np.zeros(shape, dtype=np.bool_)
    mask[tuple(slice(*span) for span in spans)] = True
    return mask


def surfels(reference, prediction, spacing):
    values = surface_metrics(reference, prediction, spacing, names=SURFELS, tolerances_mm=(1,))
    return list(values.values())


def test_two_voxels_two_millimetres_apart():
    one = box((12, 12, 12), (4, 5), (5, 6), (6, 7))
    two = box((12, 12, 12), (4, 5), (5, 6), (8, 9))
    assert surfels(one, two, (3, 2, 1)) == pytest.approx([1.5, 1.5, 2, 2, 0.5], abs=1e-3)


def test_block_that_grew_by_a_slice():
    one, two = (box((100, 100, 100), (0, n), (0, 100), (0, 100)) for n in (50, 51))
    assert surfels(one, two, (2, 1, 1)) == pytest.approx([0.322, 0.339, 2, 2, 0.836], abs=1e-3)


@pytest.mark.parametrize(
    ("prediction", "expected"),
    [
        (
            ((6, 8), (6, 8)),
            {"hd:border": 1.41, "assd:mean": 1.07, "assd:pooled": 1.1, "nsd:border@1mm": 0.75},
        ),
        (
            ((4, 10), (4, 10)),
            {"hd:border": 1.41, "assd:mean": 1.04, "assd:pooled": 1.05, "nsd:border@1mm": 0.875},
        ),
    ],
)
def test_squares_within_each_other(prediction, expected):
    reference = box((14, 14), (5, 9), (5, 9))
    names = ("hd:border", "assd:mean", "assd:pooled", "nsd:border")
    got = surface_metrics(
        reference, box((14, 14), *prediction), (1, 1), names=names, tolerances_mm=(1,)
    )
    assert got == pytest.approx(expected, abs=0.01)


def test_one_voxel_far_away():
    prediction = box((14, 14), (9, 12), (9, 12))
    reference = prediction.copy()
    reference[1, 1] = True
    names = ("hd:border", "hd95:max")
    got = surface_metrics(reference, prediction, (1, 1), names=names)
    assert list(got.values()) == pytest.approx([11.31, 6.79], abs=0.01)


def test_square_that_grew_into_a_cross():
    reference = box((11, 11), (3, 8), (3, 8))
    prediction = reference.copy()
    prediction[5, 1:10] = prediction[1:10, 5] = True
    names = ("assd:pooled", "assd:mean", "nsd:border")
    got = surface_metrics(reference, prediction, (1, 1), names=names)
    assert list(got.values()) == pytest.approx([0.44, 0.425, 0.89, 1.0], abs=0.01)
