"""Link sentences to RadGenome's top regions and anatomy paths."""

from __future__ import annotations

from groundct.reports._rules.mentions import Mention
from groundct.reports._rules.parsed import Parsed
from groundct.reports._rules.place_paths import paths_of_place
from groundct.reports._rules.sites import Site
from groundct.vocabulary.anatomy import OTHERS, TOP_REGIONS, anatomy
from groundct.vocabulary.findings import findings
from groundct.vocabulary.lexicon import Hit
from groundct.vocabulary.places import places


def regions_of(parsed: Parsed, mentions: tuple[Mention, ...]) -> tuple[str, ...] | None:
    """The top regions of a sentence in the vocabulary's order; empty = the whole scan.

    None for a sentence that names nothing and starts with a pronoun: its regions are those of the
    sentence before.
    """
    found: set[str] = set()
    weak: set[str] = set()
    for hit in parsed.places:
        if not _asked(parsed, hit):
            found.update(places().places[hit.entry.meaning].regions)
            weak.update(places().places[hit.entry.meaning].weak_regions)
    found = found or weak
    if not found:
        for mention in mentions:
            path = findings().types[mention.type].anatomy
            found.add(anatomy().top_region(path) if path else OTHERS)
    follows = bool(parsed.words) and parsed.words[0] in parsed.grammar.pronoun
    if not found and follows and not parsed.cues["recommendation"]:
        return None
    return tuple(region for region in TOP_REGIONS if region in found)


def _asked(parsed: Parsed, place: Hit) -> bool:
    """Whether a place stands only in a question in brackets: "(small airway disease?)"."""
    before = parsed.words[: place.first]
    if before.count("(") <= before.count(")"):
        return False
    after = parsed.words[place.last :]
    end = after.index(")") if ")" in after else len(after)
    return "?" in after[:end]


def paths_of(parsed: Parsed, sites: tuple[Site, ...], regions: tuple[str, ...]) -> tuple[str, ...]:
    """The most exact anatomy paths that a sentence names inside its regions."""
    paths = [site.path for site in sites]
    paths += [path for place in parsed.places for path in paths_of_place(parsed, place)]
    paths = [path for path in paths if anatomy().top_region(path) in (*regions, OTHERS)]
    return exact(paths)


def exact(paths: list[str]) -> tuple[str, ...]:
    """Paths in order, once each, without those that another one goes on from."""
    if len(paths) < 2:
        return tuple(paths)
    unique = list(dict.fromkeys(paths))
    above = {up for path in unique for up in anatomy().ancestors(path)}
    sides = {anatomy().leaf(path) for path in unique}
    return tuple(
        path
        for path in unique
        if path not in above
        # "lung lower lobe" beside "left lung lower lobe" says nothing more.
        and not any(f"{side} {anatomy().leaf(path)}" in sides for side in ("left", "right"))
    )
