"""One mention of several things, each with its own place and size: as many findings.

"Nodules of 5 and 7 mm in the right upper and left lower lobe, respectively", "one of them in the
upper lobe, the other in the lower", "6 mm in the right upper lobe and 4 mm in the middle lobe",
"effusion of 24 mm on the right and 18 mm on the left".
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from groundct.core.report import Finding, Laterality, Measurement
from groundct.reports._rules.american.wording import worded
from groundct.reports._rules.details.counts import number_at
from groundct.reports._rules.places.link import exact
from groundct.reports._rules.places.side_words import side_words
from groundct.reports._rules.places.site import Side, Site, other_side, side_of, site_paths
from groundct.reports._rules.words.parsed import Parsed
from groundct.vocabulary.anatomy import anatomy

_IN_TURN = "in_turn"
_OTHER = "other"
SIDES = ("right", "left")
_REACH = 8
_NONE = "~none"


def in_turn(parsed: Parsed, finding: Finding, sites: Sequence[Site]) -> tuple[Finding, ...]:
    """The findings that one with these lung sites stands for; itself alone where it is one.

    Sizes and sites are as many and take turns in the text, or a word such as "respectively" pairs
    them; without sizes a word such as "the other" tells the sites apart.
    """
    sizes = finding.measurements
    sites = [site for site in sites if not any(_holds(site, other) for other in sites)]
    single = all(len(site.sides) == 1 or site.level == "middle" for site in sites)
    if finding.presence == "absent":
        return (finding,)
    if len(sizes) == len(SIDES) and all(len(site.sides) == len(SIDES) for site in sites):
        return _by_side(parsed, finding)
    if len(sites) < 2 or not single:
        return (finding,)
    said = {hit.entry.meaning for hit in parsed.relations}
    paired = (
        _IN_TURN in said or _alternate(parsed, sites, sizes) or _each_largest(parsed, sites, sizes)
    )
    counts = () if sizes else _counts(parsed, finding, sites)
    paired = paired and len(sizes) == len(sites)
    if not (paired or counts) and (sizes or _OTHER not in said):
        return (finding,)
    count = 1 if finding.count in (1, len(sites)) else None
    parts = (
        finding.changed(
            anatomy=exact(site_paths(site)),
            laterality=_side(site),
            lung_segments=site.segments,
            measurements=sizes[number : number + 1],
            count=counts[number] if counts else count,
        )
        for number, site in enumerate(sites)
    )
    return tuple(worded(part, parsed.text, parsed.language) for part in parts)


def _counts(parsed: Parsed, finding: Finding, sites: Sequence[Site]) -> tuple[int, ...]:
    """How many are at each site, "three in the upper and two in the lower lobe"; else nothing.

    The number of the first site may stand before the finding.
    """
    out: list[int] = []
    low = 0
    for site in sites:
        told = [
            number
            for n in range(low, site.first - 1)
            if parsed.words[n + 1] in parsed.grammar.in_ and (number := number_at(parsed, n))
        ]
        if not out and not told and finding.count is not None:
            told = [finding.count]
        if len(told) != 1:
            return ()
        out += told
        low = site.last
    return tuple(out)


def _by_side(parsed: Parsed, finding: Finding) -> tuple[Finding, ...]:
    """The right and the left one, where each of two sizes is told of a side: else the finding."""
    sizes = finding.measurements
    (first, middle), (second, end) = (_tokens(parsed, size) for size in sizes)
    after = (
        _side_in(parsed, middle, second, first=True),
        _side_in(parsed, end, len(parsed.words), first=True),
    )
    before = (
        _side_in(parsed, 0, first, first=False),
        _side_in(parsed, middle, second, first=False),
    )
    told = next((sides for sides in (after, before) if set(sides) == set(SIDES)), None)
    if told is None and finding.laterality == "bilateral":
        told = _sides_of_largest(parsed, first, middle, second)
    if told is None:
        return (finding,)
    count = 1 if finding.count in (1, len(sizes)) else None
    parts = (
        finding.changed(
            anatomy=exact(mirrored(finding.anatomy, side)),
            laterality=side,
            lung_segments=tuple(s for s in finding.lung_segments if s.startswith(side)),
            measurements=(size,),
            count=count,
        )
        for side, size in zip(told, sizes, strict=True)
        if side is not None
    )
    return tuple(worded(part, parsed.text, parsed.language) for part in parts)


def _sides_of_largest(
    parsed: Parsed, first: int, middle: int, second: int
) -> tuple[Side | None, Side | None] | None:
    """The sides of the largest things of two, "the largest 8 mm on the right, on the left 6 mm".

    The sizes begin at tokens ``first`` and ``second``, the first ends at ``middle``; each side
    stands on either end of its size.
    """
    parts = [h.first for h in parsed.role("laterality", "largest") if middle <= h.first < second]
    if not parts:
        return None
    heads = [hit for hit in parsed.findings if hit.entry.meaning != _NONE]
    low = max((hit.last for hit in heads if hit.last <= first), default=0)
    high = min((hit.first for hit in heads if hit.first >= second), default=len(parsed.words))
    if any(first <= hit.first < second for hit in heads):
        return None
    told = tuple(
        {side_of(h) for h in side_words(parsed) if begin <= h.first < end}.intersection(SIDES)
        for begin, end in ((low, parts[0]), (parts[0], high))
    )
    if any(len(sides) != 1 for sides in told) or told[0] == told[1]:
        return None
    one, other = (next(iter(sides)) for sides in told)
    return one, other


def _tokens(parsed: Parsed, size: Measurement) -> tuple[int, int]:
    """The first token of a size, and the one past its last."""
    starts = parsed.said.starts
    return bisect_left(starts, size.span.start), bisect_left(starts, size.span.end)


def _side_in(parsed: Parsed, low: int, high: int, *, first: bool) -> Side | None:
    """The side next to a size among tokens ``low`` to ``high``, with no finding between.

    ``first``: they follow the size; else they lead it.
    """
    hits = [h for h in side_words(parsed) if low <= h.first and h.last <= high]
    near = hits[0] if first and hits else hits[-1] if hits else None
    if near is None or near.entry.meaning not in SIDES:
        return None
    gap = (low, near.first) if first else (near.last, high)
    named = any(gap[0] <= hit.first < gap[1] for hit in parsed.findings)
    # "Right 17 mm, left 15 mm": the left is that of the second size.
    listed = parsed.any_word(near.first - 1, near.first, parsed.grammar.listing)
    leads = first and listed and near.last == high < len(parsed.words)
    return None if named or leads or gap[1] - gap[0] > _REACH else side_of(near)


def of_side(paths: Sequence[str], side: str) -> list[str]:
    """The paths of one side: those of its own, and its halves of those that have no side."""
    tree = anatomy()
    out = []
    for path in paths:
        leaf = tree.leaf(path)
        half = f"{side} {leaf}"
        if leaf.startswith(side) or not leaf.startswith(SIDES):
            out.append(tree.path_of(half) if tree.is_mask_name(half) else path)
    return out or list(paths)


def mirrored(paths: Sequence[str], side: str) -> list[str]:
    """The paths of a side; where there are none, the whole organ of that side."""
    other = other_side(side)
    tree = anatomy()
    own = [path for path in of_side(paths, side) if not tree.leaf(path).startswith(other)]
    if own:
        return own
    whole = [name for path in paths for name in (path, *tree.ancestors(path))]
    names = [tree.leaf(path).replace(other, side, 1) for path in whole]
    found = [name for name in names if name.startswith(side) and tree.is_mask_name(name)]
    return [tree.path_of(min(found, key=len))] if found else []


def _holds(wide: Site, site: Site) -> bool:
    """Whether a whole lung holds another site: "in the right lung, one in the upper lobe"."""
    inside = set(site.sides) <= set(wide.sides) and site.level is not None
    return wide.level is None and not wide.segments and inside


def _alternate(parsed: Parsed, sites: Sequence[Site], sizes: Sequence[Measurement]) -> bool:
    """Whether sites and sizes take turns in the text."""
    places = [(parsed.said.starts[site.first], "site") for site in sites]
    places += [(size.span.start, "size") for size in sizes]
    return all(one[1] != other[1] for one, other in pairwise(sorted(places)))


def _each_largest(parsed: Parsed, sites: Sequence[Site], sizes: Sequence[Measurement]) -> bool:
    """Whether "the largest" parts two sites, each with its size: "in A 5 mm, largest 4 mm in B"."""
    if not len(sites) == len(sizes) == len(SIDES):
        return False
    starts = parsed.said.starts
    return any(
        sites[0].last <= hit.first <= sites[1].first
        and sizes[0].span.start < starts[hit.first] < sizes[1].span.start
        for hit in parsed.role("laterality", "largest")
    )


def _side(site: Site) -> Laterality:
    return "left" if site.sides == ("left",) else "right"
