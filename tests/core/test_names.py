"""Names that are not there are told with those that are like them."""

import pytest

from groundct.core.issues import DataError
from groundct.core.names import first_few, names_like, unknown_name, written_otherwise

KNOWN = (
    "left lung upper lobe",
    "left lung lower lobe",
    "right lung upper lobe",
    "heart",
    "train_1_a",
)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("lung_upper_lobe_left", ("left lung upper lobe",)),
        ("TRAIN-1-A", ("train_1_a",)),
        ("lower lobe", ("left lung lower lobe",)),
        ("haert", ("heart",)),
        ("spleen", ()),
        ("", ()),
    ],
)
def test_names_like_a_name(name, near):
    assert names_like(name, KNOWN)[: max(len(near), 1)] == near


def test_the_same_words_are_the_same_name_and_others_are_not():
    assert written_otherwise("Lobe, left lung: upper", KNOWN) == ("left lung upper lobe",)
    assert written_otherwise("left lung", KNOWN) == ()


def test_the_error_is_of_data_and_of_a_key_and_reads_as_a_sentence():
    problem = unknown_name("Heart", "the map has 5 names.", KNOWN)
    assert isinstance(problem, DataError) and isinstance(problem, KeyError)
    assert str(problem) == (
        "error [unknown-name] 'Heart': the map has 5 names. Do: Did you mean 'heart'?"
    )
    assert "Ask for one of: 'left lung" in str(unknown_name("spleen", "no.", KNOWN))
    assert "it holds none" in str(unknown_name("spleen", "no.", ()))


def test_a_message_names_the_first_few_and_says_that_there_are_more():
    assert first_few(["a", "b"], 2) == "a, b"
    assert first_few(range(7), 3) == "0, 1, 2, ..."
    assert first_few(()) == ""
