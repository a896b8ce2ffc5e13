"""The ontology code of a finding's phrase."""

from __future__ import annotations

from groundct.reports._rules.explained import unexplained
from groundct.reports._rules.mentions import mentions_of
from groundct.reports._rules.parsed import parse
from groundct.vocabulary.findings import findings

_UNKNOWN = "12"
_GENERAL = "opacity"
"""Yields to any more exact word of the phrase: "opacities with a tree-in-bud appearance"."""


def categorize(text: str, language: str = "en") -> str:
    """The code of ReXGroundingCT's ontology of one finding's phrase; "12" when nothing is known."""
    if not text.strip():
        return _UNKNOWN
    parsed = parse(text, language)
    types = [mention.type for mention in unexplained(parsed, mentions_of(parsed))]
    if not types:
        return _UNKNOWN
    chosen = next((kind for kind in types if kind != _GENERAL), types[0])
    return findings().types[chosen].code
