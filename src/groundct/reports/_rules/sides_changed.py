"""One mention whose sides changed each in its own way: a finding for each side.

"The effusion on the left has regressed and the one on the right has increased", "bilateral
effusion, increased on the right".
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from groundct.core.report import Change, Finding, Presence
from groundct.reports._rules.american.wording import worded
from groundct.reports._rules.in_turn import SIDES, mirrored
from groundct.reports._rules.mention.mentions import Mention
from groundct.reports._rules.places.link import exact
from groundct.reports._rules.places.side_words import emphasised, side_behind, side_words
from groundct.reports._rules.places.site import Side, Site, other_side, site_paths
from groundct.reports._rules.words.parsed import Parsed
from groundct.vocabulary.lexicon import Hit
from groundct.vocabulary.words import is_beside

_SIGNS: Final = frozenset(",;:()")
_LEAD: Final = 2
_MOST: Final = 4
"""The most words of change that are told of two sides."""


class Moves(NamedTuple):
    """What is said of a mention: its presence and the word for it, its changes, the sites."""

    presence: tuple[Presence, Hit | None]
    changes: tuple[tuple[Hit, Change], ...]
    sites: Sequence[Site]


class _Clause(NamedTuple):
    """Tokens ``first`` to ``last``, and the side and change that they tell of."""

    first: int
    last: int
    side: Side
    change: Change | None


def sides_changed(
    parsed: Parsed,
    finding: Finding,
    mention: Mention,
    spoken: Sequence[Mention],
    told: Moves,
) -> tuple[Finding, ...]:
    """The findings of each side where words of change tell of sides; else none.

    Of the two sides of one finding only one may be told of; where a size is to be shared out the
    finding stays one, and has not changed as a whole.
    """
    denied = told.presence[0] == "absent" and not _is_gone(told)
    if denied or not side_words(parsed) or len(told.changes) > _MOST:
        return ()
    around = (
        max((m.last for m in spoken if m.last <= mention.first), default=0),
        min((m.first for m in spoken if m.first >= mention.last), default=len(parsed.words)),
    )
    if any(hit.first < around[0] or hit.last > around[1] for hit, _ in told.changes):
        return ()
    clauses = _clauses(parsed, mention, around, told.changes)
    single = tuple(clause for clause in clauses if clause.side != "bilateral")
    if {clause.side for clause in single} == set(SIDES):
        clauses = single  # "Both persist, the right one has increased, the left decreased."
    sides = [clause.side for clause in clauses]
    if len(sides) != len(set(sides)):
        return ()
    if len(clauses) == 1 and finding.laterality == "bilateral" and sides != ["bilateral"]:
        one = clauses[0]
        if side_behind(parsed, told.changes[0][0].last) is None:
            return ()
        if finding.measurements:
            return (worded(finding.changed(change=None), parsed.text, parsed.language),)
        clauses = (_Clause(one.last, one.last, other_side(one.side), None), one)
    whole = [clause for clause in clauses if clause.side == "bilateral"]
    if len(clauses) == len(SIDES) and whole == [clauses[0]]:
        # "Both have decreased, the right one has resolved."
        clauses = (whole[0]._replace(side=other_side(clauses[1].side)), clauses[1])
    if {clause.side for clause in clauses} != set(SIDES):
        return ()
    if len({clause.change for clause in clauses}) == 1:
        return ()
    return tuple(_part(parsed, finding, clause, told) for clause in clauses)


def _of_organ(parsed: Parsed, mention: Mention, clause: tuple[int, int]) -> bool:
    """Whether a clause behind the mention tells of a sided organ: "the left lung is stable"."""
    grammar = parsed.grammar
    leads = grammar.in_ | grammar.on | grammar.at | grammar.of
    sides = {side.last: side.first for side in side_words(parsed)}
    return any(
        mention.last <= clause[0] <= place.first < clause[1]
        and place.first in sides
        and not parsed.any_word(sides[place.first] - _LEAD, place.first, leads)
        and not (parsed.verb_last and is_beside(parsed.surface(place.last - 1), parsed.language))
        for place in parsed.places
    )


def _is_gone(told: Moves) -> bool:
    """Whether a mention is absent on one side alone, where it has resolved."""
    cue = told.presence[1]
    return cue is not None and any(
        change == "resolved" and hit.first < cue.last and cue.first < hit.last
        for hit, change in told.changes
    )


def _clauses(
    parsed: Parsed,
    mention: Mention,
    around: tuple[int, int],
    changes: tuple[tuple[Hit, Change], ...],
) -> tuple[_Clause, ...]:
    """A clause for each word of change, none where one of them names no side or two."""
    edges = [around[0]]
    for (before, _), (after, _) in pairwise(changes):
        edges.append(_edge(parsed, before.last, after.first))
    edges.append(_end(parsed, changes[-1][0].last, around[1]))
    out = []
    for number, (hit, change) in enumerate(changes):
        first, last = edges[number : number + 2]
        side = _side(parsed, (first, last), hit)
        if side is None or _of_organ(parsed, mention, (first, last)):
            return ()
        out.append(_Clause(first, last, side, change))
    return tuple(out)


def _edge(parsed: Parsed, low: int, high: int) -> int:
    """The last sign or joint between two words of change; the first one's end without any."""
    parts = parsed.grammar.listing | parsed.grammar.but | _SIGNS
    return next((n for n in range(high - 1, low - 1, -1) if parsed.words[n] in parts), low)


def _end(parsed: Parsed, last: int, limit: int) -> int:
    """Where the last clause ends: before what leads to the next mention."""
    if limit == len(parsed.words):
        return limit
    parts = parsed.grammar.listing | parsed.grammar.but | parsed.grammar.with_ | _SIGNS
    return next((n for n in range(last, limit) if parsed.words[n] in parts), last)


def _side(parsed: Parsed, clause: tuple[int, int], hit: Hit) -> Side | None:
    """The one side that a clause tells of; "bilateral" beside it is of the whole finding.

    A sign parts a side from a change that has another beside it: "both, 9 mm on the right, grown".
    """
    named = [
        side
        for side in side_words(parsed)
        if clause[0] <= side.first < clause[1] and not emphasised(parsed, side.first)
    ]
    single = [side for side in named if side.entry.meaning in SIDES]
    if len(single) < len(named):
        single = [s for s in single if not parsed.any_word(*_between(s, hit), _SIGNS)]
    meanings = {side.entry.meaning for side in single}
    if not meanings and named:
        return "bilateral"
    if len(meanings) != 1:
        return None
    return "right" if "right" in meanings else "left"


def _present(told: Moves) -> Presence:
    return "present" if told.presence[0] == "absent" else told.presence[0]


def _between(one: Hit, other: Hit) -> tuple[int, int]:
    return min(one.last, other.last), max(one.first, other.first)


def _part(parsed: Parsed, finding: Finding, clause: _Clause, told: Moves) -> Finding:
    """The finding on the side of a clause, with its change, and the sizes and sites in it."""
    low, high = clause.first, clause.last
    own = [s for s in told.sites if low <= s.first < high and s.side == clause.side]
    paths = [path for site in own for path in site_paths(site)]
    segments = tuple(name for site in own for name in site.segments)
    starts = parsed.said.starts
    part = finding.changed(
        presence="absent" if clause.change == "resolved" else _present(told),
        laterality="right" if clause.side == "right" else "left",
        change=clause.change,
        anatomy=exact(paths or mirrored(finding.anatomy, clause.side)),
        lung_segments=segments,
        measurements=tuple(
            size
            for size in finding.measurements
            if low < high and starts[low] <= size.span.start < parsed.said.ends[high - 1]
        ),
        count=1 if finding.count in (1, len(SIDES)) else None,
    )
    return worded(part, parsed.text, parsed.language)
