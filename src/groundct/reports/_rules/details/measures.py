"""What the sizes of a sentence measure, how exact they are, and which are of an earlier date."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from groundct.core.report import Measurement, MeasurementForm, MeasurementKind
from groundct.reports._rules.presence.earlier import in_aside
from groundct.reports._rules.words.parsed import Parsed, once
from groundct.reports._rules.words.sizes import Size, sizes_of
from groundct.vocabulary.lexicon import Hit
from groundct.vocabulary.sizes import default_kind

WIDEST: Final = "widest"
_KINDS: Final[dict[str, MeasurementKind]] = {
    "short_axis": "short_axis",
    "long_axis": "long_axis",
    "thickness": "thickness",
    "diameter": "diameter",
    "distance": "distance",
    WIDEST: "unknown",
}
_FORMS: Final[dict[str, MeasurementForm]] = {
    "about": "about",
    "up_to": "up_to",
    "at_least": "at_least",
}
_AFTER: Final[dict[str, MeasurementForm]] = {
    "up_to_after": "up_to",
    "at_least_after": "at_least",
}
_OF_NONE: Final = frozenset(("acquisition", "moved"))
_AXES: Final = ("short_axis", "long_axis")
_LOOSE: Final = frozenset((WIDEST, "diameter"))
_CHANGED: Final = ("increased", "decreased", "increased_if", "decreased_if")
_NEAR = 5
_FAR = 14
_CLOSE = 2
_TO_REACH = 3
_FORM_REACH = 6
_OF_PRIOR_REACH = 6
_STOPS = frozenset(";:")
_APOSTROPHES = frozenset("'’")
_EARLIER = "earlier"
_YEAR = re.compile(r"(?:19|20)\d\d|\d{1,2}[.]\d{1,2}[.](?:\d\d){1,2}")


class Measured(NamedTuple):
    """A size with its kind; ``prior``: an earlier examination showed it; ``widest``: "at its ..."""

    size: Size
    widest: bool
    prior: bool


@once
def measured(parsed: Parsed) -> tuple[Measured, ...]:
    """The sizes of a sentence in order: none of slices, images or how far a tube is to be moved."""
    if not sizes_of(parsed):
        return ()
    hits = parsed.found.get("measurement", ())
    sizes = tuple(own for size in sizes_of(parsed) for own in _from_to(parsed, size))
    out: list[Measured] = []
    for number, size in enumerate(sizes):
        if _of_no_finding(size, hits):
            continue
        role = _kind(parsed, sizes, number, hits)
        form = size.measurement.form
        if form == "exact":
            form = _form(parsed, size, hits)
        if form == "exact" and len(sizes) == 1 and _of_largest(parsed, size, hits):
            form = "up_to"
        value = size.measurement.changed(kind=_KINDS.get(role, "unknown"), form=form)
        prior = _of_prior(parsed, sizes, number)
        item = Measured(size._replace(measurement=value), role == WIDEST, prior)
        if out and not prior and value.kind == "unknown":
            item = _like(parsed, out[-1], item)
        out.append(item)
    return tuple(out)


def _from_to(parsed: Parsed, size: Size) -> tuple[Size, ...]:
    """A size, or the two that a change leads from and to: "increased from 8 to 11 mm"."""
    before = parsed.words[size.first - 1 : size.first] if size.first else ()
    if parsed.grammar.from_.isdisjoint(before) or _ranged(parsed, size):
        return (size,)
    until = [h for h in parsed.found.get("units", ()) if h.entry.meaning == "until"]
    middle = [h.first for h in until if size.first < h.first < size.last]
    if size.measurement.form != "range" or not middle:
        return (size,)
    spans = ((size.first, middle[0]), (middle[0] + 1, size.last))
    values = zip(spans, size.measurement.values_mm, strict=True)
    return tuple(
        Size(
            *tokens,
            size.measurement.changed(
                span=parsed.span_of(*tokens), values_mm=(value,), form="exact"
            ),
        )
        for tokens, value in values
    )


def _like(parsed: Parsed, before: Measured, item: Measured) -> Measured:
    """A size that stands for another side, as the one before: "up to 8 mm right and 7 mm left".

    It measures the same, in the same form, where only words of sides and places are between.
    """
    words = parsed.words[before.size.last : item.size.first]
    grammar = parsed.grammar
    small = grammar.listing | grammar.on | grammar.in_ | grammar.at | grammar.of | grammar.article
    sides = parsed.role("laterality", "right", "left")
    named = [hit for hit in (*sides, *parsed.places) if before.size.last <= hit.first]
    covered = {n for hit in named for n in range(hit.first, hit.last)}
    first = before.size.last
    rest = [w for n, w in enumerate(words, first) if n not in covered and w not in small]
    parted = not any(before.size.last <= hit.first for hit in sides)
    if rest or parted or before.prior or not any(hit.first < item.size.first for hit in named):
        return item
    told, own = before.size.measurement, item.size.measurement
    value = own.changed(kind=told.kind, form=told.form if own.form == "exact" else own.form)
    if told.form == "range":
        value = own.changed(kind=told.kind)
    return Measured(item.size._replace(measurement=value), before.widest, prior=False)


def measurements_of(parsed: Parsed) -> tuple[Measurement, ...]:
    """The sizes of today in a sentence, whatever they belong to."""
    return tuple(item.size.measurement for item in measured(parsed) if not item.prior)


def of_type(value: Measurement, kind: str, *, widest: bool = False) -> Measurement:
    """A size with what it measures in a finding of a type, where the text does not say."""
    if value.kind != "unknown":
        return value
    return value.changed(kind=usual_kind(value, kind, widest=widest))


def usual_kind(value: Measurement, kind: str, *, widest: bool = False) -> MeasurementKind:
    """What a size measures in a finding of a type that says no more of it.

    A thickness is one for types that are measured so (effusion, wall); else "at its widest" is the
    long axis, a product holds diameters, and a single number what the table of types says.
    """
    usual = default_kind(kind)
    if widest and usual != "thickness":
        return "long_axis"
    if len(value.values_mm) > 1 and value.form != "range" and usual != "thickness":
        return "diameter"
    return usual


def _of_no_finding(size: Size, hits: tuple[Hit, ...]) -> bool:
    """Whether a size is one of slices, pixels or a way to move: their words touch it."""
    return any(
        hit.entry.meaning in _OF_NONE
        and (abs(hit.first - size.last) <= 1 or 0 <= size.first - hit.last <= _CLOSE)
        for hit in hits
    )


def _kind(parsed: Parsed, sizes: tuple[Size, ...], number: int, hits: tuple[Hit, ...]) -> str:
    """The role of the nearest word of kind; one after a size reaches over no other and no stop."""
    size = sizes[number]
    stops = _STOPS | parsed.grammar.joint | {",", "("}
    best, least = "", _NEAR + 1
    for hit in hits:
        role = hit.entry.meaning
        if role not in _KINDS:
            continue
        if hit.first >= size.last:
            gap = hit.first - size.last
            # "3 cm above the carina": nothing may stand between.
            reach = 1 if hit.entry.meaning == "distance" else _NEAR
            cut = parsed.any_word(size.last, hit.first, stops) or any(
                size.last <= other.first < hit.first for other in sizes
            )
        elif hit.last <= size.first:
            gap, reach = size.first - hit.last, _NEAR
            listed = any(hit.last <= other.first < size.first for other in sizes)
            signs = _STOPS | {","} | (frozenset() if listed else parsed.grammar.joint)
            cut = hit.entry.meaning == "distance" or parsed.any_word(hit.last, size.first, signs)
        else:
            continue
        if gap > reach or cut or (best in _AXES and role in _LOOSE):
            continue
        if gap < least or (best in _LOOSE and role in _AXES):
            best, least = role, gap
    return best if best and best not in _LOOSE else _lone_axis(parsed, sizes, hits) or best


def _lone_axis(parsed: Parsed, sizes: tuple[Size, ...], hits: tuple[Hit, ...]) -> str:
    """The axis that stands far before the only size: "the short diameter of the largest is ...".

    Nothing but one finding is named between.
    """
    axes = [hit for hit in hits if hit.entry.meaning in _AXES]
    if len(sizes) != 1 or len(axes) != 1 or not 0 <= sizes[0].first - axes[0].last <= _FAR:
        return ""
    low, high = axes[0].last, sizes[0].first
    named = [hit for hit in parsed.findings if low <= hit.first < high]
    parted = parsed.any_word(low, high, _STOPS | {","})
    return "" if len(named) > 1 or parted else axes[0].entry.meaning


def _form(parsed: Parsed, size: Size, hits: tuple[Hit, ...]) -> MeasurementForm:
    """How exact a number is: what words right before it say, or "or larger" after it."""
    form: MeasurementForm = "exact"
    edge = size.first
    behind = _behind(parsed, size)
    for hit in hits:
        if hit.first in behind and hit.entry.meaning in _AFTER:
            return _AFTER[hit.entry.meaning]
    for hit in reversed([h for h in hits if h.last <= size.first]):
        gap = parsed.words[hit.last : edge]
        if hit.entry.meaning in _FORMS:
            if size.first - hit.last > _FORM_REACH or _breaks(gap):
                break
            compared = parsed.words[hit.last - 1] in parsed.grammar.not_
            if compared and not (parsed.grammar.with_ | parsed.grammar.at).isdisjoint(gap):
                break  # "Wider than normal, with 41 mm".
            if form in ("exact", "about"):
                form = _FORMS[hit.entry.meaning]
    return form


def _behind(parsed: Parsed, size: Size) -> tuple[int, ...]:
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
    ranged = {
        hit.first
        for hit in parsed.found.get("measurement", ())
        if hit.entry.meaning == "ranging" or hit.entry.meaning in _AFTER
    }
    if not ranged.isdisjoint((*_behind(parsed, sizes[number]), *_behind(parsed, following))):
        return False
    near = following.first - low <= _CLOSE + 1
    return near and parsed.any_word(low, following.first, parsed.grammar.from_)


def _of_largest(parsed: Parsed, size: Size, hits: tuple[Hit, ...]) -> bool:
    """Whether the only size is the largest one's: "8 mm nodules, the largest in the right lung".

    No other finding stands between, and no stop.
    """
    largest = {hit.first for hit in parsed.role("laterality", "largest")}
    for hit in hits:
        if hit.entry.meaning != "up_to" or largest.isdisjoint(range(hit.first, hit.last)):
            continue
        before = hit.first < size.first
        low, high = (hit.last, size.first) if before else (size.last, hit.first)
        named = [f for f in parsed.findings if low <= f.first < high]
        if len(named) < 2 and not parsed.any_word(low, high, _STOPS):
            return True
    return False


def _breaks(gap: tuple[str, ...]) -> bool:
    """Whether another number or a sign stands between a word such as "up to" and a size."""
    return any(word[0].isdigit() or word in _STOPS | {",", ")"} for word in gap)


def _of_prior(parsed: Parsed, sizes: tuple[Size, ...], number: int) -> bool:
    """Whether a size is what an earlier examination showed.

    It is where "previously" or "from" leads it, where the examination's name follows a size in
    brackets, after "was", or beside another size; or where the sentence is about that examination
    up to "in the current examination".
    """
    size = sizes[number]
    grammar = parsed.grammar
    before = parsed.words[max(0, size.first - 3) : size.first]
    if _led_by_earlier(parsed, size, before):
        return not _ranged(parsed, size)
    if number and _compared(parsed, size, before):
        return True
    if _dated(parsed, size) and not all(_dated(parsed, other) for other in sizes):
        return True
    if _until_now(parsed, sizes, number, before) or _until_changed(parsed, sizes, number):
        return True
    if _came_from(parsed, sizes, number):
        return True
    if number and _came_from(parsed, sizes, number - 1):
        return False
    marks = parsed.role("temporal", "exam", "current")
    after = [h for h in marks if h.first >= size.last]
    if after and after[0].first - size.last <= _OF_PRIOR_REACH:
        limit = sizes[number + 1].first if number + 1 < len(sizes) else len(parsed.words)
        between = parsed.words[size.last : after[0].first]
        other = any(size.last <= hit.first < after[0].first for hit in parsed.findings)
        parted = not (grammar.listing | {"("}).isdisjoint(between)
        if after[0].first < limit and not (parted or other):
            told = "(" in before or not grammar.past.isdisjoint(before) or len(sizes) > 1
            return after[0].entry.meaning == "exam" and told
    leading = [h for h in marks if h.last <= size.first]
    if parsed.verb_last and leading and size.first - leading[-1].last <= _CLOSE:
        same = len(sizes) == 1 and bool(parsed.role("temporal", "stable"))
        return leading[-1].entry.meaning == "exam" and not same
    if leading and leading[-1].entry.meaning == "exam":
        start = leading[-1]
        at_start = start.first <= 2 or in_aside(parsed, start, size.first)
        return at_start and not any(
            h.entry.meaning in ("stable", "new") and start.last <= h.first < size.first
            for h in parsed.cues["temporal"]
        )
    return False


def _led_by_earlier(parsed: Parsed, size: Size, before: tuple[str, ...]) -> bool:
    """Whether "from" or "previously" leads a size: "previously measured about 9 mm"."""
    grammar = parsed.grammar
    if before and before[-1] in grammar.earlier:
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
    opened = "(" in before and not grammar.past.isdisjoint(before)
    return opened and ")" not in before


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


def _ranged(parsed: Parsed, size: Size) -> bool:
    """Whether "from" begins a range and no change: "ranging from 3 to 9 mm"."""
    hits = parsed.found.get("measurement", ())
    ranging = any(h.entry.meaning == "ranging" and h.last == size.first for h in hits)
    changed = parsed.role("temporal", *_CHANGED)
    return size.measurement.form == "range" and (ranging or not changed)
