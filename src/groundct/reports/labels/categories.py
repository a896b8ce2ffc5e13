"""The ontology code of a finding's phrase."""

from __future__ import annotations

from itertools import pairwise

from groundct.reports._rules.mention.explained import unexplained
from groundct.reports._rules.mention.mentions import Mention, mentions_of
from groundct.reports._rules.words.parsed import Parsed, parse
from groundct.vocabulary.findings import ANY, findings
from groundct.vocabulary.places import places

_UNKNOWN = "12"
_TUMORS = frozenset(("malignancy", "metastasis"))
_MASS = "~mass"
_GROUND_GLASS = "ground_glass"
"""It stays what it is, whatever its shape: "ground-glass nodular opacities"."""
_FIBROATELECTATIC = ("scarring", "atelectasis")
"""What "sequela atelectasis" is: it has the code of the first."""
_DONE = frozenset(("~obstruction", "~stenosis", "~collapse", "~dilatation", "~enlargement"))
"""General words that also say what a finding does to another: "a mass obstructing the bronchus"."""


def categorize(text: str, language: str = "en") -> str:
    """The code of ReXGroundingCT's ontology of one finding's phrase; "12" when nothing is known.

    The first type that is named decides. Those without a code of their own yield to any other, and
    so does what only describes what follows: "cavitary consolidation". ``vocabulary/yields.tsv``
    has the rest.
    """
    if not text.strip():
        return _UNKNOWN
    parsed = parse(text, language)
    mentions = unexplained(parsed, mentions_of(parsed))
    types = tuple(dict.fromkeys(_type(m) for m in mentions))
    coded = tuple(kind for kind in types if findings().types[kind].code != _UNKNOWN)
    named = tuple(kind for kind in coded if not _yields(kind, coded)) or coded
    if not named:
        return _UNKNOWN
    adjectives = _adjectives(parsed, mentions)
    nouns = tuple(kind for kind in named if kind not in adjectives)
    return findings().types[(nouns or named)[0]].code


def _type(mention: Mention) -> str:
    """A mention's type; a malignant illness of a place is a mass there: "carcinoma of the lung"."""
    if mention.type not in _TUMORS:
        return mention.type
    there = (places().resolve(_MASS, place.entry.meaning) for place in mention.places)
    return next(filter(None, there), mention.type)


def _yields(kind: str, types: tuple[str, ...]) -> bool:
    """Whether a type is not what a phrase with these types is about."""
    to = findings().yields
    own = to.get(kind, frozenset())
    if ANY in own:
        return any(ANY not in to.get(other, ()) for other in types)
    return not own.isdisjoint(types)


def _adjectives(parsed: Parsed, mentions: tuple[Mention, ...]) -> frozenset[str]:
    """The types of what stands right before an exact finding, whose look it is.

    The languages that are read say what describes a thing before it; a hyphen joins two things,
    "bronchiectasis-atelectasis".
    """
    exact = [m for m in mentions if ANY not in findings().yields.get(_type(m), ())]
    return frozenset(
        _type(one)
        for one, other in pairwise(exact)
        if one.last == other.first
        and parsed.text[parsed.said.ends[one.last - 1] : parsed.said.starts[other.first]].isspace()
        and one.type != _GROUND_GLASS
        and (one.type, other.type) != _FIBROATELECTATIC
        and other.hit.entry.meaning not in _DONE
    )
