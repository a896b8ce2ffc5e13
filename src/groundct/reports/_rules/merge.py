"""Bring findings of several sentences together where they speak of one thing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain, islice

from groundct.core.report import Finding, Measurement, Report
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.findings import findings
from groundct.vocabulary.words import is_plural

_MOST_COMPARED = 100


def merged(
    found: Iterable[Finding], impression: Mapping[int, frozenset[str]], report: Report
) -> tuple[Finding, ...]:
    """Findings with ids; one of the impression that repeats earlier ones only adds its sentence.

    ``impression`` holds the sides that each of its sentences names, by the sentence's index. An
    earlier finding is repeated under its own type or a wider one, with its presence, on its side,
    and with no size, segment or count that it does not have.
    """
    out: list[Finding] = []
    by_type: dict[tuple[str, str], list[int]] = {}
    for finding in found:
        matches: list[int] = []
        sides = impression.get(finding.sentence_indices[0])
        if sides is not None:
            names = (finding.type, *findings().narrower(finding.type))
            same = (by_type.get((name, finding.presence), ()) for name in names)
            # "Nodules and effusion on the right" may mean the right nodules, and never left ones.
            known = [
                n
                for n in islice(chain.from_iterable(same), _MOST_COMPARED)
                if not (sides and _sides(out[n]) and sides.isdisjoint(_sides(out[n])))
            ]
            matches = [known[n] for n in _repeated([out[n] for n in known], finding, report)]
        if not matches:
            by_type.setdefault((finding.type, finding.presence), []).append(len(out))
            out.append(finding)
        for index in matches:
            indices = {*out[index].sentence_indices, *finding.sentence_indices}
            prior = out[index].refers_to_prior or finding.refers_to_prior
            out[index] = out[index].model_copy(
                update={"sentence_indices": tuple(sorted(indices)), "refers_to_prior": prior}
            )
    return tuple(
        finding.changed(finding_id=f"f{number}")
        for number, finding in enumerate(out, start=1)
    )


def _repeated(known: list[Finding], finding: Finding, report: Report) -> tuple[int, ...]:
    """Which known findings this one repeats: one that says as much, or several it sums up."""
    parts = tuple(n for n, other in enumerate(known) if _is_part(other, finding))
    summed = parts if _sums_up([known[n] for n in parts], finding) else ()
    if len(summed) > 1 and _plural(finding, report):
        return summed
    for n, other in enumerate(known):
        side_fits = finding.laterality is None or other.laterality == finding.laterality
        if side_fits and _covers([other], finding):
            return (n,)
    return summed


def _sums_up(parts: list[Finding], finding: Finding) -> bool:
    """Whether parts together have a finding's places and sides, and their largest size is its."""
    sides = {side for part in parts for side in _sides(part)}
    largest = [_largest(f.measurements) for f in parts if f.measurements]
    size_fits = not finding.measurements or _largest(finding.measurements) == max(
        largest, default=0
    )
    return bool(parts) and sides >= _sides(finding) and size_fits and _covers(parts, finding)


def _covers(known: list[Finding], finding: Finding) -> bool:
    """Whether known findings together have all places, segments, sizes and as many as a finding."""
    paths = {up for other in known for path in other.anatomy for up in _upwards(path)}
    segments = {name for other in known for name in other.lung_segments}
    sizes = [size for other in known for size in other.measurements]
    return (
        paths.issuperset(finding.anatomy)
        and segments.issuperset(finding.lung_segments)
        and all(_has(sizes, size) for size in finding.measurements)
        and _are_enough(known, finding)
    )


def _are_enough(known: list[Finding], finding: Finding) -> bool:
    """Whether known findings may be as many as a finding is; one without a count may be many."""
    counts = [other.count for other in known if other.count is not None]
    return finding.count is None or len(counts) < len(known) or finding.count <= sum(counts)


def _has(sizes: list[Measurement], size: Measurement) -> bool:
    """Whether a size stands among others, whole or as the largest diameter of one."""
    single = len(size.values_mm) == 1
    return any(
        size.values_mm == other.values_mm or (single and size.values_mm[0] == max(other.values_mm))
        for other in sizes
    )


def _largest(sizes: tuple[Measurement, ...]) -> float:
    return max(value for size in sizes for value in size.values_mm)


def _is_part(known: Finding, finding: Finding) -> bool:
    """Whether a known finding lies at one of the places, and on the side, that a summary names."""
    inside = any(path in _upwards(own) for own in known.anatomy for path in finding.anatomy)
    return inside and (not _sides(finding) or _sides(known) <= _sides(finding))


def _sides(finding: Finding) -> frozenset[str]:
    if finding.laterality == "bilateral":
        return frozenset(("right", "left"))
    return frozenset((finding.laterality,)) if finding.laterality else frozenset()


def _plural(finding: Finding, report: Report) -> bool:
    """Whether a finding's own words end in a plural."""
    return is_plural(finding.span.of(report.text).split()[-1], report.language)


def _upwards(path: str) -> tuple[str, ...]:
    return (path, *anatomy().ancestors(path))
