"""Lobes, the lingula, apices and whole lungs that a sentence names, with their sides."""

from __future__ import annotations

from groundct.reports._rules.places.lobe_sides import (
    backfill,
    inherited,
    passes_on,
    past_segments,
    tells_side,
)
from groundct.reports._rules.places.site import Side, Site, side_of
from groundct.reports._rules.words.parsed import Parsed
from groundct.vocabulary.lexicon import Hit
from groundct.vocabulary.places import places
from groundct.vocabulary.segments import segment_words
from groundct.vocabulary.words import is_beside

_REACH = 6
_LEVEL_HOPS = 8
_ZONE = "zone"
_NOUNS = ("lobe", _ZONE)
_LUNG = "lung"
_LUNG_REGIONS = frozenset((_LUNG, "pleura"))
_JOINS = "joins"
_NO_LOBE = frozenset((_LUNG, *_NOUNS, "segment"))
"""What names no lobe by itself."""


def anchors_of(parsed: Parsed, hits: tuple[Hit, ...], sides: tuple[Hit, ...]) -> list[Site]:
    """Lobes, the lingula and whole lungs with their sides; a lung that a lobe names is dropped."""
    named = [hit for hit in hits if hit.entry.meaning != _JOINS]
    if not named:
        return []
    told = [hit for hit in named if hit.entry.meaning not in _NO_LOBE]
    lobes = _lobes(parsed, hits, told, sides) if told else []
    lungs = _sided_lungs(named, sides) if sides else []
    if not lungs:
        return lobes
    whole = [
        Site(side.first, lung.last, side_of(side), None)
        for lung, side in dict(lungs).items()
        if not (lobes and _used(parsed, side, lung, lobes))
    ]
    wide = [_widened(parsed, site, lungs) for site in lobes]
    return sorted([*wide, *whole], key=lambda site: site.first)


def _sided_lungs(hits: list[Hit], sides: tuple[Hit, ...]) -> list[tuple[Hit, Hit]]:
    """Each lung with each side that stands right before it."""
    lungs = [hit for hit in hits if hit.entry.meaning == _LUNG]
    return [(lung, side) for lung in lungs for side in sides if 0 <= lung.first - side.last <= 1]


def _widened(parsed: Parsed, site: Site, lungs: list[tuple[Hit, Hit]]) -> Site:
    """A lobe's site with the words "right lung" or "of the left lung" that stand beside it."""
    first, last = site.first, site.last
    for lung, side in lungs:
        if 0 <= first - lung.last <= 1:
            first = min(first, side.first)
        elif tells_side(parsed, last, side):
            last = max(last, lung.last)
    if first == site.first and last == site.last:
        return site
    return Site(first, last, site.side, site.level, site.segments, site.clashes)


def _used(parsed: Parsed, side: Hit, lung: Hit, lobes: list[Site]) -> bool:
    """Whether ``<side> lung`` stands in a lobe, or beside one of that side and only says its side.

    "Left lung and middle lobe" are two, and "the largest in the left lower lobe, in both lungs".
    """
    own = side_of(side)
    for site in lobes:
        if site.first <= lung.first < site.last or site.first <= side.first < site.last:
            return True
        alike = site.side in (None, own)
        if alike and 0 <= site.first - lung.last <= 1:
            return True
        if (alike or own != "bilateral") and tells_side(
            parsed, past_segments(parsed, site.last), side
        ):
            return True
    return False


def _lobes(
    parsed: Parsed, hits: tuple[Hit, ...], told: list[Hit], sides: tuple[Hit, ...]
) -> list[Site]:
    """The lobes, apices and thirds that the hits ``told`` among ``hits`` name."""
    found: list[Site] = []
    lingula = False
    for hit in told:
        role, _, rest = hit.entry.meaning.partition(":")
        if role == "lobe":
            side, _, level = rest.partition(":")
            found.append(Site(hit.first, hit.last, "right" if side == "right" else "left", level))
        elif role == "lingula":
            if not (found and _tells_lobe(parsed, found[-1], hit)):
                clash = _clash(parsed, (hit, hit.last), sides, found, "left")
                found.append(clash or Site(hit.first, hit.last, "left", "upper"))
                lingula = clash is None
        elif role == "apex":
            # "biapical" names its sides itself.
            own = [side_of(s) for s in sides if s.first == hit.first]
            side_of_apex = own[0] if own else _side_beside(parsed, (hit, hit.last), told, sides, [])
            # "At the apical level" is a place; "from the base to the apex" says how far.
            several = hit.last - hit.first > 1 or is_beside(
                parsed.surface(hit.last - 1), parsed.language
            )
            placed = several and _speaks_of_lungs(parsed)
            if side_of_apex is not None or placed:
                found.append(Site(hit.first, hit.last, side_of_apex, "upper"))
        elif role == "apical":
            side_of_apex = _side_of_apical(parsed, hit, sides, found)
            if side_of_apex is not None:
                found.append(Site(hit.first, hit.last, side_of_apex, "upper"))
        elif role == "level":
            noun = _noun_after(hits, hits.index(hit))
            if noun is not None and noun.entry.meaning == _ZONE and rest == "middle":
                # The middle third lies in several lobes.
                beside = _side_beside(parsed, (hit, noun.last), told, sides, found)
                if beside is not None and _speaks_of_lungs(parsed):
                    found.append(Site(hit.first, noun.last, beside, None))
            elif noun is not None:
                end = noun.last if noun.first == hit.last else hit.last
                level = rest
                side_of_lobe: Side | None = "right"
                if level != "middle":
                    side_of_lobe = _side_beside(parsed, (hit, end), told, sides, found)
                site = Site(hit.first, end, side_of_lobe, level)
                if level == "middle":
                    site = _clash(parsed, (hit, end), sides, found, "right") or site
                if lingula and found and _is_lobe_of(parsed, found[-1], site):
                    site = Site(found.pop().first, end, "left", level)
                found.append(site)
                lingula = False
    # Where places stand before all else, a side never belongs to the lobe before it.
    return inherited(parsed, found if parsed.verb_last else backfill(parsed, found), sides)


def _side_of_apical(
    parsed: Parsed, hit: Hit, sides: tuple[Hit, ...], found: list[Site]
) -> Side | None:
    """The side right beside "apical": "right apical scarring", "in the apical left lung".

    None for "apical segment" and its lists, and behind a lobe.
    """
    grammar = parsed.grammar
    listed = grammar.segment | grammar.listing | segment_words(parsed.language).words
    if parsed.any_word(hit.last, hit.last + 1, listed):
        return None
    if found and hit.first - found[-1].last <= 1:
        return None
    for side in sides:
        leads = grammar.lung.issuperset(parsed.words[side.last : hit.first])
        follows = side.first == hit.last and parsed.any_word(side.last, side.last + 1, grammar.lung)
        if follows or (side.last <= hit.first and leads):
            return side_of(side)
    return None


def _speaks_of_lungs(parsed: Parsed) -> bool:
    """Whether a sentence names the lungs, or no place at all: kidneys have zones too."""
    known = places().places
    tops = [known[hit.entry.meaning].tops for hit in parsed.places]
    return not tops or not all(map(_LUNG_REGIONS.isdisjoint, tops))


def _clash(
    parsed: Parsed, lobe: tuple[Hit, int], sides: tuple[Hit, ...], found: list[Site], own: Side
) -> Site | None:
    """The lung of a lobe that stands on side ``own`` alone, where the other side is said of it.

    "Left middle lobe", "middle lobe of the left lung": only words right beside it count.
    """
    hit, end = lobe
    floor = found[-1].last if found else 0
    grammar = parsed.grammar
    end = past_segments(parsed, end)
    tied = grammar.of | grammar.in_ | grammar.on
    beside = []
    for side in sides:
        before = parsed.words[side.last : hit.first]
        after = parsed.words[end : side.first]
        leads = floor <= side.first < hit.first and grammar.lung.issuperset(before)
        follows = not tied.isdisjoint(after) and (tied | grammar.article).issuperset(after)
        if leads or follows:
            beside.append(side)
    said = {side_of(side) for side in beside}
    if len(said) != 1 or said & {own, "bilateral"}:
        return None
    return Site(hit.first, end, said.pop(), None, clashes=True)


def _tells_lobe(parsed: Parsed, lobe: Site, lingula: Hit) -> bool:
    """Whether an upper lobe right before a lingula is the one that it lies in."""
    own = lobe.level == "upper" and lingula.first - lobe.last <= 3
    gap = parsed.words[lobe.last : lingula.first]
    return own and (lobe.side != "right" or parsed.grammar.listing.isdisjoint(gap))


def _is_lobe_of(parsed: Parsed, lingula: Site, lobe: Site) -> bool:
    """Whether "of the left upper lobe" only says in which lobe a lingula lies."""
    gap = parsed.words[lingula.last : lobe.first]
    grammar = parsed.grammar
    of_it = grammar.segment | grammar.of | grammar.article | grammar.side
    return lobe.level == "upper" and lobe.side != "right" and of_it.issuperset(gap)


def _noun_after(hits: tuple[Hit, ...], index: int) -> Hit | None:
    """A level's noun, "lobe" or "zone": directly after it, or after further levels and sides."""
    previous = hits[index]
    for hit in hits[index + 1 : index + _LEVEL_HOPS]:
        if hit.first - previous.last > _REACH:
            return None
        previous = hit
        if hit.entry.meaning in _NOUNS:
            return hit
    return None


def _side_beside(
    parsed: Parsed,
    lobe: tuple[Hit, int],
    told: list[Hit],
    sides: tuple[Hit, ...],
    found: list[Site],
) -> Side | None:
    """The side of a lobe: just before it, else "of the right lung" after it, else the last one's.

    ``lobe`` is the hit of its level and the token at which its words end.
    """
    hit, end = lobe
    floor = found[-1].last if found else 0
    before = [s for s in sides if floor <= s.first and 0 <= hit.first - s.last <= 3]
    if before and hit.first - before[-1].last <= 1:
        return side_of(before[-1])
    end = past_segments(parsed, end)
    after = [s for s in sides if 0 <= s.first - end <= 3]
    if after:
        gap = parsed.words[end : after[0].first]
        grammar = parsed.grammar
        linked = not (grammar.of | grammar.in_ | grammar.on).isdisjoint(gap)
        if linked and grammar.listing.isdisjoint(gap) and not _leads_level(after[0], told):
            return side_of(after[0])
    if before:
        return side_of(before[-1])
    if found and hit.first - found[-1].last <= 3 and not parsed.verb_last:
        site = Site(hit.first, end, None, None)
        return found[-1].side if passes_on(parsed, found[-1], site, sides) else None
    return None


def _leads_level(side: Hit, told: list[Hit]) -> bool:
    """Whether a side is that of the level right behind it: "in the right upper lobe"."""
    return any(
        side.first < hit.first <= side.last + 1 and hit.entry.meaning.startswith("level:")
        for hit in told
    )
