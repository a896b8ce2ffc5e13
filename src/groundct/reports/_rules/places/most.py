"""Where a thing is most, or the largest of several, beside where all of it is."""

from __future__ import annotations

from groundct.reports._rules.places.side_words import emphasised
from groundct.reports._rules.places.site import Site, sides_of
from groundct.reports._rules.words.parsed import Parsed
from groundct.vocabulary.lexicon import Hit


def plain_sites(
    parsed: Parsed, sites: tuple[Site, ...], own_sides: frozenset[str]
) -> tuple[Site, ...]:
    """Sites without those that only say where it is most, "both lungs, more on the right".

    One that lies in no other site stays: "more in the right upper lobe, and in the left lung"; but
    not beside a wider side of the finding's own, "bilateral nodules, the largest in the left lung".
    """
    plain = tuple(
        site
        for site in sites
        if not emphasised(parsed, site.first) or (site.side == "bilateral" and not site.level)
    )
    if not plain and own_sides > sides_of(sites):
        return ()
    return tuple(s for s in sites if s in plain or not any(_holds(p, s) for p in plain))


def _holds(wide: Site, site: Site) -> bool:
    return set(site.sides) <= set(wide.sides) and wide.level in (None, site.level)


def led_sites(parsed: Parsed, sites: tuple[Site, ...], site: Site) -> tuple[Site, ...]:
    """The sites before one of the largest: "in both lungs are nodules, the largest in the left"."""
    if not emphasised(parsed, site.first):
        return ()
    return tuple(s for s in sites if s.last <= site.first)


def plain_places(parsed: Parsed, tied: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """Places without those of the largest: "in both kidneys, the largest in the left kidney"."""
    if len(tied) < 2 or not parsed.role("laterality", "largest"):
        return tied
    plain = [place for place in tied if not emphasised(parsed, place.first)]
    keys = {place.entry.meaning for place in plain}
    return tuple(p for p in tied if p in plain or p.entry.meaning not in keys)
