"""The official rules on runs equal the same rules written down directly, to the last digit."""

import numpy as np
import pytest
from tests.benchmark.random_masks import random_pair, random_spacing
from tests.benchmark.slow_official import slow_finding

from groundct.imaging.runs import Runs
from groundct.metrics.components import component_runs
from groundct.metrics.official import InstanceRules, score_finding, score_masks

RAW = InstanceRules(filtered=False)


def same(reference, prediction, spacing, *, focal, raw):
    rules = RAW if raw else InstanceRules()
    score = score_masks(reference, prediction, spacing, focal=focal, rules=rules)
    dice, hit, counts, near, margin = slow_finding(
        reference, prediction, spacing, focal=focal, raw=raw
    )
    assert score.dice == dice
    assert score.hit == hit
    assert (score.instances.tp, score.instances.fp, score.instances.fn) == counts
    # A distance that is the limit but for rounding may go either way.
    if margin > 1e-9 or margin == 0:
        assert (score.distance.tp, score.distance.fp, score.distance.fn) == near


@pytest.mark.parametrize("seed", range(8))
def test_small_random_pairs(seed):
    rng = np.random.default_rng(seed)
    for _ in range(150):
        reference, prediction = random_pair(rng)
        focal, raw = bool(rng.integers(2)), bool(rng.integers(2))
        same(reference, prediction, random_spacing(rng), focal=focal, raw=raw)


def test_a_large_pair_with_more_than_fifty_components():
    rng = np.random.default_rng(5)
    shape = (48, 44, 40)
    reference = np.zeros(shape, np.uint8)
    prediction = np.zeros(shape, np.uint8)
    for number in range(1, 80):
        low = [int(rng.integers(0, n - 6)) for n in shape]
        size = rng.integers(2, 6, 3)
        box = tuple(slice(a, a + int(s)) for a, s in zip(low, size, strict=True))
        reference[box] = number
        if rng.random() < 0.8:
            moved = tuple(slice(s.start + int(rng.integers(0, 2)), s.stop) for s in box)
            prediction[moved] = 1
    assert component_runs(Runs.of(prediction)).n_labels > 50
    same(reference, prediction, (0.7, 0.7, 2.5), focal=True, raw=False)


@pytest.mark.parametrize(("truth", "guess", "dice"), [(0, 0, 1.0), (0, 1, 0.0), (1, 0, 0.0)])
def test_empty_masks(truth, guess, dice):
    shape = (5, 5, 5)
    score = score_masks(np.full(shape, truth), np.full(shape, guess), (1, 1, 1), focal=True)
    assert score.dice == pytest.approx(dice, abs=1e-6)
    assert (score.instances.fp, score.instances.fn) == (guess, truth)
    assert score.hit == (dice == 1.0)


def test_nine_voxels_are_none_and_ten_are_one():
    reference = np.zeros((12, 1, 1), np.uint8)
    prediction = np.zeros((12, 1, 1), np.uint8)
    reference[:10] = 1
    prediction[:9] = 1
    assert score_masks(reference, prediction, (1, 1, 1), focal=True).instances.tp == 0
    prediction[:10] = 1
    assert score_masks(reference, prediction, (1, 1, 1), focal=True).instances.tp == 1


def test_partial_reference_counts_no_false_positive():
    reference = np.zeros((40, 4, 4), np.uint8)
    prediction = np.zeros((40, 4, 4), np.uint8)
    reference[:10], prediction[:10], prediction[20:40] = 1, 1, 1
    whole = score_masks(reference, prediction, (1, 1, 1), focal=True)
    partial = score_masks(
        reference, prediction, (1, 1, 1), focal=True, rules=InstanceRules(partial=True)
    )
    assert (whole.instances.tp, whole.instances.fp) == (1, 1)
    assert (partial.instances.tp, partial.instances.fp) == (1, 0)
    assert partial.dice == pytest.approx(1.0) and whole.dice == pytest.approx(0.5)


def test_touching_nodules_are_two_by_label_and_one_by_component():
    reference = np.zeros((20, 4, 4), np.uint8)
    reference[:10], reference[10:] = 1, 2
    by = {
        kind: score_masks(
            reference, reference, (1, 1, 1), focal=True, rules=InstanceRules(instances=kind)
        ).instances
        for kind in ("components", "label")
    }
    assert (by["label"].tp, by["label"].fp, by["label"].fn) == (2, 0, 0)
    assert (by["components"].tp, by["components"].fp, by["components"].fn) == (1, 0, 1)


def test_hungarian_finds_a_pair_that_greedy_loses():
    # Both predicted parts meet the first instance best; the second meets only the first.
    reference = np.zeros((60, 2, 5), np.uint8)
    prediction = np.zeros((60, 2, 5), np.uint8)
    reference[0:20], reference[20:50] = 1, 2
    prediction[8:40], prediction[0:6] = 1, 1
    greedy, best = (
        score_masks(
            reference, prediction, (1, 1, 1), focal=True, rules=InstanceRules(matching=kind)
        ).instances
        for kind in ("greedy", "hungarian")
    )
    assert best.tp >= greedy.tp


def test_shapes_must_be_equal():
    with pytest.raises(ValueError, match="differ"):
        score_finding(
            Runs.of(np.ones((3, 3, 3))), Runs.of(np.ones((3, 3, 4))), (1, 1, 1), focal=None
        )
