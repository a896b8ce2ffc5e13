"""The score of a finding: equal to fractions and all pairs of voxels, and its laws."""

from __future__ import annotations

from dataclasses import astuple
from fractions import Fraction

import numpy as np

from fuzz._brute import Expected, components, expected_score, instances, overlap, tried_out
from fuzz._laws import require
from groundct.metrics.official import OFFICIAL, FindingScore, InstanceRules, score_masks
from groundct.metrics.overlap import dice, hit

_APART = Fraction(1, 10**14)


def score_exactly(rng: np.random.Generator, reference, prediction, spacing_mm):
    """Hold the scores of one pair against the brute ones; what the laws need."""
    marked, other = (_marked(rng, mask) for mask in (reference, prediction))
    rules = _rules(rng, other)
    focal = bool(rng.integers(2))
    expected = expected_score(marked, other, spacing_mm, rules, focal=focal)
    _require_equal(score_masks(marked, other, spacing_mm, focal=focal, rules=rules), expected)
    whole = overlap(reference, prediction)
    require(abs(Fraction(dice(reference, prediction)) - whole) <= _APART, "dice of two masks")
    require(hit(reference, prediction) == (whole >= Fraction(1, 10)), "hit of two masks")
    return marked, other, rules, focal, expected


def _marked(rng: np.random.Generator, mask):
    """Labels of components, which are instances, or of any voxels."""
    if rng.integers(3) == 0:
        return mask * rng.integers(1, 5, mask.shape)
    out = np.zeros(mask.shape, dtype=np.int64)
    parts = components(mask, 6)
    for label, part in zip(rng.permutation(len(parts)) + 1, parts, strict=True):
        out[part] = label
    return out


def _rules(rng: np.random.Generator, prediction) -> InstanceRules:
    """The official rules, or others."""
    if rng.integers(4) == 0:
        return OFFICIAL
    rules = InstanceRules(
        instances="label" if rng.integers(4) == 0 else "components",
        connectivity=(6, 18, 26)[rng.integers(3)],
        min_voxels=int(rng.choice([1, 1, 2, 3, 5])),
        max_instances=(None, 1, 2, 50)[rng.integers(4)],
        match_by="centre" if rng.integers(4) == 0 else "overlap",
        match_dice=float(rng.choice([0.1, 0.2, 0.5])),
        distance_spacings=float(rng.choice([0.5, 1.0, 2.0])),
        filtered=bool(rng.integers(4)),
        partial=bool(rng.integers(6) == 0),
    )
    few = tried_out(len(instances(prediction, rules)[0]))
    if few and rng.integers(2):
        return rules.model_copy(update={"matching": "hungarian"})
    return rules


def _require_equal(got: FindingScore, expected: Expected) -> None:
    require(abs(Fraction(got.dice) - expected.dice) <= _APART, f"Dice {got.dice}")
    require(got.hit == expected.hit, f"hit {got.hit}")
    voxels = (got.reference_voxels, got.predicted_voxels, got.shared_voxels)
    require(voxels == expected.voxels, f"voxels {voxels}, not {expected.voxels}")
    assert got.distance is not None
    for name, counts, due, close in (
        ("instances", got.instances, expected.instances, expected.close[0]),
        ("distances", got.distance, expected.distance, expected.close[1]),
    ):
        require(close or astuple(counts) == due, f"{name} {counts}, not {due}")


def score_laws(rng: np.random.Generator, spacing_mm, scored) -> None:
    """What must not matter to a score: axes, room around, numbers of labels; and the swap."""
    reference, prediction, rules, focal, expected = scored

    def score(a, b, mm=spacing_mm, own=rules):
        return score_masks(a, b, mm, focal=focal, rules=own)

    def require_same(what, got):
        require(abs(got.dice - one.dice) <= 1e-14 and got.hit == one.hit, f"{what}: {got}, {one}")
        require(any(expected.close) or got == one, f"{what}: {got}, was {one}")

    one = score(reference, prediction)
    room = [tuple(rng.integers(0, 4, 2)) for _ in range(3)]
    require_same("padded", score(np.pad(reference, room), np.pad(prediction, room)))
    most = int(reference.max())
    numbers = np.append(0, np.sort(rng.choice(np.arange(1, 1000), most, replace=False)))
    require_same("renumbered", score(numbers[reference], prediction))
    if not expected.told_apart:
        return  # which of two equal instances is taken goes by their order
    axis, order = int(rng.integers(3)), tuple(rng.permutation(3))
    moved = tuple(spacing_mm[n] for n in order)
    require_same("flipped", score(np.flip(reference, axis), np.flip(prediction, axis)))
    require_same("turned", score(reference.transpose(order), prediction.transpose(order), moved))
    shuffled = np.append(0, rng.permutation(most) + 1)
    require_same("labels permuted", score(shuffled[reference], prediction))
    _swap(score, reference, prediction, rules)


def _swap(score, reference, prediction, rules) -> None:
    """What was predicted for nothing is missed when the two change places."""
    both_ways = rules.model_copy(
        update={
            "instances": "label",
            "min_voxels": 1,
            "max_instances": None,
            "matching": "hungarian",
            "filtered": True,
            "partial": False,
        }
    )
    there, back = (
        score(reference, prediction, own=both_ways),
        score(prediction, reference, own=both_ways),
    )
    require(abs(there.dice - back.dice) <= 1e-14, "Dice changes with the order")
    for a, b in ((there.instances, back.instances), (there.distance, back.distance)):
        require((a.tp, a.fp, a.fn) == (b.tp, b.fn, b.fp), f"swapped: {a} and {b}")
