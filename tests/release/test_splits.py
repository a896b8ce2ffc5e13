"""The patient decides the split."""

from collections import Counter

import pytest

from groundct.release.splits import check_splits, split_of

FRACTIONS = (("train", 0.8), ("validation", 0.1), ("test", 0.1))


def test_split_depends_on_patient_seed_and_fractions_alone():
    assert split_of("p1", 0, FRACTIONS) == split_of("p1", 0, FRACTIONS)
    assert len({split_of("p1", seed, FRACTIONS) for seed in range(100)}) == 3


def test_fractions_are_met():
    counts = Counter(split_of(f"train_{n}", 7, FRACTIONS) for n in range(4000))
    assert counts["train"] == pytest.approx(3200, abs=90)
    assert counts["validation"] == pytest.approx(400, abs=60)


def test_growing_the_first_split_moves_nobody_out_of_it():
    wider = (("train", 0.9), ("validation", 0.05), ("test", 0.05))
    for n in range(500):
        if split_of(str(n), 0, FRACTIONS) == "train":
            assert split_of(str(n), 0, wider) == "train"


def test_fraction_of_zero_gets_nobody():
    only = (("train", 0.0), ("test", 1.0), ("validation", 0.0))
    assert {split_of(str(n), 0, only) for n in range(200)} == {"test"}


@pytest.mark.parametrize(
    "fractions", [(), (("train", 0.5),), (("train", 1.5), ("test", -0.5)), (("train", 0.0),)]
)
def test_impossible_fractions_are_refused(fractions):
    with pytest.raises(ValueError, match="fractions"):
        split_of("p", 0, fractions)


def test_patient_in_two_splits_and_unknown_split_are_told():
    cases = [("a1", "a", "train"), ("a2", "a", "test"), ("b1", "b", "holdout"), ("c", "c", "test")]
    assert {i.code for i in check_splits(cases)} == {"patient-in-two-splits", "unknown-split"}
    assert check_splits([("a1", "a", "train"), ("a2", "a", "train"), ("b", "b", "test")]) == ()
