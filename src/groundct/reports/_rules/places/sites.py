"""Lung sites that a sentence names: side, lobe and segments, in either word order."""

from __future__ import annotations

from groundct.reports._rules.places.lobes import anchors_of
from groundct.reports._rules.places.segment_sites import with_segments
from groundct.reports._rules.places.side_words import side_words
from groundct.reports._rules.places.site import Site
from groundct.reports._rules.words.parsed import Parsed, label_end

__all__ = ["Site", "lung_sites"]


def lung_sites(parsed: Parsed) -> tuple[Site, ...]:
    """The lung sites of a sentence, in the order of its words."""
    hits = parsed.found.get("sites", ())
    sides = side_words(parsed) if parsed.sides else ()
    anchors = anchors_of(parsed, hits, sides) if hits else []
    if sides and len(anchors) > 1 and ":" in parsed.text:
        anchors = _headed(parsed, anchors)
    return with_segments(parsed, anchors, sides)


def _headed(parsed: Parsed, anchors: list[Site]) -> list[Site]:
    """The sites, those behind a heading of one lung in that lung: "Right lung: ... upper lobe"."""
    head, *rest = anchors
    end = label_end(parsed)
    if not end or head.level or head.side not in ("right", "left") or head.last > end:
        return anchors
    free = [site for site in rest if site.side is None]
    if any(site.first < end for site in rest) or any(site.level == "middle" for site in free):
        return anchors
    return [head, *[site._replace(side=head.side) if site in free else site for site in rest]]
