"""What follows from the words of a text: its language, or that it is not the one that is said.

Two languages are told apart by counting, and only a clear count decides. What stays open is read as
the language that is said, or as English where none is said: a text without a telling word holds
nothing that another language denies ("Normal.", "Pneumothorax").
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from groundct.core.issues import TableError
from groundct.core.report import UNSAID_LANGUAGE, Report
from groundct.reports.language.evidence import Evidence, evidence
from groundct.vocabulary.languages import MODEL, languages, read_languages

FEWEST_WORDS: Final = 25
"""Shorter texts need no common word: lists of findings have none."""
SMALLEST_SHARE: Final = 0.05
"""Reports have .11 and more of their language's common words, others under .03."""
SMALLEST_KNOWN: Final = 0.4
"""Words that a language's tables know, in a text with hardly a common word."""
LEAST_LATIN: Final = 0.5


def language_of(text: str) -> str:
    """The code of a text's language, of those in the vocabulary's list; English when open."""
    return _language_of([evidence(text)])


def contradiction(text: str, language: str) -> str | None:
    """Why a text cannot be in a language, in words; None when it can.

    It cannot when more of its words are common in another language than in this one, when it has
    some length and hardly a word of this one, or when it is in another script.
    """
    found = evidence(text)
    if found.latin < LEAST_LATIN:
        return "its letters are not Latin ones"
    own, length = found.common.get(language, 0), len(found.words)
    if any(count > own for count in found.common.values()):
        other, against = found.against(language)
        if against > own:
            return f"it looks like {languages()[other].name}"
    thin = length >= FEWEST_WORDS and own < SMALLEST_SHARE * length
    if thin and found.known(language) / length < SMALLEST_KNOWN:
        return "it has hardly a word of that language"
    return None


def require_language(report: Report) -> None:
    """Raise TableError for a report of which a part is not in the language it is said to be in."""
    for section in report.sections:
        reason = contradiction(section.span.of(report.text), report.language)
        if reason is not None:
            raise TableError.of(
                "language-contradicts-text",
                f"report, section {section.name}",
                f"the report is taken to be in {report.language!r}, but {reason}.",
                "Say the language in a column 'language', and use an extractor that reads it; "
                "give parts in two languages as two reports.",
            )


def require_read(report: Report) -> None:
    """Raise TableError for a report in a language that the rules do not read."""
    if report.language not in read_languages():
        raise TableError.of(
            "unsupported-language",
            "report",
            f"its language is {report.language!r}; rules reads {', '.join(read_languages())}.",
            "Use an extractor that reads it, or give a translation.",
        )


def in_its_language(report: Report) -> Report:
    """A report whose language nobody said, in that of its text; any other one as it is.

    Raises TableError where that language is none that can be read.
    """
    if report.language != UNSAID_LANGUAGE:
        return report
    parts = [evidence(section.span.of(report.text)) for section in report.sections]
    code = _language_of(parts)
    latin = any(part.latin >= LEAST_LATIN for part in parts)
    if not latin or code not in read_languages():
        known = ", ".join(languages()[own].name for own in read_languages())
        sure = sum(part.common.get(code, 0) for part in parts) > 1
        seems = f"it looks like {languages()[code].name}" if sure else "its language is not known"
        raise TableError.of(
            "unsupported-language",
            "report",
            f"{seems if latin else 'its letters are not Latin ones'}; what can be read is {known}.",
            "Give a translation, or say the language where this is wrong.",
        )
    return report.changed(language=code)


def _language_of(parts: Sequence[Evidence]) -> str:
    """The language of a text in parts."""
    common: Counter[str] = Counter()
    for part in parts:
        common.update(part.common)
    most = max(common.values(), default=0)
    best = sorted(code for code, count in common.items() if count == most)
    if len(best) == 1:
        return best[0]
    known = {
        code: sum(part.known(code) for part in parts)
        for code in read_languages()
        if not best or code in best
    }
    if not known:
        return best[0]
    most = max(known.values())
    return next(code for code in (MODEL, *known) if known.get(code) == most)
