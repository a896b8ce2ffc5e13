"""Bring findings of several sentences together where they speak of one thing."""

from __future__ import annotations

from collections.abc import Iterable

from groundct.core.report import Finding
from groundct.vocabulary.anatomy import anatomy

_MOST_COMPARED = 100


def merged(found: Iterable[Finding], impression: frozenset[int]) -> tuple[Finding, ...]:
    """Findings with ids; one of the impression that repeats an earlier one only adds its sentence.

    ``impression`` holds the indices of the impression's sentences.
    """
    out: list[Finding] = []
    by_type: dict[tuple[str, str], list[int]] = {}
    for finding in found:
        key = (finding.type, finding.presence)
        known = by_type.setdefault(key, [])
        repeats = finding.sentence_indices[0] in impression
        matches = _repeated([out[n] for n in known[:_MOST_COMPARED]], finding) if repeats else ()
        if not matches:
            known.append(len(out))
            out.append(finding)
        for n in matches:
            index = known[n]
            indices = {*out[index].sentence_indices, *finding.sentence_indices}
            prior = out[index].refers_to_prior or finding.refers_to_prior
            out[index] = out[index].model_copy(
                update={"sentence_indices": tuple(sorted(indices)), "refers_to_prior": prior}
            )
    return tuple(
        finding.model_copy(update={"finding_id": f"f{number}"})
        for number, finding in enumerate(out, start=1)
    )


def _repeated(known: list[Finding], finding: Finding) -> tuple[int, ...]:
    """Which known findings this one repeats: one that says as much, or several it sums up."""
    for n, other in enumerate(known):
        if _side_fits(other, finding) and _covers([other], finding):
            return (n,)
    parts = tuple(n for n, other in enumerate(known) if _is_part(other, finding))
    return parts if parts and _covers([known[n] for n in parts], finding) else ()


def _side_fits(known: Finding, finding: Finding) -> bool:
    return finding.laterality is None or known.laterality == finding.laterality


def _covers(known: list[Finding], finding: Finding) -> bool:
    """Whether the known findings together have all places and sizes of a finding."""
    sizes = {m.values_mm for other in known for m in other.measurements}
    paths = {up for other in known for path in other.anatomy for up in _upwards(path)}
    return sizes.issuperset(m.values_mm for m in finding.measurements) and paths.issuperset(
        finding.anatomy
    )


def _is_part(known: Finding, finding: Finding) -> bool:
    """Whether a known finding lies at one of the places that a summary names."""
    return any(path in _upwards(own) for own in known.anatomy for path in finding.anatomy)


def _upwards(path: str) -> tuple[str, ...]:
    return (path, *anatomy().ancestors(path))
