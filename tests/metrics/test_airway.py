"""Airway trees of known length and branches; what leaks, what is cut off, what is empty."""

from __future__ import annotations

import numpy as np
import pytest

from groundct.metrics.airway import airway_tree, score_airway

SPACING = (0.8, 0.8, 1.0)
NODES = [(24, 24, 62), (24, 24, 36), (8, 24, 16), (40, 24, 16)]
ENDS = [(0, 1, 3.4), (1, 2, 2.4), (1, 3, 2.4)]


def tube(shape, start, stop, radius):
    grid = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1)
    start, step = np.array(start, float), np.array(stop, float) - start
    along = np.clip(((grid - start) @ step) / (step @ step), 0, 1)
    return ((grid - start - along[..., None] * step) ** 2).sum(axis=-1) <= radius**2


@pytest.fixture(scope="module")
def tubes():
    return [tube((48, 48, 66), NODES[a], NODES[b], r) for a, b, r in ENDS]


@pytest.fixture(scope="module")
def reference(tubes):
    return np.logical_or.reduce(tubes)


@pytest.fixture(scope="module")
def tree(reference):
    return airway_tree(reference, SPACING)


def test_length_and_branches_are_those_that_were_drawn(tree):
    drawn = sum(np.linalg.norm((np.array(NODES[b]) - NODES[a]) * SPACING) for a, b, _ in ENDS)
    assert tree.n_branches == 3
    assert tree.length_mm.sum() == pytest.approx(drawn, rel=0.12)


def test_the_reference_finds_itself(reference, tree):
    score = score_airway(reference, reference, SPACING, tree=tree)
    assert score.length_detected == score.length_detected_voxels == 1.0
    assert (score.branches_detected, score.leakage, score.precision) == (1.0, 0.0, 1.0)


def test_a_branch_that_is_cut_off(reference, tubes, tree):
    score = score_airway(reference, tubes[0] | tubes[1], SPACING, tree=tree)
    assert (score.n_branches, score.n_branches_detected) == (3, 2)
    assert 0.5 < score.length_detected < 0.8


@pytest.mark.parametrize("kept, detected", [(0.9, 3), (0.7, 2)])
def test_four_fifths_of_a_branch_detect_it(reference, tree, kept, detected):
    number = tree.branches[8:24].max() if tree.branches[8:24].any() else 0
    line = np.argwhere(tree.branches == number)
    line = line[np.argsort(line[:, 2])[::-1]]
    cut = line[int(len(line) * kept)][2]
    prediction = reference.copy()
    prediction[:24, :, : cut + 1] = False
    score = score_airway(reference, prediction, SPACING, tree=tree)
    assert score.n_branches_detected == detected


def test_a_leak_is_counted_and_finds_nothing(reference, tree):
    leak = reference.copy()
    leak[30:46, 2:14, 30:60] = True
    leak[34, 14:23, 45] = leak[24:34, 24, 45] = leak[34, 22:25, 45] = True
    score = score_airway(reference, leak, SPACING, tree=tree)
    assert score.length_detected == 1.0
    assert score.leakage_ml == pytest.approx((leak.sum() - reference.sum()) * 0.64 / 1000)
    assert score.precision < 0.5


def test_what_does_not_hang_together_is_not_found(reference, tree):
    broken = reference.copy()
    broken[:, :, 30:32] = False
    whole = score_airway(reference, broken, SPACING, tree=tree, largest_only=False)
    assert score_airway(reference, broken, SPACING, tree=tree).length_detected < 0.7
    assert whole.length_detected > 0.9


def test_empty_masks(reference, tree):
    empty = np.zeros_like(reference)
    missed = score_airway(reference, empty, SPACING, tree=tree)
    assert (missed.length_detected, missed.branches_detected, missed.leakage) == (0.0, 0.0, 0.0)
    assert missed.precision is None
    for prediction in (reference, empty):
        score = score_airway(empty, prediction, SPACING)
        assert score.length_detected is score.branches_detected is score.leakage is None
        assert score.precision is None
    assert score_airway(empty, reference, SPACING).leakage_ml > 0


def test_other_shapes_are_refused(reference):
    with pytest.raises(ValueError, match="differ"):
        score_airway(reference, reference[:-1], SPACING)
