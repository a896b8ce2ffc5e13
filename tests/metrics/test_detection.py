"""Hits, duplicates and FROC: against the rules written down directly, and by laws."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundct.metrics.arguments import ArgumentError
from groundct.metrics.detection import (
    DUPLICATE,
    FALSE_POSITIVE,
    HIT,
    IRRELEVANT,
    RATES,
    Marks,
    Pairs,
    distance_pairs,
    froc_curve,
    marks_of_match,
    match_candidates,
    sensitivities_at,
    sensitivities_of_draws,
)


def slow_luna(centres, diameters, excluded, candidates, confidence):
    """LUNA16's loops for one scan: confidences of detected references, of false positives."""
    left = set(range(len(candidates)))
    found = []
    for n, (centre, diameter) in enumerate(zip(centres, diameters, strict=True)):
        own = [
            c
            for c in range(len(candidates))
            if sum((a - b) ** 2 for a, b in zip(centre, candidates[c], strict=True))
            < (diameter / 2) ** 2
        ]
        left -= set(own)
        if not excluded[n]:
            found.append(max((confidence[c] for c in own), default=None))
    return [c for c in found if c is not None], [confidence[c] for c in left]


def slow_sensitivity(found, false, n_references, n_scans, rate, interpolated):
    """Threshold by threshold."""
    points = [(0.0, 0.0)]
    for limit in sorted({*found, *false}, reverse=True):
        points.append(
            (
                sum(c >= limit for c in false) / n_scans,
                sum(c >= limit for c in found) / n_references,
            )
        )
    level = max(s for f, s in points if f <= rate)
    if not interpolated or all(f <= rate for f, _ in points):
        return level
    low = max(f for f, _ in points if f <= rate)
    high, upper = min((f, s) for f, s in points if f > rate)
    return level + (upper - level) * (rate - low) / (high - low)


@st.composite
def scenes(draw):
    rng = np.random.default_rng(draw(st.integers(0, 1 << 30)))
    r, c = draw(st.integers(1, 6)), draw(st.integers(0, 25))
    return (
        rng.integers(0, 12, (r, 3)).astype(float),
        rng.integers(2, 9, r).astype(float),
        rng.random(r) < 0.25,
        rng.integers(0, 12, (c, 3)).astype(float),
        rng.integers(0, 6, c) / 8,
    )


@given(scenes(), st.booleans(), st.integers(1, 9))
@settings(max_examples=300, deadline=None)
def test_equal_to_the_loops_of_the_challenge(scene, interpolated, n_scans):
    centres, diameters, excluded, candidates, confidence = scene
    if excluded.all():
        return
    # Included references come first there, as the challenge's lists do.
    order = np.argsort(excluded, kind="stable")
    centres, diameters, excluded = centres[order], diameters[order], excluded[order]
    found, false = slow_luna(centres, diameters, excluded, candidates, confidence)
    match = match_candidates(
        distance_pairs(centres, diameters, candidates), confidence, excluded, shared="all"
    )
    best = match.best[match.best >= 0]
    assert sorted(confidence[best]) == sorted(found)
    assert sorted(confidence[match.outcome == FALSE_POSITIVE]) == sorted(false)
    marks = marks_of(found, false, (~excluded).sum(), n_scans)
    values = sensitivities_at(marks, curve="interpolated" if interpolated else "step")
    due = [
        slow_sensitivity(found, false, (~excluded).sum(), n_scans, rate, interpolated)
        for rate in RATES
    ]
    assert values == pytest.approx(due, abs=1e-12)


def test_equal_to_the_curves_of_the_public_tool():
    golden = Path(__file__).parent / "golden" / "froc_curves.json"
    for case in json.loads(golden.read_text())["cases"]:
        values, is_hit = np.array(case["confidence"]), np.array(case["is_hit"]) > 0
        marks = marks_of(values[is_hit], values[~is_hit], case["references"], case["scans"])
        own = sensitivities_at(marks, curve="interpolated")
        assert own == pytest.approx(case["sensitivities"], abs=1e-12)


def marks_of(found, false, references, scans):
    values = np.array([*found, *false], float)
    return Marks(
        values,
        np.arange(len(values)) < len(found),
        np.zeros(len(values), np.int64),
        np.array([float(references)]),
        np.array([float(scans)]),
    )


@given(scenes(), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_no_order_of_candidates_changes_counts(scene, random):
    centres, diameters, excluded, candidates, confidence = scene
    new = list(range(len(confidence)))
    random.shuffle(new)
    one, other = (
        match_candidates(distance_pairs(centres, diameters, places), own, excluded)
        for places, own in ((candidates, confidence), (candidates[new], confidence[new]))
    )
    assert sorted(one.outcome) == sorted(other.outcome)
    assert [confidence[b] if b >= 0 else None for b in one.best] == [
        confidence[new][b] if b >= 0 else None for b in other.best
    ]


@given(scenes())
@settings(max_examples=100, deadline=None)
def test_asking_for_more_confidence_gives_the_same_hits(scene):
    """The match needs no threshold: that of the candidates above one is its part above it."""
    centres, diameters, excluded, candidates, confidence = scene
    whole = match_candidates(distance_pairs(centres, diameters, candidates), confidence, excluded)
    sure = np.flatnonzero(confidence >= 0.5)
    part = match_candidates(
        distance_pairs(centres, diameters, candidates[sure]), confidence[sure], excluded
    )
    kept = [b if b >= 0 and confidence[b] >= 0.5 else -1 for b in whole.best]
    assert kept == [sure[b] if b >= 0 else -1 for b in part.best]


def test_each_outcome():
    centres = np.array([[0.0, 0, 0], [50, 0, 0]])
    candidates = np.array([[1.0, 0, 0], [2, 0, 0], [50, 1, 0], [90, 0, 0], [5, 0, 0]])
    confidence = np.array([0.4, 0.9, 0.8, 0.7, 0.6])
    pairs = distance_pairs(centres, np.array([10.0, 10.0]), candidates)
    match = match_candidates(pairs, confidence, [False, True])
    # A candidate just on the border, half a diameter away, hits nothing.
    assert match.outcome.tolist() == [DUPLICATE, HIT, IRRELEVANT, FALSE_POSITIVE, FALSE_POSITIVE]
    assert match.best.tolist() == [1, -1]


def test_a_candidate_of_two_references_counts_once_or_for_both():
    pairs = Pairs(np.array([0, 1]), np.array([0, 0]), np.array([-3.0, -1.0]))
    confidence = np.array([0.5])
    assert match_candidates(pairs, confidence, [False] * 2).best.tolist() == [-1, 0]
    both = match_candidates(pairs, confidence, [False] * 2, shared="all")
    assert both.best.tolist() == [0, 0]


def test_equal_confidences_enter_together():
    """All candidates equally sure: no threshold gives a part of them."""
    marks = marks_of([0.5] * 3, [0.5] * 16, 3, 1)
    assert sensitivities_at(marks).tolist() == [0.0] * 7
    lines = sensitivities_at(marks, curve="interpolated")
    assert lines == pytest.approx([rate / 16 for rate in RATES])
    assert len(froc_curve(marks).sensitivity) == 2


@pytest.mark.parametrize("references, scans", [(0, 3), (2, 0)])
def test_without_a_reference_or_a_scan_there_is_no_sensitivity(references, scans):
    assert np.isnan(sensitivities_at(marks_of([], [0.5], references, scans))).all()


def test_without_a_candidate_it_is_zero():
    assert sensitivities_at(marks_of([], [], 2, 3)).tolist() == [0.0] * 7


def test_nan_confidence_is_refused():
    with pytest.raises(ValueError, match="NaN"):
        marks_of([float("nan")], [], 1, 1)


@given(scenes(), st.data())
def test_scans_in_one_list_are_as_each_by_itself(scene, data):
    centres, diameters, _, candidates, _ = scene
    scan = np.array(
        data.draw(st.lists(st.integers(0, 2), min_size=(n := len(centres)), max_size=n))
    )
    of = np.array(
        data.draw(st.lists(st.integers(0, 2), min_size=(n := len(candidates)), max_size=n)), int
    )
    whole = distance_pairs(centres, diameters, candidates, scans=(scan, of))
    found = set(zip(whole.reference.tolist(), whole.candidate.tolist(), strict=True))
    due = set()
    for number in range(3):
        ours, theirs = np.flatnonzero(scan == number), np.flatnonzero(of == number)
        own = distance_pairs(centres[ours], diameters[ours], candidates[theirs])
        due |= set(zip(ours[own.reference].tolist(), theirs[own.candidate].tolist(), strict=True))
    assert found == due
    names = np.array(["a", "b", "c"])
    named = distance_pairs(centres, diameters, candidates, scans=(names[scan], names[of]))
    assert named.candidate.tolist() == whole.candidate.tolist()


def test_marks_of_a_match():
    centres, candidates = [[0, 0, 0], [50, 0, 0], [0, 0, 0]], [[1, 0, 0], [2, 0, 0], [50, 0, 0]]
    excluded, confidence = [False, True, False], [0.9, 0.5, 0.7]
    clusters = ([0, 0, 2], [0, 0, 0])
    pairs = distance_pairs(centres, [10, 10, 10], candidates, scans=clusters)
    match = match_candidates(pairs, confidence, excluded)
    marks = marks_of_match(match, confidence, excluded, clusters=clusters, scans=[1, 2, 1])
    assert (marks.references.tolist(), marks.scans.tolist()) == ([1, 0, 1], [1, 2, 1])
    assert (marks.confidence.tolist(), marks.is_hit.tolist()) == ([0.9], [True])
    assert sensitivities_at(marks).tolist() == [0.5] * len(RATES)
    more = marks_of_match(
        match, confidence, excluded, clusters=clusters, scans=[1, 2, 1], duplicates="false-positive"
    )
    assert (more.confidence.tolist(), more.is_hit.tolist()) == ([0.9, 0.5], [True, False])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"centres_mm": [[1, 2]]}, r"centres_mm has the shape \(1, 2\)"),
        ({"candidates_mm": [1, 2, 3]}, r"candidates_mm has the shape \(3,\)"),
        ({"diameters_mm": [4, 4]}, "for each of 1"),
        ({"diameters_mm": [-1]}, "0 mm or more"),
        ({"scans": ([0], [0, 1])}, "one for each candidate"),
    ],
)
def test_places_that_do_not_fit_are_refused(change, said):
    fit = {"centres_mm": [[1, 2, 3]], "diameters_mm": [4], "candidates_mm": [[1, 2, 3]]}
    assert len(distance_pairs(**fit).candidate) == 1
    with pytest.raises(ArgumentError, match=said):
        distance_pairs(**(fit | change))


def test_hits_that_are_numbers_are_refused():
    one = np.ones(1)
    with pytest.raises(ArgumentError, match="int64; bools are due"):
        Marks(one, np.ones(1, np.int64), np.zeros(1, np.int64), one, one)
    with pytest.raises(ArgumentError, match="excluded"):
        match_candidates(distance_pairs([[1, 2, 3]], [4], [[1, 2, 3]]), [0.5], [0.3])


def test_weights_are_the_same_as_scans_given_several_times():
    rng = np.random.default_rng(3)
    n, g = 4000, 20
    marks = Marks(
        rng.integers(0, 500, n) / 500.0,
        rng.random(n) < 0.02,
        rng.integers(0, g, n),
        np.full(g, 12.0),
        np.ones(g),
    )
    weights = rng.integers(0, 4, g).astype(float)
    copies = np.repeat(np.arange(n), weights[marks.cluster].astype(int))
    many = Marks(
        marks.confidence[copies],
        marks.is_hit[copies],
        np.zeros(len(copies), np.int64),
        np.array([weights @ marks.references]),
        np.array([weights @ marks.scans]),
    )
    for curve in ("step", "interpolated"):
        own = sensitivities_at(marks, curve=curve, weights=weights)
        assert own == pytest.approx(sensitivities_at(many, curve=curve), abs=1e-12)
        block = next(sensitivities_of_draws(marks, iter([weights[None]]), curve=curve))
        assert np.array_equal(block[0], own)


def test_better_candidates_never_lower_a_sensitivity():
    rng = np.random.default_rng(5)
    found, false = rng.random(30), rng.random(200)
    lower = sensitivities_at(marks_of(found, false, 40, 10))
    assert (sensitivities_at(marks_of(found + 0.2, false, 40, 10)) >= lower).all()
    assert (np.diff(lower) >= 0).all()
