"""Numbers with a unit in a sentence: single ones, products, ranges and lists.

A number without a unit is a size only inside a product ("5x4x5", read as mm) or before the unit of
the list or range that it belongs to ("5 and 7 mm"). Units and joints: ``<language>/units.tsv``.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple, get_args

from groundct.core.report import Measurement, MeasurementForm, MeasurementKind, Span
from groundct.reports._rules.words.parsed import Parsed, once
from groundct.vocabulary.lexicon import Hit
from groundct.vocabulary.sizes import SCALES

_NUMBER = re.compile(r"\d{1,4}(?:[.,]\d{1,2})?")
_DIGIT = re.compile(r"\d")
_DASH = re.compile(r"\s*[-–—‑~]\s*")
_SIZE: Final = Measurement(span=Span(start=0, end=1), values_mm=())
_KINDS = frozenset(get_args(MeasurementKind))
_SIZED: Final = frozenset((*SCALES, "times"))
"""The roles of units without one of which no number is a size."""
_MOST_AXES = 3
_MOST_LISTED = 6
_TO_FORMER = 3
_FORMER_ENDS = frozenset(",.;)")
_ASIDES = frozenset(((), (",",), ("(",)))
"""What may stand between a size and the "was" of what it was before."""


class Size(NamedTuple):
    """A measurement at tokens ``first`` to ``last`` (exclusive)."""

    first: int
    last: int
    measurement: Measurement


class _Numbers(NamedTuple):
    """Numbers of a product at tokens ``first`` to ``last``; ``scale`` is None without a unit.

    Times the scale, the values are in mm.
    """

    first: int
    last: int
    values: tuple[float, ...]
    scale: float | None


@once
def sizes_of(parsed: Parsed) -> tuple[Size, ...]:
    """All sizes in order. A range is one size, each number of a list one of its own."""
    units = parsed.found.get("units", ())
    if not units or _SIZED.isdisjoint([hit.entry.meaning for hit in units]):
        return ()
    spelt = _spelt(parsed)
    if not (spelt or _DIGIT.search(parsed.text)):
        return ()
    hits = {hit.first: hit for hit in units}
    out: list[Size] = []
    end = 0
    for position, word in enumerate(parsed.words):
        group = None
        if position >= end and (word[0].isdigit() or position in spelt):
            group = _product(parsed, hits, position)
        if group is None:
            continue
        ranged = _range(parsed, hits, group)
        found = [ranged] if ranged is not None else _listed(parsed, hits, group)
        if not found and out and group.scale is None:
            found = _former(parsed, hits, group, out[-1])
        out += found
        end = found[-1].last if found else group.last
    return tuple(out)


def _product(parsed: Parsed, hits: dict[int, Hit], first: int) -> _Numbers | None:
    """One to three numbers joined by "x", with the unit that follows the last or each of them."""
    value = _number(parsed, hits, first)
    if value is None:
        return None
    values = [value]
    unit, position = _unit(parsed, hits, first + 1)
    while len(values) < _MOST_AXES and _role(hits, position) == "times":
        value = _number(parsed, hits, position + 1)
        if value is None:
            break
        own, position = _unit(parsed, hits, position + 2)
        if own and unit:  # "3 cm x 25 mm"
            values = [known * SCALES[unit] / SCALES[own] for known in values]
        values.append(value)
        unit = own or unit
    if not unit and _role(hits, first - 1) == "label":
        return None  # "image 12", "segments 3 and 5", and not "segment 5 x 4 mm"
    return _Numbers(first, position, tuple(values), SCALES[unit] if unit else None)


def _number(parsed: Parsed, hits: dict[int, Hit], position: int) -> float | None:
    """The number at a token; None inside a word such as "T12"."""
    spelt = _spelt(parsed)
    if position in spelt:
        return spelt[position]
    if not 0 <= position < len(parsed.words) or not parsed.words[position][0].isdigit():
        return None
    word, start = parsed.words[position], parsed.said.starts[position]
    before = parsed.text[start - 1] if start else " "
    joined = before.isalnum() and _role(hits, position - 1) != "times"
    if not _NUMBER.fullmatch(word) or joined or before in ".,/":
        return None
    return float(word.replace(",", "."))


@once
def _spelt(parsed: Parsed) -> dict[int, float]:
    """The numbers in words that a unit follows, "six mm"; "two mm-sized nodules" are two."""
    hits = parsed.found.get("numbers", ())
    if not hits:
        return {}
    units = [hit.last for hit in parsed.found.get("units", ()) if hit.entry.meaning in SCALES]
    kinds = {hit.first for hit in _kinds(parsed)}
    measured = {last - 1 for last in units if last not in kinds}
    return {hit.first: float(hit.entry.meaning) for hit in hits if hit.last in measured}


def _unit(parsed: Parsed, hits: dict[int, Hit], position: int) -> tuple[str, int]:
    """The unit at a token and the token after it; none where it is an area's, "mm2"."""
    role = _role(hits, position)
    if role not in SCALES:
        return "", position
    end = parsed.said.ends[position]
    after = parsed.text[end : end + 1]
    return ("", position) if after.isdecimal() or after == "/" else (role, position + 1)


def _role(hits: dict[int, Hit], position: int) -> str:
    hit = hits.get(position)
    return hit.entry.meaning if hit is not None else ""


def _range(parsed: Parsed, hits: dict[int, Hit], low: _Numbers) -> Size | None:
    """A range of single numbers: "12-15 mm", "5 mm to 7 mm", "between 3 and 4 mm"."""
    if len(low.values) != 1:
        return None
    step = low.last
    word = parsed.words[step : step + 1]
    between = _role(hits, low.first - 1) == "between"
    if _role(hits, step) == "until" or (between and word and word[0] in parsed.grammar.joint):
        step += 1
    elif step >= len(parsed.words) or not _DASH.fullmatch(
        parsed.text[parsed.said.ends[step - 1] : parsed.said.starts[step]]
    ):
        return None
    high = _product(parsed, hits, step)
    if high is None or len(high.values) != 1 or high.scale is None:
        return None
    first, last = low.values[0] * (low.scale or high.scale), high.values[0] * high.scale
    if first >= last:
        return None
    return _size(parsed, (low.first, high.last), (first, last), form="range")


def _listed(parsed: Parsed, hits: dict[int, Hit], first: _Numbers) -> list[Size]:
    """A size, or all of a list whose last one has the unit: "3, 5 and 7 mm".

    So has each of "a long axis of 11 and a short axis of 7 mm".
    """
    group = [first]
    joint = False
    while group[-1].scale is None and len(group) < _MOST_LISTED:
        step = _past_kind(parsed, group[-1].last)
        told = step > group[-1].last or _of_kind(parsed, group[-1].first)
        word = parsed.words[step] if step < len(parsed.words) else ""
        if word not in parsed.grammar.listing:
            break
        following_at = _past_kind(parsed, step + 1) if told else step + 1
        joint = joint or word in parsed.grammar.joint or following_at > step + 1
        following = _product(parsed, hits, following_at)
        if following is None:
            break
        group.append(following)
    scale = group[-1].scale
    if len(group) > 1 and scale is not None and joint:
        return [_one(parsed, item, scale) for item in group]
    if first.scale is not None:
        return [_one(parsed, first, first.scale)]
    return [_unstated(parsed, first)] if _is_size(parsed, first) else []


def _former(parsed: Parsed, hits: dict[int, Hit], group: _Numbers, before: Size) -> list[Size]:
    """A number that has the unit of the size which it is compared with: "9 mm (previously 10)"."""
    grammar = parsed.grammar
    led = parsed.words[group.first - 1] in grammar.earlier | grammar.past
    near = 0 < group.first - before.last <= _TO_FORMER
    ends = parsed.words[group.last : group.last + 1]
    unit = _role(hits, before.last - 1)
    if not (led and near and unit in SCALES and (not ends or ends[0] in _FORMER_ENDS)):
        return []
    between = parsed.words[before.last : group.first - 1]
    return [_one(parsed, group, SCALES[unit])] if between in _ASIDES else []


def _past_kind(parsed: Parsed, position: int) -> int:
    """The token behind words of what is measured, "a short axis of"; the same where none are."""
    kinds = {hit.first: hit.last for hit in _kinds(parsed)}
    grammar = parsed.grammar
    small = grammar.article | grammar.article_one | grammar.of | grammar.in_ | grammar.with_
    step, told = position, False
    while step < len(parsed.words) and (step in kinds or parsed.words[step] in small):
        told = told or step in kinds
        step = kinds.get(step, step + 1)
    return step if told else position


def _of_kind(parsed: Parsed, position: int) -> bool:
    """Whether what is measured stands before a number: "short axis 7", "a short axis of 7"."""
    small = parsed.grammar.of | parsed.grammar.is_
    before = position - parsed.any_word(position - 1, position, small)
    return any(hit.last == before for hit in _kinds(parsed))


@once
def _kinds(parsed: Parsed) -> tuple[Hit, ...]:
    """The words of what is measured, "diameter" or "short axis"."""
    hits = parsed.found.get("measurement", ())
    return tuple(hit for hit in hits if hit.entry.meaning in _KINDS)


def _is_size(parsed: Parsed, group: _Numbers) -> bool:
    """Whether a product without a unit can be one of lengths in mm."""
    after = parsed.words[group.last : group.last + 1]
    return len(group.values) > 1 and min(group.values) > 0 and after not in (("/",), ("%",))


def _one(parsed: Parsed, group: _Numbers, scale: float) -> Size:
    return _size(parsed, (group.first, group.last), tuple(v * scale for v in group.values))


def _unstated(parsed: Parsed, group: _Numbers) -> Size:
    size = _size(parsed, (group.first, group.last), group.values)
    return size._replace(measurement=size.measurement.changed(unit_stated=False))


def _size(
    parsed: Parsed,
    tokens: tuple[int, int],
    values: tuple[float, ...],
    form: MeasurementForm = "exact",
) -> Size:
    values_mm = tuple([round(value, 3) for value in values])
    measurement = _SIZE.changed(span=parsed.span_of(*tokens), values_mm=values_mm, form=form)
    return Size(*tokens, measurement)
