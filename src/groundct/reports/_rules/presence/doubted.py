"""How far a doubt reaches: "suspicious for pneumonia with an effusion" doubts no effusion."""

from __future__ import annotations

from groundct.reports._rules.presence.clauses import (
    ENDERS,
    STOPS,
    named,
    role_between,
    some,
)
from groundct.reports._rules.presence.slips import hyphened
from groundct.reports._rules.words.parsed import Parsed
from groundct.vocabulary.findings import findings
from groundct.vocabulary.lexicon import Hit
from groundct.vocabulary.places import GENERAL, places

_BRACKETS = frozenset("()")
_PLACE_REACH = 4
_NEAR = "near:"
_TOGETHER = "together"


def told_apart(parsed: Parsed, low: int, first: int, last: int) -> bool:
    """Whether the finding that a doubt is of has its place before a comma or joint and a mention.

    "Suspicious thickening in the esophagus and a hernia". Or a comma leads a mention that has a
    place of its own: "due to the operation, nodules in both lungs".
    """
    grammar = parsed.grammar
    for hit in parsed.relations:
        # "In favor of atelectasis adjacent to the effusion", "... accompanied by minimal scars".
        reach = {_TOGETHER: _PLACE_REACH}.get(hit.entry.meaning, 1)
        beside = hit.entry.meaning == _TOGETHER or hit.entry.meaning.startswith(_NEAR)
        # "Atelectasis-accompanying pneumonia" is the pneumonia that is doubted.
        torn = hit.first and hyphened(parsed, hit.first, hit.first)
        if beside and low <= hit.first and 0 <= first - hit.last <= reach and not torn:
            return named(parsed, low, hit.first)
    if _in_another_organ(parsed, low, first, last):
        return True
    if grammar.listing.isdisjoint(parsed.words[low:first]):
        return False
    parting = next(n for n in range(first - 1, -1, -1) if parsed.words[n] in grammar.listing)
    if parsed.any_word(parting, parting + 2, grammar.either):
        return False
    between = [hit for hit in parsed.findings if low <= hit.first < parting]
    if between and any(
        place.last == parting and place.first >= between[0].last for place in parsed.places
    ):
        return True
    if parsed.words[parting] != ",":
        return False
    leads = grammar.in_ | grammar.at | grammar.on
    return parsed.any_word(last, last + 1, leads) and any(
        last < place.first <= last + _PLACE_REACH for place in parsed.places
    )


def _in_another_organ(parsed: Parsed, low: int, first: int, last: int) -> bool:
    """Whether "with", or "and a", leads from what is doubted to a finding of another region.

    "Probable pneumonia with a small effusion"; in "pneumonia or effusion" both are doubted.
    """
    grammar = parsed.grammar
    own = next((hit for hit in parsed.findings if hit.last == last), None)
    before = next((hit for hit in parsed.findings[::-1] if low <= hit.first < first), None)
    if own is None or before is None or before.last > first:
        return False
    gap = parsed.words[before.last : first]
    start = some(parsed, first)
    anew = start is not None and start >= before.last and not grammar.listing.isdisjoint(gap)
    if not (anew or not grammar.with_.isdisjoint(gap)) or not grammar.either.isdisjoint(gap):
        return False
    return _region(own) not in ("", _region(before))


def _region(hit: Hit) -> str:
    """Where a finding's words say that it usually lies, "" where they do not."""
    head = hit.entry.meaning
    known = findings().types.get((places().default(head) or "") if head[0] == GENERAL else head)
    return known.anatomy.partition("/")[0] if known is not None else ""


def doubt_cut(parsed: Parsed, last: int, cue: int) -> bool:
    """Whether the way from a mention to a doubt on its right is cut, or another mention's it is.

    "Atelectasis or pneumonia cannot be excluded" is of both, and so is one name in brackets.
    """
    if parsed.any_word(last, cue, STOPS) or role_between(parsed, ENDERS, last, cue):
        return True
    others = [hit for hit in parsed.findings if last <= hit.first < cue]
    if not others:
        return False
    commas = "," in parsed.words[last:cue] and not parsed.verb_last
    if commas and not parsed.any_word(last, cue, parsed.grammar.joint):
        return True  # "Opacities, pneumonia is a possibility": a comma alone lists nothing.
    own = (*parsed.places, *parsed.found.get("modifiers", ()))
    adjectives = {n for hit in own for n in range(hit.first, hit.last) if last <= n < cue}
    between = parsed.grammar.listing | parsed.grammar.some | _BRACKETS
    if parsed.verb_last:
        between |= parsed.grammar.to  # "atelektazi ile konsolidasyon ayrımı yapılamadı"
    for hit in others:
        gap = range(last, hit.first)
        if not (gap or hyphened(parsed, last, hit.first)) or any(
            n not in adjectives and parsed.words[n] not in between for n in gap
        ):
            return True
        last = hit.last
    return False
