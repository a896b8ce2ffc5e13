"""Intervals of amounts: against the normal law and by hand, laws, and what falls back."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from groundct.metrics.statistics.bootstrap import (
    drawn_sums,
    interval_of,
    mean_interval,
    ratio,
    ratio_interval,
)
from groundct.metrics.statistics.studentised import studentised_interval, with_products

RNG = np.random.default_rng(8)


def names(count):
    return [f"p{n}" for n in range(count)]


def test_normal_amounts_have_the_interval_of_student():
    values = 40 + 5 * RNG.normal(size=60)
    low, high = mean_interval(values, names(60), draws=20_000)
    exact = stats.t.interval(0.95, 59, values.mean(), values.std(ddof=1) / 60**0.5)
    assert (low, high) == pytest.approx(exact, abs=0.15)


def test_errors_of_draws_are_those_of_each_draws_own_values():
    sums = np.column_stack([RNG.lognormal(size=9), RNG.integers(1, 4, 9).astype(float)])
    counts = RNG.multinomial(9, np.full(9, 1 / 9), size=500).astype(float)
    drawn = counts @ with_products(sums)

    def studentise(weights):
        total = weights @ sums
        value = total[0] / total[1]
        return value, np.sqrt(weights @ (sums[:, 0] - value * sums[:, 1]) ** 2) / total[1]

    observed, error = studentise(np.ones(9))
    away = np.array([(value - observed) / own for value, own in map(studentise, counts)])
    low, high = studentised_interval(sums, drawn, ratio, level=0.5)
    share = (away > (observed - low) / error).mean(), (away < (observed - high) / error).mean()
    assert share[0] == pytest.approx(share[1], abs=0.01)
    assert 0.1 < share[0] < 0.26  # a quarter, and less where the tail is heavy


def test_a_heavy_tail_reaches_further_up_than_down_and_beyond_percentiles():
    values = np.append(np.ones(30), [2, 3, 30.0]) + RNG.uniform(0, 0.1, 33)
    low, high = mean_interval(values, names(33))
    percentiles = mean_interval(values, names(33), unbounded=False)
    assert low < values.mean() < high
    assert high - values.mean() > 2 * (values.mean() - low)
    assert high > percentiles[1] + 1


def test_amounts_that_are_none_below_zero_have_no_mean_below_it():
    values = [0.0] * 8 + [90.0, 0.2]
    assert mean_interval(values, names(10))[0] == 0.0
    assert mean_interval([-v for v in values], names(10))[1] > 0


def test_shares_are_known_by_their_values_unless_said():
    shares = RNG.random(40)
    assert mean_interval(shares, names(40)) == mean_interval(shares, names(40), unbounded=False)
    assert mean_interval(shares, names(40)) != mean_interval(shares, names(40), unbounded=True)
    above = 3 * shares
    free = mean_interval(above, names(40), unbounded=True)
    assert mean_interval(above, names(40)) == free
    assert ratio_interval(above, np.ones(40), names(40)) == free


@pytest.mark.parametrize("factor", [1e-6, 7.0, 1e9])
def test_another_unit_gives_the_same_interval(factor):
    values = RNG.lognormal(size=25)
    one = mean_interval(values, names(25), unbounded=True)
    other = mean_interval(values * factor, names(25), unbounded=True)
    assert [end / factor for end in other] == pytest.approx(one, rel=1e-6)


def test_a_difference_of_means_turns_with_its_sign():
    first, second = RNG.lognormal(size=(2, 30))
    ones = np.ones(30)

    def interval(a, b):
        sums = np.column_stack([a, ones, b, ones])
        drawn = drawn_sums(with_products(sums))
        return interval_of(sums, drawn, lambda s: ratio(s[:, :2]) - ratio(s[:, 2:]), unbounded=True)

    low, high = interval(first, second)
    assert interval(second, first) == pytest.approx((-high, -low), abs=1e-9)
    assert low < first.mean() - second.mean() < high


@pytest.mark.parametrize("values", [[1.0, 2, 4, 9], [5.0] * 12])
def test_too_few_and_equal_values_have_the_interval_of_draws(values):
    patients = names(len(values))
    assert mean_interval(values, patients) == mean_interval(values, patients, unbounded=False)


def test_intervals_of_heavy_distances_hold_the_truth_as_often_as_they_say():
    held = plain = 0
    for run in range(300):
        rng = np.random.default_rng(run)
        values = rng.lognormal(size=30)
        truth = np.exp(0.5)
        for unbounded in (True, False):
            low, high = mean_interval(values, names(30), draws=500, seed=run, unbounded=unbounded)
            held += unbounded and low <= truth <= high
            plain += not unbounded and low <= truth <= high
    assert 0.91 <= held / 300 <= 0.98
    assert held > plain
