"""Findings that lie where the one before them does, by the words that join the two.

"Fibrosis in the left lower lobe, causing volume loss", "a nodule with ground glass around it", "an
effusion on the right and atelectasis in the adjacent lung", "fibrosis and adjacent bronchiectasis".
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from groundct.reports._rules.mention.mentions import Mention
from groundct.reports._rules.mention.neighbours import NEAR
from groundct.reports._rules.places.side_words import side_words
from groundct.reports._rules.places.sides import limit_of
from groundct.reports._rules.places.site import Site
from groundct.reports._rules.words.parsed import ANAPHORS, HERE, Parsed
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.findings import findings
from groundct.vocabulary.lexicon import Hit

TOGETHER: Final = "together"
_LEADS: Final = frozenset((TOGETHER, "causes"))
_ADJACENT: Final = f"{NEAR}adjacent"
LUNG: Final = "lung/lung"
_LUNGS: Final = frozenset(("lung", "trachea and bronchie"))
_CHEST: Final = frozenset(("lung", "pleura", "trachea and bronchie"))
_STOPS: Final = frozenset(";")
_LEAD_REACH = 4
_BACK_REACH = 5
_ADJECTIVE_REACH = 2
_LISTED_REACH = 3


class Link(NamedTuple):
    """The mentions that another may lie with, the nearest first.

    ``whole``: it lies at the very place of that one, and not only in its lung.
    """

    mentions: tuple[Mention, ...]
    whole: bool


def linked_to(
    parsed: Parsed, sites: tuple[Site, ...], mention: Mention, spoken: tuple[Mention, ...]
) -> Link | None:
    """What words join a mention to, which has no site or side of its own; None without such words.

    What is listed with a mention so joined is joined too: "causing volume loss and distortion",
    "consolidation in the left lower lobe with bronchiectasis, cavities and volume loss".
    """
    earlier = [m for m in spoken if m.last <= mention.first]
    if not earlier or (not parsed.relations and parsed.grammar.with_.isdisjoint(parsed.words)):
        return None
    if mention not in spoken or not _in_chest(mention):
        return None
    earlier.sort(key=lambda m: -m.last)
    before = earlier[0]
    limit = limit_of(parsed, mention, spoken)
    if parsed.any_word(before.last, mention.first, _STOPS) or not _in_chest(before):
        return None
    cue = _cue(parsed, before.last, mention, limit)
    start = mention.first if cue is None else min(cue.last, mention.first)
    spans = [(hit.first, hit.last) for hit in side_words(parsed)]
    spans += [(site.first, site.last) for site in sites]
    if any(start <= first < limit for first, _ in spans):
        return None
    if cue is not None:
        if cue.entry.meaning in _LEADS and not one_region(before, mention):
            return None  # An effusion that accompanies a consolidation may be on both sides.
        points = cue.entry.meaning in ANAPHORS
        return Link(
            mentions=tuple(m for m in earlier if _in_chest(m)) if points else (before,),
            whole=not points or cue.entry.meaning == HERE,
        )
    if _comes_with(parsed, sites, before, mention):
        return Link((before,), whole=True)
    gap = parsed.words[before.last : mention.first]
    listed = 0 < len(gap) <= _LISTED_REACH and not parsed.grammar.listing.isdisjoint(gap)
    between = any(before.last <= first < mention.first for first, _ in spans)
    told = parsed.scope_ends(before.last, mention.first)
    if not listed or between or told:
        return None
    return linked_to(parsed, sites, before, spoken)


def _comes_with(parsed: Parsed, sites: tuple[Site, ...], before: Mention, mention: Mention) -> bool:
    """Whether "with" right behind the site of a mention leads the next one in its region."""
    behind = [s.last for s in sites if before.last <= s.first and s.last <= mention.first]
    if not behind or mention.first - behind[-1] > _LEAD_REACH:
        return False
    return parsed.words[behind[-1]] in parsed.grammar.with_ and one_region(before, mention)


def _cue(parsed: Parsed, floor: int, mention: Mention, limit: int) -> Hit | None:
    """The words that join a mention to the one before, which ends at token ``floor``."""
    for hit in parsed.relations:
        role = hit.entry.meaning
        if not floor <= hit.first < limit:
            continue
        ahead, behind = mention.first - hit.last, hit.first - mention.last
        if role in _LEADS and 0 <= ahead <= _LEAD_REACH:
            return hit
        if role in ANAPHORS:
            return hit
        if role == _ADJACENT and _points_back(parsed, hit):
            of_lung = parsed.any_word(hit.last, hit.last + 1, parsed.grammar.lung)
            if 0 <= behind <= _BACK_REACH if of_lung else 0 <= ahead <= _ADJECTIVE_REACH:
                return hit
    return None


def _points_back(parsed: Parsed, hit: Hit) -> bool:
    """Whether "adjacent" is an adjective: "adjacent fibrosis", not "adjacent to the fissure"."""
    grammar = parsed.grammar
    small = grammar.to | grammar.of | grammar.with_ | grammar.from_ | grammar.in_
    return hit.last - hit.first == 1 and not parsed.any_word(hit.last, hit.last + 1, small)


def one_region(first: Mention, second: Mention) -> bool:
    """Whether findings of two mentions' types lie in one region; those of no place, in a lung.

    Lungs and airways are one: "bronchiectasis with mucus plugging in the left lower lobe".
    """
    one, other = _top(first.type), _top(second.type)
    return one == other or (one in _LUNGS and other in _LUNGS)


def _in_chest(mention: Mention) -> bool:
    """Whether a mention is of lungs, pleura or airways, or may be."""
    return _top(mention.type) in _CHEST


@lru_cache(maxsize=1 << 10)
def _top(kind: str) -> str:
    return anatomy().top_region(findings().types[kind].anatomy or LUNG)


def lung_of(sites: tuple[Site, ...]) -> tuple[Site, ...]:
    """The one lung that sites lie in; none where they lie in both."""
    sides = {site.side for site in sites}
    side = sides.pop() if len(sides) == 1 else None
    if side is None or side == "bilateral":
        return ()
    return (sites[0]._replace(side=side, level=None, segments=()),)
