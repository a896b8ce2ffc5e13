"""What a text's words say of its language."""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Final, NamedTuple

from groundct.vocabulary.languages import languages, read_languages
from groundct.vocabulary.lexicon import common_words, lexicon, words_of
from groundct.vocabulary.words import normal_word

_WORD = re.compile(r"[^\W\d_]+")
# Small letters for all letters of ASCII, spaces for the rest: words at a fifth of the time.
_LETTERS = bytes(
    [ord(c.lower()) if c in string.ascii_letters else 32 for c in map(chr, range(256))]
)
_DOTLESS = str.maketrans({"ı": "i", "ø": "o", "ł": "l", "ß": "ss", "æ": "ae", "ə": "e"})
_LATIN_ENDS = 0x0250
_LATIN_EXTENDED = range(0x1E00, 0x1F00)
_TABLES: Final = (
    ("findings", "type"),
    ("anatomy", "key"),
    *((name, "role") for name in ("negation", "uncertainty", "normality", "temporal")),
    *((name, "role") for name in ("laterality", "sites", "recommendation", "relation")),
)


class Evidence(NamedTuple):
    """Words of a text that tell languages apart.

    ``words`` are all that it has; ``telling``: those of them that are among the commonest of a
    language; ``common``: how many are of each language; ``latin``: the share of its letters that
    are Latin ones.
    """

    words: Sequence[str]
    telling: Sequence[str]
    common: Mapping[str, int]
    latin: float

    def against(self, language: str) -> tuple[str, int]:
        """The language that speaks most against this one, and how many words do.

        A word does that is common in the other language, and neither common in this one nor in
        its tables.
        """
        foreign = _foreign(language)
        others = Counter(chain.from_iterable([foreign.get(word, ()) for word in self.telling]))
        return max(others.items(), key=lambda item: (item[1], item[0]), default=("", 0))

    def known(self, language: str) -> int:
        """How many words a read language has in its tables."""
        return sum(_is_known(word, language) for word in self.words)


@lru_cache(maxsize=32)
def evidence(text: str) -> Evidence:
    """Look a text's words up in the commonest words of all languages."""
    words = _words(text)
    table = _common()
    telling = list(filter(table.__contains__, words))
    common = Counter(chain.from_iterable(map(table.__getitem__, telling)))
    return Evidence(words, telling, common, 1.0 if text.isascii() else _latin(text))


def _latin(text: str) -> float:
    """The share of a text's letters that are Latin ones, 1 where it has none."""
    letters = [(letter, count) for letter, count in Counter(text).items() if letter.isalpha()]
    latin = sum(count for letter, count in letters if _is_latin(letter))
    return latin / sum(count for _, count in letters) if letters else 1.0


def _words(text: str) -> list[str]:
    if text.isascii():
        return text.encode("ascii").translate(_LETTERS).decode("ascii").split()
    return _WORD.findall(folded(text))


def folded(text: str) -> str:
    """A text in small letters without marks: ``İzlenmiştir`` -> ``izlenmistir``."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.lower()).translate(_DOTLESS)
    for mark in filter(unicodedata.combining, set(plain)):
        plain = plain.replace(mark, "")
    return plain


def _is_latin(letter: str) -> bool:
    return ord(letter) < _LATIN_ENDS or ord(letter) in _LATIN_EXTENDED


def _is_known(word: str, language: str) -> bool:
    known = _known(language)
    return bool(known) and normal_word(word, language) in known


@lru_cache(maxsize=1)
def _common() -> dict[str, tuple[str, ...]]:
    """The languages that have a word among their commonest, by the word without marks."""
    out: dict[str, tuple[str, ...]] = {}
    for code in languages():
        for word in {folded(word) for word in common_words(code)}:
            out[word] = (*out.get(word, ()), code)
    return out


@lru_cache(maxsize=8)
def _foreign(language: str) -> dict[str, tuple[str, ...]]:
    """Words that are common in other languages and none of this one, with these languages."""
    return {
        word: codes
        for word, codes in _common().items()
        if language not in codes and not _is_known(word, language)
    }


@lru_cache(maxsize=8)
def _known(language: str) -> frozenset[str]:
    """The normal forms of the words in a read language's tables; none for another language."""
    if language not in read_languages():
        return frozenset()
    entries = [e for name, column in _TABLES for e in lexicon(language, name, column).entries]
    words = {word for entry in entries for word in words_of(entry.term)}
    return frozenset(normal_word(w, language) for w in words | common_words(language))
