"""Places that are only named as neighbours: "adjacent to the fissure"."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from groundct.reports._rules.mention.verb_last import NEAR_BEFORE, neighbours_before
from groundct.reports._rules.words.parsed import Parsed, once
from groundct.vocabulary.grammar import grammar
from groundct.vocabulary.lexicon import Hit

NEAR: Final = "near:"
"""What the roles of words begin with that name a neighbour, the relation's kind behind it."""
_REACH = 8


def beside(parsed: Parsed, place: Hit) -> bool:
    """Whether a place is only named as a neighbour: "adjacent to the fissure"."""
    return bool(parsed.relations) and place in _neighbours(parsed)


@once
def _neighbours(parsed: Parsed) -> tuple[Hit, ...]:
    """The places that are named as neighbours; verb-last languages name them before the word."""
    lead = NEAR_BEFORE if parsed.verb_last else (NEAR, NEAR_BEFORE)
    near = [hit for hit in parsed.relations if hit.entry.meaning.startswith(lead)]
    return tuple([place for hit in near for place in neighbours_of(parsed, hit)])


def neighbours_of(parsed: Parsed, relation: Hit) -> tuple[Hit, ...]:
    """The places that a word of nearness names behind it, or before it; none for other words."""
    if relation.entry.meaning.startswith(NEAR_BEFORE):
        return neighbours_before(parsed, relation)
    if not relation.entry.meaning.startswith(NEAR):
        return ()
    behind = [place for place in parsed.places if place.first >= relation.last]
    if not behind:
        return ()
    ends = _ends(parsed.language)
    limit = len(parsed.words)
    if len(parsed.relations) > 1:
        others = [hit.first for hit in parsed.relations if hit.entry.meaning.startswith(NEAR)]
        limit = min([first for first in others if first >= relation.last], default=limit)
    out = []
    for place in behind:
        gap = parsed.words[relation.last : place.first]
        if place.first >= limit or len(gap) > _REACH or not ends.isdisjoint(gap):
            break
        out.append(place)
    return tuple(out)


@lru_cache(maxsize=8)
def _ends(language: str) -> frozenset[str]:
    """The words and signs that no word of nearness reaches over."""
    own = grammar(language)
    return own.in_ | own.at | own.is_ | {",", ";"}
