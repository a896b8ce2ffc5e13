"""A finding in American radiology English, from its values alone.

Reading the words again gives the same type, presence, side, places, segments and sizes: this is a
law that `tests/reports/test_standard.py` checks for every type of the vocabulary.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from groundct.core.report import Change, Finding, Measurement, Presence
from groundct.reports._rules.american.place_words import (
    Place,
    has_exact_place,
    place_words,
    side_words,
)
from groundct.reports._rules.american.told import Told, told_of
from groundct.reports._rules.details.measures import usual_kind
from groundct.reports._rules.words.parsed import parse
from groundct.vocabulary.american import (
    head_of,
    needs_place,
    plural_of,
    says_too_little,
    size_kind_words,
    tells_place,
)
from groundct.vocabulary.findings import findings
from groundct.vocabulary.modifiers import modifier_kinds

_PREFIX: Final[dict[Presence, str]] = {"present": "", "absent": "No", "uncertain": "Possible"}
_LEADING: Final[dict[Change, str]] = {"new": "new", "stable": "stable"}
_FOLLOWING: Final[dict[Change, str]] = {
    "increased": "increased from prior",
    "decreased": "decreased from prior",
    "resolved": "resolved since prior",
}
_FORM: Final = {
    "exact": "",
    "range": "",
    "about": "approximately ",
    "up_to": "up to ",
    "at_least": "at least ",
}
_AMERICAN: Final = "en"
_SIZE: Final = "\0"
_COUNTS: Final = ("", "", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def standardized(finding: Finding, *, words: str = "", plural: bool = False) -> str:
    """For example ``Stable 5 mm solid pulmonary nodule in the apical segment of the right ...``.

    ``words`` and ``plural`` as in `Told`.
    """
    return standard_words(told_of(finding, words=words, plural=plural), finding.measurements)


def standard_words(told: Told, sizes: tuple[Measurement, ...]) -> str:
    """What `standardized` gives of a finding with these sizes."""
    leads = len(sizes) == 1 and _stands_before(sizes[0], told.type)
    text = _phrase(told).replace(_SIZE, f"{size_text(sizes[0])} " if leads else "")
    tail = [] if leads else [_size_words(size) for size in sizes]
    if told.change in _FOLLOWING:
        tail.append(_FOLLOWING[told.change])
    if tail:
        text = ", ".join((text, *tail))
    return text[0].upper() + text[1:]


@lru_cache(maxsize=1 << 14)
def _phrase(told: Told) -> str:
    """What is said beside sizes and growth, with a sign where a size may stand."""
    usual = findings().types[told.type]
    place = Place(usual.anatomy, told.anatomy, told.laterality, told.lung_segments)
    name = _name(told, place)
    always = name != usual.name or _says_place(told, name)
    said = [
        _PREFIX[told.presence] if told.change != "resolved" else "",
        _LEADING.get(told.change, "") if told.change else "",
        _count(told),
        *_named(told, name, side_words(place)),
        place_words(place, always=always),
    ]
    return " ".join([word for word in said if word]).replace(f"{_SIZE} ", _SIZE)


def size_text(measurement: Measurement) -> str:
    """A size as ``28 x 17 mm``, ``12-15 mm``, ``up to 6 mm``."""
    joint = "-" if measurement.form == "range" else " x "
    numbers = joint.join(f"{value:g}" for value in measurement.values_mm)
    return f"{_FORM[measurement.form]}{numbers} mm"


def _says_place(told: Told, name: str) -> bool:
    """Whether the type's usual place is said: its name or the report's own words do not tell it."""
    own = bool(told.words) and says_too_little(name) and not tells_place(name)
    return own or needs_place(name)


def _name(told: Told, place: Place) -> str:
    """The type's name, "lesion" for "liver lesion" where its exact place follows or it is cystic.

    "Cystic liver lesion" would be read as a cyst and a lesion.
    """
    name = findings().types[told.type].name
    head = head_of(name)
    if not head or not ("cystic" in told.modifiers or has_exact_place(place)):
        return name
    return name if side_words(place) else head


@lru_cache(maxsize=256)
def _is_finding(word: str) -> bool:
    """Whether a modifier is read as a finding where it stands alone: "ground-glass"."""
    return bool(parse(word, _AMERICAN).findings)


def _stands_before(size: Measurement, kind: str) -> bool:
    """Whether a number before the name is read as what it is: "5 mm nodule" is a diameter."""
    return size.form in ("exact", "about", "range") and size.kind == usual_kind(size, kind)


def _size_words(size: Measurement) -> str:
    return f"{size_text(size)} {size_kind_words(size.kind)}".rstrip()


def _count(told: Told) -> str:
    count = told.how_many
    if count is None or count < 2:
        return ""
    return _COUNTS[count] if count < len(_COUNTS) else str(count)


def _named(told: Told, name: str, side: str) -> list[str]:
    """Words of number, the sign for a size, how it looks, its side and its name."""
    kinds = modifier_kinds()
    own = told.words if told.words and says_too_little(name) else ""
    full = name == findings().types[told.type].name
    said = [word for word in told.modifiers if word not in own.lower()]
    if full:
        said = [word for word in said if not _is_finding(word)]
    counted = told.how_many is not None and told.how_many > 1
    number = [] if counted else [word for word in said if kinds[word] == "number"]
    looks = [_SIZE, *[word for word in said if kinds[word] != "number"], side]
    if own:
        return [*number, *looks, own]
    if told.plural or number or counted:
        several = plural_of(name)
        if several or not (number or counted):
            return [*number, *looks, several or name]
        return [*number, "areas of", *looks, name]
    return [*looks, name]
