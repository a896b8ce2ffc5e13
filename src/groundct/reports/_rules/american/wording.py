"""A finding with its standard words: its values and, where they say more, its own words."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from groundct.core.report import Finding, Span
from groundct.reports._rules.american.rewriting import american_text, rewrites_of
from groundct.reports._rules.american.standard import phrase_of, size_leads, with_sizes
from groundct.reports._rules.words.parsed import parse
from groundct.vocabulary.american import says_too_little
from groundct.vocabulary.findings import findings
from groundct.vocabulary.lexicon import lexicon
from groundct.vocabulary.words import is_plural

_BARE: Final = Finding(
    finding_id="f",
    type="nodule",
    category="2d",
    focal=True,
    presence="present",
    span=Span(start=0, end=1),
    standardized="",
    sentence_indices=(0,),
)


def worded(finding: Finding, text: str, language: str) -> Finding:
    """The finding with its standard words; its span counts characters of ``text``."""
    said = finding.span.of(text)
    normal = not _normal_entries(language).isdisjoint([cue.entry for cue in finding.cues])
    own = "" if normal or not _own_words(finding.type) else american(said, language)
    plural = not normal and is_plural(said.split()[-1].lower(), language)
    return finding.changed(standardized=_standardized(finding, own, plural=plural))


def _standardized(finding: Finding, own: str, *, plural: bool) -> str:
    """The standard words; what they say beside sizes is kept by a finding's values."""
    leads = size_leads(finding)
    phrase = _phrase(
        own,
        plural=plural,
        leads=leads,
        type=finding.type,
        presence=finding.presence,
        change=finding.change,
        count=finding.count,
        anatomy=finding.anatomy,
        laterality=finding.laterality,
        lung_segments=finding.lung_segments,
        modifiers=finding.modifiers,
    )
    return with_sizes(phrase, finding, leads=leads)


@lru_cache(maxsize=1 << 14)
def _phrase(own: str, *, plural: bool, leads: bool, **values: Any) -> str:
    return phrase_of(_BARE.changed(**values), words=own, plural=plural, leads=leads)


@lru_cache(maxsize=1 << 12)
def american(words: str, language: str) -> str:
    """Words of a report in American radiology English, without a capital at their beginning."""
    parsed = parse(words, language)
    text = american_text(words, rewrites_of(parsed))
    first = text.split()[0]
    return text if first[1:].lower() != first[1:] else text[0].lower() + text[1:]


def _own_words(kind: str) -> bool:
    return says_too_little(findings().types[kind].name)


@lru_cache(maxsize=8)
def _normal_entries(language: str) -> frozenset[str]:
    """The ids of entries that call something normal."""
    return frozenset(entry.entry_id for entry in lexicon(language, "normality").entries)
