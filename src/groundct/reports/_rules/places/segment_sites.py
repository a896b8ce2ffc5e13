"""Lung segments by name, number or as "basal", given to their lobes."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from groundct.reports._rules.places.site import Side, Site, side_of
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
    if _signs(parsed.language).isdisjoint(parsed.words):
        return []
    found = [Named(*adjective) for adjective in _adjectives(parsed)]
    taken = {n for name in found for n in range(name.first, name.last)}
    found += [name for name in _basal(parsed) if taken.isdisjoint(range(name.first - 1, name.last))]
    return sorted((*found, *_numbered(parsed)), key=lambda name: name.first)


@lru_cache(maxsize=8)
def _signs(language: str) -> frozenset[str]:
    """The words without one of which no segment is named."""
    own = grammar(language)
    return segment_words(language).words | own.basal | own.segment | {_LETTER}


def _basal(parsed: Parsed) -> list[Named]:
    """Names of all basal segments: "basal segments" without another adjective."""
    options = tuple(s for s in segments() if _is_basal(s))
    return [
        Named(n, n + 1, options, sure=True)
        for n in range(len(parsed.words) - 1)
        if parsed.words[n] in parsed.grammar.basal and parsed.words[n + 1] in parsed.grammar.segment
    ]


def _is_basal(segment: LungSegment) -> bool:
    return " basal " in segment.name


def _numbered(parsed: Parsed) -> list[Named]:
    """Boyden's numbers: "segment 6", "segments 8 and 9", "S10"; no sizes, none of the liver."""
    words = parsed.words
    measured: frozenset[int] | None = None
    out: list[Named] = []
    for n, word in enumerate(words[:-1]):
        letter = word == _LETTER and parsed.tokens[n].end == parsed.tokens[n + 1].start
        if not (word in parsed.grammar.segment or letter) or _of_other_organ(parsed, n):
            continue
        if letter and n and words[n - 1].isdigit():
            continue
        if measured is None:  # "posterior segment 5 mm nodule"
            measured = frozenset(k for s in sizes_of(parsed) for k in range(s.first, s.last))
        position = n + 1
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
    near = [p for p in parsed.places if abs(p.first - position) <= _OTHER_REACH]
    return any(
        not _LUNG.issuperset(path.split("/")[0] for path in places().places[p.entry.meaning].paths)
        for p in near
    )


_LUNG = frozenset(("lung", "pleura", "trachea and bronchie"))


def _adjectives(parsed: Parsed) -> list[tuple[int, int, tuple[LungSegment, ...]]]:
    """Segment adjectives that are certain: compounds, or in a run that ends with "segment"."""
    words = parsed.words
    named = segment_words(parsed.language)
    if named.words.isdisjoint(words):
        return []
    joined = parsed.grammar.listing | parsed.grammar.basal
    ends = parsed.grammar.segment
    found: list[tuple[int, int, tuple[LungSegment, ...]]] = []
    position = 0
    while position < len(words):
        for length in (2, 1):
            options = named.named.get(tuple(words[position : position + length]))
            if options:
                found.append((position, position + length, options))
                position += length - 1
                break
        position += 1
    kept: list[tuple[int, int, tuple[LungSegment, ...]]] = []
    lobes = _lobe_words(parsed) if parsed.verb_last and found else frozenset[int]()
    ends_in_segment = -1
    for first, last, options in reversed(found):
        step = last
        while step < len(words) and (words[step] in joined or step in lobes):
            step += 1
        if step < len(words) and (words[step] in ends or step == ends_in_segment):
            ends_in_segment = first
            kept.append((first, last, options))
        elif last - first == 2 or words[first] in named.alone:
            kept.append((first, last, options))
    return kept[::-1]


def _lobe_words(parsed: Parsed) -> frozenset[int]:
    """The tokens that name lobes: "üst lob anterior, orta lob medial segmentte" is one run."""
    words = parsed.grammar.side | parsed.grammar.lung | parsed.grammar.lobe
    levels = parsed.found.get("sites", ())
    of_level = {h.first for h in levels if h.entry.meaning.startswith("level:")}
    return frozenset(of_level | {n for n, word in enumerate(parsed.words) if word in words})


def with_segments(parsed: Parsed, anchors: list[Site], sides: tuple[Hit, ...]) -> tuple[Site, ...]:
    """Give each segment adjective to its lobe; one without a lobe makes a site of its own."""
    given: dict[int, list[str]] = {}
    ends: dict[int, tuple[int, int]] = {}
    own: list[Site] = []
    names = _named(parsed)
    if not names:
        return tuple(anchors)
    for name in names:
        first, last = name.first, name.last
        index = _anchor_of(parsed, anchors, first, last)
        if index is not None:
            site = anchors[index]
            sure = name.sure or _of_one_level(name.options, site)
            fitting = [s.name for s in name.options if _fits(s, site, sure=sure)]
            if fitting:
                given.setdefault(index, []).extend(fitting)
                low, high = ends.get(index, (site.first, site.last))
                ends[index] = (min(low, first), max(high, last))
                continue
        lone = _lone(parsed, name, sides)
        if lone is not None:
            own.append(lone)
    out = [
        Site(
            *ends.get(index, (site.first, site.last)),
            side=site.side,
            level=site.level or _level(given[index]) if index in given else site.level,
            segments=tuple(dict.fromkeys(given.get(index, ()))),
        )
        for index, site in enumerate(anchors)
    ]
    return tuple(sorted([*out, *own], key=lambda site: site.first))


def _anchor_of(parsed: Parsed, anchors: list[Site], first: int, last: int) -> int | None:
    """The lobe of an adjective: "... segment of the <lobe>" after it, else the one before it."""
    for index, site in enumerate(anchors):
        if site.first < last and first <= site.last:
            return index
    step = last
    grammar = parsed.grammar
    of_or_in = grammar.of | grammar.in_
    glue = grammar.listing | of_or_in | grammar.article | grammar.both | grammar.side | grammar.lung
    skipped = glue | grammar.segment | grammar.basal | segment_words(parsed.language).words
    of_seen = False
    while step < len(parsed.words) and parsed.words[step] in skipped:
        # "... segment and in the upper lobe": another place begins.
        if parsed.words[step - 1] in grammar.listing and parsed.words[step] in of_or_in:
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


def _of_one_level(options: tuple[LungSegment, ...], site: Site) -> bool:
    """Whether a name means segments of one lobe in the lungs of a site: "apical", not "lateral"."""
    return len({s.lobe.partition(" lung ")[2] for s in options if s.side in site.sides}) == 1


def _fits(segment: LungSegment, site: Site, *, sure: bool) -> bool:
    if segment.side not in site.sides:
        return False
    if site.level is None:
        return sure
    return segment.lobe.endswith(f"{site.level} lobe")


def _certain(name: str) -> bool:
    """Whether a segment's adjective tells its lobe by itself."""
    return "basal" in name or "lingular" in name or "apicoposterior" in name


def _level(names: list[str]) -> str | None:
    levels = {level for level in ("upper", "middle", "lower") for n in names if f" {level} " in n}
    return levels.pop() if len(levels) == 1 else None


def _lone(parsed: Parsed, name: Named, sides: tuple[Hit, ...]) -> Site | None:
    """A site for "left posterobasal segment": the words tell the lobe, a side stands near."""
    options = name.options if name.sure else tuple(s for s in name.options if _certain(s.name))
    single = name.last - name.first == 1 and not name.sure
    if not options or (single and parsed.words[name.first] not in _alone(parsed)):
        return None
    hit = _side_near(parsed, name, sides)
    side: Side | None = None if hit is None else side_of(hit)
    if name.sure and side is None:
        return None
    fitting = [s for s in options if side is None or side == "bilateral" or s.side == side]
    if not fitting:
        return None
    names = tuple(s.name for s in fitting) if side is not None else ()
    return Site(name.first, name.last, side, _level([s.name for s in fitting]), names)


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
