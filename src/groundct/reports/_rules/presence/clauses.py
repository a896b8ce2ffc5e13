"""Where clauses of a sentence begin, and what stands in them only as a place or an aside.

All positions are tokens; ranges are ``low`` (inclusive) to ``high`` (exclusive).
"""

from __future__ import annotations

from functools import lru_cache

from groundct.reports._rules.words.parsed import Parsed, once
from groundct.reports._rules.words.sizes import sizes_of
from groundct.vocabulary.grammar import grammar
from groundct.vocabulary.lexicon import Hit

STOPS = frozenset(";:")
_SIGNS = frozenset(";:,")
_EARLIER_REACH = 8
_PREPOSITION_REACH = 3
_LOCATION_REACH = 4
_SOME_REACH = 4
_PLACE_REACH = 5
_FORM_REACH = 4
_PREDICATE_REACH = 2
_OPENING = "("
_CLOSING = ")"


def verbs(parsed: Parsed, low: int, high: int) -> tuple[Hit, ...]:
    """Verbs that say of the examination at hand that something is or is not there."""
    said = parsed.role("negation", "asserts", "described", "negates_before")
    inside = [hit for hit in said if low <= hit.first < high]
    return tuple([hit for hit in inside if not of_earlier(parsed, hit)]) if inside else ()


def of_earlier(parsed: Parsed, verb: Hit) -> bool:
    """Whether a verb tells of an earlier examination: "was not seen on the prior CT"."""
    if parsed.verb_last:
        exams, told = parsed.role("temporal", "exam"), parsed.role("temporal", "new")
        return any(0 <= verb.first - hit.last <= 1 for hit in exams) or any(
            hit.first <= verb.first < hit.last for hit in told
        )
    for hit in parsed.role("negation", "earlier"):
        if not 0 <= hit.first - verb.last <= _EARLIER_REACH:
            continue
        gap = parsed.words[verb.last : hit.first]
        preposition = _within(parsed.language)
        if not preposition.isdisjoint(gap[-_PREPOSITION_REACH:]) and _SIGNS.isdisjoint(gap):
            return True
    return False


def opening(parsed: Parsed, low: int, first: int) -> int | None:
    """The first joint, sign or "with" that begins something new on the way to token ``first``.

    A joint between two places, "in the lungs and the mediastinum", begins nothing.
    """
    joints = _openers(parsed.language)
    if not parsed.any_word(low, first, joints):
        return None
    ends = {hit.last for hit in parsed.role("negation", "asserts", "described", "negates_before")}
    ends |= {hit.last for hit in parsed.findings}
    for position in range(low, first):
        if parsed.words[position] not in joints:
            continue
        place = next((p for p in parsed.places if p.first > position), None)
        if position in ends or place is None or not place.last < first:
            return position
        near = place.first - position <= _PLACE_REACH
        anew = parsed.any_word(position, place.first, parsed.grammar.some)
        if not near or anew or named(parsed, position, place.first):
            return position
    return None


@lru_cache(maxsize=8)
def _openers(language: str) -> frozenset[str]:
    """The words and signs that may begin something new."""
    return grammar(language).joint | grammar(language).with_ | {",", _OPENING}


@lru_cache(maxsize=8)
def _within(language: str) -> frozenset[str]:
    """The prepositions of places."""
    return grammar(language).in_ | grammar(language).at | grammar(language).on


@lru_cache(maxsize=8)
def _parting(language: str) -> frozenset[str]:
    """The words and signs behind which a finding is no place of another."""
    own = grammar(language)
    return own.of | own.joint | own.with_ | _SIGNS | {_OPENING, _CLOSING}


def named(parsed: Parsed, low: int, high: int) -> bool:
    """Whether a finding begins in a range."""
    return bool([hit for hit in parsed.findings if low <= hit.first < high])


def role_between(parsed: Parsed, roles: tuple[str, ...], low: int, high: int) -> bool:
    """Whether words of negation with one of some roles stand in a range."""
    hits = parsed.role("negation", *roles)
    return bool([hit for hit in hits if low <= hit.first and hit.last <= high])


def is_location(parsed: Parsed, low: int, first: int) -> bool:
    """Whether a finding at ``first`` only says where another thing of its clause is.

    "No calcification is seen in the nodule": a preposition, at most an adjective or two, and
    before it another finding or a verb, at ``low`` or later. "In mass structure" is no place.
    """
    grammar = parsed.grammar
    after = parsed.words[first : first + _FORM_REACH]
    if not grammar.form.isdisjoint(after) or lists_on(parsed, first):
        return False
    within, stops = _within(parsed.language), _parting(parsed.language)
    for position in range(first - 1, max(low, first - 1 - _LOCATION_REACH) - 1, -1):
        if parsed.words[position] in within:
            said = (*parsed.findings, *verbs(parsed, low, position))
            doubted = parsed.role("uncertainty", "uncertain_after", "explains")
            return any(low <= hit.first and hit.last <= position for hit in said) and not any(
                hit.first <= position < hit.last for hit in doubted
            )
        if parsed.words[position] in stops:
            return False
    return False


def lists_on(parsed: Parsed, first: int) -> bool:
    """Whether a comma and another finding follow a finding: a list, misplaced in translation."""
    if "," not in parsed.words[first:]:
        return False
    own = next((hit for hit in parsed.findings if hit.first <= first < hit.last), None)
    if own is None or parsed.words[own.last : own.last + 1] != (",",):
        return False
    return any(0 < hit.first - own.last <= _LOCATION_REACH for hit in parsed.findings)


def is_introduced(parsed: Parsed, first: int) -> bool:
    """Whether "there is" leads a finding, with nothing of another kind between."""
    introducing = parsed.role("negation", "introduces")
    joints = parsed.grammar.joint | _SIGNS if introducing else _SIGNS
    return any(
        hit.last <= first
        and not parsed.any_word(hit.last, first, joints)
        and not verbs(parsed, hit.last, first)
        for hit in introducing
    )


def some(parsed: Parsed, first: int) -> int | None:
    """Where "a", "mild" or "few" begins the words that lead a finding; None without them."""
    lead = range(first - 1, max(-1, first - 1 - _SOME_REACH), -1)
    if not lead or not parsed.any_word(lead[-1], first, parsed.grammar.some):
        return None
    stops = _SIGNS | parsed.grammar.joint | parsed.grammar.with_
    found = None
    for position in lead:
        if parsed.words[position] in stops:
            break
        if parsed.words[position] in parsed.grammar.some:
            found = position
    return found


def begun(parsed: Parsed, first: int) -> int | None:
    """Where "a", "mild" or a size, which says no less, begins a finding or the words before it."""
    if parsed.words[first] in parsed.grammar.some:
        return first
    start = some(parsed, first)
    sizes = _size_ends(parsed) if start is None else {}
    if not sizes:
        return start
    stops = parsed.grammar.joint | _SIGNS
    for position in range(first, max(0, first - _SOME_REACH), -1):
        if position in sizes:
            return sizes[position]
        if parsed.words[position - 1] in stops:
            break
    return start


@once
def _size_ends(parsed: Parsed) -> dict[int, int]:
    """The first token of each size, by the one past its last."""
    return {size.last: size.first for size in sizes_of(parsed)}


def clause_end(parsed: Parsed, last: int) -> int:
    """The first token after ``last`` that ends its clause for certain."""
    enders = [hit.first for hit in parsed.role("negation", *ENDERS) if hit.first >= last]
    end = len(parsed.words)
    if parsed.any_word(last, end, STOPS):
        end = next(n for n in range(last, end) if parsed.words[n] in STOPS)
    return min([end, *enders])


def in_open_bracket(parsed: Parsed, low: int, first: int) -> bool:
    """Whether a bracket opens between two tokens and is not closed before the second."""
    if _OPENING not in parsed.words[low:first]:
        return False
    depth = 0
    for word in parsed.words[low:first]:
        if word == _OPENING:
            depth += 1
        elif word == _CLOSING:
            depth = max(0, depth - 1)
    return depth > 0


ENDERS = ("ends_scope", "ends_after", "introduces")
"""Roles of words that no negation before them passes."""


def is_told(parsed: Parsed, first: int, last: int) -> bool:
    """Whether a verb of its own tells of a mention: "the heart is mildly enlarged".

    The mention is what a thing is, has or shows, or the thing of which another finding is said:
    "the nodule is calcified". An adverb may stand between the verb and the mention.
    """
    if parsed.verb_last:
        return False
    says = finite(parsed.language)
    if parsed.any_word(last, last + 1, says):
        end = clause_end(parsed, last)
        near = range(last + 1, min(end, last + 1 + _PREDICATE_REACH))
        return any(hit.first in near for hit in parsed.findings)
    if parsed.any_word(max(first - 1, 0), last - 1, says):
        return True
    adverbs = parsed.grammar.some | {
        word
        for hit in parsed.found.get("modifiers", ())
        for word in parsed.words[hit.first : hit.last]
    }
    led = first > 1 and parsed.any_word(first - 1, first, adverbs)
    return led and parsed.any_word(first - 2, first - 1, says)


@lru_cache(maxsize=8)
def finite(language: str) -> frozenset[str]:
    """Verbs that say what a thing is, has or shows."""
    return grammar(language).is_ | grammar(language).has | grammar(language).shows
