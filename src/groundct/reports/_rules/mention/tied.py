"""Which places of a sentence are tied to which of its findings' words."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from groundct.reports._rules.mention.inside import MEDIASTINUM, of_lobe
from groundct.reports._rules.mention.neighbours import beside
from groundct.reports._rules.mention.nodes import ENLARGED
from groundct.reports._rules.mention.normal_clauses import normal_tokens
from groundct.reports._rules.mention.verb_last import own_before
from groundct.reports._rules.presence.clauses import finite
from groundct.reports._rules.words.parsed import Parsed, line_starts
from groundct.vocabulary.grammar import grammar
from groundct.vocabulary.lexicon import Hit
from groundct.vocabulary.places import places
from groundct.vocabulary.words import is_beside

_CLOSE = 2
_JOINED = 3
_ENDS = frozenset(";:.()")
_LUNG: Final = "lung"
_WIDE: Final = frozenset((_LUNG, "heart"))
_WITH_REACH = 6
_LED = 3


def owned_places(parsed: Parsed, hits: tuple[Hit, ...]) -> tuple[tuple[Hit, ...], ...]:
    """For each finding hit the places that are its adjectives."""
    if not parsed.places:
        return ((),) * len(hits)
    owned: list[tuple[Hit, ...]] = []
    floor = 0
    for hit in hits:
        owned.append(_adjectives(parsed, hit, floor))
        floor = hit.last
    return tuple(owned)


def _adjectives(parsed: Parsed, hit: Hit, floor: int) -> tuple[Hit, ...]:
    """Places that stand inside or right before a mention, with those joined to them by and/or."""
    if hit.first in parsed.again:
        return ()
    inside: list[Hit] = []
    before: list[Hit] = []
    for place in parsed.places:
        if place.first >= hit.last:
            break
        if place.last > hit.first:
            inside.append(place)
        elif place.first >= floor:
            before.append(place)
    if parsed.verb_last:
        before = [p for p in before if not beside(parsed, p)]  # "trakeaya bası oluşturan nodül"
    if not before or hit.first in line_starts(parsed):  # "the thyroid Atherosclerosis"
        return tuple(inside)
    chain: list[Hit] = []
    edge = hit.first
    for place in reversed(before):
        if not (
            _leads_to(parsed, place, edge, listed=bool(chain))
            or (chain and _is_subject(parsed, place, chain, hit.first))
        ):
            break
        if chain and parsed.verb_last and place.last == edge and _is_noun(parsed, place):
            break  # "üst lobda mediastinal kitleye komşu": the mass is in the mediastinum
        chain.append(place)
        edge = place.first
    # "Right hilar lung mass": what stands in the words themselves says most.
    return (*inside, *reversed(chain))


def _leads_to(parsed: Parsed, place: Hit, edge: int, *, listed: bool) -> bool:
    """Whether a place is an adjective of what begins at token ``edge``; ``listed``: another one."""
    if place.last == edge and not listed:
        return True
    grammar = parsed.grammar
    gap = parsed.words[place.last : edge]
    # "T7 due to metastases", "lung in which": a preposition is no adjective's.
    if len(gap) > _CLOSE or not _apart(parsed.language).isdisjoint(gap):
        return False
    if not (listed or grammar.listing.isdisjoint(gap)):
        return False
    # "The liver suspicious for metastases".
    if any(place.last <= cue.first and cue.last <= edge for cue in parsed.cues["uncertainty"]):
        return False
    sided = {position for side in parsed.sides for position in range(side.first, side.last)}
    if listed:
        # "in the left lung and pleural effusion": the lung is no adjective of the effusion.
        leading = parsed.words[max(0, place.first - 2) : place.first]
        noun_signs = grammar.article | grammar.in_ | grammar.of
        # "Normal spleen, liver lesion".
        if any(0 <= place.first - c.last < 2 for c in parsed.role("normality", "normal")):
            return False
        if not noun_signs.isdisjoint(leading) or any(
            word not in grammar.listing and position not in sided
            for position, word in enumerate(gap, start=place.last)
        ):
            return False
    # "Right heart, left pleural effusion": two sides are of two things.
    return sided.isdisjoint(range(place.last, edge)) or sided.isdisjoint(
        range(place.first - 1, place.last)
    )


def _is_subject(parsed: Parsed, place: Hit, chain: list[Hit], first: int) -> bool:
    """Whether a place is listed with others of which a verb says something together.

    "The aorta and the coronary arteries contain plaques", and not "in the aorta, and the ...".
    """
    grammar = parsed.grammar
    if parsed.verb_last or not parsed.any_word(chain[0].last, first, finite(parsed.language)):
        return False
    gap = parsed.words[place.last : chain[-1].first]
    between = grammar.listing | grammar.article | grammar.side | grammar.both
    joints = grammar.joint if len(chain) == 1 else grammar.listing
    listed = not joints.isdisjoint(gap) and between.issuperset(gap)
    leads = grammar.in_ | grammar.of | grammar.at | grammar.with_
    led = parsed.any_word(place.first - _LED, place.first, leads)
    return listed and not led and not any(c.last == place.first for c in parsed.cues["normality"])


@lru_cache(maxsize=8)
def _apart(language: str) -> frozenset[str]:
    """The words that no adjective of a place stands before."""
    own = grammar(language)
    return own.article | own.to | own.with_ | own.in_ | _ENDS


def tied_places(
    parsed: Parsed, hits: tuple[Hit, ...], owned: tuple[tuple[Hit, ...], ...]
) -> tuple[tuple[Hit, ...], ...]:
    """For each finding hit the places after it, else those it shares, else those before it.

    A place that is the adjective of one hit ("pleural effusion") is never a place of another; one
    whose ending makes it the place of things ("karaciğerde lezyon") may be.
    """
    if not parsed.places:
        return owned
    free = _free_places(parsed, hits, owned)
    if parsed.verb_last:
        return tuple([own_before(parsed, free, hits, index) for index in range(len(hits))])
    # "A nodule in the left adrenal gland, the right one is normal": nothing before it is there.
    normal = normal_tokens(parsed) if parsed.cues["normality"] else frozenset()
    out: list[tuple[Hit, ...]] = []
    behind: tuple[Hit, ...] = ()
    limit = len(parsed.words)
    for index in range(len(hits) - 1, -1, -1):
        hit = hits[index]
        floor = hits[index - 1].last if index else 0
        after: list[Hit] = []
        before: list[Hit] = []
        for place in free:
            if place.first >= hit.last and place.last <= limit:
                if place.first not in normal:
                    after.append(place)
            elif place.first >= floor and place.last <= hit.first:
                before.append(place)
        tied = tuple(after)
        if not tied and behind:
            shared = _shares(parsed, hit, hits[index + 1]) or _leads_wider(free, hit, behind)
            tied = behind if shared else ()
        tied = tied or tuple(before)
        # "Nodes at the esophagus, which have increased in size": the nodes have.
        if not tied and index and hit.entry.meaning != ENLARGED:
            tied = tuple([p for p in free if p.last <= hit.first])
        if not tied and behind and hits[index + 1].first not in parsed.again:
            tied = behind
        if not tied and index:
            tied = _subject(parsed, hits, owned, index)
        out.append(tied)
        behind, limit = tied, hit.first
    return tuple(reversed(out))


def _free_places(
    parsed: Parsed, hits: tuple[Hit, ...], owned: tuple[tuple[Hit, ...], ...]
) -> tuple[Hit, ...]:
    """The places that are no adjective, no neighbour and no part of a lobe."""
    free = parsed.places
    backwards = parsed.verb_last
    if any(owned):
        taken = {p.first for own in owned for p in own if not (backwards and _is_noun(parsed, p))}
        free = tuple([p for p in free if p.first not in taken])
    if parsed.relations:
        # "Abutting the thickened pleura": it is near the pleura, and the thickening is in it.
        objects = () if backwards else [hit.last for hit in hits]
        free = tuple([p for p in free if p.first in objects or not beside(parsed, p)])
    if MEDIASTINUM in [place.entry.meaning for place in free]:
        free = tuple([p for p in free if p.entry.meaning != MEDIASTINUM or not of_lobe(parsed, p)])
    return free


def _leads_wider(free: tuple[Hit, ...], hit: Hit, behind: tuple[Hit, ...]) -> bool:
    """Whether what leads a hit only holds the next one's place.

    "In the upper abdomen, a lesion with calcifications in the left kidney" is in the kidney.
    """
    before = [place for place in free if place.last <= hit.first]
    inner = [place for place in behind if place not in before]
    if not (before and inner):
        return False
    wider = places().holding(inner[0].entry.meaning)
    return all(p.entry.meaning in wider and p.entry.meaning != _LUNG for p in before)


def _is_noun(parsed: Parsed, place: Hit) -> bool:
    """Whether a place's ending says that other things are there: "karaciğerde"."""
    return is_beside(parsed.surface(place.last - 1), parsed.language)


def _subject(
    parsed: Parsed, hits: tuple[Hit, ...], owned: tuple[tuple[Hit, ...], ...], index: int
) -> tuple[Hit, ...]:
    """What a hit before was said to be: "the esophagus is dilated and contains a fluid level".

    Or where it is, "a renal cyst with calcification"; in or beside lungs and heart is much else.
    """
    before = hits[index - 1]
    gap = parsed.words[before.last : hits[index].first]
    led = len(gap) <= _WITH_REACH and not parsed.grammar.with_.isdisjoint(gap)
    if led and (parsed.grammar.listing | _ENDS).isdisjoint(gap):
        return tuple(p for p in owned[index - 1] if p.entry.meaning not in _WIDE)
    said = tuple(p for p in owned[index - 1] if p.last <= before.first)
    predicate = said and parsed.any_word(said[-1].last, before.first, parsed.grammar.is_)
    parted = parsed.any_word(before.last, hits[index].first, _ENDS | {","})
    return said if predicate and not parted else ()


def _shares(parsed: Parsed, hit: Hit, following: Hit) -> bool:
    """Whether two hits are joined, so that the place after the second is the first one's too."""
    if following.first - hit.last > _JOINED:
        return False
    gap = parsed.words[hit.last : following.first]
    joined = not parsed.grammar.listing.isdisjoint(gap)
    return gap == ("(",) or (joined and not parsed.scope_ends(hit.last, following.first))
