"""Answers: each rule with a case that it must refuse, and laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundct.metrics.answers import (
    chance_of,
    chosen,
    corrected,
    list_score,
    location_score,
    names_in,
    normalised,
    path_credit,
    size_score,
    sizes_in,
    yes_or_no,
)
from groundct.vocabulary.anatomy import anatomy

RIGHT = "lung/lung/right lung"
RUL = f"{RIGHT}/right lung upper lobe"
RLL = f"{RIGHT}/right lung lower lobe"
LUL = "lung/lung/left lung/left lung upper lobe"
PATHS = st.sampled_from(anatomy().paths)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("The  Right-lung.", "right lung"), ("2.5 mm", "2.5 mm"), ("A nodule, a cyst", "nodule cyst")],
)
def test_normalised(text, expected) -> None:
    assert normalised(text) == expected


def test_normalised_keeps_what_differs() -> None:
    assert normalised("2.5 mm") != normalised("25 mm")
    assert normalised("right") != normalised("left")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yes.", "yes"), ("no", "no"), ("Yes, it is present.", "yes"), ("No.; Yes.", None),
        ("perhaps", None), ("", None), ("not seen", None), ("There is: yes", None),
    ],
)  # fmt: skip
def test_yes_or_no(text, expected) -> None:
    assert yes_or_no(text) == expected


@pytest.mark.parametrize(
    ("due", "given_", "score"),
    [
        ("nodule; cyst", "Cyst, nodule.", 1),
        ("nodule; cyst", "nodule", 2 / 3),
        ("nodule", "cyst", 0),
        ("No findings.", "no findings", 1),
        ("No findings.", "nodule", 0),
        ("nodule", "No findings.", 0),
        ("No findings.", ";", 0),
    ],
)
def test_lists(due, given_, score) -> None:
    assert list_score(due, given_) == pytest.approx(score)


def test_naming_everything_gains_little() -> None:
    everything = "; ".join(anatomy().mask_names)
    assert list_score("heart", everything) < 0.02
    assert len(names_in(everything)) == len(anatomy().mask_names)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5 mm", ((5.0,),)), ("3x5 mm", ((5.0, 3.0),)), ("2.5 cm", ((25.0,),)),
        ("2,5 x 1 cm", ((25.0, 10.0),)), ("5 mm; 7x3x2 mm", ((5.0,), (7.0, 3.0, 2.0))),
        ("5", ()), ("large", ()), ("5 ml", ()),
    ],
)  # fmt: skip
def test_sizes(text, expected) -> None:
    assert sizes_in(text) == expected


@pytest.mark.parametrize(
    ("due", "given_", "score"),
    [
        ("5 mm", "6 mm", 1), ("5 mm", "6.1 mm", 0), ("30 mm", "3.3 cm", 1), ("30 mm", "3.4 cm", 0),
        ("5x3 mm", "5 mm", 0), ("5x3 mm", "3x5 mm", 1), ("5 mm; 9 mm", "9 mm", 2 / 3),
        ("5 mm", "5", None), ("5 mm", "1 mm; 5 mm; 9 mm", 0.5),
    ],
)  # fmt: skip
def test_size_within_tolerance(due, given_, score) -> None:
    assert size_score(due, given_) == (None if score is None else pytest.approx(score))


@pytest.mark.parametrize(
    ("due", "given_", "credit"),
    [
        (RUL, RUL, 1), (RUL, RIGHT, 0.8), (RUL, RLL, 2 / 3), (RUL, LUL, 0), (RUL, "lung/lung", 0.5),
        (RUL, "lung", 0.5), (RUL, "heart/heart", 0), (RIGHT, RUL, 0.8),
    ],
)  # fmt: skip
def test_credit_by_depth_and_none_on_the_wrong_side(due, given_, credit) -> None:
    assert path_credit(due, given_) == pytest.approx(credit)


def test_every_path_of_a_structure_counts() -> None:
    assert path_credit("lung/lung/lung lower lobe/left lung lower lobe", RLL) == 0
    paths = anatomy().paths_of("left lung lower lobe")
    assert path_credit(*paths[:2]) == 1


@given(PATHS, PATHS)
def test_laws_of_paths(a, b) -> None:
    assert path_credit(a, a) == 1
    assert 0 <= path_credit(a, b) <= 1
    assert path_credit(a, b) == pytest.approx(path_credit(b, a))


@pytest.mark.parametrize(
    ("due", "given_", "score"),
    [
        (RUL, "right lung upper lobe", 1), (RUL, RUL.upper() + ".", 1), (RUL, "somewhere", None),
        (f"{RUL}; {LUL}", RUL, 2 / 3), (RUL, f"{RUL}; {LUL}", 2 / 3),
    ],
)  # fmt: skip
def test_locations(due, given_, score) -> None:
    assert location_score(due, given_) == (None if score is None else pytest.approx(score))


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("B", 1), ("b", 1), ("(B)", 1), ("B. cyst", 1), ("B) anything", 1), ("cyst", 1),
        ("The cyst.", 1), ("D", None), ("neither", None), ("", None), ("Bone", None), ("A cyst", 1),
        ("A cystic mass", None),
    ],
)  # fmt: skip
def test_choices(text, index) -> None:
    assert chosen(text, ("nodule", "cyst", "mass")) == index


def test_a_choice_called_by_a_letter_is_taken_by_its_words_first() -> None:
    assert chosen("B", ("B", "A")) == 0


def test_chance_is_what_shuffled_answers_would_score() -> None:
    def same(a, b):
        return float(a == b)

    rng = np.random.default_rng(0)
    assert chance_of("yyyn", "yyyy", same, rng) == 0.75
    assert chance_of("yynn", "yyyn", same, rng) == 0.5
    assert chance_of("ab", "cd", same, rng) == 0
    assert chance_of("yyyn" * 9, "yynn" * 9, same, rng, most=1) in (0.0, 1.0)
    with pytest.raises(ValueError, match="empty"):
        chance_of("", "a", same, rng)


def test_corrected_for_chance() -> None:
    assert corrected(0.5, 0.5) == 0
    assert corrected(1, 0.5) == 1
    assert corrected(0.25, 0.5) < 0
    assert corrected(1, 1) is None
