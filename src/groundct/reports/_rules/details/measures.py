"""What the sizes of a sentence measure, how exact they are, and which are of today."""

from __future__ import annotations

from typing import Final, NamedTuple

from groundct.core.report import Measurement, MeasurementForm, MeasurementKind
from groundct.reports._rules.details.former import AFTER, of_prior, ranged, words_behind
from groundct.reports._rules.words.parsed import Parsed, once
from groundct.reports._rules.words.sizes import Size, sizes_of
from groundct.vocabulary.lexicon import Hit
from groundct.vocabulary.segments import segment_words
from groundct.vocabulary.sizes import default_kind

WIDEST: Final = "widest"
_KINDS: Final[dict[str, MeasurementKind]] = {
    "short_axis": "short_axis",
    "long_axis": "long_axis",
    "thickness": "thickness",
    "diameter": "diameter",
    "distance": "distance",
    "below": "distance",
    "above": "distance",
    WIDEST: "unknown",
}
_FORMS: Final[dict[str, MeasurementForm]] = {
    "about": "about",
    "up_to": "up_to",
    "at_least": "at_least",
    "below": "up_to",
    "above": "at_least",
}
_OF_NONE: Final = frozenset(("acquisition", "moved"))
_AXES: Final = ("short_axis", "long_axis")
_LOOSE: Final = frozenset((WIDEST, "diameter"))
_NEAR = 5
_FAR = 14
_CLOSE = 2
_MOST_LISTED = 6
_FORM_REACH = 6
_STOPS = frozenset(";:")


class Measured(NamedTuple):
    """A size with its kind; ``prior``: an earlier examination showed it; ``widest``: "at its ..."""

    size: Size
    widest: bool
    prior: bool


@once
def measured(parsed: Parsed) -> tuple[Measured, ...]:
    """The sizes of a sentence in order: none of slices, images or how far a tube is to be moved."""
    told = sizes_of(parsed)
    if not told:
        return ()
    hits = parsed.found.get("measurement", ())
    sizes = tuple([own for size in told for own in _from_to(parsed, size)])
    out: list[Measured] = []
    refused = _taken_back(parsed, sizes)
    for number, size in enumerate(sizes):
        if size in refused or _of_no_finding(parsed, size, hits):
            continue
        role = _kind(parsed, sizes, number, hits)
        form = size.measurement.form
        if form == "exact":
            form = _form(parsed, size, hits)
        if form == "exact" and len(sizes) == 1 and _of_largest(parsed, size, hits):
            form = "up_to"
        kind = _KINDS.get(role, "unknown")
        own = size.measurement
        if (kind, form) != (own.kind, own.form):
            size = Size(size.first, size.last, own.changed(kind=kind, form=form))
        prior = of_prior(parsed, sizes, number)
        item = Measured(size, role == WIDEST, prior)
        if out and not prior and kind == "unknown":
            item = _like(parsed, out[-1], item)
        out.append(item)
    return tuple(out)


def takes_size_back(parsed: Parsed) -> bool:
    """Whether a sentence says what a size is not: "8 mm, not 18 mm"."""
    return "units" in parsed.found and bool(_taken_back(parsed, sizes_of(parsed)))


def _taken_back(parsed: Parsed, sizes: tuple[Size, ...]) -> tuple[Size, ...]:
    """The sizes that "not" or "rather than" leads, where another one stands beside them."""
    if len(sizes) < 2:
        return ()
    told = {size.last for size in sizes}
    ends = {cue.last for cue in parsed.role("negation", "negates_next")}
    ends |= {cue.last for cue in parsed.role("negation", "negates_after") if cue.first in told}
    back = tuple([size for size in sizes if size.first in ends])
    return back if len(back) < len(sizes) else ()


def _from_to(parsed: Parsed, size: Size) -> tuple[Size, ...]:
    """A size, or the two that a change leads from and to: "increased from 8 to 11 mm"."""
    before = parsed.words[size.first - 1 : size.first] if size.first else ()
    if parsed.grammar.from_.isdisjoint(before) or ranged(parsed, size):
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
    small |= grammar.segment | segment_words(parsed.language).words
    sides = parsed.role("laterality", "right", "left")
    named = [hit for hit in (*sides, *parsed.places) if before.size.last <= hit.first]
    loose = [h for h in parsed.found.get("measurement", ()) if h.entry.meaning in _LOOSE]
    covered = {n for hit in (*named, *loose) for n in range(hit.first, hit.last)}
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


def _of_no_finding(parsed: Parsed, size: Size, hits: tuple[Hit, ...]) -> bool:
    """Whether a size is one of slices, pixels or a way to move: their words touch it.

    "Pleural retraction, 9 mm" is a finding, and no way to move.
    """
    of_none = [hit for hit in hits if hit.entry.meaning in _OF_NONE]
    if not of_none:
        return False
    found = {n for finding in parsed.findings for n in range(finding.first, finding.last)}
    return any(
        hit.first not in found
        and (abs(hit.first - size.last) <= 1 or 0 <= size.first - hit.last <= _CLOSE)
        for hit in of_none
    )


def _kind(parsed: Parsed, sizes: tuple[Size, ...], number: int, hits: tuple[Hit, ...]) -> str:
    """The role of the nearest word of kind; one after a size reaches over no other and no stop."""
    hits = tuple([hit for hit in hits if hit.entry.meaning in _KINDS])
    if not hits:
        return ""
    size = sizes[number]
    end = _list_end(parsed, sizes, number)
    best, least = "", _NEAR + 1
    for hit in hits:
        role = hit.entry.meaning
        apart = _KINDS[role] == "distance"
        last = size.last if apart else end
        behind = hit.first >= last
        if not behind and (apart or hit.last > size.first):
            continue
        low, high = (last, hit.first) if behind else (hit.last, size.first)
        gap = high - low
        # "3 cm above the carina": nothing may stand between.
        if gap > (1 if apart else _NEAR) or (best in _AXES and role in _LOOSE):
            continue
        listed = len(sizes) > 1 and any(low <= other.first < high for other in sizes)
        # "8 mm (short axis)": brackets that hold nothing else part nothing.
        held = parsed.words[low:high] + parsed.words[hit.last : hit.last + 1]
        if behind and (listed or (held != ("(", ")") and "(" in held[:gap])):
            continue
        signs = _STOPS | {","} | (frozenset() if listed else parsed.grammar.joint)
        if parsed.any_word(low, high, signs):
            continue
        if gap < least or (best in _LOOSE and role in _AXES):
            best, least = role, gap
    return best if best and best not in _LOOSE else _lone_axis(parsed, sizes, hits) or best


def _list_end(parsed: Parsed, sizes: tuple[Size, ...], number: int) -> int:
    """Where the list ends that a size stands in: what it measures is told of all before it.

    "13 mm and 16 mm in short axis".
    """
    first = end = sizes[number].last
    for other in sizes[number + 1 : number + _MOST_LISTED]:
        gap = parsed.words[end : other.first]
        if len(gap) > _CLOSE or not gap or not parsed.grammar.listing.issuperset(gap):
            break
        end = other.last
    return end if parsed.any_word(first, end, parsed.grammar.joint) else first


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
    if not hits:
        return form
    behind = words_behind(parsed, size)
    for hit in hits:
        if hit.first in behind and hit.entry.meaning in AFTER:
            return AFTER[hit.entry.meaning]
    for hit in reversed([h for h in hits if h.last <= size.first]):
        gap = parsed.words[hit.last : edge]
        if hit.entry.meaning in _FORMS:
            if size.first - hit.last > _FORM_REACH or _breaks(gap):
                break
            if gap and hit.entry.meaning in _KINDS:
                break  # "Above normal (32 mm)", "above normal with 41 mm".
            compared = parsed.words[hit.last - 1] in parsed.grammar.not_
            if compared and not (parsed.grammar.with_ | parsed.grammar.at).isdisjoint(gap):
                break  # "Wider than normal, with 41 mm".
            if form in ("exact", "about"):
                form = _FORMS[hit.entry.meaning]
    return form


def _of_largest(parsed: Parsed, size: Size, hits: tuple[Hit, ...]) -> bool:
    """Whether the only size is the largest one's: "8 mm nodules, the largest in the right lung".

    No other finding stands between, and no stop.
    """
    largest = {hit.first for hit in parsed.role("laterality", "largest")}
    if not largest:
        return False
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
