"""Anatomy paths and lung segments of the words that a model quotes as a finding's places."""

from __future__ import annotations

from groundct.core.report import Laterality
from groundct.reports._llm.quotes import Quote
from groundct.reports._rules.places.link import exact
from groundct.reports._rules.places.place_paths import paths_of_place
from groundct.reports._rules.places.sites import Site
from groundct.reports._rules.reading import SentenceReading
from groundct.vocabulary.anatomy import anatomy


def sites_quoted(said: SentenceReading, quotes: tuple[Quote, ...]) -> tuple[Site, ...]:
    """The lung sites of a sentence that stand in these quotes."""
    return tuple(s for s in said.sites if any(q.meets(s.first, s.last) for q in quotes))


def where(
    said: SentenceReading, quotes: tuple[Quote, ...], default: str, side: Laterality | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Paths and segments; ``default`` is where the finding's type stands when no place is named."""
    sites = sites_quoted(said, quotes)
    segments = tuple(dict.fromkeys(name for site in sites for name in site.segments))
    top = anatomy().top_region(default) if default else ""
    paths: list[str] = []
    if top in ("lung", ""):
        for site in sites:
            paths += paths_of_site(site, side)
    if not paths:
        taken = {n for site in said.sites for n in range(site.first, site.last)}
        paths = [
            path
            for place in said.parsed.places
            if any(q.meets(place.first, place.last) for q in quotes) and place.first not in taken
            for path in paths_of_place(said.parsed, place)
            if not top or anatomy().top_region(path) == top
        ]
        paths = [default if path in anatomy().ancestors(default) else path for path in paths]
    if default and not paths:
        paths = [default]
    return exact(paths), segments


def paths_of_site(site: Site, side: Laterality | None) -> list[str]:
    """A site's paths; one that names no side has that of its finding, ``side``."""
    own = site.side or (side if side in ("right", "left", "bilateral") else None)
    if own == "bilateral" and site.level in ("upper", "lower"):
        return [site._replace(side="right").path, site._replace(side="left").path]
    return [site._replace(side=own).path]
