"""The words of a sentence that set a finding beside an earlier examination.

Words of time say other things too: "since the scan has no contrast" gives a reason, "compare with
earlier examinations" is advice, "the density has decreased" is how an organ is.
"""

from __future__ import annotations

from typing import Final

from groundct.reports._rules.mention.nodes import ENLARGED
from groundct.reports._rules.mention.verb_last import Spanned
from groundct.reports._rules.words.parsed import Parsed, once
from groundct.vocabulary.lexicon import Hit
from groundct.vocabulary.words import is_plural

_SINCE: Final = "since"
_COMPARED: Final = "compared"
_DENSITY: Final = "~density"
_STATED: Final = frozenset(("increased", "decreased"))
_EXAMS: Final = frozenset(("exam", "compared"))
_STOPS = frozenset(";:()")
_SUBJECT_REACH = 8


@once
def times_of(parsed: Parsed) -> tuple[Hit, ...]:
    """The words of time and change that speak of an earlier examination or of today's."""
    hits = parsed.cues["temporal"]
    if not hits:
        return ()
    advice = _advised(parsed)
    kept = [
        hit
        for hit in hits
        if not (_undated(parsed, hit) or _is_advice(hit, advice) or _is_beside(parsed, hit))
    ]
    if _EXAMS.isdisjoint([hit.entry.meaning for hit in kept]):
        kept = [hit for hit in kept if not _is_state(parsed, hit)]
    return tuple(kept)


def _undated(parsed: Parsed, hit: Hit) -> bool:
    """Whether "since" gives a reason: no date follows it."""
    after = parsed.words[hit.last : hit.last + 1]
    return hit.entry.meaning == _SINCE and not (after and after[0][0].isdigit())


def _is_beside(parsed: Parsed, hit: Hit) -> bool:
    """Whether what is compared is another place: "compared to the left", "to the liver"."""
    if hit.entry.meaning != _COMPARED or hit.last >= len(parsed.words):
        return False
    sides = parsed.role("laterality", "right", "left", "bilateral", "opposite")
    position = hit.last + (parsed.words[hit.last] in parsed.grammar.article)
    named = {place.first for place in (*parsed.places, *sides)}
    return position in named or parsed.any_word(position, position + 1, parsed.grammar.elsewhere)


def _is_advice(hit: Hit, advice: frozenset[int]) -> bool:
    return hit.entry.meaning in _EXAMS and hit.first in advice


def _advised(parsed: Parsed) -> frozenset[int]:
    """The tokens of clauses that recommend something."""
    ends = _STOPS | {","}
    found: set[int] = set()
    for hit in parsed.role("recommendation", "recommends"):
        first, last = hit.first, hit.last
        while first and parsed.words[first - 1] not in ends:
            first -= 1
        while last < len(parsed.words) and parsed.words[last] not in ends:
            last += 1
        # What was seen in the clause is compared itself: "no change from the prior, control is".
        if not any(first <= finding.first < hit.first for finding in parsed.findings):
            found.update(range(first, last))
        else:
            found.update(range(hit.last, last))
    return frozenset(found)


def _is_state(parsed: Parsed, hit: Hit) -> bool:
    """Whether a change is how an organ is: "decrease in density", "its height has decreased"."""
    if hit.entry.meaning not in _STATED:
        return False
    if any(f.entry.meaning != ENLARGED and is_part_of(hit, f) for f in parsed.findings):
        return True
    low = max(0, hit.first - _SUBJECT_REACH)
    for position in range(hit.first - 1, low - 1, -1):
        if parsed.words[position] in _STOPS | {","}:
            return False
        if parsed.words[position] in parsed.grammar.neutral:
            named = any(position < f.first < hit.first for f in parsed.findings)
            return not named and _is_property(parsed, position)
    return False


def is_part_of(hit: Hit, named: Spanned) -> bool:
    """Whether a word of change is part of a finding's name, not around it: "growth of the node"."""
    around = hit.first < named.first and named.last <= hit.last
    return named.first < hit.last and hit.first < named.last and not around


def _is_property(parsed: Parsed, position: int) -> bool:
    """Whether "density" is what an organ has: "of the liver", "bone density"; no "densities"."""
    if is_plural(parsed.surface(position), parsed.language):
        return False
    inside = [f for f in parsed.findings if f.first <= position < f.last]
    if any(f.entry.meaning != _DENSITY for f in inside):
        return False
    placed = any(place.last == position for place in parsed.places)
    return placed or parsed.any_word(position + 1, position + 2, parsed.grammar.of)
