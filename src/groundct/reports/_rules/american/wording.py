"""A finding with its standard words: its values and, where they say more, its own words."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from groundct.core.report import Finding
from groundct.reports._rules.american.rewriting import american_text, rewrites_of
from groundct.reports._rules.american.standard import standard_words
from groundct.reports._rules.american.told import told_of
from groundct.reports._rules.words.parsed import parse
from groundct.vocabulary.american import says_too_little
from groundct.vocabulary.findings import findings
from groundct.vocabulary.lexicon import lexicon
from groundct.vocabulary.words import is_plural

_ABNORMAL: Final = "~abnormal"


def worded(finding: Finding, text: str, language: str) -> Finding:
    """The finding with its standard words; its span counts characters of ``text``."""
    return worded_as(finding, finding.span.of(text), language)


def worded_as(finding: Finding, said: str, language: str) -> Finding:
    """The finding with its standard words; ``said`` are its own."""
    entries = [cue.entry for cue in finding.cues]
    words, plural = own_words(finding.type, said, entries, language)
    told = told_of(finding, words=words, plural=plural)
    standard = standard_words(told, finding.measurements)
    return finding if standard == finding.standardized else finding.changed(standardized=standard)


def own_words(kind: str, said: str, entries: Iterable[str], language: str) -> tuple[str, bool]:
    """A report's words for a type whose name says less, and whether they are a plural.

    Neither counts where one of the ``entries`` that gave the finding calls a thing normal, or not.
    """
    if not _judging_entries(language).isdisjoint(entries):
        return "", False
    return _own_words(kind, said, language)


@lru_cache(maxsize=1 << 12)
def _own_words(kind: str, said: str, language: str) -> tuple[str, bool]:
    words = american(said, language) if says_too_little(findings().types[kind].name) else ""
    return words, is_plural(said.split()[-1].lower(), language)


def american(words: str, language: str) -> str:
    """Words of a report in American radiology English, without a capital at their beginning."""
    parsed = parse(words, language)
    text = american_text(words, rewrites_of(parsed))
    first = text.split()[0]
    return text if first[1:].lower() != first[1:] else text[0].lower() + text[1:]


@lru_cache(maxsize=8)
def _judging_entries(language: str) -> frozenset[str]:
    """The ids of entries that call something normal or abnormal, which are no names of things."""
    normal = lexicon(language, "normality").entries
    named = lexicon(language, "findings", "type").entries
    abnormal = [entry for entry in named if entry.meaning == _ABNORMAL]
    return frozenset(entry.entry_id for entry in (*normal, *abnormal))
