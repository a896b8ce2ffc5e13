"""Organs in a list of which a finding's own words hold one: "liver and bone metastases".

The words "bone metastases" are one entry of the vocabulary, and so are "metastases in the left
lung"; what is listed beside their organ has the finding as well: its general word, "metastases",
says which type that is there.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from groundct.reports._rules.words.parsed import Parsed
from groundct.vocabulary.lexicon import Hit, Lexicon, lexicon
from groundct.vocabulary.places import GENERAL, places

_HEADS: Final = frozenset(("~metastasis", "~lesion", "~mass", "~nodule", "~cyst", "~hemangioma"))
"""General words for things of which organs have one each."""
_ENDS: Final = frozenset(".,;:()")
_LED = 2

Listed = tuple[tuple[str, tuple[Hit, ...]], ...]
"""Types, and the places of each."""


def listed_beside(
    parsed: Parsed, hits: tuple[Hit, ...], index: int, owned: tuple[tuple[Hit, ...], ...]
) -> Listed:
    """The types that a finding's general word is at the organs listed beside its own one."""
    hit = hits[index]
    listing = parsed.grammar.listing
    behind = hit.last < len(parsed.words) and parsed.words[hit.last] in listing
    if not behind and parsed.words[hit.first - 1] not in listing | parsed.grammar.side:
        return ()
    found: list[Hit] = []
    head = here = ""
    for place in owned[index]:
        if place.first == hit.first < place.last < hit.last:
            here = place.entry.meaning
            head = _general(parsed.language, parsed.words[place.last : hit.last])
            found = _before(parsed, hit, hits[index - 1].last if index else 0) if head else []
        elif behind and hit.first < place.first and place.last == hit.last:
            here = place.entry.meaning
            head = _general(parsed.language, parsed.words[hit.first : place.first])
            others = {p for n, own in enumerate(owned) if n != index for p in own}
            found = _behind(parsed, hit, others) if head else []
    kinds: dict[str, list[Hit]] = {}
    for place in found:
        kind = places().resolve(head, place.entry.meaning)
        if kind and kind != hit.entry.meaning and place.entry.meaning != here:
            kinds.setdefault(kind, []).append(place)
    return tuple([(kind, tuple(own)) for kind, own in kinds.items()])


def _before(parsed: Parsed, hit: Hit, floor: int) -> list[Hit]:
    """The organs before a finding's words that "and" or "or" joins to them: "liver and ..."."""
    grammar = parsed.grammar
    between = grammar.listing | grammar.side
    apart = grammar.article | grammar.in_ | grammar.of
    healthy = {cue.last for cue in parsed.cues["normality"]}
    chain: list[Hit] = []
    edge = hit.first
    for place in reversed(parsed.places):
        if place.last > edge:
            continue
        gap = parsed.words[place.last : edge]
        joints = grammar.listing if chain else grammar.joint
        if place.first < floor or joints.isdisjoint(gap) or not between.issuperset(gap):
            break
        chain.append(place)
        edge = place.first
    # "Lesions in the liver and bone metastases", "normal liver and bone metastases".
    led = parsed.any_word(edge - _LED, edge, apart) or not healthy.isdisjoint((edge - 1, edge))
    # "Enlarged liver and bone metastases": the liver is another finding's.
    return [] if led or 0 < floor == edge else chain[::-1]


def _behind(parsed: Parsed, hit: Hit, others: set[Hit]) -> list[Hit]:
    """The organs behind a finding's words that are joined to them; none that are told of more."""
    grammar = parsed.grammar
    between = grammar.listing | grammar.article | grammar.side | grammar.both | grammar.in_
    chain: list[Hit] = []
    edge = hit.last
    for place in parsed.places:
        if place.first < edge:
            continue
        gap = parsed.words[edge : place.first]
        listed = not grammar.listing.isdisjoint(gap) and between.issuperset(gap)
        if place in others or not listed:
            break
        chain.append(place)
        edge = place.last
    rest = parsed.words[edge : edge + _LED]
    told = len(rest) == _LED and rest[0] in grammar.is_ and rest[1] in grammar.perceived
    ended = not rest or rest[0] in _ENDS
    return chain if ended or told else []


@lru_cache(maxsize=1 << 10)
def _general(language: str, words: tuple[str, ...]) -> str:
    """The general word that begins these words and is the one finding in them."""
    hits = _findings(language).find(words)
    head = hits[0].entry.meaning if len(hits) == 1 and not hits[0].first else ""
    return head if head.startswith(GENERAL) and head in _HEADS else ""


@lru_cache(maxsize=8)
def _findings(language: str) -> Lexicon:
    """The findings of a language, apart from the other lexicons."""
    return lexicon(language, "findings", "type")
