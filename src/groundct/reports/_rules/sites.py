"""Lung sites that a sentence names: side, lobe and segments, in either word order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from groundct.reports._rules.parsed import Parsed
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.lexicon import Hit, lexicon
from groundct.vocabulary.segments import LungSegment, segment_words

Side = Literal["right", "left", "bilateral"]
_REACH = 6
_LEVEL_HOPS = 8


@dataclass(frozen=True)
class Site:
    """A lung, lobe or set of segments named at tokens ``first`` to ``last``."""

    first: int
    last: int
    side: Side | None
    level: str | None
    segments: tuple[str, ...] = ()

    @property
    def sides(self) -> tuple[str, ...]:
        """The single sides."""
        if self.side is None:
            return ()
        return ("right", "left") if self.side == "bilateral" else (self.side,)

    @property
    def path(self) -> str:
        """The most exact anatomy path without segments."""
        tree = anatomy()
        if self.level == "middle":
            return tree.path_of("right lung middle lobe")
        if self.level is None:
            return tree.path_of(f"{self.side} lung" if len(self.sides) == 1 else "lung")
        if len(self.sides) == 1:
            return tree.path_of(f"{self.side} lung {self.level} lobe")
        return tree.path_of(f"lung {self.level} lobe")


def lung_sites(parsed: Parsed) -> tuple[Site, ...]:
    """The lung sites of a sentence, in the order of its words."""
    hits = lexicon(parsed.language, "sites").find(parsed.words)
    sides = parsed.role("laterality", "right", "left", "bilateral")
    anchors = _anchors(parsed, hits, sides)
    return _with_segments(parsed, anchors, sides)


def _anchors(parsed: Parsed, hits: tuple[Hit, ...], sides: tuple[Hit, ...]) -> list[Site]:
    """Lobes, the lingula and whole lungs with their sides; a lung that a lobe names is dropped."""
    lobes = _lobes(parsed, hits, sides)
    taken = {position for site in lobes for position in range(site.first, site.last)}
    whole = []
    for hit in hits:
        if hit.entry.meaning != "lung" or any(position in taken for position in (hit.first,)):
            continue
        near = [s for s in sides if 0 <= hit.first - s.last <= 1]
        if near and not _used(parsed, near[-1], hit, lobes):
            side = _side(near[-1])
            whole.append(Site(near[-1].first, hit.last, side, None))
    return sorted([*lobes, *whole], key=lambda site: site.first)


def _used(parsed: Parsed, side: Hit, lung: Hit, lobes: list[Site]) -> bool:
    """Whether ``<side> lung`` stands beside a lobe of that side and only says its side."""
    return any(
        (
            0 <= site.first - lung.last <= 1
            or 0 <= side.first - _past_segments(parsed, site.last) <= 2
        )
        or site.first <= side.first < site.last
        for site in lobes
    )


def _lobes(parsed: Parsed, hits: tuple[Hit, ...], sides: tuple[Hit, ...]) -> list[Site]:
    found: list[Site] = []
    for index, hit in enumerate(hits):
        role = hit.entry.meaning
        if role.startswith("lobe:"):
            _, side, level = role.split(":")
            found.append(Site(hit.first, hit.last, "right" if side == "right" else "left", level))
        elif role == "lingula":
            last = found[-1] if found else None
            if last is None or last.level != "upper" or hit.first - last.last > 3:
                found.append(Site(hit.first, hit.last, "left", "upper"))
        elif role.startswith("level:"):
            end = _lobe_after(hits, index)
            if end is not None:
                level = role.split(":")[1]
                side_of_lobe = _side_of(parsed, (hit, end), hits, sides, found)
                found.append(Site(hit.first, end, side_of_lobe, level))
    return _backfill(found)


def _lobe_after(hits: tuple[Hit, ...], index: int) -> int | None:
    """The end of a level's own lobe word: directly after it, or after further levels and sides."""
    start = previous = hits[index]
    for hit in hits[index + 1 : index + _LEVEL_HOPS]:
        if hit.first - previous.last > _REACH:
            return None
        previous = hit
        if hit.entry.meaning == "lobe":
            return hit.last if hit.first == start.last else start.last
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
    hit, end = lobe
    if hit.entry.meaning == "level:middle":
        return "right"
    floor = found[-1].last if found else 0
    before = [s for s in sides if floor <= s.first and 0 <= hit.first - s.last <= 3]
    if before and hit.first - before[-1].last <= 1:
        return _side(before[-1])
    end = _past_segments(parsed, end)
    after = [s for s in sides if 0 <= s.first - end <= 3]
    if (
        after
        and not any(
            h.entry.meaning.startswith("level:") and after[0].first < h.first <= after[0].last + 1
            for h in hits
        )
        and any(h.entry.meaning == "joins" and end <= h.first <= after[0].first for h in hits)
    ):
        joined = [h for h in hits if end <= h.first < after[0].first]
        grammar = parsed.grammar
        of_lung = grammar.of | grammar.in_ | grammar.article
        if all(of_lung.issuperset(parsed.words[h.first : h.last]) for h in joined):
            return _side(after[0])
    if before:
        return _side(before[-1])
    if found and hit.first - found[-1].last <= 3:
        return found[-1].side
    return None


def _past_segments(parsed: Parsed, end: int) -> int:
    """The token after the segment that goes on a lobe: "lower lobe superior segment of the ..."."""
    skipped = segment_words(parsed.language).words | parsed.grammar.segment | parsed.grammar.basal
    last = end
    while last < len(parsed.words) and parsed.words[last] in skipped:
        last += 1
    return last if parsed.any_word(end, last, parsed.grammar.segment) else end


def _backfill(found: list[Site]) -> list[Site]:
    """Give a lobe without a side the side of the next one, where the two are joined."""
    out = list(found)
    for index in range(len(out) - 2, -1, -1):
        site, following = out[index], out[index + 1]
        if site.side is None and following.first - site.last <= 4:
            out[index] = Site(site.first, site.last, following.side, site.level)
    return out


def _side(hit: Hit) -> Side:
    meaning = hit.entry.meaning
    return "right" if meaning == "right" else "left" if meaning == "left" else "bilateral"


def _adjectives(parsed: Parsed) -> list[tuple[int, int, tuple[LungSegment, ...]]]:
    """Segment adjectives that are certain: compounds, or in a run that ends with "segment"."""
    words = parsed.words
    named = segment_words(parsed.language)
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
    ends_in_segment = -1
    for first, last, options in reversed(found):
        step = last
        while step < len(words) and words[step] in joined:
            step += 1
        if step < len(words) and (words[step] in ends or step == ends_in_segment):
            ends_in_segment = first
            kept.append((first, last, options))
        elif last - first == 2 or words[first] in named.alone:
            kept.append((first, last, options))
    return kept[::-1]


def _with_segments(parsed: Parsed, anchors: list[Site], sides: tuple[Hit, ...]) -> tuple[Site, ...]:
    """Give each segment adjective to its lobe; one without a lobe makes a site of its own."""
    given: dict[int, list[str]] = {}
    ends: dict[int, tuple[int, int]] = {}
    own: list[Site] = []
    for first, last, options in _adjectives(parsed):
        index = _anchor_of(parsed, anchors, first, last)
        if index is not None:
            site = anchors[index]
            names = [s.name for s in options if _fits(s, site)]
            if names:
                given.setdefault(index, []).extend(names)
                low, high = ends.get(index, (site.first, site.last))
                ends[index] = (min(low, first), max(high, last))
                continue
        lone = _lone(parsed, options, first, last, sides)
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
    step = last
    grammar = parsed.grammar
    of_or_in = grammar.of | grammar.in_
    glue = grammar.listing | of_or_in | grammar.article | grammar.both | grammar.side | grammar.lung
    skipped = glue | grammar.segment | grammar.basal | segment_words(parsed.language).words
    of_seen = False
    while step < len(parsed.words) and parsed.words[step] in skipped:
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


def _fits(segment: LungSegment, site: Site) -> bool:
    if site.side is not None and segment.side not in site.sides:
        return False
    return (site.level is None and _certain(segment.name)) or segment.lobe.endswith(
        f"{site.level} lobe"
    )


def _certain(name: str) -> bool:
    """Whether a segment's adjective tells its lobe by itself."""
    return "basal" in name or "lingular" in name or "apicoposterior" in name


def _level(names: list[str]) -> str | None:
    levels = {level for level in ("upper", "middle", "lower") for n in names if f" {level} " in n}
    return levels.pop() if len(levels) == 1 else None


def _lone(
    parsed: Parsed,
    options: tuple[LungSegment, ...],
    first: int,
    last: int,
    sides: tuple[Hit, ...],
) -> Site | None:
    """A site for "left posterobasal segment": the words tell the lobe, a side stands near."""
    near = [s for s in sides if abs(s.first - first) <= _REACH]
    compound = [s for s in options if _certain(s.name)]
    named = segment_words(parsed.language)
    if not compound or (last - first == 1 and parsed.words[first] not in named.alone):
        return None
    side: Side | None = _side(near[0]) if near else None
    fitting = [s for s in compound if side is None or side == "bilateral" or s.side == side]
    if not fitting:
        return None
    names = tuple(s.name for s in fitting) if side is not None else ()
    return Site(first, last, side, _level([s.name for s in fitting]), names)
