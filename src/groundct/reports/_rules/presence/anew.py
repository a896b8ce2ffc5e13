"""Whether a finding behind a negation begins anew, so that the negation is not of it."""

from __future__ import annotations

from groundct.reports._rules.presence.clauses import begun, clause_end, verbs
from groundct.reports._rules.words.parsed import Parsed

_COMPARED = frozenset(("stable", "increased", "decreased", "increased_if", "decreased_if"))


def asserted_anew(parsed: Parsed, low: int, first: int, last: int) -> bool:
    """Whether "a", "mild" or a size begins anew after a comma: "no effusion, 5 mm nodule".

    Or the finding before the comma has its place already, "no effusion on the left, a mass is".
    """
    start = begun(parsed, first)
    if start is not None and start <= low:
        return False
    if start is None and "," not in parsed.words[low:first]:
        return False
    end = clause_end(parsed, last)
    if start is None and _said_to_change(parsed, (low, first), last, end):
        return True
    if start is None and _is_placed(parsed, low, first):
        told = verbs(parsed, last, end)
        asserted = bool(told) and told[0].entry.meaning == "asserts"
        return asserted and not parsed.any_word(low, told[0].first, parsed.grammar.either)
    if start is None:
        return False
    before = parsed.words[start - 1]
    if before == "," or before in parsed.grammar.joint - parsed.grammar.either:
        return not parsed.any_word(last, end, parsed.grammar.either)
    # The word of "consistent with a mass" leads nothing new.
    own = any(hit.first < start <= hit.last for hit in parsed.cues["uncertainty"])
    return before in parsed.grammar.with_ and not own and bool(verbs(parsed, last, end))


def is_conceded(parsed: Parsed, low: int, first: int, last: int) -> bool:
    """Whether a mention is what a sentence says after "although there is no effusion, "."""
    if parsed.words[0] not in parsed.grammar.conceding or "," not in parsed.words[low:first]:
        return False
    comma = max(n for n in range(low, first) if parsed.words[n] == ",")
    told = verbs(parsed, last, clause_end(parsed, last))
    own = told and not parsed.any_word(comma + 1, told[0].first, parsed.grammar.either | {","})
    return bool(own) and told[0].entry.meaning == "asserts"


def _said_to_change(parsed: Parsed, before: tuple[int, int], last: int, end: int) -> bool:
    """Whether a comma leads a mention that "is stable": what is compared is there.

    "No effusion, nodule in the right lung is stable"; in "no effusion or nodule" there is none.
    """
    low, first = before
    comma = max((n for n in range(low, first) if parsed.words[n] == ","), default=None)
    if comma is None or any(comma < hit.last and hit.first < first for hit in parsed.findings):
        return False
    if parsed.any_word(low, end, parsed.grammar.either):
        return False
    return any(
        last <= hit.first < end
        and hit.entry.meaning in _COMPARED
        and parsed.words[hit.first - 1] in parsed.grammar.is_
        for hit in parsed.cues["temporal"]
    )


def _is_placed(parsed: Parsed, low: int, first: int) -> bool:
    """Whether a comma stands right before a mention, and before it a finding with its place."""
    if parsed.words[first - 1] != ",":
        return False
    placed = [*parsed.places, *parsed.role("laterality", "right", "left")]
    named = [hit for hit in parsed.findings if low <= hit.first and hit.last < first]
    return any(
        hit.last <= place.first and place.last == first - 1 for hit in named for place in placed
    )
