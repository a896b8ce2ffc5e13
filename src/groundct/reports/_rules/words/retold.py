"""Clauses that tell a finding again without its name: "effusion on the right, none on the left".

Each has a place of its own and says that the finding is there or is not, so it is a finding too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from groundct.vocabulary.grammar import Grammar
from groundct.vocabulary.lexicon import Found, Hit

DENYING: Final = frozenset(
    ("negates_after", "negates_before", "negates_next", "negates_of", "negates_it")
)
_ASSERTING: Final = frozenset(("asserts", "described"))
_UNITS: Final = frozenset(("mm", "cm"))
"""Units of a size that is there: "no effusion on the right, 15 mm on the left"."""
_LEADING: Final = frozenset(("ends_scope", "introduces"))
_JOINS: Final = "joins"
_SIDES: Final = frozenset(("right", "left", "bilateral"))
APART: Final = "apart"
"""The role of words such as "except for"."""
_STOPS: Final = frozenset(",;")
_NEXT: Final = "negates_next"
_GAP = 4
_EARLIER_REACH = 8
_LEAD_REACH = 16


class Retold(NamedTuple):
    """A finding told again at the words of a ``cue``; ``of`` has its name."""

    cue: Hit
    of: Hit
    denied: bool

    @property
    def hit(self) -> Hit:
        """The finding's entry at the words of the cue."""
        return self.of._replace(first=self.cue.first, last=self.cue.last)


def retold_of(
    words: Sequence[str], findings: Sequence[Hit], found: Found, known: Grammar
) -> tuple[Retold, ...]:
    """The clauses of a sentence that tell the finding before them again, at another place.

    They begin behind a sign or joint, or with "there is"; that something is there is told again
    only of what was denied: "not on the right but on the left", "not seen except in the lingula".
    """
    cues = found.get("negation", ())
    if not findings or not cues:
        return ()
    edge = findings[0].last
    behind_first = [hit for hit in cues if hit.first >= edge]
    exceptions = [h for h in found.get("relation", ()) if h.entry.meaning == APART]
    sizes = _told_sizes(words, found["units"]) if "units" in found else []
    if not (behind_first or exceptions or sizes):
        return ()
    begun = {hit.last for hit in cues if hit.entry.meaning in _LEADING}
    begins = (_begins(words, hit, begun, known) for hit in behind_first)
    if not (exceptions or sizes or any(begins)):
        return ()
    places = [*found.get("anatomy", ())]
    places += [hit for hit in found.get("sites", ()) if hit.entry.meaning != _JOINS]
    places += [hit for hit in found.get("laterality", ()) if hit.entry.meaning in _SIDES]
    starts = {hit.first for hit in places}
    normal = {hit.first for hit in found.get("normality", ())}
    earlier = {hit.first for hit in cues if hit.entry.meaning == "earlier"}
    out: list[Retold] = []
    number, denied, ahead = 0, False, None
    verb = False  # "No nodule is seen" has its verb; another one says something else.
    verbs = {hit.first: hit.last for hit in cues if hit.entry.meaning in _ASSERTING}
    for cue in sorted((*cues, *exceptions, *sizes)):
        while number < len(findings) and findings[number].last <= cue.first:
            number += 1
        meaning = cue.entry.meaning
        # "None are seen in the left lung" has its place behind the verb.
        verb_end = verbs.get(cue.last, cue.last) if meaning in DENYING else cue.last
        behind = cue._replace(last=verb_end)
        place = _place(words, behind, starts, known)
        following = findings[number].first if number < len(findings) else len(words)
        alone = place is not None and not _leads_on(words, place, following, known)
        alone = alone and earlier.isdisjoint(range(cue.last, cue.last + _EARLIER_REACH))
        turns = meaning == APART or words[cue.first] in known.but
        if number and alone and (turns or _begins(words, cue, begun, known)):
            of = findings[number - 1]
            if meaning in DENYING:
                out.append(Retold(cue, of, denied=True))
            elif denied and (turns or meaning in _ASSERTING | _UNITS):
                out.append(Retold(cue, of, denied=False))
        elif alone and meaning == APART:
            ahead = cue  # "Except in the lingula, no nodule was detected."
        if ahead is not None and meaning in DENYING:
            if normal.isdisjoint(range(ahead.last, cue.first)):
                out.append(Retold(ahead, findings[0], denied=False))
            ahead = None
        if meaning in DENYING:
            denied, verb = True, meaning != "negates_after"
        elif meaning in _ASSERTING:
            denied, verb = denied and not verb, True
    return tuple(out)


def _told_sizes(words: Sequence[str], units: Sequence[Hit]) -> list[Hit]:
    """The first size of a sentence, as a cue, where a sign stands before it."""
    sizes = [
        hit._replace(first=hit.first - 1)
        for hit in units
        if hit.entry.meaning in _UNITS and hit.first and words[hit.first - 1][0].isdigit()
    ]
    return [size for size in sizes[:1] if words[size.first - 1] in _STOPS]


def _place(words: Sequence[str], cue: Hit, starts: set[int], known: Grammar) -> int | None:
    """The first token of a place right behind a cue; but for "except" a preposition leads to it."""
    leads = known.in_ | known.on | known.at
    small = leads | known.article
    for position in range(cue.last, min(cue.last + _GAP, len(words))):
        if position in starts:
            led = not leads.isdisjoint(words[cue.last : position])
            # "On the left, not the right".
            led = led or (cue.entry.meaning == _NEXT and words[position] in known.side)
            return position if led or cue.entry.meaning == APART else None
        if words[position] not in small:
            break
    return None


def _leads_on(words: Sequence[str], place: int, following: int, known: Grammar) -> bool:
    """Whether a place leads the next finding and ends no clause: "absent in the lung, a nodule"."""
    if following == len(words) or following - place > _LEAD_REACH:
        return False
    parting = _STOPS | known.joint | known.but | known.with_
    return parting.isdisjoint(words[place:following])


def _begins(words: Sequence[str], cue: Hit, begun: set[int], known: Grammar) -> bool:
    """Whether a cue has no subject of its own: a sign, a joint or "but it" stands before it."""
    first = cue.first
    if first and words[first - 1] in known.pronoun:
        first -= 1
    before = words[first - 1] if first else ""
    return first in begun or before in _STOPS or before in known.joint or before in known.but
