"""One mention of several things, each with its own place and size: as many findings.

"Nodules of 5 and 7 mm in the right upper and left lower lobe, respectively", "one of them in the
upper lobe, the other in the lower", "6 mm in the right upper lobe and 4 mm in the middle lobe".
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from groundct.core.report import Finding, Laterality, Measurement
from groundct.reports._rules.american.wording import worded
from groundct.reports._rules.places.link import exact
from groundct.reports._rules.places.site import Site, site_paths
from groundct.reports._rules.words.parsed import Parsed

_IN_TURN = "in_turn"
_OTHER = "other"


def in_turn(parsed: Parsed, finding: Finding, sites: Sequence[Site]) -> tuple[Finding, ...]:
    """The findings that one with these lung sites stands for; itself alone where it is one.

    Sizes and sites are as many and take turns in the text, or a word such as "respectively" pairs
    them; without sizes a word such as "the other" tells the sites apart.
    """
    sizes = finding.measurements
    sites = [site for site in sites if not any(_holds(site, other) for other in sites)]
    single = all(len(site.sides) == 1 or site.level == "middle" for site in sites)
    if finding.presence == "absent" or len(sites) < 2 or not single:
        return (finding,)
    said = {hit.entry.meaning for hit in parsed.relations}
    paired = _IN_TURN in said or _alternate(parsed, sites, sizes)
    if not (len(sizes) == len(sites) and paired) and (sizes or _OTHER not in said):
        return (finding,)
    count = 1 if finding.count in (1, len(sites)) else None
    parts = (
        finding.changed(
            anatomy=exact(site_paths(site)),
            laterality=_side(site),
            lung_segments=site.segments,
            measurements=sizes[number : number + 1],
            count=count,
        )
        for number, site in enumerate(sites)
    )
    return tuple(worded(part, parsed.text, parsed.language) for part in parts)


def _holds(wide: Site, site: Site) -> bool:
    """Whether a whole lung holds another site: "in the right lung, one in the upper lobe"."""
    inside = set(site.sides) <= set(wide.sides) and site.level is not None
    return wide.level is None and not wide.segments and inside


def _alternate(parsed: Parsed, sites: Sequence[Site], sizes: Sequence[Measurement]) -> bool:
    """Whether sites and sizes take turns in the text."""
    places = [(parsed.said.starts[site.first], "site") for site in sites]
    places += [(size.span.start, "size") for size in sizes]
    return all(one[1] != other[1] for one, other in pairwise(sorted(places)))


def _side(site: Site) -> Laterality:
    return "left" if site.sides == ("left",) else "right"
