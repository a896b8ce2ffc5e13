"""Components on runs are scipy's, to the number."""

import numpy as np
import pytest
from scipy import ndimage

from groundct.imaging.runs import Runs, label_sizes
from groundct.metrics.components import component_runs, largest_components

RANKS = {6: 1, 18: 2, 26: 3}


@pytest.mark.parametrize("connectivity", RANKS)
def test_components_are_those_of_scipy(connectivity):
    rng = np.random.default_rng(connectivity)
    structure = ndimage.generate_binary_structure(3, RANKS[connectivity])
    for _ in range(400):
        shape = tuple(rng.integers(1, 10, 3))
        mask = rng.random(shape) < rng.choice([0.05, 0.2, 0.4, 0.9, 1.0])
        labels, _ = ndimage.label(mask, structure)
        np.testing.assert_array_equal(component_runs(Runs.of(mask), connectivity).dense(), labels)


def test_connectivities_differ_where_they_should():
    mask = np.zeros((2, 2, 2), bool)
    mask[0, 0, 0] = mask[1, 1, 0] = True
    assert [component_runs(Runs.of(mask), c).n_labels for c in (6, 18, 26)] == [2, 1, 1]
    mask[1, 1, 0], mask[1, 1, 1] = False, True
    assert [component_runs(Runs.of(mask), c).n_labels for c in (6, 18, 26)] == [2, 2, 1]


def test_rows_do_not_meet_across_the_border_of_the_grid():
    for one, two in (((3, 0, 0), (0, 1, 0)), ((3, 2, 0), (0, 0, 1)), ((0, 2, 0), (0, 0, 1))):
        mask = np.zeros((4, 3, 2), bool)
        mask[one] = mask[two] = True
        assert component_runs(Runs.of(mask), 26).n_labels == 2


def test_labels_of_touching_instances_are_one_component():
    labels = np.zeros((4, 1, 1), np.uint8)
    labels[:2], labels[2:] = 1, 2
    assert component_runs(Runs.of(labels), 6).n_labels == 1


def test_the_largest_are_kept_and_among_equals_the_first():
    line = np.zeros((20, 1, 1), bool)
    line[0:2] = line[4:6] = line[8:11] = line[13] = True
    parts = component_runs(Runs.of(line), 6)
    assert label_sizes(parts).tolist() == [0, 2, 2, 3, 1]
    kept = largest_components(parts, 2, 2)
    assert kept.dense().ravel().tolist() == [1, 1, *[0] * 6, 2, 2, 2, *[0] * 9]
    assert largest_components(parts, 4, None).n_labels == 0
