"""Lung segments by name, number or as "basal", given to their lobes."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from groundct.reports._rules.places.site import Side, Site, side_of, single_sides
from groundct.reports._rules.words.parsed import Parsed
from groundct.reports._rules.words.sizes import sizes_of
from groundct.vocabulary.grammar import grammar
from groundct.vocabulary.lexicon import Hit
from groundct.vocabulary.places import places
from groundct.vocabulary.segments import LungSegment, segment_words, segments

_LETTER = "s"
_REACH = 6
_OTHER_REACH = 8


class Named(NamedTuple):
    """Words that name segments, and which they may mean; ``sure`` without a lobe."""

    first: int
    last: int
    options: tuple[LungSegment, ...]
    sure: bool = False


def _named(parsed: Parsed) -> list[Named]:
    """All names of segments in a sentence, in order."""
    signs = _signs(parsed.language)
    if signs.isdisjoint(parsed.words):
        return []
    at = [n for n, word in enumerate(parsed.words) if word in signs]
    names = [*_adjectives(parsed, at), *_numbered(parsed, at)]
    return sorted(names, key=lambda name: name.first) if len(names) > 1 else names


@lru_cache(maxsize=8)
def _signs(language: str) -> frozenset[str]:
    """The words without one of which no segment is named."""
    return _openers(language) | grammar(language).segment | {_LETTER}


@lru_cache(maxsize=8)
def _openers(language: str) -> frozenset[str]:
    """The words that a segment's adjective begins with."""
    return segment_words(language).words | grammar(language).basal


@lru_cache(maxsize=1)
def _all_basal() -> tuple[LungSegment, ...]:
    """What "basal segments" means without another adjective."""
    return tuple(s for s in segments() if _is_basal(s))


def _is_basal(segment: LungSegment) -> bool:
    return " basal " in segment.name


def _numbered(parsed: Parsed, at: list[int]) -> list[Named]:
    """Boyden's numbers: "segment 6", "segments 8 and 9", "S10"; no sizes, none of the liver.

    The words that lead them stand among those ``at``.
    """
    words = parsed.words
    ends = parsed.grammar.segment
    measured: frozenset[int] | None = None
    out: list[Named] = []
    for n in at:
        position = n + 1
        if position == len(words) or not words[position].isdigit():
            continue  # "In the posterior segment, 2 nodules".
        letter = words[n] == _LETTER and parsed.said.ends[n] == parsed.said.starts[n + 1]
        if not (words[n] in ends or letter) or _of_other_organ(parsed, n):
            continue
        if letter and n and words[n - 1].isdigit():
            continue
        if measured is None:  # "posterior segment 5 mm nodule"
            measured = frozenset(k for s in sizes_of(parsed) for k in range(s.first, s.last))
        while position < len(words) and (
            words[position].isdigit() or words[position] in parsed.grammar.listing
        ):
            options = () if position in measured else _by_number(words[position])
            if options:
                out.append(Named(position, position + 1, options, sure=True))
            elif words[position].isdigit():
                break
            position += 1
    return out


def _by_number(word: str) -> tuple[LungSegment, ...]:
    return tuple(s for s in segments() if word in s.segment_id[2:].split("+"))


def _of_other_organ(parsed: Parsed, position: int) -> bool:
    """Whether an organ of the abdomen or a vertebra stands near, which has segments of its own."""
    near = [p.entry.meaning for p in parsed.places if abs(p.first - position) <= _OTHER_REACH]
    return not all(places().places[key].tops <= _LUNG for key in near)


_LUNG = frozenset(("lung", "pleura", "trachea and bronchie"))


def _adjectives(parsed: Parsed, at: list[int]) -> list[Named]:
    """Segment adjectives ``at`` tokens that are certain: compounds, or in a run with "segment".

    Lobes stand in a run where an adjective goes on one: "middle lobe medial, lower lobe superior
    segment".
    """
    found = _phrases(parsed, at)
    words = parsed.words
    ends = parsed.grammar.segment
    if not found or ends.isdisjoint(words):
        return [name for name in found if _is_alone(parsed, name)]
    joined = parsed.grammar.listing | parsed.grammar.basal
    led = frozenset[int]() if parsed.verb_last else _led(parsed, found)
    lobes = _lobe_words(parsed) if led or parsed.verb_last else frozenset[int]()
    # "Lingular segment, inferior", it alone has parts with names of their own.
    parts = {name.last + 1 for name in found if _is_lingula(name.options)}
    kept: list[Named] = []
    ends_in_segment = -1
    for name in reversed(found):
        first, step = name.first, name.last
        of_lobe = parsed.verb_last or first in led
        while step < len(words) and (words[step] in joined or (of_lobe and step in lobes)):
            step += 1
        ended = step < len(words) and (words[step] in ends or step == ends_in_segment)
        part = first in parts and words[first - 1] in ends and not _leads_off(parsed, name.last)
        if ended:
            ends_in_segment = first
        if ended or part or _is_alone(parsed, name):
            kept.append(name)
    return kept[::-1]


def _is_alone(parsed: Parsed, name: Named) -> bool:
    """Whether words name a segment without the word "segment": "posterobasal"."""
    compound = name.last - name.first == 2 or parsed.words[name.first] in _alone(parsed)
    return compound and not name.sure


def _leads_off(parsed: Parsed, position: int) -> bool:
    """Whether "to" follows: "superior to the heart" names no segment."""
    return parsed.any_word(position, position + 1, parsed.grammar.to)


def _phrases(parsed: Parsed, at: list[int]) -> list[Named]:
    """All words that may name segments; "basal" on its own, sure of its lobe, means them all."""
    words = parsed.words
    named = segment_words(parsed.language).named
    known = _openers(parsed.language)
    found: list[Named] = []
    for position in at:
        edge = found[-1].last if found else -1
        if position < edge or words[position] not in known:
            continue  # The second word of a phrase, or "segment".
        for length in (2, 1):
            options = named.get(words[position : position + length])
            if options:
                found.append(Named(position, position + length, options))
                break
        else:
            if words[position] in parsed.grammar.basal and edge != position:
                found.append(Named(position, position + 1, _all_basal(), sure=True))
    return found


def _led(parsed: Parsed, found: list[Named]) -> frozenset[int]:
    """The first tokens of the adjectives that go on a lobe, or are listed after one that does."""
    grammar = parsed.grammar
    lobe = grammar.lobe | grammar.lung
    out: list[int] = []
    edge = -1
    for name in found:
        gap = parsed.words[edge : name.first] if edge >= 0 else ("",)
        if parsed.words[name.first - 1] in lobe or grammar.listing.issuperset(gap):
            out.append(name.first)
            edge = name.last
        else:
            edge = -1
    return frozenset(out)


def _lobe_words(parsed: Parsed) -> frozenset[int]:
    """The tokens that name lobes: "üst lob anterior, orta lob medial segmentte" is one run."""
    words = parsed.grammar.side | parsed.grammar.lung | parsed.grammar.lobe
    levels = parsed.found.get("sites", ())
    of_level = {h.first for h in levels if h.entry.meaning.startswith("level:")}
    return frozenset(of_level | {n for n, word in enumerate(parsed.words) if word in words})


def with_segments(parsed: Parsed, anchors: list[Site], sides: tuple[Hit, ...]) -> tuple[Site, ...]:
    """Give each segment adjective to its lobe; one without a lobe makes a site of its own."""
    names = _named(parsed)
    if not names:
        return tuple(anchors)
    given: dict[int, list[LungSegment]] = {}
    whole: dict[int, list[LungSegment]] = {}
    ends: dict[int, tuple[int, int]] = {}
    own: list[Site] = []
    for number, name in enumerate(names):
        first, last = name.first, name.last
        index = _anchor_of(parsed, anchors, first, last)
        following = names[number + 1] if number + 1 < len(names) else None
        if index is None and following is not None and _borders(parsed, last, following.first):
            index = _anchor_of(parsed, anchors, following.first, following.last)
        if index is not None:
            site = anchors[index]
            if site.clashes:  # of which side its segment is, nothing tells
                continue
            fitting = _fitting(name.options, site.side, site.level)
            if name.sure and site.level is None:
                fitting = _on_side(name.options, site.side)
            if not fitting and site.level is not None:
                fitting = _fitting(_in_lobe(parsed, name), site.side, site.level)
            if fitting:
                held = whole if _is_lingula(name.options) else given
                held.setdefault(index, []).extend(fitting)
                low, high = ends.get(index, (site.first, site.last))
                ends[index] = (min(low, first), max(high, last))
                continue
            if first == site.last and not any(_at_level(s, site.level) for s in name.options):
                continue  # "Middle lobe basal segment": the lobe has none.
        lone = _lone(parsed, name, sides)
        if lone is not None:
            own.append(lone)
    out = []
    for index, site in enumerate(anchors):
        if index not in ends and not site.segments:
            out.append(site)
            continue
        told = given.get(index, [])
        if index in whole and not any(_of_lingula(s) for s in told):
            # "Lingular segment, inferior part": what is told of it says more.
            told = told + whole[index]
        own_names = tuple(dict.fromkeys([s.name for s in told]))
        level = site.level or (_level(own_names) if own_names else None)
        first, last = ends.get(index, (site.first, site.last))
        out.append(Site(first, last, site.side, level, own_names, site.clashes))
    return tuple(sorted([*out, *own], key=lambda site: site.first))


def _borders(parsed: Parsed, low: int, high: int) -> bool:
    """Whether only "segment" stands between two names: "anterior segment-posterior segment"."""
    gap = parsed.words[low:high]
    return bool(gap) and parsed.grammar.segment.issuperset(gap)


@lru_cache(maxsize=1 << 8)
def _is_lingula(options: tuple[LungSegment, ...]) -> bool:
    """Whether a name with these options means the whole lingula."""
    return len(options) > 1 and all(_of_lingula(s) for s in options)


def _of_lingula(segment: LungSegment) -> bool:
    return "lingular" in segment.name


def _in_lobe(parsed: Parsed, name: Named) -> tuple[LungSegment, ...]:
    """What a name means in a lobe that it names no segment of by itself."""
    return segment_words(parsed.language).in_lobe.get(parsed.words[name.first], ())


@lru_cache(maxsize=8)
def _passed(language: str) -> frozenset[str]:
    """The words between an adjective and the lobe behind it that it is a segment of."""
    own = grammar(language)
    glue = own.listing | own.of | own.in_ | own.article | own.both | own.side | own.lung
    return glue | segment_words(language).words | own.segment | own.basal


def _anchor_of(parsed: Parsed, anchors: list[Site], first: int, last: int) -> int | None:
    """The lobe of an adjective: "... segment of the <lobe>" after it, else the one before it."""
    for index, site in enumerate(anchors):
        if site.first < last and first <= site.last:
            return index
    step = last
    listing = parsed.grammar.listing
    of_or_in = parsed.grammar.of | parsed.grammar.in_
    skipped = _passed(parsed.language)
    of_seen = False
    while step < len(parsed.words) and parsed.words[step] in skipped:
        # "... segment and in the upper lobe": another place begins.
        if parsed.words[step - 1] in listing and parsed.words[step] in of_or_in:
            break
        of_seen = of_seen or parsed.words[step] in of_or_in
        step += 1
        if any(site.first <= step - 1 < site.last for site in anchors):
            break
    for index, site in enumerate(anchors):
        if of_seen and last <= site.first <= step:
            return index
    before = [index for index, site in enumerate(anchors) if site.last <= first + 1]
    if before:
        return before[-1]
    after = [index for index, site in enumerate(anchors) if last <= site.first <= last + 4]
    return after[0] if after else None


@lru_cache(maxsize=1 << 10)
def _fitting(
    options: tuple[LungSegment, ...], side: Side | None, level: str | None
) -> tuple[LungSegment, ...]:
    """The segments of a lobe among those that a name may mean.

    Of a whole lung they fit where they lie in one lobe of it: "apical", not "lateral".
    """
    there = _on_side(options, side)
    if level is None:
        return there if len({s.lobe.partition(" lung ")[2] for s in there}) == 1 else ()
    return tuple(s for s in there if _at_level(s, level))


@lru_cache(maxsize=1 << 10)
def _on_side(options: tuple[LungSegment, ...], side: Side | None) -> tuple[LungSegment, ...]:
    """The segments that lie in a lung, or in both, among those that a name may mean."""
    return tuple(s for s in options if s.side in single_sides(side))


def _at_level(segment: LungSegment, level: str | None) -> bool:
    return level is None or segment.lobe.endswith(f"{level} lobe")


def _certain(name: str) -> bool:
    """Whether a segment's adjective tells its lobe by itself."""
    return "basal" in name or "lingular" in name or "apicoposterior" in name


@lru_cache(maxsize=1 << 10)
def _level(names: tuple[str, ...]) -> str | None:
    levels = {level for level in ("upper", "middle", "lower") for n in names if f" {level} " in n}
    return levels.pop() if len(levels) == 1 else None


def _lone(parsed: Parsed, name: Named, sides: tuple[Hit, ...]) -> Site | None:
    """A site for "left posterobasal segment": the words tell the lobe, a side stands near."""
    options = name.options if name.sure else tuple(s for s in name.options if _certain(s.name))
    single = name.last - name.first == 1 and not name.sure
    if not options or (single and parsed.words[name.first] not in _alone(parsed)):
        return _beside_side(parsed, name, sides)
    hit = _side_near(parsed, name, sides)
    side: Side | None = _only_side(options, sides) if hit is None else side_of(hit)
    if name.sure and side is None:
        return None
    fitting = [s for s in options if side is None or side == "bilateral" or s.side == side]
    if not fitting:
        return None
    names = tuple(s.name for s in fitting) if side is not None else ()
    return Site(name.first, name.last, side, _level(tuple([s.name for s in fitting])), names)


def _beside_side(parsed: Parsed, name: Named, sides: tuple[Hit, ...]) -> Site | None:
    """A site for "right apical segment": the side right before it leaves one lobe, of a lung."""
    beside = [hit for hit in sides if hit.last == name.first]
    if not beside or _of_other_organ(parsed, name.first):
        return None
    side = side_of(beside[0])
    fitting = [s for s in name.options if side in ("bilateral", s.side)]
    level = _level(tuple([s.name for s in fitting]))
    if level is None or len(fitting) != len({s.side for s in fitting}):
        return None
    return Site(name.first, name.last, side, level, tuple(s.name for s in fitting))


def _only_side(options: tuple[LungSegment, ...], sides: tuple[Hit, ...]) -> Side | None:
    """The side of a segment that one lung alone has, where no other side is named."""
    own = {segment.side for segment in options}
    return own.pop() if len(own) == 1 and own >= {hit.entry.meaning for hit in sides} else None


def _alone(parsed: Parsed) -> frozenset[str]:
    return segment_words(parsed.language).alone


def _side_near(parsed: Parsed, name: Named, sides: tuple[Hit, ...]) -> Hit | None:
    """The side before a segment's name, else the one after it, with no finding between."""
    before = [s for s in sides if 0 <= name.first - s.last <= _REACH]
    after = [s for s in sides if 0 <= s.first - name.last <= _REACH]
    for hit in (*before[-1:], *after[:1]):
        low, high = min(hit.last, name.last), max(hit.first, name.first)
        if not any(low <= f.first < high for f in parsed.findings):
            return hit
    return None
