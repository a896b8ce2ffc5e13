"""Where a finding lies to structures that it is not in: "adjacent to the major fissure".

The words' kinds are data: ``near:<kind>`` stands before the structure, ``near_before:<kind>`` after
it, and ``at:<kind>:<place>`` names it itself ("subpleural").
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from groundct.core.report import Relation, Span
from groundct.reports._rules.mention.mentions import Mention
from groundct.reports._rules.mention.neighbours import NEAR, neighbours_of
from groundct.reports._rules.mention.verb_last import NEAR_BEFORE
from groundct.reports._rules.places.place_paths import paths_of_place
from groundct.reports._rules.presence.clauses import STOPS
from groundct.reports._rules.words.parsed import Parsed
from groundct.vocabulary.lexicon import Hit
from groundct.vocabulary.places import places

AT = "at:"
_RELATION: Final = Relation(span=Span(start=0, end=1), kind="", anatomy="")
_LEADS = 4


def relations_of(parsed: Parsed, spoken: Sequence[Mention]) -> tuple[tuple[Relation, ...], ...]:
    """The relations of each mention, in the order of the mentions."""
    if not parsed.relations:
        return ((),) * len(spoken)
    own: list[list[Relation]] = [[] for _ in spoken]
    for hit in parsed.relations:
        number = _owner(parsed, hit, spoken)
        if number is not None:
            own[number] += [r for r in _relations(parsed, hit) if r not in own[number]]
    return tuple([tuple(relations) for relations in own])


def _relations(parsed: Parsed, hit: Hit) -> list[Relation]:
    """What a word of relation says: the kind, and each structure that it names."""
    role, _, rest = hit.entry.meaning.partition(":")
    if role in (NEAR.rstrip(":"), NEAR_BEFORE.rstrip(":")):
        return [
            _relation(
                parsed.span_of(min(hit.first, place.first), max(hit.last, place.last)),
                rest,
                paths_of_place(parsed, place)[0],
            )
            for place in neighbours_of(parsed, hit)
        ]
    if role != AT.rstrip(":"):
        return []
    kind, _, key = rest.partition(":")
    path = places().places[key].paths[0]
    return [_relation(parsed.span_of(hit.first, hit.last), kind, path)]


@lru_cache(maxsize=1 << 12)
def _relation(span: Span, kind: str, anatomy: str) -> Relation:
    """A relation at words that are known to be there: equal ones are one value."""
    return _RELATION.changed(span=span, kind=kind, anatomy=anatomy)


def _owner(parsed: Parsed, hit: Hit, spoken: Sequence[Mention]) -> int | None:
    """The mention that a word of relation tells of: one that it leads, else the one before it."""
    following = [n for n, m in enumerate(spoken) if m.last > hit.first]
    preceding = [n for n, m in enumerate(spoken) if m.first < hit.first]
    if hit.entry.meaning.startswith(NEAR_BEFORE) and following:
        between = range(hit.last, spoken[following[0]].first)
        if not any(verb.first in between for verb in parsed.role("negation", "asserts")):
            return following[0]
    if hit.entry.meaning.startswith(AT) and following:
        own = spoken[following[0]]
        gap = parsed.words[hit.last : own.first]
        parting = parsed.grammar.joint | parsed.grammar.in_ | {","}
        if own.first - hit.last <= _LEADS and parting.isdisjoint(gap):
            return following[0]
    if preceding and not parsed.any_word(spoken[preceding[-1]].last, hit.first, STOPS):
        return preceding[-1]
    return following[0] if following else None
