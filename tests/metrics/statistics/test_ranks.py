"""Ranks: ties as ties, methods that must agree or differ, shares over draws."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from groundct.metrics.statistics.ranks import (
    average_ranks,
    ballots,
    borda,
    kendall_tau,
    not_told_apart,
    open_ranks,
    rank_shares,
    standing,
    wins,
)

SCORES = st.lists(st.integers(0, 4).map(lambda n: n / 4), min_size=2, max_size=6)


@given(SCORES, st.booleans())
@settings(max_examples=80, deadline=None)
def test_ranks_are_scipys(scores, higher):
    signed = np.array(scores) * (-1 if higher else 1)
    assert average_ranks(scores, higher_is_better=higher) == pytest.approx(
        scipy.stats.rankdata(signed)
    )
    assert standing(scores, higher_is_better=higher).tolist() == (
        scipy.stats.rankdata(signed, method="min").tolist()
    )


@given(SCORES, st.randoms())
@settings(max_examples=40, deadline=None)
def test_the_order_of_models_does_not_matter(scores, random):
    order = list(range(len(scores)))
    random.shuffle(order)
    assert standing([scores[n] for n in order]).tolist() == standing(scores)[order].tolist()


def test_scores_that_differ_by_rounding_alone_are_tied():
    assert standing([0.1 + 0.2, 0.3, 0.1]).tolist() == [1, 1, 3]


def test_an_undefined_score_stands_last():
    assert standing([np.nan, 0.0, 1.0]).tolist() == [3, 2, 1]
    assert standing([np.nan, 0.0, 1.0], higher_is_better=False).tolist() == [3, 1, 2]


def test_ranking_cases_first_may_turn_the_order_round():
    # One case that only the second solves against two in which the first is a little ahead.
    cases = np.array([[0.1, 0.9], [0.5, 0.4], [0.5, 0.4]])
    assert standing(cases.mean(0)).tolist() == [2, 1]
    mean_ranks = ballots(cases).mean(0)
    assert standing(mean_ranks, higher_is_better=False).tolist() == [1, 2]


def test_bordas_points_order_models_as_mean_ranks_do():
    cases = np.random.default_rng(0).integers(0, 4, (30, 5)) / 3
    ranks = ballots(cases)
    by_points = standing(borda(ranks))
    assert by_points.tolist() == standing(ranks.mean(0), higher_is_better=False).tolist()
    assert borda(ranks).sum() == pytest.approx(30 * 10)


def test_a_case_in_which_nothing_is_defined_votes_for_nobody():
    ranks = ballots([[np.nan, np.nan], [1.0, np.nan]])
    assert np.isnan(ranks[0]).all()
    assert borda(ranks).tolist() == [1.0, 0.0]


def test_wins_and_the_ranks_that_tests_leave_open():
    beats = np.zeros((4, 4), bool)
    beats[0, 2] = beats[0, 3] = beats[1, 3] = True
    assert wins(beats).tolist() == [2, 1, 0, 0]
    low, high = open_ranks(beats)
    assert low.tolist() == [1, 1, 2, 3]
    assert high.tolist() == [2, 3, 4, 4]
    assert not_told_apart([0, 1, 2, 3], beats) == ((0, 1), (1, 2), (2, 3))


def test_without_any_win_all_are_together_and_with_all_wins_none():
    nobody = np.zeros((3, 3), bool)
    assert not_told_apart([2, 0, 1], nobody) == ((2, 0, 1),)
    assert not_told_apart([0, 1, 2], np.triu(~nobody, 1)) == ()


def test_shares_of_ranks_sum_to_one_both_ways():
    drawn = standing(np.random.default_rng(1).integers(0, 3, (200, 4)))
    shares = rank_shares(drawn)
    assert shares.sum(0) == pytest.approx(np.ones(4))
    assert shares.sum(1) == pytest.approx(np.ones(4))
    assert rank_shares(np.array([[1, 1, 3]])).tolist() == [[0.5, 0.5, 0], [0.5, 0.5, 0], [0, 0, 1]]


def test_kendalls_tau_is_scipys():
    one, two = [1, 2, 2, 4, 5], [2, 1, 3, 3, 5]
    assert kendall_tau(one, two) == pytest.approx(scipy.stats.kendalltau(one, two).statistic)
    assert np.isnan(kendall_tau([1, 1], [1, 2]))
