"""Porter's stemmer (Porter 1980) with the extensions that NLTK adds to it by default.

METEOR matches words by their stems; its published values come from NLTK's form of the algorithm.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from functools import lru_cache

_IRREGULAR = {
    "skies": "sky", "sky": "sky", "dying": "die", "lying": "lie", "tying": "tie", "news": "news",
    "innings": "inning", "inning": "inning", "outings": "outing", "outing": "outing",
    "cannings": "canning", "canning": "canning", "howe": "howe", "proceed": "proceed",
    "exceed": "exceed", "succeed": "succeed",
}  # fmt: skip
_STEP_2 = (
    ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"),
    ("abli", "able"), ("bli", "ble"), ("alli", "al"), ("entli", "ent"), ("eli", "e"),
    ("ousli", "ous"), ("ization", "ize"), ("ation", "ate"), ("ator", "ate"), ("alism", "al"),
    ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"), ("aliti", "al"),
    ("iviti", "ive"), ("biliti", "ble"), ("fulli", "ful"),
)  # fmt: skip
_STEP_3 = (
    ("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""),
    ("ness", ""),
)  # fmt: skip
_STEP_4 = (
    "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou",
    "ism", "ate", "iti", "ous", "ive", "ize",
)  # fmt: skip


@lru_cache(maxsize=1 << 14)
def stem(word: str) -> str:
    """The stem of a word, in lower case."""
    word = word.lower()
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) <= 2:
        return word
    for step in (_step_1a, _step_1b, _step_1c, _step_2, _step_3, _step_4, _step_5):
        word = step(word)
    return word


def _consonants(word: str) -> list[bool]:
    """Which letters are consonants; a ``y`` is one at the start and after a vowel."""
    out: list[bool] = []
    for letter in word:
        vowel = letter in "aeiou" or (letter == "y" and bool(out) and out[-1])
        out.append(not vowel)
    return out


def _measure(word: str) -> int:
    """How often a consonant follows a vowel, Porter's m."""
    signs = _consonants(word)
    return sum(after and not before for before, after in itertools.pairwise(signs))


def _ends_cvc(word: str) -> bool:
    signs = _consonants(word)
    if len(word) == 2:
        return not signs[0] and signs[1]
    return signs[-3:] == [True, False, True] and word[-1] not in "wxy"


def _replaced(word: str, rules: Sequence[tuple[str, str]], allowed: Callable[[str], bool]) -> str:
    """The word after the first rule whose ending it has, if its stem is allowed."""
    for ending, replacement in rules:
        if word.endswith(ending):
            kept = word[: len(word) - len(ending)]
            return kept + replacement if allowed(kept) else word
    return word


def _step_1a(word: str) -> str:
    if word.endswith("ies") and len(word) == 4:
        return word[:-1]
    rules = (("sses", "ss"), ("ies", "i"), ("ss", "ss"), ("s", ""))
    return _replaced(word, rules, lambda _: True)


def _step_1b(word: str) -> str:
    if word.endswith("ied"):
        return word[:-1] if len(word) == 4 else word[:-2]
    if word.endswith("eed"):
        return word[:-1] if _measure(word[:-3]) > 0 else word
    for ending in ("ed", "ing"):
        kept = word[: len(word) - len(ending)]
        if word.endswith(ending) and not all(_consonants(kept)):
            return _after_1b(kept)
    return word


def _after_1b(word: str) -> str:
    if word.endswith(("at", "bl", "iz")):
        return word + "e"
    doubled = len(word) > 1 and word[-1] == word[-2] and _consonants(word)[-1]
    if doubled:
        return word if word[-1] in "lsz" else word[:-1]
    return word + "e" if _measure(word) == 1 and _ends_cvc(word) else word


def _step_1c(word: str) -> str:
    kept = word[:-1]
    if word.endswith("y") and len(kept) > 1 and _consonants(kept)[-1]:
        return kept + "i"
    return word


def _step_2(word: str) -> str:
    if word.endswith("alli") and _measure(word[:-4]) > 0:
        return _step_2(word[:-2])
    if word.endswith("logi"):
        return word[:-1] if _measure(word[:-3]) > 0 else word
    return _replaced(word, _STEP_2, lambda kept: _measure(kept) > 0)


def _step_3(word: str) -> str:
    return _replaced(word, _STEP_3, lambda kept: _measure(kept) > 0)


def _step_4(word: str) -> str:
    for ending in _STEP_4:
        if word.endswith(ending):
            kept = word[: len(word) - len(ending)]
            allowed = _measure(kept) > 1 and (ending != "ion" or kept.endswith(("s", "t")))
            return kept if allowed else word
    return word


def _step_5(word: str) -> str:
    if word.endswith("e"):
        kept = word[:-1]
        m = _measure(kept)
        if m > 1 or (m == 1 and not _ends_cvc(kept)):
            word = kept
    return word[:-1] if word.endswith("ll") and _measure(word[:-1]) > 1 else word
