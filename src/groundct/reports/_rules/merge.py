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
        match = _repeated(out, known, finding) if repeats else None
        if match is None:
            known.append(len(out))
            out.append(finding)
            continue
        indices = sorted({*out[match].sentence_indices, *finding.sentence_indices})
        prior = out[match].refers_to_prior or finding.refers_to_prior
        out[match] = out[match].model_copy(
            update={"sentence_indices": tuple(indices), "refers_to_prior": prior}
        )
    return tuple(
        finding.model_copy(update={"finding_id": f"f{number}"})
        for number, finding in enumerate(out, start=1)
    )


def _repeated(out: list[Finding], known: list[int], finding: Finding) -> int | None:
    """The first of the known findings that this one repeats."""
    return next((n for n in known[:_MOST_COMPARED] if _same(out[n], finding)), None)


def _same(first: Finding, second: Finding) -> bool:
    """Whether the second adds no side, place or size to the first."""
    if second.laterality is not None and first.laterality != second.laterality:
        return False
    sizes = {m.values_mm for m in first.measurements}
    if any(m.values_mm not in sizes for m in second.measurements):
        return False
    known = {up for path in first.anatomy for up in (path, *anatomy().ancestors(path))}
    return all(path in known for path in second.anatomy)
