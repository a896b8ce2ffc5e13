"""Sides of lobes: which words tell them, and which lobes hand theirs on to others."""

from __future__ import annotations

from functools import lru_cache

from groundct.reports._rules.places.site import Side, Site, side_of
from groundct.reports._rules.words.parsed import Parsed
from groundct.vocabulary.grammar import grammar
from groundct.vocabulary.lexicon import Hit
from groundct.vocabulary.places import places
from groundct.vocabulary.segments import segment_words
from groundct.vocabulary.words import is_plural

_GLUE_REACH = 10
_BESIDE = 3
_LUNG_REGIONS = frozenset(("lung", "pleura"))
_PARTS = frozenset(";:")


def tells_side(parsed: Parsed, end: int, side: Hit) -> bool:
    """Whether "of the" joins a side to a lobe that ends at token ``end``."""
    if not 0 <= side.first - end <= 2 or parsed.any_word(end, side.first, parsed.grammar.listing):
        return False
    return not any(end <= hit.first < side.first for hit in parsed.findings)


@lru_cache(maxsize=8)
def _segment_words(language: str) -> frozenset[str]:
    """The words that name segments, and "segment"."""
    own = grammar(language)
    return segment_words(language).words | own.segment | own.basal


def past_segments(parsed: Parsed, end: int) -> int:
    """The token after the segment that goes on a lobe: "lower lobe superior segment of the ..."."""
    skipped = _segment_words(parsed.language)
    last = end
    while last < len(parsed.words) and parsed.words[last] in skipped:
        last += 1
    return last if parsed.any_word(end, last, parsed.grammar.segment) else end


def backfill(parsed: Parsed, found: list[Site]) -> list[Site]:
    """Give a lobe without a side the side of the next one, where the two are joined."""
    if len(found) < 2:
        return found
    out = list(found)
    for index in range(len(out) - 2, -1, -1):
        site, following = out[index], out[index + 1]
        near = site.side is None and following.first - site.last <= 4
        # "Upper lobes and lingula": two lobes of one kind are those of two lungs.
        if near and not (_is_plural(parsed, site) and site.level != following.level):
            out[index] = Site(site.first, site.last, following.side, site.level)
    return out


def inherited(parsed: Parsed, found: list[Site], sides: tuple[Hit, ...]) -> list[Site]:
    """Give lobes that still have no side that of the lobe before, or the only one that is named.

    The lobe before: only words of sites between. The only side: of one lobe, in its own clause.
    "The lower lobes", where the clause names no lung, are those of both.
    """
    if None not in [site.side for site in found]:
        return found
    out = list(found)
    for index, site in enumerate(found):
        if site.side is not None:
            continue
        side: Side | None = None
        before = out[index - 1] if index else None
        glued = before is not None and _glued(parsed, before.last, site.first)
        if before is not None and glued and passes_on(parsed, before, site, sides):
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


def passes_on(parsed: Parsed, before: Site, site: Site, sides: tuple[Hit, ...]) -> bool:
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
    named = [s for s in _named_sides(parsed, site, sides) if not _of_next(parsed, site, s)]
    if len({s.entry.meaning for s in named}) != 1 or side_of(named[0]) == "bilateral":
        return None
    return side_of(named[0]) if any(_of_lung(parsed, s) for s in named) else None


def _of_next(parsed: Parsed, site: Site, side: Hit) -> bool:
    """Whether a side leads another finding's site: "upper lobe, a mass in the left lung"."""
    if not any(site.last <= hit.first < side.first for hit in parsed.findings):
        return False
    return any(
        side.last <= hit.first <= side.last + 1
        and (hit.entry.meaning == "lung" or hit.entry.meaning.startswith("level:"))
        for hit in parsed.found["sites"]
    )


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
    near = [p.entry.meaning for p in parsed.places if 0 <= p.first - side.last <= 1]
    return all(places().places[key].tops <= _LUNG_REGIONS for key in near)
