"""Words of a sentence that no entry of the vocabulary knows."""

from __future__ import annotations

from dataclasses import fields
from functools import lru_cache

from groundct.reports._rules.words.parsed import Parsed
from groundct.vocabulary.grammar import Grammar, grammar

_MANY_UNKNOWN = 5
_LONG_WORD = 6
_LEAST_WORDS = 15


def has_unread_words(parsed: Parsed) -> bool:
    """Whether a sentence has many long words that no entry of the vocabulary knows."""
    if len(parsed.words) < _LEAST_WORDS:
        return False
    small = _small(parsed.language)
    rest = {
        n
        for n, word in enumerate(parsed.words)
        if len(word) >= _LONG_WORD and word.isalpha() and word not in small
    }
    if len(rest) < _MANY_UNKNOWN:
        return False
    for hits in parsed.found.values():
        for hit in hits:
            rest.difference_update(range(hit.first, hit.last))
    return len(rest) >= _MANY_UNKNOWN


@lru_cache(maxsize=8)
def _small(language: str) -> frozenset[str]:
    """All words of a language's grammar."""
    known = grammar(language)
    return frozenset().union(*(getattr(known, field.name) for field in fields(Grammar)))
