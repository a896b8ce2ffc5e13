"""Link sentences to RadGenome's top regions and anatomy paths."""

from __future__ import annotations

from functools import lru_cache

from groundct.core.report import Finding
from groundct.reports._rules.mention.mentions import Mention
from groundct.reports._rules.places.place_paths import paths_of_place
from groundct.reports._rules.places.sites import Site
from groundct.reports._rules.words.parsed import MASK, Parsed
from groundct.vocabulary.anatomy import TOP_REGIONS, anatomy
from groundct.vocabulary.findings import findings
from groundct.vocabulary.lexicon import Hit, lexicon
from groundct.vocabulary.places import GENERAL, places

_LUNG = "lung"
_ANY = "*"
_ABDOMEN = frozenset(("abdomen",))
"""The region of the diaphragm, which is nearly all that yields to any other."""
_CONTINUES = "continues"
_SIDES = frozenset(("left", "right"))


def regions_of(parsed: Parsed, mentions: tuple[Mention, ...]) -> tuple[str, ...] | None:
    """The top regions of a sentence in the vocabulary's order; empty = the whole scan.

    Places decide, else what the findings' types say by themselves, else the window or the places
    that a preamble names. None for a sentence that goes on with the one before ("It ...", "The
    largest nodule ...") and names neither a place nor a finding that says its own: its regions are
    those of the sentence before.
    """
    if not parsed.places:
        follows = _follows(parsed)
        if follows and mentions and all(_general(mention) for mention in mentions):
            return None
        found = _of_types(mentions) or _of_places(_window(parsed))
        return None if follows and not found else _in_order(found)
    found = _of_places(_named(parsed)) or _of_types(mentions)
    if found == _ABDOMEN and all(_is_weak(hit) for hit in parsed.places):
        found |= _of_types(tuple(m for m in mentions if _apart(parsed, m)))
    return _in_order(found)


@lru_cache(maxsize=1 << 10)
def _in_order(regions: frozenset[str]) -> tuple[str, ...]:
    return tuple(region for region in TOP_REGIONS if region in regions)


def _follows(parsed: Parsed) -> bool:
    """Whether a sentence begins with a word that goes on with the one before, and is no advice."""
    if parsed.cues["recommendation"]:
        return False
    words = parsed.words
    opens = bool(words) and words[0].isalnum()
    first = 0 if opens else next((n for n, word in enumerate(words) if word.isalnum()), 0)
    if words and words[first] in parsed.grammar.pronoun:
        return True
    said = [hit.first for hit in parsed.relations if hit.entry.meaning == _CONTINUES]
    return first in said


def _general(mention: Mention) -> bool:
    """Whether a mention is a word such as "nodule" that no place says more of."""
    return mention.hit.entry.meaning.startswith(GENERAL) and not mention.places


def _is_weak(place: Hit) -> bool:
    return _ANY in places().places[place.entry.meaning].yields_to


def _apart(parsed: Parsed, mention: Mention) -> bool:
    """Whether a finding that says its own place has none in its words, nor one tied to it.

    Beside "elevated diaphragm" atelectasis is in the lung.
    """
    inside = any(p.first < mention.last and mention.first < p.last for p in parsed.places)
    return not (inside or mention.places or mention.hit.entry.meaning.startswith(GENERAL))


def _named(parsed: Parsed) -> tuple[Hit, ...]:
    """The places that a sentence names outside questions in brackets."""
    if not parsed.places or "?" not in parsed.words:
        return parsed.places
    return tuple(hit for hit in parsed.places if not _asked(parsed, hit))


def _of_places(hits: tuple[Hit, ...]) -> frozenset[str]:
    """The regions of places, without those that yield to another place's region."""
    return _of_keys(tuple([hit.entry.meaning for hit in hits]))


@lru_cache(maxsize=1 << 12)
def _of_keys(keys: tuple[str, ...]) -> frozenset[str]:
    named = [places().places[key] for key in keys]
    plain = [place for place in named if _ANY not in place.yields_to]
    strong = {region for place in plain for region in place.regions}
    kept = {region for p in plain if strong.isdisjoint(p.yields_to) for region in p.regions}
    return frozenset(kept or (region for place in named for region in place.regions))


def _of_types(mentions: tuple[Mention, ...]) -> frozenset[str]:
    """The regions of the findings' own types, where these say one without a place."""
    return _of_kinds(tuple([mention.type for mention in mentions]))


@lru_cache(maxsize=1 << 12)
def _of_kinds(types: tuple[str, ...]) -> frozenset[str]:
    paths = {findings().types[kind].anatomy for kind in set(types) - places().unplaced}
    return frozenset(anatomy().top_region(path) for path in paths if path)


def _asked(parsed: Parsed, place: Hit) -> bool:
    """Whether a place stands only in a question in brackets: "(small airway disease?)"."""
    before = parsed.words[: place.first]
    if before.count("(") <= before.count(")"):
        return False
    after = parsed.words[place.last :]
    end = after.index(")") if ")" in after else len(after)
    return "?" in after[:end]


def _window(parsed: Parsed) -> tuple[Hit, ...]:
    """The places that stand in a preamble alone, which is hidden: "in the lung window; no mass"."""
    if MASK not in parsed.words:
        return ()
    hidden = [
        said if word == MASK else MASK
        for word, said in zip(parsed.words, parsed.said.words, strict=True)
    ]
    return lexicon(parsed.language, "anatomy", "key").find(hidden)


def paths_of(
    parsed: Parsed, sites: tuple[Site, ...], found: tuple[Finding, ...], regions: tuple[str, ...]
) -> tuple[str, ...]:
    """The most exact anatomy paths that a sentence names, whatever regions they yielded to.

    A sentence that names no place has the paths of its findings' types inside its regions, else
    those of the window that a preamble names.
    """
    paths: list[str] = []
    for place in _named(parsed):
        paths += paths_of_place(parsed, place)
    if sites and (_LUNG in regions or _LUNG in {anatomy().top_region(path) for path in paths}):
        paths = [site.path for site in sites] + paths
    if not paths:
        own = [path for finding in found for path in finding.anatomy]
        paths = [path for path in own if anatomy().top_region(path) in regions]
    if not paths:
        seen = [path for place in _window(parsed) for path in paths_of_place(parsed, place)]
        paths = [path for path in seen if anatomy().top_region(path) in regions]
    return exact(paths)


def exact(paths: list[str]) -> tuple[str, ...]:
    """Paths in order, once each, without those that another one goes on from."""
    return tuple(paths) if len(paths) < 2 else _exact(tuple(paths))


@lru_cache(maxsize=1 << 12)
def _exact(paths: tuple[str, ...]) -> tuple[str, ...]:
    unique = list(dict.fromkeys(paths))
    above = {up for path in unique for up in anatomy().ancestors(path)}
    leaves = [anatomy().leaf(path) for path in unique]
    # "lung lower lobe" beside "left lung lower lobe" says nothing more.
    halved = {
        whole for side, _, whole in (leaf.partition(" ") for leaf in leaves) if side in _SIDES
    }
    return tuple(
        path
        for path, leaf in zip(unique, leaves, strict=True)
        if path not in above and leaf not in halved
    )
