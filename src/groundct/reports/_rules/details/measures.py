"""What the sizes of a sentence measure, how exact they are, and which are of an earlier date."""

from __future__ import annotations

from typing import Final, NamedTuple

from groundct.core.report import Measurement, MeasurementForm, MeasurementKind
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
_NEAR = 5
_CLOSE = 2
_FORM_REACH = 6
_OF_PRIOR_REACH = 6
_STOPS = frozenset(";:")


class Measured(NamedTuple):
    """A size with its kind; ``prior``: an earlier examination showed it; ``widest``: "at its ..."""

    size: Size
    widest: bool
    prior: bool


@once
def measured(parsed: Parsed) -> tuple[Measured, ...]:
    """The sizes of a sentence in order, without thicknesses of slices and matrices of images."""
    sizes = sizes_of(parsed)
    if not sizes:
        return ()
    hits = parsed.found.get("measurement", ())
    out = []
    for number, size in enumerate(sizes):
        if _of_acquisition(size, hits):
            continue
        role = _kind(parsed, sizes, number, hits)
        form = size.measurement.form
        if form == "exact":
            form = _form(parsed, size, hits)
        value = size.measurement.changed(kind=_KINDS.get(role, "unknown"), form=form)
        prior = _of_prior(parsed, sizes, number)
        out.append(Measured(size._replace(measurement=value), role == WIDEST, prior))
    return tuple(out)


def measurements_of(parsed: Parsed) -> tuple[Measurement, ...]:
    """The sizes of today in a sentence, whatever they belong to."""
    return tuple(item.size.measurement for item in measured(parsed) if not item.prior)


def of_type(value: Measurement, kind: str, *, widest: bool = False) -> Measurement:
    """A size with what it measures in a finding of a type, where the text does not say.

    A thickness is one for types that are measured so (effusion, wall); else "at its widest" is the
    long axis, a product holds diameters, and a single number what the table of types says.
    """
    if value.kind != "unknown":
        return value
    usual = default_kind(kind)
    if widest and usual != "thickness":
        usual = "long_axis"
    elif len(value.values_mm) > 1 and value.form != "range" and usual != "thickness":
        usual = "diameter"
    return value.changed(kind=usual)


def _of_acquisition(size: Size, hits: tuple[Hit, ...]) -> bool:
    """Whether a size is one of slices or pixels: their words touch it."""
    return any(
        hit.entry.meaning == "acquisition"
        and (abs(hit.first - size.last) <= 1 or 0 <= size.first - hit.last <= _CLOSE)
        for hit in hits
    )


def _kind(parsed: Parsed, sizes: tuple[Size, ...], number: int, hits: tuple[Hit, ...]) -> str:
    """The role of the nearest word of kind; one after a size reaches over no other and no stop."""
    size = sizes[number]
    stops = _STOPS | parsed.grammar.joint | {",", "("}
    best, least = "", _NEAR + 1
    for hit in hits:
        if hit.entry.meaning not in _KINDS:
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
        if gap <= reach and gap < least and not cut:
            best, least = hit.entry.meaning, gap
    return best


def _form(parsed: Parsed, size: Size, hits: tuple[Hit, ...]) -> MeasurementForm:
    """How exact a number is: what words right before it say, or "or larger" after it."""
    form: MeasurementForm = "exact"
    edge = size.first
    for hit in hits:
        if hit.first == size.last and hit.entry.meaning in _AFTER:
            return _AFTER[hit.entry.meaning]
    for hit in reversed([h for h in hits if h.last <= size.first]):
        gap = parsed.words[hit.last : edge]
        if hit.entry.meaning in _FORMS:
            if size.first - hit.last > _FORM_REACH or _breaks(gap):
                break
            if form in ("exact", "about"):
                form = _FORMS[hit.entry.meaning]
    return form


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
    if before and before[-1] in grammar.earlier:
        return not _ranged(parsed, size)
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
        return leading[-1].entry.meaning == "exam"
    if leading and leading[-1].entry.meaning == "exam":
        start = leading[-1]
        at_start = start.first <= 2
        return at_start and not any(
            h.entry.meaning in ("stable", "new") and start.last <= h.first < size.first
            for h in parsed.cues["temporal"]
        )
    return False


def _ranged(parsed: Parsed, size: Size) -> bool:
    """Whether "from" begins a range and no change."""
    return size.measurement.form == "range" and not parsed.role(
        "temporal", "increased", "decreased", "increased_if", "decreased_if"
    )
