"""Intervals by resampling patients: laws, small exact cases, and what must be refused."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import scipy.stats

from groundct.metrics.statistics.bootstrap import (
    cluster_sums,
    drawn_sums,
    interval_of,
    mean_interval,
    ratio_interval,
    statistic_interval,
)

RNG = np.random.default_rng(5)
VALUES = RNG.beta(1, 2, 300)
PATIENTS = [f"p{n}" for n in RNG.integers(0, 90, 300)]


def test_the_order_of_findings_does_not_matter():
    order = RNG.permutation(300)
    there = mean_interval(VALUES, PATIENTS)
    again = mean_interval(VALUES[order], [PATIENTS[n] for n in order])
    assert there == pytest.approx(again, abs=1e-12)


def test_undefined_values_count_in_no_mean():
    with_nan = np.append(VALUES, [np.nan, np.nan])
    there = mean_interval(with_nan, [*PATIENTS, "p1", "p2"])
    assert there == mean_interval(VALUES, PATIENTS)


def test_a_seed_gives_one_interval_and_another_seed_another():
    assert mean_interval(VALUES, PATIENTS, seed=3) == mean_interval(VALUES, PATIENTS, seed=3)
    assert mean_interval(VALUES, PATIENTS, seed=3) != mean_interval(VALUES, PATIENTS, seed=4)


def test_clusters_widen_the_interval_where_findings_of_a_patient_are_alike():
    alike = np.repeat(RNG.random(60), 5)
    patients = [f"p{n // 5}" for n in range(300)]
    alone = [str(n) for n in range(300)]
    low, high = mean_interval(alike, patients)
    low_alone, high_alone = mean_interval(alike, alone)
    assert high - low > 1.8 * (high_alone - low_alone)


@pytest.mark.parametrize("patients", [["p"] * 3, ["p", "p", "q"]])
def test_without_two_patients_with_values_there_is_no_interval(patients):
    assert mean_interval([0.1, 0.2, np.nan], patients) is None


def test_all_draws_of_three_patients_are_drawn_as_often_as_enumeration_says():
    sums = np.array([[1.0], [10.0], [100.0]])
    drawn = drawn_sums(sums, draws=27_000, seed=0)[:, 0]
    expected: dict[float, int] = {}
    for triple in itertools.product([1.0, 10.0, 100.0], repeat=3):
        expected[sum(triple)] = expected.get(sum(triple), 0) + 1
    values, counts = np.unique(drawn, return_counts=True)
    assert set(values) == set(expected)
    for value, count in zip(values, counts, strict=True):
        assert count == pytest.approx(1000 * expected[value], abs=160)


def test_pooled_f1_as_a_function_of_sums_agrees_with_the_ratio():
    tp, fp, fn = RNG.integers(0, 4, (3, 300)).astype(float)

    def f1(sums):
        return 2 * sums[:, 0] / (2 * sums[:, 0] + sums[:, 1] + sums[:, 2])

    there = statistic_interval(np.stack([tp, fp, fn], 1), PATIENTS, f1)
    assert there == pytest.approx(ratio_interval(2 * tp, 2 * tp + fp + fn, PATIENTS), abs=0.01)


def test_sums_of_clusters_are_sorted_by_name():
    table = cluster_sums([[1.0], [2.0], [4.0]], ["b", "a", "b"])
    assert table.tolist() == [[2.0], [5.0]]


@pytest.mark.parametrize(
    ("numerators", "denominators", "clusters"),
    [
        ([1.0], [1.0, 2.0], ["a", "b"]),
        ([1.0, 2.0], [1.0, 2.0], ["a"]),
        ([1.0, np.inf], [1.0, 2.0], ["a", "b"]),
        ([1.0, 1.0], [1.0, -2.0], ["a", "b"]),
    ],
)
def test_what_does_not_fit_is_refused(numerators, denominators, clusters):
    with pytest.raises(ValueError):
        ratio_interval(numerators, denominators, clusters)


def test_intervals_of_few_patients_with_skewed_values_hold_the_truth_as_often_as_they_say():
    held = []
    for run in range(400):
        rng = np.random.default_rng(run)
        sizes = 1 + rng.binomial(6, 0.2, 20)
        patients = np.repeat(np.arange(20), sizes).astype(str).tolist()
        skill = np.repeat(rng.random(20), sizes)
        low, high = mean_interval(skill**3, patients, draws=500, seed=run)
        held.append(low <= 0.25 <= high)
    assert 0.91 <= np.mean(held) <= 0.98


def test_what_no_draw_changes_has_no_interval():
    assert mean_interval([0.4] * 5, list("abcde")) is None
    assert mean_interval([0.0] * 5, list("abcde"), unbounded=True) is None
    assert mean_interval([7.5] * 5, list("abcde")) is None
    differences = np.array([[0.5, 0.5, 1.0]] * 6)  # of two equal models
    told = statistic_interval(differences, list("abcdef"), lambda s: (s[:, 0] - s[:, 1]) / s[:, 2])
    assert told is None


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_any_share_that_is_all_or_none_in_every_draw_has_the_exact_interval(value):
    sums = np.array([[value, 1.0, 3.0]] * 6)  # some function of three sums, as BLEU is one

    def product(sums):
        return np.sqrt(sums[:, 0] / sums[:, 1] * sums[:, 2] / (3 * sums[:, 1])) + 1e-17

    least = 0.025 ** (1 / 6)
    exact = (least, 1.0) if value else (0.0, 1 - least)
    assert interval_of(sums, drawn_sums(sums), product) == pytest.approx(exact)
    assert interval_of(sums, drawn_sums(sums), product, share=False) is None


@pytest.mark.parametrize("hits", [1, 3, 7])
def test_a_rate_keeps_within_its_range(hits):
    low, high = mean_interval([1.0] * hits + [0.0] * (8 - hits), list("abcdefgh"))
    assert 0 <= low < hits / 8 < high <= 1


def test_many_patients_are_drawn_part_by_part():
    sums = np.ones((3000, 1))
    drawn = drawn_sums(sums, draws=2000)
    assert drawn.shape == (2000, 1)
    assert np.all(drawn == 3000)
    values = RNG.random(3000)
    low, high = mean_interval(values, [str(n) for n in range(3000)])
    assert low < values.mean() < high < low + 0.025


@pytest.mark.parametrize("count", [2, 6, 300])
def test_a_rate_of_all_or_none_has_the_exact_interval_of_a_share_of_patients(count):
    patients = [str(n // 2) for n in range(2 * count)]
    exact = scipy.stats.binomtest(count, count).proportion_ci(0.95, "exact")
    assert mean_interval([1.0] * 2 * count, patients) == pytest.approx((exact.low, 1.0))
    assert mean_interval([0.0] * 2 * count, patients) == pytest.approx((0.0, 1 - exact.low))
    assert ratio_interval([3.0] * 2 * count, [3.0] * 2 * count, patients)[1] == 1.0


def test_patients_without_a_value_are_not_counted_in_it():
    with_none = mean_interval([1.0, 1.0, 1.0, np.nan], list("abcd"))
    assert with_none == mean_interval([1.0, 1.0, 1.0], list("abc"))
    assert mean_interval([1.0, 1.0, 0.999], list("abc"))[0] > with_none[0]
