"""Misspelt words are read as the lexicons' own; opposites and other words are left alone."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundct.vocabulary import spelling as module
from groundct.vocabulary.lexicon import expand, lexicon
from groundct.vocabulary.spelling import distance, known_word, shorthand
from groundct.vocabulary.words import normal_word

ENGLISH = sorted(
    {
        normal_word(word, "en")
        for name, column in (("findings", "type"), ("anatomy", "key"), ("laterality", "role"))
        for entry in lexicon("en", name, column).entries
        for phrase in expand(entry.term)
        for word in phrase
    }
)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Ateletasis", "atelectasis"),
        ("condolidation", "consolidation"),
        ("emphysemataous", "emphysematous"),
        ("pneumthorax", "pneumothorax"),
        ("posterobasel", "posterobasal"),
        ("lymphadeopathy", "lymphadenopathy"),
        ("nodul", "nodule"),
        ("Bula", "bulla"),
    ],
)
def test_slips_are_seen(written: str, meant: str) -> None:
    assert known_word(written, "en") == meant


@pytest.mark.parametrize(
    "word",
    [
        "hypoaeration",
        "hypotension",
        "intralobar",
        "infrahilar",
        "unilateral",
        "condensation",
        "continuing",
        "peritoneum",
        "undetected",
        "bronchiole",
        "perivascular",
    ],
)
def test_other_words_stay(word: str) -> None:
    assert known_word(word, "en") == word


@given(st.sampled_from(ENGLISH))
def test_lexicon_words_are_themselves_or_listed(word: str) -> None:
    once = known_word(word, "en")
    assert known_word(once, "en") == once


@given(st.sampled_from(["right", "left", "bilateral", "no", "not", "without", "absent"]))
def test_sides_and_negations_stay(word: str) -> None:
    assert known_word(word, "en") == word


@given(
    st.text(alphabet="abcd", max_size=7),
    st.text(alphabet="abcd", max_size=7),
    st.text(alphabet="abcd", max_size=7),
)
def test_distance_is_symmetric_and_zero_for_equal_words(one: str, two: str, three: str) -> None:
    assert distance(one, one) == 0
    assert distance(one, two) == distance(two, one)
    assert distance(one + three, two + three) <= distance(one, two)


def test_distance_counts_swaps_once() -> None:
    assert distance("abcd", "abdc") == 1
    assert distance("abcd", "abc") == 1
    assert distance("abcd", "xbcd") == 1
    assert distance("abcd", "badc") == 2


def test_a_language_without_a_table_is_not_corrected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_listed", lambda _: None)
    assert known_word.__wrapped__("ateletasis", "en") == "ateletasis"


def test_unknown_words_are_left() -> None:
    letters = random.Random(1)
    for _ in range(500):
        word = "zq" + "".join(letters.choices(string.ascii_lowercase, k=12))
        assert known_word(word, "en") == normal_word(word, "en")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("haemothorax", "hemothorax"),
        ("oesophagitis", "esophagitis"),
        ("haemangioma", "hemangioma"),
        ("tumoural", "tumoral"),
        ("oedema", "edema"),
        ("coeliac", "celiac"),
        ("favour", "favor"),
        ("calibre", "caliber"),
        ("centimetre", "centimeter"),
        ("generalised", "generalized"),
        ("pnuemonia", "pneumonia"),
        ("emphsyema", "emphysema"),
        ("kardiomegaly", "cardiomegaly"),
        ("limphadenopathy", "lymphadenopathy"),
        ("athelectasis", "atelectasis"),
        ("enphysema", "emphysema"),
        ("osteofites", "osteophytes"),
        ("bronkiectasis", "bronchiectasis"),
        ("consolidatin", "consolidation"),
    ],
)
def test_other_spellings_sounds_and_changed_neighbours(written: str, meant: str) -> None:
    assert known_word(written, "en") == known_word(meant, "en")


@pytest.mark.parametrize(
    "word", ["aerated", "coelomic", "poem", "hour", "anaerobic", "arise", "breathing"]
)
def test_the_same_letters_in_other_words_stay(word: str) -> None:
    assert known_word(word, "en") == word


def test_lexicons_have_one_spelling_of_a_word() -> None:
    words = module.lexicon_words("en")
    both = [
        word
        for word in words
        for letters, plain in module._letters("en", "spelt_as.tsv")
        if letters in word and word.replace(letters, plain) in words
    ]
    assert set(both) == {"four", "spinae"}  # words of their own


def test_shorthand_has_a_letter_for_each_word() -> None:
    for written, means in shorthand("en").items():
        assert written == written.lower() or written.lower() in shorthand("en")
        assert 1 <= len(means.split()) <= len(written)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("w/o", "without"), ("LNs", "lymph node"), ("C/W", "consistent with"), ("lane", "lane")],
)
def test_shorthand_is_what_it_stands_for(written: str, meant: str) -> None:
    assert known_word(written, "en") == meant


def test_no_lexicon_has_shorthand_that_is_read_as_other_words() -> None:
    assert {word for word in ENGLISH if " " in shorthand("en").get(word, "")} == set()
