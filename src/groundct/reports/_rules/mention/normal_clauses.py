"""Clauses that only say that a place is normal: no finding of the sentence is there."""

from __future__ import annotations

from typing import Final

from groundct.reports._rules.words.parsed import Parsed, once
from groundct.vocabulary.lexicon import Hit

_NONE: Final = "~none"
_ADVERBS = 2
_PARTS = frozenset(",;)")
_STOPS = frozenset(";:")


@once
def normal_clauses(parsed: Parsed) -> dict[int, int]:
    """Clauses behind a finding that only say that a place is normal: "..., both lungs are clear".

    They go from a comma, a semicolon, "while" or an "and" to the cue; what they name is where no
    finding is. Each cue's first token gives the first one of its clause.
    """
    cues = parsed.role("normality", "normal")
    if not cues:
        return {}
    heads = {h.first: h for h in parsed.findings if h.entry.meaning != _NONE}
    out: dict[int, int] = {}
    floor = min((hit.last for hit in heads.values()), default=len(parsed.words))
    for cue in cues:
        start = _start(parsed, floor, cue.first)
        inside = [heads[n] for n in range(start, cue.first) if n in heads]
        alone = all(said_normal(parsed, h) is not None for h in inside)
        told = parsed.any_word(start, cue.first, parsed.grammar.is_)
        if start > floor and alone and told:
            out[cue.first] = start
        floor = max(floor, cue.last)
    return out


def _start(parsed: Parsed, floor: int, end: int) -> int:
    """Where the clause before token ``end`` begins, behind ``floor``; that where none does."""
    parts = _PARTS | parsed.grammar.but
    start = end
    while start > floor and parsed.words[start - 1] not in parts:
        start -= 1
    # "A nodule in the left adrenal gland and the right one is normal": "and" leads a clause.
    leads = parsed.grammar.article | parsed.grammar.side | parsed.grammar.both
    for number in range(end - 1, start, -1):
        if parsed.words[number - 1] in parsed.grammar.joint and parsed.words[number] in leads:
            apart = start <= floor or parsed.any_word(start, number, parsed.grammar.in_)
            return number if apart else start
    return start


@once
def normal_tokens(parsed: Parsed) -> frozenset[int]:
    """The tokens of all clauses that only say that a place is normal."""
    return frozenset(n for end, first in normal_clauses(parsed).items() for n in range(first, end))


def said_normal(parsed: Parsed, hit: Hit) -> Hit | None:
    """The statement that what every organ has is normal: "the wall thickness of it is normal"."""
    if not parsed.cues["normality"]:
        return None
    grammar = parsed.grammar
    if parsed.words[hit.last - 1] not in grammar.neutral:
        return None
    cue = next((c for c in parsed.role("normality", "normal") if c.first >= hit.last), None)
    end = len(parsed.words) if cue is None else cue.first
    told = next((n for n in range(hit.last, end) if parsed.words[n] in grammar.is_), None)
    if cue is None or told is None:
        return None
    placed = {n for place in parsed.places for n in range(place.first, place.last)}
    small = grammar.of | grammar.article
    rest = [n for n in range(hit.last, end) if n not in placed and parsed.words[n] not in small]
    before = [parsed.words[n] for n in rest if n < told]
    after = [parsed.words[n] for n in rest if n > told and parsed.words[n] not in grammar.joint]
    stops = grammar.not_ | grammar.with_ | _STOPS | {","}
    plain = stops.isdisjoint((*before, *after)) and grammar.joint.isdisjoint(before)
    return cue if plain and max(len(before), len(after)) <= _ADVERBS else None
