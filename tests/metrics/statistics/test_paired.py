"""Paired tests against enumeration with rational arithmetic, known tables and scipy."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from groundct.metrics.statistics.multiplicity import benjamini_hochberg, holm
from groundct.metrics.statistics.paired import permutation_p, wilcoxon

RNG = np.random.default_rng(8)
COUNTS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)),
    min_size=1,
    max_size=7,
)


def enumerated(first, second):
    """P of all swaps, in fractions: a ratio of nothing by nothing is undefined and counts."""

    def quotient(rows):
        above, below = sum(r[0] for r in rows), sum(r[1] for r in rows)
        return Fraction(above, below) if below else None

    def difference(one, two):
        a, b = quotient(one), quotient(two)
        return None if a is None or b is None else abs(a - b)

    observed = difference(first, second)
    if observed is None:
        return None
    far = total = 0
    for swaps in itertools.product([False, True], repeat=len(first)):
        one = [b if s else a for a, b, s in zip(first, second, swaps, strict=True)]
        two = [a if s else b for a, b, s in zip(first, second, swaps, strict=True)]
        drawn = difference(one, two)
        far += drawn is None or drawn >= observed
        total += 1
    return Fraction(far, total)


@given(COUNTS)
@settings(max_examples=150, deadline=None)
def test_small_cases_are_the_enumeration(counts):
    first = [(min(a, b), b) for a, b, _, _ in counts]
    second = [(min(c, d), d) for _, _, c, d in counts]
    expected = enumerated(first, second)
    there = permutation_p(np.array(first, float), np.array(second, float))
    if expected is None:
        assert np.isnan(there)
    else:
        assert there == pytest.approx(float(expected), abs=1e-12)


def test_the_order_of_patients_and_of_models_does_not_matter():
    first, second = RNG.random((2, 9, 2)) + 0.1
    order = RNG.permutation(9)
    there = permutation_p(first, second)
    assert permutation_p(second, first) == there
    assert permutation_p(first[order], second[order]) == there


def test_equal_models_give_one_and_a_clear_difference_a_small_p():
    same = np.stack([RNG.random(200), np.ones(200)], 1)
    better = same + np.array([0.2, 0.0])
    assert permutation_p(same, same) == 1.0
    assert permutation_p(better, same) == pytest.approx(1 / 10_001)


def test_p_values_of_equal_models_are_uniform():
    values = []
    for run in range(300):
        first, second = RNG.normal(size=(2, 25))
        ones = np.ones(25)
        values.append(
            permutation_p(
                np.stack([first, ones], 1), np.stack([second, ones], 1), permutations=300, seed=run
            )
        )
    assert np.mean(np.array(values) <= 0.05) == pytest.approx(0.05, abs=0.045)
    assert np.mean(values) == pytest.approx(0.5, abs=0.06)


def test_sums_of_different_patients_are_refused():
    with pytest.raises(ValueError, match="not of the same patients"):
        permutation_p(np.ones((3, 2)), np.ones((4, 2)))


@pytest.mark.parametrize("size", [1, 5, 12, 40])
def test_signed_ranks_without_ties_are_scipys_exact_test(size):
    differences = RNG.normal(0.3, 1, size)
    theirs = scipy.stats.wilcoxon(differences, method="exact").pvalue
    assert wilcoxon(differences).p_value == pytest.approx(theirs, abs=1e-12)


def test_signed_ranks_of_a_textbook_table():
    # Largest sum of ranks for two-sided p <= 0.05 at n = 10 is 8 (Wilcoxon's table).
    def p(rank_sum_of_negatives):
        for signs in itertools.product([-1, 1], repeat=10):
            ranks = np.arange(1, 11)
            if ranks[np.array(signs) < 0].sum() == rank_sum_of_negatives:
                return wilcoxon(ranks * np.array(signs)).p_value
        raise AssertionError

    assert p(8) <= 0.05 < p(9)


@given(st.lists(st.integers(-4, 4), min_size=1, max_size=9))
@settings(max_examples=100, deadline=None)
def test_signed_ranks_with_ties_and_zeros_are_the_enumeration(differences):
    kept = [abs(d) for d in differences]
    ranks = [
        Fraction(sum(o < k for o in kept)) + Fraction(sum(o == k for o in kept) + 1, 2)
        for k in kept
    ]
    moved = [(r, d) for r, d in zip(ranks, differences, strict=True) if d]
    middle = sum((r for r, _ in moved), Fraction(0)) / 2
    away = abs(sum((r for r, d in moved if d > 0), Fraction(0)) - middle)
    far = [
        abs(sum((r for (r, _), s in zip(moved, signs, strict=True) if s), Fraction(0)) - middle)
        >= away
        for signs in itertools.product([0, 1], repeat=len(moved))
    ]
    there = wilcoxon(differences)
    assert there.p_value == pytest.approx(sum(far) / len(far), abs=1e-12)
    assert there.zeros == differences.count(0)


def test_many_pairs_take_the_normal_law_near_the_exact_one():
    differences = np.random.default_rng(2).normal(0.1, 1, 61)
    theirs = scipy.stats.wilcoxon(differences, method="exact").pvalue
    assert wilcoxon(differences).p_value == pytest.approx(theirs, abs=0.002)


def test_rank_biserial_goes_from_all_smaller_to_all_larger():
    assert wilcoxon([1, 2, 3]).rank_biserial == 1.0
    assert wilcoxon([-1, -2, -3]).rank_biserial == -1.0
    assert wilcoxon([np.nan, 0.0]) == wilcoxon([0.0])


def test_holm_and_benjamini_hochberg_on_a_worked_example():
    given_p = [0.01, 0.04, 0.03, 0.005]
    assert holm(given_p).tolist() == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert benjamini_hochberg(given_p).tolist() == pytest.approx([0.02, 0.04, 0.04, 0.02])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
@settings(max_examples=60, deadline=None)
def test_benjamini_hochberg_is_scipys(values):
    assert benjamini_hochberg(values) == pytest.approx(scipy.stats.false_discovery_control(values))
    assert np.all(holm(values) >= benjamini_hochberg(values) - 1e-12)


def test_no_test_is_not_counted_among_the_tests():
    assert holm([0.02, np.nan]).tolist()[0] == 0.02
    assert np.isnan(holm([0.02, np.nan])[1])
    with pytest.raises(ValueError, match="outside"):
        holm([1.2])
