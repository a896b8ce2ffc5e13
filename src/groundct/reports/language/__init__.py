"""Is a text in the language that it is said to be in? From the commonest words of that language."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from groundct.core.issues import TableError
from groundct.core.report import Report
from groundct.vocabulary.lexicon import common_words

_WORD = re.compile(r"[^\W\d_]+")
FEWEST_WORDS: Final = 25
"""Shorter texts are not judged: lists of findings need no common word."""
SMALLEST_SHARE: Final = 0.05
"""Reports in English have .11 and more, those in other languages under .03."""


def contradicts_language(text: str, language: str) -> bool:
    """Whether a text of some length has hardly a common word of the language."""
    words = _WORD.findall(text.lower())
    if len(words) < FEWEST_WORDS:
        return False
    common = _common(language)
    return sum(word in common for word in words) < SMALLEST_SHARE * len(words)


def require_language(report: Report) -> None:
    """Raise TableError for a report whose text is not in the language it is said to be in."""
    if contradicts_language(report.text, report.language):
        raise TableError.of(
            "language-contradicts-text",
            "report",
            f"it is said to be in {report.language!r} and has hardly a word of that language.",
            "Say the language in a column 'language', and use an extractor that reads it.",
        )


@cache
def _common(language: str) -> frozenset[str]:
    return common_words(language)
