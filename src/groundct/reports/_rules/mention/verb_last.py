"""Places, sites and sides of a finding in languages that put them, and all else, before it.

"Sağ üst lobda nodül, sol alt lobda atelektazi ve konsolidasyon izlendi": what stands between the
finding before and a finding is its own. One with nothing before it has what stands between it and
its verb, "nodüller her iki akciğerde izlendi"; else it shares what the finding before has, as long
as no verb and no end of a scope stands between, or a word that points back does: "sağ alt lobda
konsolidasyon izlenmiş, eşlik eden efüzyon ..."; else what the next one of its clause has behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol, TypeVar

from groundct.reports._rules.words.parsed import Parsed, label_end
from groundct.vocabulary.lexicon import Hit

NEAR_BEFORE: Final = "near_before:"
"""What the roles of words begin with before which a neighbour stands, the kind behind it."""
_NEIGHBOUR_REACH = 1
_STOPS = frozenset(";:")
_SIGNS = frozenset(",;:")
_MEANT = ("uncertain_of", "uncertain_before", "explains_before")
_BACK = frozenset(("anaphor", "together"))


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
    earlier = [n for n in range(index) if spoken[n].last <= finding.first]
    if before and earlier and not things_before(things, spoken, earlier[-1]):
        taken = told_after(parsed, things, spoken, earlier[-1])
        before = tuple(t for t in before if t not in taken)
    if inner or before:
        return (*before, *inner)
    after = told_after(parsed, things, spoken, index)
    if after:
        return after
    if earlier and _shares(parsed, spoken[earlier[-1]], finding):
        shared = own_before(parsed, things, spoken, earlier[-1])
        if shared:
            return shared
    # "Plevra: Efüzyon yok, kalınlaşma yok" is of the pleura throughout.
    headed = tuple(t for t in things if t.last < label_end(parsed))
    following = [n for n in range(index, len(spoken)) if spoken[n].first >= finding.last]
    if not following:
        return headed if earlier else tuple(t for t in things if finding.last <= t.first)
    for number in following:
        own = things_before(things, spoken, number)
        if own or _parted(parsed, finding.last, spoken[number].first):
            break
        after = told_after(parsed, things, spoken, number)
        if after:
            return after
    return headed


def things_before(
    things: Sequence[Thing], spoken: Sequence[Spanned], index: int
) -> tuple[Thing, ...]:
    """The things that stand in a finding's words, or between the finding before and it."""
    finding = spoken[index]
    floor = max((s.last for s in spoken if s.last <= finding.first), default=0)
    return tuple(t for t in things if floor <= t.first < finding.last)


def told_after(
    parsed: Parsed, things: Sequence[Thing], spoken: Sequence[Spanned], index: int
) -> tuple[Thing, ...]:
    """The things between a finding and its verb: "nodüller her iki akciğerde izlendi".

    A sign or a joint before the first begins the next finding's words; so do things that no verb
    and no sign parts from the next finding.
    """
    last = spoken[index].last
    limit = min((s.first for s in spoken if s.first >= last), default=len(parsed.words))
    low = min((v.first for v in _verbs(parsed, last, limit)), default=limit)
    found = tuple(t for t in things if last <= t.first and t.last <= low)
    if not found or parsed.any_word(last, found[0].first, parsed.grammar.listing | _STOPS):
        return ()
    ended = limit == len(parsed.words) or low < limit
    return found if ended or parsed.any_word(found[-1].last, limit, _SIGNS) else ()


def _shares(parsed: Parsed, before: Spanned, finding: Spanned) -> bool:
    """Whether what is said of the place of a finding goes on to the next one."""
    return (
        not _parted(parsed, before.last, finding.first)
        or _points_back(parsed, before, finding)
        or _guesses(parsed, finding)
    )


def _guesses(parsed: Parsed, finding: Spanned) -> bool:
    """Whether a finding is all that its clause takes another for: "..., metastaz lehinedir"."""
    cue = next((c for c in parsed.role("uncertainty", *_MEANT) if c.first == finding.last), None)
    if cue is None:
        return False
    verb = next(iter(_verbs(parsed, cue.last, len(parsed.words))), None)
    end = len(parsed.words) if verb is None else verb.first
    return not any(cue.last <= hit.first < end for hit in parsed.findings)


def _points_back(parsed: Parsed, before: Spanned, finding: Spanned) -> bool:
    """Whether "eşlik eden", "zemininde", "çevresinde" ties a finding that is seen to another.

    Words of nearness do where no place stands before them.
    """
    verb = next(iter(_verbs(parsed, finding.last, len(parsed.words))), None)
    end = len(parsed.words) if verb is None else verb.first
    if verb is not None and verb.entry.meaning == "negates_before":
        return False
    placed = {place.last for place in parsed.places}
    return any(
        before.last <= hit.first < end
        and hit.first not in placed
        and (hit.entry.meaning in _BACK or hit.entry.meaning.startswith(NEAR_BEFORE))
        for hit in parsed.relations
    )


def _verbs(parsed: Parsed, first: int, last: int) -> tuple[Hit, ...]:
    verbs = parsed.role("negation", "asserts", "negates_before")
    return tuple(verb for verb in verbs if first <= verb.first < last)


def _parted(parsed: Parsed, first: int, last: int) -> bool:
    """Whether a verb or an end of a scope stands among tokens ``first`` to ``last``.

    A cause is where its effect is: "sol alt lobda efüzyona bağlı atelektazi".
    """
    causes = {hit.first for hit in parsed.role("uncertainty", "explains_before")}
    enders = parsed.role("negation", "ends_scope", "ends_after", "introduces")
    return (
        any(first <= h.first and h.last <= last and h.first not in causes for h in enders)
        or parsed.any_word(first, last, _STOPS)
        or bool(_verbs(parsed, first, last))
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
        if any(place.last <= hit.first < edge for hit in parsed.findings):
            break  # "Mediastinal kitleye komşu" is near the mass, which is in the mediastinum.
        out.append(place)
        edge = place.first
    return tuple(reversed(out))
