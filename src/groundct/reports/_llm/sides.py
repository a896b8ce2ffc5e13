"""Which sides the words of a sentence allow, and which one they ask for."""

from __future__ import annotations

from typing import Final

from groundct.core.report import Finding, Laterality
from groundct.reports._llm.clause import clause_end
from groundct.reports._llm.quotes import Quote
from groundct.reports._rules.places.place_paths import paths_of_place
from groundct.reports._rules.reading import SentenceReading
from groundct.reports._rules.words.parsed import Parsed
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.lexicon import Hit

BOTH: Final = frozenset(("right", "left"))
_LATERALITIES: Final[tuple[Laterality, ...]] = ("right", "left", "bilateral", "midline")
_ADJECTIVE_REACH: Final = 2
_EMPHASIS_REACH: Final = 4


def sides_of(laterality: str | None) -> frozenset[str]:
    """A laterality as a set: both sides for "bilateral", none for "none"."""
    if laterality == "bilateral":
        return BOTH
    return frozenset((laterality,)) if laterality in ("right", "left", "midline") else frozenset()


def lateralities_allowed(
    said: SentenceReading, carried: tuple[Finding, ...]
) -> frozenset[Laterality]:
    """The lateralities that the words of a sentence can give a finding.

    One side needs a word of that side: in "both lungs" a finding is on both or on none that is
    told. ``carried`` are the rules' findings, with sides that they take over from the sentence
    before.
    """
    parsed = said.parsed
    named: set[Laterality] = set()
    for hit in parsed.role("laterality", *_LATERALITIES):
        named.update(side for side in _LATERALITIES if side == hit.entry.meaning)
    named.update(site.side for site in said.sites if site.side is not None)
    for place in parsed.places:
        for path in paths_of_place(parsed, place):
            structure = anatomy().structures.get(anatomy().leaf(path))
            if structure is not None and structure.laterality is not None:
                named.add(structure.laterality)
    named.update(f.laterality for f in carried if f.laterality is not None)
    if named >= BOTH:
        named.add("bilateral")
    return frozenset(named)


def sides_required(parsed: Parsed, quote: Quote, others: tuple[Quote, ...]) -> frozenset[str]:
    """The sides of which a finding has one at least, because they stand right beside its words.

    Inside them or as their adjective ("right pleural effusion"); else in the words that follow,
    up to a joint or another finding ("effusion on the right"), unless a side leads the sentence
    ("In the right lung a nodule").
    ``others`` are the words of the sentence's other findings.
    """
    hits = [
        hit
        for hit in parsed.role("laterality", "right", "left", "bilateral")
        if not _emphasised(parsed, hit)
    ]
    own = [h for h in hits if quote.meets(h.first, h.last) or _is_adjective(parsed, h, quote)]
    if not own and not _is_led_by_side(parsed, hits, (quote, *others)):
        end = clause_end(parsed, quote, others)
        own = [h for h in hits if quote.last <= h.first < end]
        if _covers_relation(parsed, quote.last, end):
            return frozenset()
    return frozenset().union(*(sides_of(hit.entry.meaning) for hit in own))


def _is_led_by_side(parsed: Parsed, sides: list[Hit], quotes: tuple[Quote, ...]) -> bool:
    """Whether a side stands before all findings and is not the first one's adjective."""
    first = min(quotes, key=lambda quote: quote.first)
    before = [hit for hit in sides if hit.last <= first.first]
    return any(not _is_adjective(parsed, hit, first) for hit in before)


def _is_adjective(parsed: Parsed, side: Hit, quote: Quote) -> bool:
    gap = parsed.words[side.last : quote.first]
    parting = parsed.grammar.listing | parsed.grammar.is_ | parsed.grammar.perceived | {";", ":"}
    near = 0 <= quote.first - side.last <= _ADJECTIVE_REACH
    return near and parting.isdisjoint(gap) and not _led(parsed, side.first)


def _led(parsed: Parsed, first: int) -> bool:
    """Whether "on the" or its like stands before a side, which is then a place and no adjective."""
    grammar = parsed.grammar
    while first and parsed.words[first - 1] in grammar.article:
        first -= 1
    leading = grammar.on | grammar.in_ | grammar.at | grammar.to
    return first > 0 and parsed.words[first - 1] in leading


def _covers_relation(parsed: Parsed, first: int, last: int) -> bool:
    return any(first <= hit.first < last for hit in parsed.relations)


def _emphasised(parsed: Parsed, side: Hit) -> bool:
    return any(
        0 <= side.first - hit.last <= _EMPHASIS_REACH
        for hit in parsed.role("laterality", "emphasis", "emphasis_near")
    )
