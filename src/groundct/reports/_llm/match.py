"""A finding of an answer that says what the rules read in the same words, in all that counts."""

from __future__ import annotations

from typing import Final

from groundct.core.report import Finding, Measurement
from groundct.reports._llm.compose import Said
from groundct.reports._llm.placing import paths_of_site, sites_quoted
from groundct.reports._llm.sides import sides_of
from groundct.reports._llm.source import Source
from groundct.reports._rules.places.place_paths import paths_of_place
from groundct.reports._rules.places.sites import Site
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.findings import findings
from groundct.vocabulary.lexicon import Hit

_LUNG: Final = "lung"


def agrees(told: Said, finding: Finding, source: Source) -> bool:
    """Whether a finding is said as the rules read it: its words, type, presence, side and more.

    Its sizes are the same ones, and so are the places that it quotes. Then it is that finding, with
    all that the rules know of it.
    """
    return (
        _is_of(told, finding, source)
        and told.laterality == finding.laterality
        and _values(told.sizes) == _values(finding.measurements)
        and _quotes_all(told, finding, source)
        and _quotes_no_other(told, finding, source)
    )


def told_at_once(
    told: Said, known: tuple[tuple[int, Finding], ...], source: Source
) -> tuple[tuple[int, Finding], ...]:
    """The rules' findings, of several ``known`` by number, that one finding tells together.

    "Effusion, bilateral, 3 cm and 2 cm" for that of the right and that of the left: it has the
    words, the sides and the sizes of all. None where it leaves out any.
    """
    own = tuple((number, f) for number, f in known if _is_of(told, f, source))
    sides = frozenset().union(*(sides_of(f.laterality) for _, f in own))
    sizes = frozenset().union(*(_values(f.measurements) for _, f in own))
    whole = sides == sides_of(told.laterality) and sizes == _values(told.sizes)
    if len(own) < 2 or not whole or not all(_quotes_all(told, f, source) for _, f in own):
        return ()
    return own


def _is_of(told: Said, finding: Finding, source: Source) -> bool:
    same = told.type == finding.type and told.presence == finding.presence
    return same and source.shares_words(told.quote, finding.span)


def _values(sizes: tuple[Measurement, ...]) -> frozenset[tuple[float, ...]]:
    return frozenset(size.values_mm for size in sizes)


def _quotes_all(told: Said, finding: Finding, source: Source) -> bool:
    """Whether all words are quoted that give a finding its places."""
    said = source.said
    own = {_place(site, finding) for site in said.sites if _gives(site, finding)}
    sites = {_place(site, finding) for site in sites_quoted(said, told.places)}
    return own <= sites and _quoted(told, source) >= _entries(finding, source)


def strangeness(told: Said, finding: Finding, source: Source) -> tuple[bool, int]:
    """How far a finding that agrees with one of the rules is in other words and of other places.

    "Bronchiectasis" is "tubular bronchiectasis" only where no finding has these very words.
    """
    entries = _quoted(told, source) ^ _entries(finding, source)
    return source.span(told.quote) != finding.span, len(entries)


def _quoted(told: Said, source: Source) -> set[str]:
    """The entries of the places that a finding quotes, and of those in its words."""
    parsed, sites = source.said.parsed, source.said.sites
    spoken = (told.quote, *told.places)
    return {
        p.entry.entry_id
        for p in parsed.places
        if not _in_site(p, sites) and any(q.meets(p.first, p.last) for q in spoken)
    }


def _place(site: Site, finding: Finding) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The place that a site names, the same wherever it stands."""
    return tuple(paths_of_site(site, finding.laterality)), site.segments


def _entries(finding: Finding, source: Source) -> set[str]:
    """The entries that give a finding its places; words of lung sites are looked at as sites."""
    parsed, sites = source.said.parsed, source.said.sites
    spans = {parsed.span_of(p.first, p.last) for p in parsed.places if _in_site(p, sites)}
    return {c.entry for c in finding.cues if c.role == "place" and c.span not in spans}


def _in_site(place: Hit, sites: tuple[Site, ...]) -> bool:
    return any(site.first < place.last and place.first < site.last for site in sites)


def _gives(site: Site, finding: Finding) -> bool:
    """Whether a site is one of a finding's own."""
    own = any(set(paths) <= set(finding.anatomy) for paths in _ways(site, finding))
    sides = set(site.sides) <= sides_of(finding.laterality)
    return own and sides and set(site.segments) <= set(finding.lung_segments)


def _quotes_no_other(told: Said, finding: Finding, source: Source) -> bool:
    """Whether all quoted places lie where a finding does."""
    said = source.said
    sites = sites_quoted(said, told.places)
    cues = {cue.entry for cue in finding.cues if cue.role == "place"}
    # "Pleural effusion in the right lung" is in the pleura: of the lung it has the side.
    home = findings().types[finding.type].anatomy
    inside = not home or anatomy().top_region(home) == _LUNG
    fits = all(
        any(_all_at(paths, finding) for paths in _ways(site, finding)) for site in sites if inside
    )
    paths: list[str] = []
    for place in said.parsed.places:
        quoted = any(quote.meets(place.first, place.last) for quote in told.places)
        if quoted and not _in_site(place, said.sites) and place.entry.entry_id not in cues:
            paths += paths_of_place(said.parsed, place)
    return fits and _all_at(paths, finding)


def _ways(site: Site, finding: Finding) -> tuple[list[str], list[str]]:
    """A site's paths, and those with the side that the finding has."""
    return paths_of_site(site, None), paths_of_site(site, finding.laterality)


def _all_at(paths: list[str], finding: Finding) -> bool:
    """Whether all paths are a finding's, or above or under them."""
    return all(any(on_one_line(path, own) for own in finding.anatomy) for path in paths)


def on_one_line(path: str, other: str) -> bool:
    """Whether one of two places is the other, or holds it."""
    tree = anatomy()
    return path == other or path in tree.ancestors(other) or other in tree.ancestors(path)
