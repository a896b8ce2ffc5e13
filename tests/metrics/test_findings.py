"""Findings of two readings: matching, attributes, and laws."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.metrics.made_findings import LEFT, LLL, RIGHT, RUL, finding

from groundct.metrics.counts import Counts, added
from groundct.metrics.findings import count_findings, distinct, match_findings, sizes_agree

FINDINGS = st.builds(
    finding,
    st.sampled_from(["nodule", "atelectasis"]),
    presence=st.sampled_from(["present", "absent", "uncertain"]),
    laterality=st.sampled_from([None, "left", "right"]),
    anatomy=st.sampled_from([(), (RUL,), (LLL,), (RUL, LLL)]),
    mm=st.sampled_from([None, 4.0, 9.0]),
)
LISTS = st.lists(FINDINGS, max_size=5)


def test_each_attribute_is_scored_among_findings_that_state_it() -> None:
    due = [
        finding(anatomy=(RUL,), laterality="right", mm=10.0),
        finding("atelectasis", anatomy=(LLL,), laterality="left"),
    ]
    given_ = [
        finding(anatomy=(RUL,), laterality="right", mm=11.0),
        finding("atelectasis", anatomy=(LEFT,), laterality="left", mm=3.0),
        finding("consolidation"),
    ]
    counts = count_findings(due, given_)
    assert counts["type"] == Counts(2, 3, 2)
    assert counts["presence"] == Counts(2, 3, 2)
    assert counts["side"] == Counts(2, 2, 2)
    assert counts["site"] == Counts(1, 2, 2)
    assert counts["size"] == Counts(1, 2, 1)
    assert counts["joint"] == Counts(1, 3, 2)


@pytest.mark.parametrize(
    ("other", "wrong"),
    [
        (finding(presence="absent", anatomy=(RUL,), laterality="right", mm=9.0), "presence"),
        (finding(anatomy=(RUL,), laterality="left", mm=9.0), "side"),
        (finding(anatomy=(RIGHT,), laterality="right", mm=9.0), "site"),
        (finding(anatomy=(RUL,), laterality="right", mm=12.0), "size"),
        (finding(anatomy=(RUL,), laterality="right"), "size"),
    ],
)
def test_a_wrong_attribute_is_no_hit(other, wrong) -> None:
    due = [finding(anatomy=(RUL,), laterality="right", mm=9.0)]
    counts = count_findings(due, [other])
    assert counts["type"].hits == 1
    assert counts[wrong].hits == 0
    assert counts["joint"].hits == 0


def test_the_pairs_that_agree_most_are_matched() -> None:
    due = [finding(mm=4.0, laterality="left"), finding(mm=9.0, laterality="right")]
    given_ = [finding(mm=9.0, laterality="right"), finding(mm=4.0, laterality="left")]
    assert match_findings(due, given_) == ((0, 1), (1, 0))
    assert match_findings(due, [finding("atelectasis")]) == ()


def test_a_side_weighs_more_than_site_and_size_together() -> None:
    due = [finding(laterality="right", anatomy=(LLL,), mm=4.0)]
    given_ = [
        finding(laterality="left", anatomy=(LLL,), mm=4.0),
        finding(laterality="right", anatomy=(RUL,), mm=9.0),
    ]
    assert match_findings(due, given_) == ((0, 1),)


def test_what_is_said_twice_counts_once() -> None:
    assert len(distinct([finding(), finding(), finding(mm=3.0)])) == 2
    assert count_findings([finding(), finding()], [finding()])["joint"] == Counts(1, 1, 1)


@pytest.mark.parametrize(
    ("due", "given_", "agree"),
    [(5, 6, True), (5, 6.1, False), (30, 33, True), (30, 33.5, False), (30, 27, True)],
)
def test_sizes_within_a_millimetre_or_a_tenth(due, given_, agree) -> None:
    assert sizes_agree(due, given_) is agree


def test_nothing_on_either_side_has_no_value() -> None:
    counts = count_findings([], [])["type"]
    assert (counts.precision, counts.recall, counts.f1) == (None, None, None)
    assert count_findings([finding()], [])["type"].recall == 0
    assert count_findings([], [finding()])["type"].precision == 0


@settings(max_examples=60)
@given(LISTS, LISTS)
def test_laws(due, given_) -> None:
    counts = count_findings(due, given_)
    turned = count_findings(given_, due)
    assert count_findings(due, due)["joint"].hits == len(distinct(due))
    for name, count in counts.items():
        assert 0 <= count.hits <= min(count.given, count.due)
        assert (count.given, count.due) == (turned[name].due, turned[name].given)
    assert counts["type"].hits == turned["type"].hits
    assert counts["joint"].hits <= counts["presence"].hits <= counts["type"].hits
    shuffled = count_findings(due[::-1], given_[::-1])
    assert shuffled["type"] == counts["type"]
    assert shuffled["presence"] == counts["presence"]


def test_pooled_counts() -> None:
    assert added([Counts(1, 2, 3), Counts(0, 1, 0)]) == Counts(1, 3, 3)
