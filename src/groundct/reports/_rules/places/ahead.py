"""Lung sites that stand before a finding, and lead it or its clause."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from groundct.reports._rules.mention.mentions import Mention
from groundct.reports._rules.places.sites import Site
from groundct.reports._rules.presence.clauses import STOPS, opening
from groundct.reports._rules.words.parsed import Parsed
from groundct.vocabulary.grammar import grammar
from groundct.vocabulary.segments import segment_words

_PARTS = frozenset(";")


class Words(NamedTuple):
    """What a sentence brings to its findings; ``absent`` are the mentions that it denies.

    ``own`` keeps which sites stand around each mention, where several ask for those of another.
    """

    parsed: Parsed
    sites: tuple[Site, ...]
    absent: frozenset[Mention] = frozenset()
    own: dict[Mention, tuple[Site, ...]] | None = None


def sites_lead(words: Words, spoken: tuple[Mention, ...]) -> bool:
    """Whether places lead their findings: "in the right lung a nodule, in the left a mass"."""
    # "... of the left lung nodule": a site's last word may be the finding's first.
    sites = [site.first for site in words.sites]
    first = min([m.first for m in spoken], default=0)
    return min(sites) < first and max(sites) < max([m.last for m in spoken])


def ahead_of(words: Words, floor: int, first: int) -> tuple[Site, ...]:
    """The sites right before token ``first``, and those that are joined to them."""
    before = [s for s in words.sites if floor <= s.first and s.last <= first]
    if not before:
        return ()
    parsed = words.parsed
    grammar = parsed.grammar
    between = _between_sites(parsed.language)
    out: list[Site] = []
    edge = first
    for site in reversed(before):
        gap = parsed.words[site.last : edge]
        listed = not grammar.listing.isdisjoint(gap)
        if out:
            placed = floor and listed and parsed.any_word(site.first - 3, site.first, grammar.in_)
            # "In the right and left lung with a halo": what "with" leads lies where that does.
            of_other = placed and not parsed.any_word(before[-1].last, first, grammar.with_)
            if of_other or not between.issuperset(gap):
                break
        # "mass in the right lung and left lung nodule": the first is the mass's.
        elif listed or (floor and _restarts(parsed, site.last, first)):
            break
        out.append(site)
        edge = site.first
    return tuple(reversed(out))


@lru_cache(maxsize=8)
def _between_sites(language: str) -> frozenset[str]:
    """The words that join sites to each other."""
    own = grammar(language)
    joints = own.listing | own.article | own.of | own.segment | own.side | own.lung
    return joints | segment_words(language).words


def _restarts(parsed: Parsed, low: int, first: int) -> bool:
    """Whether a stop or "there is" stands between a site and a mention."""
    cues = parsed.role("negation", "introduces", "ends_scope")
    return parsed.any_word(low, first, STOPS) or any(low <= cue.first < first for cue in cues)


def opened(words: Words, floor: int, first: int) -> tuple[Site, ...]:
    """The sites that begin a mention's clause, behind a comma, "and" or a semicolon."""
    parts = [n for n in range(floor, first) if words.parsed.words[n] in _PARTS]
    position = parts[-1] if parts else opening(words.parsed, floor, first)
    if position is None:
        return ()
    return tuple(s for s in words.sites if position < s.first and s.last <= first)
