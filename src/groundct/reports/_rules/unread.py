"""Words of a sentence that no entry of the vocabulary knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from functools import lru_cache
from itertools import compress, count

from groundct.reports._rules.words.parsed import Parsed
from groundct.vocabulary._kept import Kept
from groundct.vocabulary.grammar import Grammar, grammar

_MANY_UNKNOWN = 5
_LONG_WORD = 6
_LEAST_WORDS = 15


def has_unread_words(parsed: Parsed) -> bool:
    """Whether a sentence has many long words that no entry of the vocabulary knows."""
    if len(parsed.words) < _LEAST_WORDS:
        return False
    rest = set(compress(count(), map(_telling(parsed.language).__getitem__, parsed.words)))
    for hits in parsed.found.values():
        if len(rest) < _MANY_UNKNOWN:
            return False
        for first, last, _ in hits:
            rest.difference_update(range(first, last))
    return len(rest) >= _MANY_UNKNOWN


@lru_cache(maxsize=8)
def _telling(language: str) -> Mapping[str, bool]:
    """Of any word whether it is long, and none of its language's grammar."""
    known = grammar(language)
    small = frozenset().union(*(getattr(known, field.name) for field in fields(Grammar)))
    return Kept(lambda word: len(word) >= _LONG_WORD and word.isalpha() and word not in small)
