"""Which sizes of a sentence an earlier examination showed."""

from __future__ import annotations

import re
from typing import Final

from groundct.core.report import MeasurementForm
from groundct.reports._rules.presence.earlier import in_aside
from groundct.reports._rules.words.parsed import Parsed
from groundct.reports._rules.words.sizes import Size

AFTER: Final[dict[str, MeasurementForm]] = {
    "up_to_after": "up_to",
    "at_least_after": "at_least",
}
"""Words that bound a size before them."""
_CHANGED: Final = ("increased", "decreased", "increased_if", "decreased_if")
_CLOSE = 2
_TO_REACH = 3
_OF_PRIOR_REACH = 6
_STOPS = frozenset(";:")
_APOSTROPHES = frozenset("'’")
_EARLIER = "earlier"
_YEAR = re.compile(r"(?:19|20)\d\d|\d{1,2}[.]\d{1,2}[.](?:\d\d){1,2}")


def of_prior(parsed: Parsed, sizes: tuple[Size, ...], number: int) -> bool:
    """Whether a size is what an earlier examination showed.

    It is where "previously" or "from" leads it, where the examination's name follows a size in
    brackets, after "was", or beside another size; or where the sentence is about that examination
    up to "in the current examination".
    """
    size = sizes[number]
    grammar = parsed.grammar
    before = parsed.words[max(0, size.first - 3) : size.first]
    if _led_by_earlier(parsed, size, before):
        return not ranged(parsed, size)
    if len(sizes) > 1:
        told = _told_of_others(parsed, sizes, number, before)
        if told is not None:
            return told
    marks = parsed.role("temporal", "exam", "current")
    if not marks:
        return False
    after = [h for h in marks if h.first >= size.last]
    if after and after[0].first - size.last <= _OF_PRIOR_REACH:
        limit = sizes[number + 1].first if number + 1 < len(sizes) else len(parsed.words)
        between = parsed.words[size.last : after[0].first]
        other = any(size.last <= hit.first < after[0].first for hit in parsed.findings)
        parted = not (grammar.listing | _STOPS | {"("}).isdisjoint(between)
        if after[0].first < limit and not (parted or other):
            told = "(" in before or not grammar.past.isdisjoint(before) or len(sizes) > 1
            return after[0].entry.meaning == "exam" and told
    leading = [h for h in marks if h.last <= size.first]
    if parsed.verb_last and leading and size.first - leading[-1].last <= _CLOSE:
        same = len(sizes) == 1 and bool(parsed.role("temporal", "stable"))
        return leading[-1].entry.meaning == "exam" and not same
    if leading and leading[-1].entry.meaning == "exam":
        start = leading[-1]
        if parsed.verb_last and number and start.last <= sizes[number - 1].first:
            # "Önceki tetkikte 5 mm olan nodül 8 mm ölçüldü": the second one is of today.
            gap = range(sizes[number - 1].last, size.first)
            if any(hit.first in gap for hit in parsed.findings):
                return False
        at_start = start.first <= 2 or in_aside(parsed, start, size.first)
        return at_start and not any(
            h.entry.meaning in ("stable", "new") and start.last <= h.first < size.first
            for h in parsed.cues["temporal"]
        )
    return False


def _told_of_others(
    parsed: Parsed, sizes: tuple[Size, ...], number: int, before: tuple[str, ...]
) -> bool | None:
    """Whether the sizes beside one say that it is an earlier one; None where they do not tell."""
    size = sizes[number]
    if number and _compared(parsed, size, before):
        return True
    if _dated(parsed, size) and not all(_dated(parsed, other) for other in sizes):
        return True
    if _until_now(parsed, sizes, number, before) or _until_changed(parsed, sizes, number):
        return True
    if _came_from(parsed, sizes, number):
        return True
    if number and (
        _came_from(parsed, sizes, number - 1) or _until_changed(parsed, sizes, number - 1)
    ):
        return False
    return None


def ranged(parsed: Parsed, size: Size) -> bool:
    """Whether "from" begins a range and no change: "ranging from 3 to 9 mm"."""
    hits = parsed.found.get("measurement", ())
    ranging = any(h.entry.meaning == "ranging" and h.last == size.first for h in hits)
    changed = parsed.role("temporal", *_CHANGED)
    return size.measurement.form == "range" and (ranging or not changed)


def words_behind(parsed: Parsed, size: Size) -> tuple[int, ...]:
    """Where the words behind a size begin, also past its unit's ending: "10 mm'yi geçmeyen"."""
    if not parsed.any_word(size.last, size.last + 1, _APOSTROPHES):
        return (size.last,)
    return (size.last, size.last + 1, size.last + 2)


def _came_from(parsed: Parsed, sizes: tuple[Size, ...], number: int) -> bool:
    """Whether the ending of a size's unit says that the next one came of it: "12 mm'den 7 mm'ye".

    "3 mm'den 6 mm'ye kadar" is a range.
    """
    if not parsed.verb_last or number + 1 >= len(sizes):
        return False
    low, following = sizes[number].last, sizes[number + 1]
    bounded = {
        hit.first
        for hit in parsed.found.get("measurement", ())
        if hit.entry.meaning == "ranging" or hit.entry.meaning in AFTER
    }
    if not bounded.isdisjoint(
        (*words_behind(parsed, sizes[number]), *words_behind(parsed, following))
    ):
        return False
    near = following.first - low <= _CLOSE + 1
    return near and parsed.any_word(low, following.first, parsed.grammar.from_)


def _led_by_earlier(parsed: Parsed, size: Size, before: tuple[str, ...]) -> bool:
    """Whether "from" or "previously" leads a size: "previously measured about 9 mm"."""
    grammar = parsed.grammar
    if grammar.earlier.isdisjoint(before):
        return False
    if before[-1] in grammar.earlier:
        return True
    led = [n for n, word in enumerate(before) if word in grammar.earlier - grammar.from_]
    if not led:
        return False
    first = size.first - len(before) + led[-1] + 1
    kinds = parsed.found.get("relation", ()) + parsed.found.get("measurement", ())
    covered = {n for hit in kinds for n in range(hit.first, hit.last)}
    rest = range(first, size.first)
    return all(n in covered or parsed.words[n] in grammar.is_ | grammar.of for n in rest)


def _compared(parsed: Parsed, size: Size, before: tuple[str, ...]) -> bool:
    """Whether a size is what one before it is compared with: "12 mm versus 9 mm", "(was 9 mm)"."""
    grammar = parsed.grammar
    hits = parsed.found.get("measurement", ())
    if any(hit.entry.meaning == "versus" and hit.last == size.first for hit in hits):
        return True
    # "9 mm (was 10 mm)", "9 mm, was 10 mm".
    opened = "(" in before and not grammar.past.isdisjoint(before)
    told = before[-2:-1] == (",",) and before[-1] in grammar.past
    return (opened and ")" not in before) or told


def _dated(parsed: Parsed, size: Size) -> bool:
    """Whether a date follows a size: "9 mm in 2021", "9 mm on 3/14/2023", "9 mm at baseline"."""
    hits = parsed.found.get("measurement", ())
    if any(hit.first == size.last and hit.entry.meaning == _EARLIER for hit in hits):
        return True
    grammar = parsed.grammar
    if not parsed.any_word(size.last, size.last + 1, grammar.in_ | grammar.on | grammar.from_):
        return False
    words = parsed.words[size.last + 1 : size.last + 3]
    return any(map(_YEAR.fullmatch, words)) or words[1:] == ("/",)


def _until_now(
    parsed: Parsed, sizes: tuple[Size, ...], number: int, before: tuple[str, ...]
) -> bool:
    """Whether "now" leads the next size after one of the past: "was 8 mm, is now 11 mm"."""
    if number + 1 >= len(sizes) or parsed.grammar.past.isdisjoint(before):
        return False
    low, high = sizes[number].last, sizes[number + 1].first
    told = any(low <= hit.first < high for hit in parsed.role("temporal", "current"))
    end = sizes[number + 1].last
    if any(0 <= hit.first - end <= _OF_PRIOR_REACH for hit in parsed.role("temporal", "exam")):
        return False  # "Was 9 mm in this examination, and 6 mm in the previous one".
    return told and not any(low <= hit.first < high for hit in parsed.findings)


def _until_changed(parsed: Parsed, sizes: tuple[Size, ...], number: int) -> bool:
    """Whether a size is what has changed "to" the next: "the 8 mm nodule grew to 11 mm"."""
    if number + 1 >= len(sizes):
        return False
    grammar = parsed.grammar
    low, high = sizes[number].last, sizes[number + 1].first
    between, behind = parsed.words[low:high], parsed.words[sizes[number + 1].last :]
    # "30 mm on the right, increased to 40 mm on the left"
    sided = not (grammar.side.isdisjoint(between) or grammar.side.isdisjoint(behind))
    if sided or not _STOPS.isdisjoint(between):
        return False
    return any(
        low <= hit.first
        and hit.last < high <= hit.last + _TO_REACH
        and parsed.words[hit.last] in grammar.to
        for hit in parsed.role("temporal", *_CHANGED)
    )
