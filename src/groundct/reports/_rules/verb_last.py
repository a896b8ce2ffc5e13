"""Places, sites and sides of a finding in languages that put them, and all else, before it.

"Sağ üst lobda nodül, sol alt lobda atelektazi ve konsolidasyon izlendi": what stands between the
finding before and a finding is its own. One with nothing of its own shares what the finding before
has, as long as no verb and no end of a scope stands between. What follows counts only where nothing
is said before, and only up to the next finding.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from groundct.reports._rules.parsed import Parsed
from groundct.vocabulary.lexicon import Hit

_NEIGHBOUR_REACH = 1
_ENDS = frozenset(";:")


class Spanned(Protocol):
    """Anything at tokens ``first`` to ``last``."""

    @property
    def first(self) -> int:
        """The first token."""

    @property
    def last(self) -> int:
        """The token after the last."""


Thing = TypeVar("Thing", bound=Spanned)


def own_before(
    parsed: Parsed, things: Sequence[Thing], spoken: Sequence[Spanned], index: int
) -> tuple[Thing, ...]:
    """The ``things`` that belong to the finding ``spoken[index]``; ``spoken`` is in order."""
    finding = spoken[index]
    inner = tuple(t for t in things if t.first < finding.last and finding.first < t.last)
    floor = max((s.last for s in spoken if s.last <= finding.first), default=0)
    before = tuple(t for t in things if floor <= t.first and t.last <= finding.first)
    if inner or before:
        return (*before, *inner)
    earlier = [n for n in range(index) if spoken[n].last <= finding.first]
    if earlier and not _parted(parsed, spoken[earlier[-1]].last, finding.first):
        shared = own_before(parsed, things, spoken, earlier[-1])
        if shared:
            return shared
    limit = min((s.first for s in spoken if s.first >= finding.last), default=len(parsed.words))
    after = tuple(t for t in things if finding.last <= t.first and t.last <= limit)
    return after if limit == len(parsed.words) and not earlier else ()


def _parted(parsed: Parsed, first: int, last: int) -> bool:
    """Whether a verb or an end of a scope stands among tokens ``first`` to ``last``."""
    verbs = parsed.role("negation", "asserts", "negates_before")
    return (
        parsed.scope_ends(first, last)
        or parsed.any_word(first, last, _ENDS)
        or any(first <= verb.first < last for verb in verbs)
    )


def is_neighbour(parsed: Parsed, place: Hit) -> bool:
    """Whether a place is named as a neighbour by the word after it: "plevra komşuluğunda"."""
    return any(
        0 <= relation.first - place.last <= _NEIGHBOUR_REACH
        and parsed.grammar.listing.isdisjoint(parsed.words[place.last : relation.first])
        for relation in parsed.relations
        if relation.entry.meaning == "near_before"
    )
