"""Lobes, the lingula, apices and whole lungs that a sentence names, with their sides."""

from __future__ import annotations

from functools import lru_cache

from groundct.reports._rules.places.site import Side, Site, side_of
from groundct.reports._rules.words.parsed import Parsed
from groundct.vocabulary.grammar import grammar
from groundct.vocabulary.lexicon import Hit
from groundct.vocabulary.places import places
from groundct.vocabulary.segments import segment_words
from groundct.vocabulary.words import is_plural

_REACH = 6
_LEVEL_HOPS = 8
_GLUE_REACH = 10
_BESIDE = 3
_MIDDLE = "level:middle"
_ZONE = "zone"
_NOUNS = ("lobe", _ZONE)
_LUNG_REGIONS = frozenset(("lung", "pleura"))


def anchors_of(parsed: Parsed, hits: tuple[Hit, ...], sides: tuple[Hit, ...]) -> list[Site]:
    """Lobes, the lingula and whole lungs with their sides; a lung that a lobe names is dropped."""
    lobes = _lobes(parsed, hits, sides)
    whole = _whole(parsed, hits, sides, lobes) if sides else []
    if not (lobes or whole):
        return []
    wide = [_widened(parsed, site, hits, sides) for site in lobes]
    return sorted([*wide, *whole], key=lambda site: site.first)


def _widened(parsed: Parsed, site: Site, hits: tuple[Hit, ...], sides: tuple[Hit, ...]) -> Site:
    """A lobe's site with the words "right lung" or "of the left lung" that stand beside it."""
    first, last = site.first, site.last
    for hit in hits:
        if hit.entry.meaning != "lung":
            continue
        for side in sides:
            if not 0 <= hit.first - side.last <= 1:
                continue
            if 0 <= first - hit.last <= 1:
                first = min(first, side.first)
            elif _tells_side(parsed, last, side):
                last = max(last, hit.last)
    return site._replace(first=first, last=last)


def _whole(
    parsed: Parsed, hits: tuple[Hit, ...], sides: tuple[Hit, ...], lobes: list[Site]
) -> list[Site]:
    """Whole lungs with a side of their own."""
    taken = {position for site in lobes for position in range(site.first, site.last)}
    whole = []
    for hit in hits:
        if hit.entry.meaning != "lung" or hit.first in taken:
            continue
        near = [s for s in sides if 0 <= hit.first - s.last <= 1]
        if near and not _used(parsed, near[-1], hit, lobes):
            side = side_of(near[-1])
            whole.append(Site(near[-1].first, hit.last, side, None))
    return whole


def _used(parsed: Parsed, side: Hit, lung: Hit, lobes: list[Site]) -> bool:
    """Whether ``<side> lung`` stands beside a lobe of that side and only says its side."""
    own = side_of(side)
    return any(
        (
            # "left lung and middle lobe" are two.
            (0 <= site.first - lung.last <= 1 and site.side in (None, own))
            or (
                _tells_side(parsed, _past_segments(parsed, site.last), side)
                # "The largest in the left lower lobe, in both lungs".
                and (own != "bilateral" or site.side in (None, own))
            )
        )
        or site.first <= side.first < site.last
        for site in lobes
    )


def _tells_side(parsed: Parsed, end: int, side: Hit) -> bool:
    """Whether "of the" joins a side to a lobe that ends at token ``end``."""
    gap = parsed.words[end : side.first]
    named = any(end <= hit.first < side.first for hit in parsed.findings)
    near = 0 <= side.first - end <= 2 and not named
    return near and parsed.grammar.listing.isdisjoint(gap)


def _lobes(parsed: Parsed, hits: tuple[Hit, ...], sides: tuple[Hit, ...]) -> list[Site]:
    found: list[Site] = []
    lingula = False
    for index, hit in enumerate(hits):
        role, _, rest = hit.entry.meaning.partition(":")
        if role == "lobe" and rest:
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
            side_of_apex = own[0] if own else _side_of(parsed, (hit, hit.last), hits, sides, [])
            # "At the apical level" is a place; "from the base to the apex" says how far.
            placed = hit.last - hit.first > 1 and _speaks_of_lungs(parsed)
            if side_of_apex is not None or placed:
                found.append(Site(hit.first, hit.last, side_of_apex, "upper"))
        elif role == "apical":
            side_of_apex = _side_of_apical(parsed, hit, sides, found)
            if side_of_apex is not None:
                found.append(Site(hit.first, hit.last, side_of_apex, "upper"))
        elif role == "level":
            noun = _noun_after(hits, index)
            if noun is not None and noun.entry.meaning == _ZONE and rest == "middle":
                # The middle third lies in several lobes.
                beside = _side_beside(parsed, (hit, noun.last), hits, sides, found)
                if beside is not None and _speaks_of_lungs(parsed):
                    found.append(Site(hit.first, noun.last, beside, None))
            elif noun is not None:
                end = noun.last if noun.first == hit.last else hit.last
                level = rest
                side_of_lobe = _side_of(parsed, (hit, end), hits, sides, found)
                site = Site(hit.first, end, side_of_lobe, level)
                if level == "middle":
                    site = _clash(parsed, (hit, end), sides, found, "right") or site
                if lingula and found and _is_lobe_of(parsed, found[-1], site):
                    site = Site(found.pop().first, end, "left", level)
                found.append(site)
                lingula = False
    # Where places stand before all else, a side never belongs to the lobe before it.
    return _inherited(parsed, found if parsed.verb_last else _backfill(parsed, found), sides)


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
    tops = {path.split("/")[0] for hit in parsed.places for path in known[hit.entry.meaning].paths}
    return not tops or not tops.isdisjoint(_LUNG_REGIONS)


def _clash(
    parsed: Parsed, lobe: tuple[Hit, int], sides: tuple[Hit, ...], found: list[Site], own: Side
) -> Site | None:
    """The lung of a lobe that stands on side ``own`` alone, where the other side is said of it.

    "Left middle lobe", "middle lobe of the left lung": only words right beside it count.
    """
    hit, end = lobe
    floor = found[-1].last if found else 0
    grammar = parsed.grammar
    end = _past_segments(parsed, end)
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


def _side_of(
    parsed: Parsed,
    lobe: tuple[Hit, int],
    hits: tuple[Hit, ...],
    sides: tuple[Hit, ...],
    found: list[Site],
) -> Side | None:
    """A lobe's side: just before it, else "of the right lung" after it, else the last one's.

    ``lobe`` is the hit of its level and the token at which its words end.
    """
    if lobe[0].entry.meaning == _MIDDLE:
        return "right"
    return _side_beside(parsed, lobe, hits, sides, found)


def _side_beside(
    parsed: Parsed,
    lobe: tuple[Hit, int],
    hits: tuple[Hit, ...],
    sides: tuple[Hit, ...],
    found: list[Site],
) -> Side | None:
    """The side that words beside a lobe or zone give it."""
    hit, end = lobe
    floor = found[-1].last if found else 0
    before = [s for s in sides if floor <= s.first and 0 <= hit.first - s.last <= 3]
    if before and hit.first - before[-1].last <= 1:
        return side_of(before[-1])
    end = _past_segments(parsed, end)
    after = [s for s in sides if 0 <= s.first - end <= 3]
    if after and not any(
        h.entry.meaning.startswith("level:") and after[0].first < h.first <= after[0].last + 1
        for h in hits
    ):
        gap = parsed.words[end : after[0].first]
        grammar = parsed.grammar
        linked = not (grammar.of | grammar.in_ | grammar.on).isdisjoint(gap)
        if linked and grammar.listing.isdisjoint(gap):
            return side_of(after[0])
    if before:
        return side_of(before[-1])
    if found and hit.first - found[-1].last <= 3 and not parsed.verb_last:
        site = Site(hit.first, end, None, None)
        return found[-1].side if _passes_on(parsed, found[-1], site, sides) else None
    return None


@lru_cache(maxsize=8)
def _segment_words(language: str) -> frozenset[str]:
    """The words that name segments, and "segment"."""
    own = grammar(language)
    return segment_words(language).words | own.segment | own.basal


def _past_segments(parsed: Parsed, end: int) -> int:
    """The token after the segment that goes on a lobe: "lower lobe superior segment of the ..."."""
    skipped = _segment_words(parsed.language)
    last = end
    while last < len(parsed.words) and parsed.words[last] in skipped:
        last += 1
    return last if parsed.any_word(end, last, parsed.grammar.segment) else end


def _backfill(parsed: Parsed, found: list[Site]) -> list[Site]:
    """Give a lobe without a side the side of the next one, where the two are joined."""
    out = list(found)
    for index in range(len(out) - 2, -1, -1):
        site, following = out[index], out[index + 1]
        near = site.side is None and following.first - site.last <= 4
        # "Upper lobes and lingula": two lobes of one kind are those of two lungs.
        if near and not (_is_plural(parsed, site) and site.level != following.level):
            out[index] = Site(site.first, site.last, following.side, site.level)
    return out


def _inherited(parsed: Parsed, found: list[Site], sides: tuple[Hit, ...]) -> list[Site]:
    """Give lobes that still have no side that of the lobe before, or the only one that is named.

    The lobe before: only words of sites between. The only side: of one lobe, in its own clause.
    "The lower lobes", where the clause names no lung, are those of both.
    """
    out = list(found)
    for index, site in enumerate(found):
        if site.side is not None:
            continue
        side: Side | None = None
        before = out[index - 1] if index else None
        glued = before is not None and _glued(parsed, before.last, site.first)
        if before is not None and glued and _passes_on(parsed, before, site, sides):
            side = before.side
        elif parsed.verb_last:
            side = _side_said_before(parsed, before, site, sides) if before else None
        elif not _is_plural(parsed, site):
            side = _only_side(parsed, site, sides)
        if side is None and _is_plural(parsed, site):
            named = _named_sides(parsed, site, sides)
            side = None if any(side_of(s) != "bilateral" for s in named) else "bilateral"
        out[index] = site._replace(side=side)
        if before is not None and glued and before.side is None and not _own_noun(parsed, before):
            out[index - 1] = before._replace(side=side)  # "upper and lower lobes"
    return out


def _passes_on(parsed: Parsed, before: Site, site: Site, sides: tuple[Hit, ...]) -> bool:
    """Whether a lobe's side is also that of the next one.

    In "middle lobe and lower lobes" it is not: no word says it, and lobes of one level are two.
    """
    said = any(before.first - _BESIDE <= s.first < site.first for s in sides)
    return said or not (
        _own_noun(parsed, before) and _own_noun(parsed, site) and _is_plural(parsed, site)
    )


def _own_noun(parsed: Parsed, site: Site) -> bool:
    """Whether a site has a noun of its own: not "upper" in "upper and lower lobes"."""
    levels = parsed.found.get("sites", ())
    return not any(h.last == site.last for h in levels if h.entry.meaning.startswith("level:"))


def _side_said_before(
    parsed: Parsed, before: Site, site: Site, sides: tuple[Hit, ...]
) -> Side | None:
    """The side that stands for a further lobe too: "sağ üst lobda nodül, alt lobda atelektazi".

    Not for lobes in the plural, which may be those of both lungs, nor past another side.
    """
    parted = parsed.any_word(before.last, site.first, _PARTS)
    other = any(before.last <= side.first < site.first for side in sides)
    if parted or other or _is_plural(parsed, site):
        return None
    return before.side


def _glued(parsed: Parsed, first: int, last: int) -> bool:
    """Whether nothing but words of sites stands between two lobes."""
    gap = parsed.words[first:last]
    return last - first <= _GLUE_REACH and _glue(parsed.language).issuperset(gap)


@lru_cache(maxsize=8)
def _glue(language: str) -> frozenset[str]:
    """The words that stand between lobes that are named together."""
    own = grammar(language)
    return _segment_words(language) | own.listing | own.article | own.of | own.in_ | own.at


def _is_plural(parsed: Parsed, site: Site) -> bool:
    """Whether a lobe's last word stands in the plural."""
    return is_plural(parsed.surface(site.last - 1), parsed.language)


def _only_side(parsed: Parsed, site: Site, sides: tuple[Hit, ...]) -> Side | None:
    """The side of a lobe's clause, when only one is named of lungs and pleura before the lobe."""
    named = _named_sides(parsed, site, sides)
    if len({s.entry.meaning for s in named}) != 1 or side_of(named[0]) == "bilateral":
        return None
    return side_of(named[0]) if any(_of_lung(parsed, s) for s in named) else None


def _named_sides(parsed: Parsed, site: Site, sides: tuple[Hit, ...]) -> list[Hit]:
    """The sides that a lobe's clause names."""
    start = max((n + 1 for n in range(site.first) if parsed.words[n] in _PARTS), default=0)
    end = min(
        (n for n in range(site.last, len(parsed.words)) if parsed.words[n] in _PARTS),
        default=len(parsed.words),
    )
    return [s for s in sides if start <= s.first < end]


def _of_lung(parsed: Parsed, side: Hit) -> bool:
    """Whether a side is a lung's: before a place of the lung or pleura, or before no place."""
    near = [p for p in parsed.places if 0 <= p.first - side.last <= 1]
    regions = {path.split("/")[0] for p in near for path in places().places[p.entry.meaning].paths}
    return regions <= _LUNG_REGIONS


_PARTS = frozenset(";:")
