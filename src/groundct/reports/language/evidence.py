"""What a text's words say of its language."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from groundct.vocabulary.languages import languages, read_languages
from groundct.vocabulary.lexicon import common_words, lexicon, words_of
from groundct.vocabulary.words import normal_word

_WORD = re.compile(r"[^\W\d_]+")
_ASCII_WORD = re.compile(r"[a-z]+")  # the same of a folded text in ASCII, at twice the speed
_DOTLESS = str.maketrans({"ı": "i", "ø": "o", "ł": "l", "ß": "ss", "æ": "ae", "ə": "e"})
_LATIN_ENDS = 0x0250
_LATIN_EXTENDED = range(0x1E00, 0x1F00)
_TABLES: Final = (
    ("findings", "type"),
    ("anatomy", "key"),
    *((name, "role") for name in ("negation", "uncertainty", "normality", "temporal")),
    *((name, "role") for name in ("laterality", "sites", "recommendation", "relation")),
)


@dataclass(frozen=True)
class Evidence:
    """Words of a text that tell languages apart.

    ``words``: how often each word stands in it; ``telling``: those of them that are among the
    commonest of a language; ``common``: how many are of each language; ``latin``: the share of its
    letters that are Latin ones.
    """

    words: Mapping[str, int]
    telling: frozenset[str]
    common: Mapping[str, int]
    latin: float

    @property
    def length(self) -> int:
        """How many words the text has."""
        return sum(self.words.values())

    def against(self, language: str) -> tuple[str, int]:
        """The language that speaks most against this one, and how many words do.

        A word does that is common in the other language, and neither common in this one nor in
        its tables.
        """
        common = _common()
        others: Counter[str] = Counter()
        for word in self.telling:
            codes = common[word]
            if language not in codes and not _is_known(word, language):
                others.update(dict.fromkeys(codes, self.words[word]))
        return max(others.items(), key=lambda item: (item[1], item[0]), default=("", 0))

    def known(self, language: str) -> int:
        """How many words a read language has in its tables."""
        return sum(n for word, n in self.words.items() if _is_known(word, language))


@lru_cache(maxsize=32)
def evidence(text: str) -> Evidence:
    """Look a text's words up in the commonest words of all languages."""
    words = Counter((_ASCII_WORD if text.isascii() else _WORD).findall(folded(text)))
    table = _common()
    telling = frozenset(table.keys() & words.keys())
    common: dict[str, int] = {}
    for word in telling:
        for code in table[word]:
            common[code] = common.get(code, 0) + words[word]
    letters = [c for c in text if c.isalpha()] if not text.isascii() else []
    latin = sum(map(_is_latin, letters)) / len(letters) if letters else 1.0
    return Evidence(MappingProxyType(words), telling, MappingProxyType(common), latin)


def folded(text: str) -> str:
    """A text in small letters without marks: ``İzlenmiştir`` -> ``izlenmistir``."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.lower()).translate(_DOTLESS)
    return "".join(c for c in plain if not unicodedata.combining(c))


def _is_latin(letter: str) -> bool:
    return ord(letter) < _LATIN_ENDS or ord(letter) in _LATIN_EXTENDED


def _is_known(word: str, language: str) -> bool:
    return normal_word(word, language) in _known(language)


@lru_cache(maxsize=1)
def _common() -> dict[str, tuple[str, ...]]:
    """The languages that have a word among their commonest, by the word without marks."""
    out: dict[str, tuple[str, ...]] = {}
    for code in languages():
        for word in {folded(word) for word in common_words(code)}:
            out[word] = (*out.get(word, ()), code)
    return out


@lru_cache(maxsize=8)
def _known(language: str) -> frozenset[str]:
    """The normal forms of the words in a read language's tables; none for another language."""
    if language not in read_languages():
        return frozenset()
    entries = [e for name, column in _TABLES for e in lexicon(language, name, column).entries]
    words = {word for entry in entries for word in words_of(entry.term)}
    return frozenset(normal_word(w, language) for w in words | common_words(language))
