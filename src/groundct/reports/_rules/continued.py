"""What a sentence without a finding of its own adds to the findings of the sentence before.

"The largest is 8 mm." gives a size, "It lies in the left upper lobe." a place, "Follow-up is
recommended." a remark. A size or place is taken over only where one finding alone can be meant, and
the sentence names no place outside its region; a place only in the lungs and where it contradicts
nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from groundct.core.report import Change, Finding, Measurement, Remark, Report
from groundct.reports._rules.american.wording import worded
from groundct.reports._rules.details.details import GROWTH_MM
from groundct.reports._rules.details.followed import Followed, followed_of
from groundct.reports._rules.details.measures import measurements_of, of_type
from groundct.reports._rules.details.remarks import may_remark, remarks_of
from groundct.reports._rules.mention.mentions import Mention
from groundct.reports._rules.places.attach import Words
from groundct.reports._rules.places.link import exact
from groundct.reports._rules.places.site import Site, site_paths
from groundct.reports._rules.words.parsed import Parsed
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.lexicon import Hit, lexicon
from groundct.vocabulary.places import GENERAL, places

_OPENING = 4
_LARGEST_REACH = 5
_CONTINUES = "continues"
_LUNG = ("lung",)
_WHOLE = "lung/lung"
_IN_IT = frozenset(("calcification", "organ_calcification"))
"""The types of what lies in another finding: "a nodule with calcifications. It measures 21 mm."."""


class Loose(NamedTuple):
    """Sizes, lung sites and remarks of a sentence that belong to no finding of its own.

    ``takes_back``: it says that what an earlier examination had is gone, "It is not seen now".
    ``named`` are the regions of each place beside the sizes; ``followed`` is how it changed.
    ``organs`` are sizes of organs that it finds nothing at, by the entry or words of their place.
    """

    sizes: tuple[Measurement, ...] = ()
    named: tuple[tuple[str, ...], ...] = ()
    remarks: tuple[Remark, ...] = ()
    sites: tuple[Site, ...] = ()
    takes_back: bool = False
    followed: Followed | None = None
    organs: tuple[tuple[str, Measurement], ...] = ()

    @property
    def says_something(self) -> bool:
        """Whether there is anything to take over."""
        told = self.sizes or self.remarks or self.sites or self.followed
        return bool(told) or self.takes_back


_NOTHING: Final = Loose()


class Again(NamedTuple):
    """How a finding's words say that it is a known one.

    ``types`` are those that it may have been named by: "the lesion" that is called a mass before.
    ``described``: they say so plainly, "the described nodule"; else "the nodule" alone does.
    ``largest``: the sentence is of the largest of them, "The largest of these nodules is 9 mm".
    """

    types: frozenset[str]
    described: bool = False
    largest: bool = False


def again_of(parsed: Parsed, mentions: tuple[Mention, ...]) -> dict[int, Again]:
    """The mentions, by number, that are called known ones: "the described 5 mm nodule"."""
    found: dict[int, Again] = {}
    if not mentions:
        return found
    words, article = parsed.words, parsed.grammar.article
    for number, mention in enumerate(mentions):
        first = mention.first
        if first and words[first - 1] in article:
            found[number] = Again(_types(mention))
    for hit in parsed.found.get("remarks", ()):
        if hit.entry.meaning != "again":
            continue
        stops = parsed.grammar.listing | parsed.grammar.in_ | parsed.grammar.is_
        for number, mention in enumerate(mentions):
            near = 0 <= mention.first - hit.last <= _OPENING
            if near and stops.isdisjoint(words[hit.last : mention.first]):
                found[number] = Again(_types(mention), described=True)
    # "The largest of these" names them behind it, or "nodule".
    if parsed.relations and mentions[0].first <= _LARGEST_REACH and _led_by_largest(parsed):
        found[0] = Again(_types(mentions[0]), largest=True)
    return found


def _led_by_largest(parsed: Parsed) -> bool:
    """Whether a sentence begins with words such as "the largest"."""
    if not parsed.relations or parsed.relations[0].first:
        return False
    hits = parsed.found.get("measurement", ())
    largest = hits and not hits[0].first and hits[0].entry.meaning == "up_to"
    return bool(largest) and parsed.relations[0].entry.meaning == _CONTINUES


def _types(mention: Mention) -> frozenset[str]:
    """The types that a general word without a place may stand for, none for another."""
    head = mention.hit.entry.meaning
    if mention.places or not head.startswith(GENERAL):
        return frozenset()
    return places().types_of(head)


def loose_of(words: Words, mentions: tuple[Mention, ...], findings: tuple[Finding, ...]) -> Loose:
    """What a sentence leaves to the one before it."""
    parsed = words.parsed
    remarks: tuple[Remark, ...] = ()
    if may_remark(parsed):
        spoken = tuple([m for m in mentions if m.hit.entry.meaning != "normal"])
        presences = tuple([f.presence for f in findings[: len(spoken)]])
        if "present" not in presences:
            remarks = remarks_of(parsed, spoken, presences).loose
    if mentions:
        times = parsed.cues["temporal"]
        followed = _followed_before(parsed, times[0], mentions[0]) if times else None
        return Loose(remarks=remarks, followed=followed) if remarks or followed else _NOTHING
    sizes = measurements_of(parsed) if _continues(parsed) else ()
    sites = words.sites if _goes_on(parsed) else ()
    followed = followed_of(parsed)
    new = followed is not None and followed.change == "new"  # It was not there then.
    gone = not new and bool(parsed.role("negation", "negates_it"))
    kept = tuple(s for s in sizes if s.kind != "distance")
    named = tuple(_regions(place) for place in parsed.places) if kept else ()
    return Loose(kept, named, remarks, sites, gone, followed, () if kept else _organs(parsed))


def _followed_before(parsed: Parsed, told: Hit, mention: Mention) -> Followed | None:
    """How the findings of the sentence before changed, told before what they mean.

    "The findings are new, and may be metastases." The first word of change is ``told``.
    """
    if told.last > mention.first or again_of(parsed, (mention,)):
        return None
    followed = followed_of(parsed)
    return followed if followed is not None and followed.change is not None else None


def _organs(parsed: Parsed) -> tuple[tuple[str, Measurement], ...]:
    """The sizes of organs, each behind its own: "The ascending aorta is 42 mm, the arch 31 mm".

    Of several that are told apart each is known by its very words.
    """
    if not (parsed.places and parsed.found.get("units")):
        return ()
    sizes = [size for size in measurements_of(parsed) if size.kind != "distance"]
    starts = [parsed.said.starts[hit.first] for hit in parsed.places]
    ends = (*starts[1:], len(parsed.text))
    in_turn = len(sizes) == len(starts) and all(
        start < size.span.start < end for start, size, end in zip(starts, sizes, ends, strict=True)
    )
    if not in_turn:
        return ()
    if len(sizes) == 1:
        return ((parsed.places[0].entry.entry_id, sizes[0]),)
    spans = [parsed.span_of(hit.first, hit.last) for hit in parsed.places]
    return tuple(
        [(span.of(parsed.text).lower(), size) for span, size in zip(spans, sizes, strict=True)]
    )


def _regions(place: Hit) -> tuple[str, ...]:
    return places().places[place.entry.meaning].regions


def _goes_on(parsed: Parsed) -> bool:
    """Whether a sentence begins with a word such as "it" and speaks of the lungs alone."""
    if any(_regions(place) != _LUNG for place in parsed.places):
        return False
    return not parsed.grammar.pronoun.isdisjoint(parsed.words[:1])


def continued(before: Sequence[Finding], loose: Loose, where: tuple[int, int]) -> list[Finding]:
    """The findings of the sentence before with a sentence's loose sizes and remarks.

    ``where`` is that sentence's index and the characters before it in the report.
    """
    index, offset = where
    out = list(before)
    held = [n for n, finding in enumerate(before) if finding.presence != "absent"]
    sure = [n for n in held if before[n].presence == "present"] or held
    if loose.remarks and sure:
        own = before[sure[-1]]
        remarks = tuple(remark.moved(offset) for remark in loose.remarks)
        out[sure[-1]] = _told(own, index).changed(remarks=(*own.remarks, *remarks))
    sized = [n for n in held if before[n].type not in _IN_IT] or held
    if loose.sizes and len(sized) == 1 and _in_region(out[sized[0]], loose.named):
        own = out[sized[0]]
        sizes = tuple(of_type(size, own.type).moved(offset) for size in loose.sizes)
        out[sized[0]] = _told(own, index).changed(measurements=(*own.measurements, *sizes))
    if loose.sites and len(held) == 1 and out[held[0]].anatomy:
        out[held[0]] = sited(out[held[0]], loose.sites, index)
    if loose.followed is not None:
        for number in _meant(before, sure, loose.followed):
            own = _told(out[number], index)
            change = own.change or loose.followed.change or _by_size(own, loose.followed)
            out[number] = own.changed(refers_to_prior=True, change=change)
    if loose.takes_back and len(held) == 1 and before[held[0]].refers_to_prior:
        gone = _told(out[held[0]], index)
        out[held[0]] = gone.changed(presence="absent", change="resolved")
    return out


def _by_size(finding: Finding, followed: Followed) -> Change | None:
    """How a finding's largest diameter changed, where an earlier one is told."""
    sizes = [value for size in finding.measurements for value in size.values_mm]
    if followed.earlier_mm is None or not sizes:
        return None
    if abs(max(sizes) - followed.earlier_mm) < GROWTH_MM:
        return "stable"
    return "increased" if max(sizes) > followed.earlier_mm else "decreased"


def _meant(before: Sequence[Finding], sure: Sequence[int], followed: Followed) -> Sequence[int]:
    """The findings that are said to have changed: all, or those that "it" may be as one."""
    spots = {(before[n].anatomy, before[n].laterality, before[n].lung_segments) for n in sure}
    return sure if followed.of_all or len(spots) == 1 else ()


def _in_region(finding: Finding, named: Sequence[Sequence[str]]) -> bool:
    """Whether the places of a sentence all are of the region that a finding lies in."""
    tops = {anatomy().top_region(path) for path in finding.anatomy}
    return all(not tops.isdisjoint(regions) for regions in named)


def sited(finding: Finding, sites: Sequence[Site], index: int) -> Finding:
    """A lung finding with sites that the next sentence gives, where they lie inside its own."""
    paths = exact([path for site in sites for path in site_paths(site)])
    inside = {up for path in paths for up in anatomy().ancestors(path)}
    if finding.anatomy != (_WHOLE,) and not set(finding.anatomy) <= {*inside, *paths}:
        return finding
    if anatomy().top_region(finding.anatomy[0]) != "lung":
        return finding
    sides = {side for site in sites for side in site.sides}
    side = "bilateral" if len(sides) == 2 else sides.pop() if sides else None
    if finding.laterality not in (None, side):
        return finding
    segments = tuple(dict.fromkeys(name for site in sites for name in site.segments))
    held = finding.lung_segments or segments
    return _told(finding, index).changed(anatomy=paths, laterality=side, lung_segments=held)


def reworded(findings: Sequence[Finding], report: Report) -> list[Finding]:
    """The findings with standard words that say all that they have now."""
    return [worded(finding, report.text, report.language) for finding in findings]


def _told(finding: Finding, index: int) -> Finding:
    return finding.changed(sentence_indices=tuple(sorted({*finding.sentence_indices, index})))


def _continues(parsed: Parsed) -> bool:
    """Whether a sentence begins as one that goes on: "It measures", "The largest is", "Size:"."""
    if not parsed.grammar.pronoun.isdisjoint(parsed.words[:1]) or _led_by_largest(parsed):
        return True
    if any(_regions(place) != _LUNG for place in parsed.places):
        return False
    opening = parsed.words[:_OPENING]
    hits = lexicon(parsed.language, "measurement", "kind").find(opening)
    return bool(hits) or not parsed.grammar.pronoun.isdisjoint(opening)
