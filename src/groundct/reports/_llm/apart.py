"""Several findings of the same words: what tells each from the others in the sentence.

Those that the rules tell apart are known by them. Others need words of their own: a side, a place,
or as many sizes as the sentence counts of them; and a size belongs to the one it stands beside.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from groundct.reports._llm.belongings import Fault
from groundct.reports._llm.compose import Said
from groundct.reports._llm.match import on_one_line
from groundct.reports._llm.placing import where
from groundct.reports._llm.sides import BOTH
from groundct.reports._llm.source import Source
from groundct.reports._rules.places.side_words import emphasised
from groundct.reports.language_model.failures import quoted
from groundct.vocabulary.findings import findings

_IN_TURN = "in_turn"
Placed = tuple[int, Said]
"""A token, and the finding that it is said of."""


def doubled(said: tuple[Said, ...], source: Source) -> Iterator[Fault]:
    """Findings that one of the same words is already, and what such findings have exchanged."""
    for one, other in combinations(said, 2):
        known = one.rules is not None and other.rules is not None
        # "No lymph node in lymph node stations": once more of words that tell nothing else.
        if not (known or one.quote == other.quote) and _says(one, source) == _says(other, source):
            yield "finding-doubled", f"{quoted(source.words(other.quote))} as {other.type}"
            return
    for group in _groups(said):
        if all(told.rules is not None for told in group):
            continue  # The rules tell all of them apart.
        counted = _as_many_as_counted(group, source)
        what = quoted(source.words(group[0].quote))
        for one, other in combinations(group, 2):
            if one.rules is not None and other.rules is not None:
                continue
            if not (counted or _apart(one, other, source)):
                yield "finding-doubled", f"{what} as {other.type}"
                break
            if one.presence != other.presence:
                yield "negation-lost", f"{what} is {one.presence} and {other.presence}"
        if not counted and not _sizes_fit(group, source):
            yield "size-moved", what


def _says(told: Said, source: Source) -> tuple[object, ...]:
    """All that a finding says, wherever its words stand."""
    places = sorted(source.words(place).lower() for place in told.places)
    sizes = sorted(size.values_mm for size in told.sizes)
    words = source.words(told.quote).lower()
    return words, told.type, told.presence, told.laterality, places, sizes


def _groups(said: tuple[Said, ...]) -> list[list[Said]]:
    """Findings whose words meet and whose types are one, or one a kind of the other."""
    groups: list[list[Said]] = []
    for told in said:
        own = [group for group in groups if any(_alike(told, other) for other in group)]
        groups = [group for group in groups if group not in own]
        groups.append([*(other for group in own for other in group), told])
    return [group for group in groups if len(group) > 1]


def _alike(one: Said, other: Said) -> bool:
    table = findings()
    kin = one.type == other.type or one.type in table.wider_than(other.type)
    kin = kin or other.type in table.wider_than(one.type)
    return kin and one.quote.meets(other.quote.first, other.quote.last)


def _as_many_as_counted(group: list[Said], source: Source) -> bool:
    """Whether the sentence counts as many, and each has a size that no other has."""
    counts = {f.count for told in group for f in source.named(told.quote, told.type)}
    sizes = [size for told in group for size in told.sizes]
    alone = all(told.sizes for told in group) and len(set(sizes)) == len(sizes)
    return counts == {len(group)} and alone


def _apart(one: Said, other: Said, source: Source) -> bool:
    """Whether two findings are of the two sides, or of places that do not hold each other."""
    if {one.laterality, other.laterality} == BOTH:
        return True
    if not (one.places and other.places):
        return False
    counts = {f.count for told in (one, other) for f in source.named(told.quote, told.type)}
    if 1 in counts:
        return False  # "A mass in the upper and middle lobe"
    paths, segments = zip(*(_where(told, source) for told in (one, other)), strict=True)
    lines = any(on_one_line(path, also) for path in paths[0] for also in paths[1])
    split = all(segments) and set(segments[0]).isdisjoint(segments[1])
    return all(paths) and (not lines or split)


def _where(told: Said, source: Source) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return where(source.said, told.places, findings().types[told.type].anatomy, told.laterality)


def _sizes_fit(group: list[Said], source: Source) -> bool:
    """Whether each size is of the finding whose side or place follows it, or else leads it.

    Where both ways can be meant, both must say so.
    """
    sizes = [(size.span.start, told) for told in group for size in told.sizes]
    if not sizes:
        return True
    if len({start for start, _ in sizes}) < len(sizes):
        return False
    starts = source.said.parsed.said.starts
    sizes.sort(key=lambda pair: pair[0])
    labels = sorted(((starts[n], told) for n, told in _labels(group, source)), key=lambda p: p[0])
    if any(hit.entry.meaning == _IN_TURN for hit in source.said.parsed.relations):
        return [told for _, told in sizes] == [*dict.fromkeys(told for _, told in labels)]
    behind = [next((own for n, own in labels if n > start), None) for start, _ in sizes]
    ahead = [next((own for n, own in reversed(labels) if n < start), None) for start, _ in sizes]
    ways = [way for way in (behind, ahead) if all(own is not None for own in way)]
    return bool(ways) and all(way == [told for _, told in sizes] for way in ways)


def _labels(group: list[Said], source: Source) -> Iterator[Placed]:
    """The places and sides of one finding alone, by the token at which each begins."""
    for told in group:
        others = [other for other in group if other is not told]
        elsewhere = [quote for other in others for quote in other.places]
        for quote in told.places:
            if not any(quote.meets(other.first, other.last) for other in elsewhere):
                yield quote.first, told
        if told.laterality in BOTH and all(o.laterality != told.laterality for o in others):
            for hit in source.said.parsed.role("laterality", told.laterality or ""):
                if not emphasised(source.said.parsed, hit.first):
                    yield hit.first, told
