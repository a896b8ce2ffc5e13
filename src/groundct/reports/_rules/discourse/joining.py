"""Two mentions of one finding: whether the second may be one, and what both say together."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, TypeVar, get_args

from groundct.core.report import Finding, Laterality, Measurement, Presence
from groundct.reports._draft import DraftFinding, all_moved
from groundct.reports._rules.places.link import exact
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.findings import findings
from groundct.vocabulary.modifiers import in_order, modifier_kinds
from groundct.vocabulary.words import is_plural

T = TypeVar("T")
_BOTH_LUNGS = ("lung/lung",)
_EXCLUSIVE = frozenset(("number", "size", "severity", "chronicity"))
"""Kinds of which a finding has one word; the first said stays."""
_SIDES: Final[dict[Laterality | None, frozenset[str]]] = {
    **{side: frozenset((side,)) for side in get_args(Laterality)},
    "bilateral": frozenset(("right", "left")),
    None: frozenset(),
}
_MOST_CUES = 500
"""A finding told of so often takes no more than the sentences of further mentions: to compare all
with all would take more than linear time."""


def adds(known: Finding, finding: Finding, *, several: bool) -> bool:
    """Whether a finding may be a known one with more details: it contradicts none of its own.

    Sides and segments are equal or said once only, places lie on one line of the tree or are those
    of the known one and more, sizes are said once only or are the same, and ``several`` (its words
    are a plural) are not one.
    """
    sides = known.laterality is None or finding.laterality is None
    return (
        (sides or known.laterality == finding.laterality)
        and (_on_one_line(known, finding) or _on_one_line(finding, known))
        and _segments_fit(known.lung_segments, finding.lung_segments)
        and _sizes_fit(known.measurements, finding.measurements)
        and (known.count is None or finding.count is None or known.count == finding.count)
        and not (several and known.count == 1)
    )


def joined(earlier: DraftFinding, draft: DraftFinding, *, alone: bool) -> DraftFinding:
    """A known finding with what a second mention adds; ``alone``: it speaks of no other one.

    Only then its sizes, places, sides and words of number are this finding's. Spans count from
    where those of the known one do.
    """
    # What two sentences say stands at two places, so that nothing of it can be equal.
    apart = earlier.indices[-1] < draft.indices[0]
    if not apart:
        earlier = DraftFinding(earlier.moved(), earlier.indices)
    known, finding, offset = earlier.finding, draft.finding, draft.offset - earlier.offset
    indices = (*earlier.indices, *draft.indices)
    if not apart:
        indices = tuple(sorted(set(indices)))
    presence = _presence(known, finding)
    if len(known.cues) > _MOST_CUES:
        own = known.changed(presence=presence)
        return DraftFinding(own, indices, earlier.offset, earlier.later)
    cues = finding.cues if apart else all_moved(finding.cues, offset)
    later = (*earlier.later, (len(cues), draft.offset)) if apart and alone else earlier.later
    union = operator.add if apart else _union
    details: dict[str, object] = {}
    if alone:
        if known.type != finding.type and known.type in findings().wider_than(finding.type):
            details = {"type": finding.type, "category": finding.category, "focal": finding.focal}
        new = [size for size in finding.measurements if not has_size(known.measurements, size)]
        details.update(
            anatomy=_places(known, finding),
            laterality=known.laterality or finding.laterality,
            lung_segments=_segments(known, finding),
            measurements=known.measurements + all_moved(tuple(new), offset),
            count=known.count if known.count is not None else finding.count,
            relations=union(known.relations, all_moved(finding.relations, offset)),
            cues=union(known.cues, cues),
        )
    told = known.changed(
        **details,
        presence=presence,
        refers_to_prior=known.refers_to_prior or finding.refers_to_prior,
        change=known.change or finding.change,
        modifiers=_modifiers(known, finding, alone=alone),
        remarks=union(known.remarks, all_moved(finding.remarks, offset)),
    )
    return DraftFinding(told, indices, earlier.offset, later)


def _presence(known: Finding, finding: Finding) -> Presence:
    """What is said to be there once is there, whatever doubts it in the other mention."""
    return "present" if finding.presence == "present" else known.presence


def has_size(sizes: Sequence[Measurement], size: Measurement) -> bool:
    """Whether a size stands among others, whole or as the largest diameter of one.

    "More than 1 cm" is said of what measures 18 mm.
    """
    if size.form == "at_least":
        return any(min(size.values_mm) <= max(other.values_mm) for other in sizes)
    single = len(size.values_mm) == 1
    return any(
        size.values_mm == other.values_mm or (single and size.values_mm[0] == max(other.values_mm))
        for other in sizes
    )


def sides_of(finding: Finding) -> frozenset[str]:
    """The sides that a finding lies on: "right", "left" or both."""
    return _SIDES[finding.laterality]


def is_several(words: str, language: str) -> bool:
    """Whether a finding's own words end in a plural."""
    return is_plural(words.split()[-1], language)


@lru_cache(maxsize=1 << 12)
def upwards(path: str) -> tuple[str, ...]:
    """A path and all above it."""
    return (path, *anatomy().ancestors(path))


def _on_one_line(known: Finding, finding: Finding) -> bool:
    """Whether each place of a second mention is above or under one of the first."""
    places = known.anatomy
    return (
        not places
        or places == finding.anatomy
        or all(
            any(path in upwards(own) or own in upwards(path) for own in places)
            for path in finding.anatomy
        )
    )


def _segments_fit(known: tuple[str, ...], segments: tuple[str, ...]) -> bool:
    """Whether all segments of one mention are among those of the other."""
    if not known or not segments:
        return True
    one, other = set(known), set(segments)
    return one <= other or other <= one


def _is_all_over(finding: Finding) -> bool:
    """Whether a finding is said to be in both lungs, of no lobe."""
    return finding.laterality == "bilateral" and finding.anatomy == _BOTH_LUNGS


def _places(known: Finding, finding: Finding) -> tuple[str, ...]:
    """The most exact places of both; a second mention's default place says nothing new.

    What is all over both lungs stays so where a second mention says in which lobes it is more.
    """
    if _is_all_over(known):
        return known.anatomy
    default = findings().types[finding.type].anatomy
    said = tuple(path for path in finding.anatomy if path != default or not known.anatomy)
    return exact([*known.anatomy, *said])


def _segments(known: Finding, finding: Finding) -> tuple[str, ...]:
    """The lung segments of both, but of a known one that is all over both lungs its own."""
    if _is_all_over(known):
        return known.lung_segments
    return _union(known.lung_segments, finding.lung_segments)


def _sizes_fit(known: tuple[Measurement, ...], sizes: tuple[Measurement, ...]) -> bool:
    """Whether sizes of one thing may be both: one mention has none, or they share a diameter."""
    if not known or not sizes:
        return True
    return all(has_size(known, s) for s in sizes) or all(has_size(sizes, s) for s in known)


def _modifiers(known: Finding, finding: Finding, *, alone: bool) -> tuple[str, ...]:
    """Both mentions' words; of kinds that have one word the known one's, number words alone."""
    if not (known.modifiers or finding.modifiers):
        return ()
    kinds = modifier_kinds()
    held = {kinds[word] for word in known.modifiers} & _EXCLUSIVE
    new = [
        word
        for word in finding.modifiers
        if kinds[word] not in held and (alone or kinds[word] != "number")
    ]
    return in_order((*known.modifiers, *new))


def _union(first: tuple[T, ...], second: tuple[T, ...]) -> tuple[T, ...]:
    """Both, which have no repeats of their own, without repeats and in order."""
    return tuple(dict.fromkeys((*first, *second))) if second else first
