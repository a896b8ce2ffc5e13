"""Mentions of findings in a sentence: their types, resolved by the places they are tied to."""

from __future__ import annotations

from dataclasses import dataclass

from groundct.reports._rules.parsed import Parsed
from groundct.vocabulary.lexicon import Hit
from groundct.vocabulary.places import GENERAL, places

_AND_OR = frozenset((",", "and", "or", "/", "nor"))
_SHARING = frozenset(("~effusion", "~thickening", "~calcification", "~plaque", "~dilatation"))
_RELATION_REACH = 8


@dataclass(frozen=True)
class Mention:
    """A finding's own words (tokens ``first`` to ``last``), its type and the places tied to it."""

    first: int
    last: int
    type: str
    hit: Hit
    places: tuple[Hit, ...]


def mentions_of(parsed: Parsed) -> tuple[Mention, ...]:
    """All mentions; a general word that several places qualify gives one for each type."""
    out: list[Mention] = []
    hits = parsed.findings
    adjectives: tuple[Hit, ...] = ()
    tied = tied_places(parsed)
    for index, hit in enumerate(hits):
        own = _adjectives(parsed, hit, hits[index - 1].last if index else 0)
        joined = index > 0 and _joined(parsed, hits[index - 1].last, hit.first)
        adjectives = own or (adjectives if joined else ())
        chosen = adjectives or tied[index]
        meaning = hit.entry.meaning
        if not meaning.startswith(GENERAL):
            out.append(Mention(hit.first, hit.last, meaning, hit, chosen))
            continue
        first = own[0].first if own and _touches(own, hit) else hit.first
        out.extend(_resolved(hit, chosen, first))
    return tuple(out)


def _touches(own: tuple[Hit, ...], hit: Hit) -> bool:
    """Whether a mention's one adjective stands right before it, as in "pleural effusion"."""
    return len(own) == 1 and own[0].last == hit.first


def _resolved(hit: Hit, chosen: tuple[Hit, ...], first: int) -> list[Mention]:
    head = hit.entry.meaning
    types: dict[str, list[Hit]] = {}
    for place in chosen:
        kind = places().resolve(head, place.entry.meaning)
        if kind is not None:
            types.setdefault(kind, []).append(place)
    if not types:
        default = places().default(head)
        return [Mention(first, hit.last, default, hit, ())] if default else []
    kinds = list(types) if head in _SHARING else list(types)[:1]
    return [Mention(first, hit.last, kind, hit, tuple(types[kind])) for kind in kinds]


def _adjectives(parsed: Parsed, hit: Hit, floor: int) -> tuple[Hit, ...]:
    """Places that stand inside or right before a mention, with those joined to them by and/or."""
    inside = tuple(p for p in parsed.places if hit.first <= p.first and p.last <= hit.last)
    before = [p for p in parsed.places if floor <= p.first and p.last <= hit.first]
    chain: list[Hit] = []
    edge = hit.first
    for place in reversed(before):
        gap = parsed.words[place.last : edge]
        near = len(gap) <= 2 and "the" not in gap and not any(word in ";:.()" for word in gap)
        linked = all(word in _AND_OR for word in gap) if chain else not set(gap) & _AND_OR
        if not (near and linked):
            break
        chain.append(place)
        edge = place.first
    return (*reversed(chain), *inside)


def _joined(parsed: Parsed, last: int, first: int) -> bool:
    gap = parsed.words[last:first]
    return len(gap) <= 1 and all(word in _AND_OR for word in gap)


def tied_places(parsed: Parsed) -> tuple[tuple[Hit, ...], ...]:
    """For each finding hit the places after it, else those it shares, else those before it."""
    hits = parsed.findings
    starts = [hit.first for hit in hits] + [len(parsed.words)]
    after = [_between(parsed, hit.last, starts[index + 1]) for index, hit in enumerate(hits)]
    out: list[tuple[Hit, ...]] = [()] * len(hits)
    for index in range(len(hits) - 1, -1, -1):
        out[index] = after[index]
        if not out[index] and index + 1 < len(hits):
            gap = parsed.words[hits[index].last : hits[index + 1].first]
            ended = parsed.scope_ends(hits[index].last, hits[index + 1].first)
            if (len(gap) <= 3 and set(gap) & _AND_OR and not ended) or gap == ("(",):
                out[index] = out[index + 1]
        if not out[index]:
            floor = hits[index - 1].last if index else 0
            out[index] = _between(parsed, floor, hits[index].first) or _between(
                parsed, 0, hits[index].first
            )
    return tuple(out)


def _between(parsed: Parsed, first: int, last: int) -> tuple[Hit, ...]:
    """Places among these tokens that are not only what something lies beside."""
    return tuple(
        place
        for place in parsed.places
        if first <= place.first and place.last <= last and not beside(parsed, place)
    )


def beside(parsed: Parsed, place: Hit) -> bool:
    """Whether a place is only named as a neighbour: "adjacent to the fissure"."""
    for relation in parsed.relations:
        if relation.entry.meaning != "near" or not place.first - relation.last >= 0:
            continue
        gap = parsed.words[relation.last : place.first]
        if len(gap) <= _RELATION_REACH and not set(gap) & {",", ";", "in", "is", "are", "at"}:
            return True
    return False
