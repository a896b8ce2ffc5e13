"""The ontology code of a finding's phrase."""

from __future__ import annotations

from groundct.reports._rules.mention.explained import unexplained
from groundct.reports._rules.mention.mentions import mentions_of
from groundct.reports._rules.words.parsed import parse
from groundct.vocabulary.findings import findings

_UNKNOWN = "12"
_GENERAL = frozenset(("opacity", "calcification", "lesion", "atrophy"))
"""Types that yield to any more exact one: "opacities with a tree-in-bud appearance"."""


def categorize(text: str, language: str = "en") -> str:
    """The code of ReXGroundingCT's ontology of one finding's phrase; "12" when nothing is known.

    The first type that is named decides; general ones and those without a code of their own yield.
    """
    if not text.strip():
        return _UNKNOWN
    parsed = parse(text, language)
    types = [mention.type for mention in unexplained(parsed, mentions_of(parsed))]
    codes = {kind: findings().types[kind].code for kind in types}
    exact = (kind for kind in types if kind not in _GENERAL and codes[kind] != _UNKNOWN)
    coded = (kind for kind in types if codes[kind] != _UNKNOWN)
    chosen = next(exact, next(coded, None))
    return _UNKNOWN if chosen is None else codes[chosen]
