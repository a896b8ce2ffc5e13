"""Anatomy paths of places: the sides that stand beside them, and the numbers of vertebrae and ribs.

A side counts for a place only where the words tie it to it: inside its name, right before it, or
right after it ("thyroid, left lobe", "rib on the left"). Nothing else gives a place a side.
"""

from __future__ import annotations

from collections.abc import Sequence
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
_OPENS = frozenset(",(")
_DISC: Final = "disc"
_RIB: Final = "rib"
_ABDOMEN: Final = frozenset(("abdomen", "abdominal tissue"))
_VERTEBRAE: Final = "vertebrae"


def paths_of_place(parsed: Parsed, place: Hit) -> tuple[str, ...]:
    """The most exact paths that the words around a place allow; several for a list of ribs."""
    fixed = _fixed_paths(place.entry.meaning)
    return _told_paths(parsed, place) if fixed is None else fixed


@lru_cache(maxsize=1 << 10)
def _fixed_paths(key: str) -> tuple[str, ...] | None:
    """The paths of a place that has no halves, and is none of several with numbers."""
    place = places().places[key]
    halves = (f"right {place.sided}", f"left {place.sided}")
    parted = key in _numbered() or any(map(anatomy().is_mask_name, halves))
    return None if parted else place.paths


@once
def _told_paths(parsed: Parsed, place: Hit) -> tuple[str, ...]:
    """The paths of a place by its sides, or by the numbers of vertebrae and ribs."""
    key = place.entry.meaning
    if key == _RIB:
        _, end = rib_list(parsed, place)
        numbered = ribs(parsed, place, _sides(parsed, place, end))
    else:
        numbered = vertebrae(parsed, place) if key in _numbered() else ()
    return numbered or _halves(key, _sides(parsed, place, place.last))


@lru_cache(maxsize=1)
def _numbered() -> frozenset[str]:
    """The places of which numbers tell which ones they are."""
    spine = {key for key, place in places().places.items() if _VERTEBRAE in (key, place.parent)}
    return frozenset((*spine, _DISC, _RIB))


def paths_of_finding(parsed: Parsed, mention: Mention, tied: Sequence[Hit]) -> list[str]:
    """The paths of a mention at places that are tied to it.

    Only those in its type's region, else in one where it may lie too. A place of two regions, such
    as "paraaortic", is in the one that the other places are in.
    """
    if tied:
        tied = plain_places(parsed, (*tied, *_parts(parsed, mention, tied)))
    if elsewhere(mention.type).paths:
        tied = (*_leading(parsed, mention, tied), *tied) or _listed(parsed, mention)
    if not tied:
        return []
    named = [(place.entry.meaning, paths_of_place(parsed, place)) for place in tied]
    return list(_where_it_may_be(mention.type, tuple(named)))


@lru_cache(maxsize=1 << 12)
def _where_it_may_be(kind: str, named: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[str, ...]:
    """The paths at which findings of a type may lie; ``named`` are places and their paths."""
    home = _home(kind)
    if not home:
        return tuple(path for _, paths in named for path in paths)
    other = elsewhere(kind)
    by_top = [(key, _by_top(paths)) for key, paths in named]
    sure = {next(iter(tops)) for _, tops in by_top if len(tops) == 1}
    out: list[str] = []
    for key, tops in by_top:
        others = [top for top in tops if top in other.paths and other.holds(key)]
        shared = next((top for top in others if top in sure), None)
        if home in tops and (home in sure or shared is None):
            out += tops[home]
        elif others:
            top = shared or others[0]
            out += [other.paths[top]] if other.paths[top] else tops[top]
    return tuple(out)


def _home(kind: str) -> str:
    """The top region in which findings of a type lie, "" where the type does not say it."""
    return anatomy().top_region(findings().types[kind].anatomy)


def _by_top(paths: tuple[str, ...]) -> dict[str, list[str]]:
    """Paths by their top regions, in order."""
    found: dict[str, list[str]] = {}
    for path in paths:
        found.setdefault(anatomy().top_region(path), []).append(path)
    return found


def _parts(parsed: Parsed, mention: Mention, tied: Sequence[Hit]) -> list[Hit]:
    """The places behind a mention that lie in its own, or are it: "renal cyst in the left kidney".

    No sign stands before the first; the others are listed with it, and none is the next finding's.
    """
    if not parsed.places or parsed.places[-1].first < mention.last:
        return []
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


def _leading(parsed: Parsed, mention: Mention, tied: Sequence[Hit]) -> list[Hit]:
    """The places of a type's own region that lead a sentence which has others behind its finding.

    "In the mediastinum, there are no enlarged nodes in the axillae."
    """
    if len(parsed.findings) > 1 or not tied or tied[0].first < mention.last:
        return []
    home = _home(mention.type)
    return [
        place
        for place in parsed.places
        if place.last <= mention.first
        and home in _by_top(paths_of_place(parsed, place))
        and not beside(parsed, place)
    ]


@lru_cache(maxsize=1 << 10)
def _halves(key: str, sides: tuple[str, ...]) -> tuple[str, ...]:
    """A place's paths, those of its halves where sides are given and RadGenome has them."""
    own = places().places[key]
    if not sides:
        return own.paths
    names = [f"{side} {own.sided}" for side in sides]
    if not all(anatomy().is_mask_name(name) for name in names):
        return own.paths
    return tuple(anatomy().path_of(name) for name in names)


def _sides(parsed: Parsed, place: Hit, end: int) -> tuple[str, ...]:
    """The sides tied to a place whose words, with numbers after them, end before token ``end``."""
    low, high = place.first - _BEFORE, end + _AFTER
    near = [hit for hit in parsed.sides if low <= hit.last and hit.first <= high]
    if not near:
        return ()
    inner = [hit for hit in near if place.first <= hit.first and hit.last <= place.last]
    found = inner or _before(parsed, parsed.sides, place.first)
    if not found and near[-1].first >= end:
        found = _after(parsed, near, end)
    if not found:
        return ()
    named = dict.fromkeys([hit.entry.meaning for hit in found])
    return () if "bilateral" in named else tuple(named)


def _before(parsed: Parsed, hits: tuple[Hit, ...], first: int) -> list[Hit]:
    """The side right before token ``first``, and those joined to it: "right and left kidneys"."""
    chain: list[Hit] = []
    edge = first
    for hit in reversed(hits):
        low = hit.last
        if low > edge:
            continue
        gap = parsed.words[low:edge]
        if chain:
            if not gap or not parsed.grammar.listing.issuperset(gap):
                break
        elif edge - low > _BEFORE or (gap and _is_parted(parsed, low, edge)):
            break
        chain.append(hit)
        edge = hit.first
    return chain[::-1]


def _is_parted(parsed: Parsed, low: int, high: int) -> bool:
    """Whether words part a side from the place behind it, or are another place."""
    parting = parsed.grammar.listing | parsed.grammar.in_ | _SIGNS
    return parsed.any_word(low, high, parting) or _is_taken(parsed, low, high)


def _after(parsed: Parsed, hits: list[Hit], last: int) -> list[Hit]:
    """The side right after token ``last``: "on the left", "(left)", ", left lobe"."""
    grammar = parsed.grammar
    for hit in hits:
        if not 0 <= hit.first - last <= _AFTER:
            continue
        gap = parsed.words[last : hit.first]
        following = parsed.words[hit.last : hit.last + 1]
        bracketed = gap == ("(",) and following == (")",)
        of_lobe = not grammar.lobe.isdisjoint(following) and _OPENS.issuperset(gap)
        of_side = not grammar.on.isdisjoint(gap) and (grammar.on | grammar.article).issuperset(gap)
        if bracketed or of_lobe or (of_side and not _is_taken(parsed, hit.last, hit.last + 1)):
            return [hit, *_joined_after(parsed, hit)]
    return []


def _joined_after(parsed: Parsed, side: Hit) -> list[Hit]:
    """A second side after one: "on the right and left"."""
    return [
        hit
        for hit in parsed.sides
        if 0 < hit.first - side.last <= _BEFORE
        and parsed.grammar.listing.issuperset(parsed.words[side.last : hit.first])
        and not _is_taken(parsed, hit.last, hit.last + 1)
    ]


def _is_taken(parsed: Parsed, low: int, high: int) -> bool:
    """Whether a place, a lung or a segment, whose side is its own, stands among these tokens."""
    named = parsed.any_word(low, high, parsed.grammar.lung | parsed.grammar.segment)
    return named or any(hit.first < high and low < hit.last for hit in parsed.places)
