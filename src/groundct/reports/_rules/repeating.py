"""Whether findings named before say all that one of the impression says, one alone or together."""

from __future__ import annotations

from groundct.core.report import Finding, Measurement
from groundct.reports._draft import DraftFinding
from groundct.reports._rules.joining import has_size, sides_of, upwards
from groundct.vocabulary.findings import findings

_OF_MANY_KINDS = "finding"
_ROOT = 5


def is_named_alike(known: DraftFinding, draft: DraftFinding, text: str) -> bool:
    """Whether two mentions of one type are named alike, where the type is of many kinds.

    "Pulmonary hypertension" and "collateral arteries" are vascular findings, and not one.
    """
    kind = findings().types[draft.finding.type]
    if _OF_MANY_KINDS not in kind.name.split():
        return True
    one, other = ({w[:_ROOT] for w in own.words(text).lower().split()} for own in (known, draft))
    return not one.isdisjoint(other)


def repeated(known: list[Finding], finding: Finding, *, several: bool) -> tuple[int, ...]:
    """Which known findings this one repeats: one that says as much, or several it sums up."""
    parts = tuple(n for n, other in enumerate(known) if _is_part(other, finding))
    summed = parts if _sums_up([known[n] for n in parts], finding) else ()
    if len(summed) > 1 and several:
        return summed
    for n, other in enumerate(known):
        if is_one(other, finding):
            return (n,)
    return summed


def is_one(known: Finding, finding: Finding) -> bool:
    """Whether a known finding has all that one says, on its side."""
    side_fits = finding.laterality is None or known.laterality == finding.laterality
    return side_fits and covers([known], finding)


def _sums_up(parts: list[Finding], finding: Finding) -> bool:
    """Whether parts together have a finding's places and sides, and their largest size is its."""
    sides = {side for part in parts for side in sides_of(part)}
    largest = [_largest(f.measurements) for f in parts if f.measurements]
    size_fits = not finding.measurements or _largest(finding.measurements) == max(
        largest, default=0
    )
    return bool(parts) and sides >= sides_of(finding) and size_fits and covers(parts, finding)


def covers(known: list[Finding], finding: Finding) -> bool:
    """Whether known findings together have all places, segments, sizes and as many as a finding."""
    paths = {up for other in known for path in other.anatomy for up in upwards(path)}
    segments = {name for other in known for name in other.lung_segments}
    sizes = [size for other in known for size in other.measurements]
    return (
        paths.issuperset(finding.anatomy)
        and segments.issuperset(finding.lung_segments)
        and all(has_size(sizes, size) for size in finding.measurements)
        and _are_enough(known, finding)
    )


def _are_enough(known: list[Finding], finding: Finding) -> bool:
    """Whether known findings may be as many as a finding is; one without a count may be many."""
    counts = [other.count for other in known if other.count is not None]
    return finding.count is None or len(counts) < len(known) or finding.count <= sum(counts)


def _largest(sizes: tuple[Measurement, ...]) -> float:
    return max(value for size in sizes for value in size.values_mm)


def _is_part(known: Finding, finding: Finding) -> bool:
    """Whether a known finding lies at one of the places, and on the side, that a summary names."""
    inside = not finding.anatomy or any(
        path in upwards(own) for own in known.anatomy for path in finding.anatomy
    )
    # "Stable nodules" are not the new one.
    if finding.change and known.change not in (None, finding.change):
        return False
    return inside and (not sides_of(finding) or sides_of(known) <= sides_of(finding))
