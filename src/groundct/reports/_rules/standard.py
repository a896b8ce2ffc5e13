"""A finding in American radiology English, from its values alone.

Reading the words again gives the same type, presence, side, places, segments and sizes: this is a
law that `tests/reports/test_standard.py` checks for every type of the vocabulary.
"""

from __future__ import annotations

from typing import Final

from groundct.core.report import Change, Finding, Measurement, MeasurementKind, Presence
from groundct.reports._rules.place_words import place_words, side_words
from groundct.vocabulary.american import plural_of, says_too_little, size_kind_words
from groundct.vocabulary.findings import findings
from groundct.vocabulary.modifiers import modifier_kinds

_PREFIX: Final[dict[Presence, str]] = {"present": "", "absent": "No", "uncertain": "Possible"}
_LEADING: Final[dict[Change, str]] = {"new": "new", "stable": "stable"}
_BEFORE_NAME: Final[frozenset[MeasurementKind]] = frozenset(("diameter", "unknown"))
_FORM: Final = {
    "exact": "",
    "range": "",
    "about": "approximately ",
    "up_to": "up to ",
    "at_least": "at least ",
}
_COUNTS: Final = ("", "", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def standardized(finding: Finding, *, words: str = "", plural: bool = False) -> str:
    """For example ``Stable 5 mm solid pulmonary nodule in the apical segment of the right ...``.

    ``words`` are the report's own for the finding, which stand where its type's name says less
    ("bone finding"); ``plural``: the report speaks of several without a number.
    """
    sizes = finding.measurements
    leads = len(sizes) == 1 and _stands_before(sizes[0])
    words = [
        _PREFIX[finding.presence],
        _LEADING.get(finding.change, "") if finding.change else "",
        _count(finding),
        size_text(sizes[0]) if leads else "",
        *_side_and_name(finding, words, plural=plural),
        place_words(finding),
    ]
    text = " ".join(word for word in words if word)
    tail = [] if leads else [_size_words(size) for size in sizes]
    if finding.change not in (None, *_LEADING):
        tail.append(str(finding.change))
    text = ", ".join((text, *tail))
    return text[0].upper() + text[1:]


def size_text(measurement: Measurement) -> str:
    """A size as ``28 x 17 mm``, ``12-15 mm``, ``up to 6 mm``."""
    joint = "-" if measurement.form == "range" else " x "
    numbers = joint.join(f"{value:g}" for value in measurement.values_mm)
    return f"{_FORM[measurement.form]}{numbers} mm"


def _stands_before(size: Measurement) -> bool:
    return size.kind in _BEFORE_NAME and size.form in ("exact", "about", "range")


def _size_words(size: Measurement) -> str:
    return f"{size_text(size)} {size_kind_words(size.kind)}".rstrip()


def _count(finding: Finding) -> str:
    count = finding.count
    if count is None or count < 2:
        return ""
    return _COUNTS[count] if count < len(_COUNTS) else str(count)


def _side_and_name(finding: Finding, words: str, *, plural: bool) -> list[str]:
    """The modifiers, side and name: number words first, then how it looks, then the side."""
    kinds = modifier_kinds()
    name = findings().types[finding.type].name
    own = words if words and says_too_little(name) else ""
    said = [word for word in finding.modifiers if word not in own.lower()]
    counted = finding.count is not None and finding.count > 1
    number = [] if counted else [word for word in said if kinds[word] == "number"]
    looks = [word for word in said if kinds[word] != "number"]
    if own:
        return [*number, *looks, side_words(finding), own]
    if plural or number or counted:
        several = plural_of(name)
        if several or not (number or counted):
            return [*number, *looks, side_words(finding), several or name]
        return [*number, "areas of", *looks, side_words(finding), name]
    return [*number, *looks, side_words(finding), name]
