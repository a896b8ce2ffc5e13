"""Places, sites and sides of a finding in languages that put them, and all else, before it.

"Sağ üst lobda nodül, sol alt lobda atelektazi ve konsolidasyon izlendi": what stands between the
finding before and a finding is its own. One with nothing of its own shares what the finding before
has, as long as no verb and no end of a scope stands between. What follows counts only where nothing
is said before, and only up to the next finding.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol, TypeVar

from groundct.reports._rules.words.parsed import Parsed
from groundct.vocabulary.lexicon import Hit

NEAR_BEFORE: Final = "near_before:"
"""What the roles of words begin with before which a neighbour stands, the kind behind it."""
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


def neighbours_before(parsed: Parsed, relation: Hit) -> tuple[Hit, ...]:
    """The places that stand right before a word of nearness: "plevra komşuluğunda"."""
    listing = parsed.grammar.listing
    out: list[Hit] = []
    edge = relation.first
    for place in reversed([p for p in parsed.places if p.last <= relation.first]):
        gap = parsed.words[place.last : edge]
        joined = bool(out) and bool(gap) and parsed.grammar.joint.issuperset(gap)
        if not joined and (out or len(gap) > _NEIGHBOUR_REACH or not listing.isdisjoint(gap)):
            break
        out.append(place)
        edge = place.first
    return tuple(reversed(out))
