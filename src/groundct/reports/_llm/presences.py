"""Which presences the words of a sentence allow for a quote of it.

Where cues can reach a quote in principle, the model decides; where they certainly do, or certainly
do not, it may not.
"""

from __future__ import annotations

from typing import Final

from groundct.core.report import Presence
from groundct.reports._llm.quotes import Quote
from groundct.reports._rules.words.parsed import Parsed
from groundct.vocabulary.lexicon import Hit

_STOPS: Final = frozenset(";:")
_END: Final = frozenset(".")
_OTHER_WORDS: Final = 1


def allowed_presences(parsed: Parsed, quote: Quote) -> frozenset[Presence]:
    """The presences that the sentence's cues of negation, normality and doubt allow a quote.

    ``absent`` needs a negation that can reach the quote, or a word for normal; ``uncertain`` needs
    a word of doubt or a question mark. ``present`` is out where a negation or doubt stands right
    beside the quote with nothing but findings and places of one list between.
    """
    denies = ("negates_after", "negates_before", "negates_of")
    negating = _reaching(parsed, quote, "negation", denies)
    normal = parsed.role("normality", "normal")
    doubts = ("uncertain_after", "uncertain_before", "uncertain_of", "uncertain_between")
    doubting = _reaching(parsed, quote, "uncertainty", doubts)
    questioned = "?" in parsed.words[quote.first :]
    allowed: set[Presence] = {"present"}
    if negating or normal:
        allowed.add("absent")
    if doubting or questioned or parsed.role("negation", "ignored"):
        allowed.add("uncertain")
    if any(_certain(parsed, quote, cue) for cue in negating):
        allowed.discard("present")
    if any(_beside(parsed, quote, cue) for cue in doubting) or _questioned(parsed, quote):
        allowed.discard("present")
    return frozenset(allowed)


def _reaching(parsed: Parsed, quote: Quote, cue: str, roles: tuple[str, ...]) -> tuple[Hit, ...]:
    """The cues before a quote that work forwards (the first role), and those after it (others)."""
    after, before = parsed.role(cue, roles[0]), parsed.role(cue, *roles[1:])
    return (
        *(h for h in after if h.first < quote.last and not _ended(parsed, h.last, quote.first)),
        *(h for h in before if h.last > quote.first and not _ended(parsed, quote.last, h.first)),
    )


def _ended(parsed: Parsed, first: int, last: int) -> bool:
    return first < last and (parsed.any_word(first, last, _STOPS) or parsed.scope_ends(first, last))


def _certain(parsed: Parsed, quote: Quote, cue: Hit) -> bool:
    """Whether a negation negates a quote without any doubt."""
    if cue.last <= quote.first:
        gap = range(cue.last, quote.first)
        following = parsed.words[quote.last : quote.last + 1]
        listed = any(parsed.words[n] in parsed.grammar.listing for n in gap)
        ends = _END | parsed.grammar.listing | parsed.grammar.is_ | parsed.grammar.perceived
        if listed and not (set(following) <= ends):
            return False  # "No effusion, nodule in the right lung": the nodule may be there
        free = 0 if listed else _OTHER_WORDS
    elif quote.last <= cue.first:
        gap = range(quote.last, cue.first)
        listed = any(parsed.words[n] in parsed.grammar.listing for n in gap)
        if listed and _covers(parsed.places, gap):
            return False  # "Nodule in the right lung and effusion not seen"
        if "," in parsed.words[quote.last : cue.first]:
            return False
        free = 0
    else:
        return False
    if listed and _covers(parsed.cues["laterality"], gap):
        return False
    known = (*parsed.findings, *parsed.places, *parsed.cues["laterality"])
    inside = {n for hit in known for n in range(hit.first, hit.last)}
    return sum(n not in inside and parsed.words[n] not in parsed.grammar.listing for n in gap) <= (
        free
    )


def _covers(hits: tuple[Hit, ...], gap: range) -> bool:
    return any(n in gap for hit in hits for n in range(hit.first, hit.last))


def _beside(parsed: Parsed, quote: Quote, cue: Hit) -> bool:
    """Whether a word of doubt stands right before or behind a quote."""
    if quote.meets(cue.first, cue.last):
        return False
    gap = range(cue.last, quote.first) if cue.last <= quote.first else range(quote.last, cue.first)
    return len(gap) <= _OTHER_WORDS and not any(
        parsed.words[n] in parsed.grammar.listing or _covers(parsed.findings, range(n, n + 1))
        for n in gap
    )


def _questioned(parsed: Parsed, quote: Quote) -> bool:
    return parsed.words[quote.last : quote.last + 1] == ("?",)
