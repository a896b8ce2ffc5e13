"""Whether findings named before say all that one of the impression says, one alone or together."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from groundct.core.report import Finding, Measurement
from groundct.reports._draft import DraftFinding
from groundct.reports._rules.discourse.joining import has_size, sides_of, upwards
from groundct.vocabulary.findings import findings

_OF_MANY_KINDS = "finding"
_ROOT = 5


def is_named_alike(known: DraftFinding, draft: DraftFinding, text: str) -> bool:
    """Whether two mentions of one type are named alike, where the type is of many kinds.

    "Pulmonary hypertension" and "collateral arteries" are vascular findings, and not one.
    """
    if not _is_of_many_kinds(draft.finding.type):
        return True
    one, other = ({w[:_ROOT] for w in own.words(text).lower().split()} for own in (known, draft))
    return not one.isdisjoint(other)


@lru_cache(maxsize=1 << 10)
def _is_of_many_kinds(kind: str) -> bool:
    return _OF_MANY_KINDS in findings().types[kind].name.split()


def repeated(known: list[Finding], finding: Finding, *, several: bool) -> tuple[int, ...]:
    """Which known findings this one repeats: one that says as much, or several it sums up."""
    if several and len(summed := _summed(known, finding)) > 1:
        return summed
    for n, other in enumerate(known):
        if is_one(other, finding):
            return (n,)
    return summed if several else _summed(known, finding)


def is_one(known: Finding, finding: Finding) -> bool:
    """Whether a known finding has all that one says, on its side."""
    side_fits = finding.laterality is None or known.laterality == finding.laterality
    return side_fits and covers((known,), finding)


def _summed(known: Sequence[Finding], finding: Finding) -> tuple[int, ...]:
    """The known findings that one sums up, by their numbers."""
    parts = tuple([n for n, other in enumerate(known) if _is_part(other, finding)])
    return parts if _sums_up([known[n] for n in parts], finding) else ()


def _sums_up(parts: Sequence[Finding], finding: Finding) -> bool:
    """Whether parts together have a finding's places and sides, and their largest size is its."""
    if not parts or not sides_of(finding) <= frozenset().union(*map(sides_of, parts)):
        return False
    if finding.measurements:
        largest = [_largest(f.measurements) for f in parts if f.measurements]
        if _largest(finding.measurements) != max(largest, default=0):
            return False
    return covers(parts, finding)


def covers(known: Sequence[Finding], finding: Finding) -> bool:
    """Whether known findings together have all places, segments, sizes and as many as a finding."""
    return (
        _are_over(known, finding.anatomy)
        and _have_segments(known, finding.lung_segments)
        and _have_sizes(known, finding.measurements)
        and _are_enough(known, finding.count)
    )


def _are_over(known: Sequence[Finding], paths: tuple[str, ...]) -> bool:
    """Whether each path is one of the known findings' or lies above one."""
    if not paths:
        return True
    return {up for other in known for own in other.anatomy for up in upwards(own)}.issuperset(paths)


def _have_segments(known: Sequence[Finding], segments: tuple[str, ...]) -> bool:
    if not segments:
        return True
    return {name for other in known for name in other.lung_segments}.issuperset(segments)


def _have_sizes(known: Sequence[Finding], sizes: tuple[Measurement, ...]) -> bool:
    if not sizes:
        return True
    theirs = [size for other in known for size in other.measurements]
    return all(has_size(theirs, size) for size in sizes)


def _are_enough(known: Sequence[Finding], count: int | None) -> bool:
    """Whether known findings may be as many as a finding is; one without a count may be many."""
    if count is None:
        return True
    counts = [other.count for other in known if other.count is not None]
    return len(counts) < len(known) or count <= sum(counts)


def _largest(sizes: tuple[Measurement, ...]) -> float:
    return max(value for size in sizes for value in size.values_mm)


def _is_part(known: Finding, finding: Finding) -> bool:
    """Whether a known finding lies at one of the places, and on the side, that a summary names."""
    # "Stable nodules" are not the new one.
    if finding.change and known.change not in (None, finding.change):
        return False
    sides = sides_of(finding)
    if sides and not sides_of(known) <= sides:
        return False
    places = finding.anatomy
    return not places or not frozenset(places).isdisjoint(
        frozenset().union(*map(upwards, known.anatomy))
    )
