"""Anatomy paths of places: the sides that stand beside them, and the numbers of vertebrae and ribs.

A side counts for a place only where the words tie it to it: inside its name, right before it, or
right after it ("thyroid, left lobe", "rib on the left"). Nothing else gives a place a side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from groundct.reports._rules.mention.mentions import Mention
from groundct.reports._rules.mention.neighbours import beside
from groundct.reports._rules.places.most import plain_places
from groundct.reports._rules.places.numbered import rib_list, ribs, vertebrae
from groundct.reports._rules.words.parsed import Parsed, once
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.elsewhere import elsewhere
from groundct.vocabulary.findings import findings
from groundct.vocabulary.lexicon import Hit
from groundct.vocabulary.places import places

_BEFORE = 2
_AFTER = 3
_LISTED = 5
_SIGNS = frozenset(",;:.()?/")
_DISC: Final = "disc"
_RIB: Final = "rib"
_ABDOMEN: Final = frozenset(("abdomen", "abdominal tissue"))
_VERTEBRAE: Final = "vertebrae"


@once
def paths_of_place(parsed: Parsed, place: Hit) -> tuple[str, ...]:
    """The most exact paths that the words around a place allow; several for a list of ribs."""
    key = place.entry.meaning
    if _VERTEBRAE in (key, places().places[key].parent) or key == _DISC:
        levels = vertebrae(parsed, place)
        if levels:
            return levels
    if key == _RIB:
        _, end = rib_list(parsed, place)
        numbered = ribs(parsed, place, _sides(parsed, place, end))
        if numbered:
            return numbered
    return _halves(place, _sides(parsed, place, place.last))


def paths_of_finding(parsed: Parsed, mention: Mention, tied: Sequence[Hit]) -> list[str]:
    """The paths of a mention at places that are tied to it.

    Only those in its type's region, else in one where it may lie too. A place of two regions, such
    as "paraaortic", is in the one that the other places are in.
    """
    home = anatomy().top_region(findings().types[mention.type].anatomy or "")
    tied = plain_places(parsed, (*tied, *_parts(parsed, mention, tied)))
    if not home:
        return [path for place in tied for path in paths_of_place(parsed, place)]
    other = elsewhere(mention.type)
    if other.paths:
        tied = (*_leading(parsed, mention, tied, home), *tied)
        tied = tied or _listed(parsed, mention)
    named = [(paths_of_place(parsed, place), other.holds(place.entry.meaning)) for place in tied]
    sure = {next(iter(tops)) for tops in (_tops(paths) for paths, _ in named) if len(tops) == 1}
    out: list[str] = []
    for paths, counts in named:
        tops = _tops(paths)
        others = [top for top in tops if counts and top in other.paths]
        shared = next((top for top in others if top in sure), None)
        if home in tops and (home in sure or shared is None):
            out += [path for path in paths if anatomy().top_region(path) == home]
        elif others:
            top = shared or others[0]
            own = [path for path in paths if anatomy().top_region(path) == top]
            out += [other.paths[top]] if other.paths[top] else own
    return out


def _parts(parsed: Parsed, mention: Mention, tied: Sequence[Hit]) -> list[Hit]:
    """The places behind a mention that lie in its own, or are it: "renal cyst in the left kidney".

    No sign stands before the first; the others are listed with it, and none is the next finding's.
    """
    own = {place.entry.meaning for place in tied if place.last <= mention.last}
    if not own or mention.hit.entry.meaning == "normal":
        return []
    limit = min((h.first for h in parsed.findings if h.first >= mention.last), default=None)
    end = len(parsed.words) if limit is None else limit - _BEFORE
    out: list[Hit] = []
    edge, listed = mention.last, False
    for place in parsed.places:
        if place.first < mention.last or place.last > end:
            continue
        signs = _SIGNS if not listed else _SIGNS - {","}
        far = listed and place.first - edge > _LISTED
        if far or parsed.any_word(edge, place.first, signs):
            break
        key = place.entry.meaning
        inside = not own.isdisjoint(places().holding(key))
        if (inside or key in own) and place not in tied and not beside(parsed, place):
            out.append(place)
            edge = place.last
            listed = listed or inside
    return out


def _listed(parsed: Parsed, mention: Mention) -> tuple[Hit, ...]:
    """The abdomen before another finding that "or" joins to a mention without a place.

    "No intraabdominal free fluid or pathological nodes": only where no other place is named.
    """
    before = [hit for hit in parsed.findings if hit.last <= mention.first]
    named = {place.entry.meaning for place in parsed.places}
    if not before or not named <= _ABDOMEN:
        return ()
    gap = parsed.words[before[-1].last : mention.first]
    joined = not parsed.grammar.joint.isdisjoint(gap) and _SIGNS.isdisjoint(gap)
    return tuple(place for place in parsed.places if joined and place.last <= mention.first)


def _leading(parsed: Parsed, mention: Mention, tied: Sequence[Hit], home: str) -> list[Hit]:
    """The places of a type's own region that lead a sentence which has others behind its finding.

    "In the mediastinum, there are no enlarged nodes in the axillae."
    """
    if len(parsed.findings) > 1 or not tied or tied[0].first < mention.last:
        return []
    before = [place for place in parsed.places if place.last <= mention.first]
    return [
        place
        for place in before
        if home in _tops(paths_of_place(parsed, place)) and not beside(parsed, place)
    ]


@lru_cache(maxsize=1 << 12)
def _tops(paths: tuple[str, ...]) -> Mapping[str, None]:
    """The top regions of paths, in order."""
    return dict.fromkeys(anatomy().top_region(path) for path in paths)


def _halves(place: Hit, sides: tuple[str, ...]) -> tuple[str, ...]:
    """A place's paths, those of its halves where sides are given and RadGenome has them."""
    own = places().places[place.entry.meaning]
    if not sides:
        return own.paths
    names = [f"{side} {own.sided}" for side in sides]
    if not all(anatomy().is_mask_name(name) for name in names):
        return own.paths
    return tuple(anatomy().path_of(name) for name in names)


def _sides(parsed: Parsed, place: Hit, end: int) -> tuple[str, ...]:
    """The sides tied to a place whose words, with numbers after them, end before token ``end``."""
    hits = parsed.role("laterality", "right", "left", "bilateral")
    if not hits:
        return ()
    inner = [hit for hit in hits if place.first <= hit.first and hit.last <= place.last]
    found = inner or _before(parsed, hits, place.first) or _after(parsed, hits, end)
    named = dict.fromkeys(hit.entry.meaning for hit in found)
    return () if "bilateral" in named else tuple(named)


def _before(parsed: Parsed, hits: tuple[Hit, ...], first: int) -> list[Hit]:
    """The side right before token ``first``, and those joined to it: "right and left kidneys"."""
    before = [hit for hit in hits if hit.last <= first]
    if not before:
        return before
    taken = _taken(parsed)
    chain: list[Hit] = []
    edge = first
    for hit in reversed(before):
        gap = range(hit.last, edge)
        words = frozenset(parsed.words[hit.last : edge])
        if chain and not (words and parsed.grammar.listing.issuperset(words)):
            break
        parting = parsed.grammar.listing | parsed.grammar.in_ | _SIGNS
        if not chain and (len(gap) > _BEFORE or parting & words or not taken.isdisjoint(gap)):
            break
        chain.append(hit)
        edge = hit.first
    return chain[::-1]


def _after(parsed: Parsed, hits: tuple[Hit, ...], last: int) -> list[Hit]:
    """The side right after token ``last``: "on the left", "(left)", ", left lobe"."""
    grammar = parsed.grammar
    for hit in hits:
        if not 0 <= hit.first - last <= _AFTER:
            continue
        gap = parsed.words[last : hit.first]
        following = parsed.words[hit.last : hit.last + 1]
        named = frozenset(following)
        bracketed = gap == ("(",) and following == (")",)
        of_lobe = set(gap) <= {",", "("} and bool(named & grammar.lobe)
        of_side = bool(grammar.on & frozenset(gap)) and set(gap) <= grammar.on | grammar.article
        if bracketed or of_lobe or (of_side and hit.last not in _taken(parsed)):
            return [hit, *_joined_after(parsed, hits, hit)]
    return []


def _joined_after(parsed: Parsed, hits: tuple[Hit, ...], side: Hit) -> list[Hit]:
    """A second side after one: "on the right and left"."""
    return [
        hit
        for hit in hits
        if 0 < hit.first - side.last <= _BEFORE
        and parsed.grammar.listing.issuperset(parsed.words[side.last : hit.first])
        and hit.last not in _taken(parsed)
    ]


@once
def _taken(parsed: Parsed) -> frozenset[int]:
    """The tokens of all places, and of lungs and lobes, whose sides are their own."""
    grammar = parsed.grammar
    own = grammar.lung | grammar.segment
    positions = {n for hit in parsed.places for n in range(hit.first, hit.last)}
    return frozenset(positions | {n for n, word in enumerate(parsed.words) if word in own})
