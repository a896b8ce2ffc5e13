"""Lung sites that a sentence names: side, lobe and segments, in either word order."""

from __future__ import annotations

from groundct.reports._rules.places.lobes import anchors_of
from groundct.reports._rules.places.segment_sites import with_segments
from groundct.reports._rules.places.side_words import side_words
from groundct.reports._rules.places.site import Site
from groundct.reports._rules.words.parsed import Parsed

__all__ = ["Site", "lung_sites"]


def lung_sites(parsed: Parsed) -> tuple[Site, ...]:
    """The lung sites of a sentence, in the order of its words."""
    hits = parsed.found.get("sites", ())
    sides = side_words(parsed) if parsed.sides else ()
    return with_segments(parsed, anchors_of(parsed, hits, sides) if hits else [], sides)
