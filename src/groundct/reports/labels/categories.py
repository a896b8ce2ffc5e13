"""The ontology code of a finding's phrase."""

from __future__ import annotations

from groundct.core.report import Span
from groundct.reports._rules.mentions import mentions_of
from groundct.reports._rules.parsed import parse
from groundct.vocabulary.findings import findings

_UNKNOWN = "12"


def categorize(text: str, language: str = "en") -> str:
    """The code of ReXGroundingCT's ontology of one finding's phrase; "12" when nothing is known."""
    if not text.strip():
        return _UNKNOWN
    parsed = parse(text, Span(start=0, end=len(text)), language)
    mentions = mentions_of(parsed)
    return findings().types[mentions[0].type].code if mentions else _UNKNOWN
