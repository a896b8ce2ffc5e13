"""Findings of two readings against one another: type, presence, side, site and size.

Findings of one type are matched one to one so that the most attributes agree, presence before side
before site before size. What a text says twice counts once. An attribute is scored among the
findings that state it, so that a reference's silence on a size is held against nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np

from groundct.core.report import Finding
from groundct.metrics.counts import Counts
from groundct.vocabulary.anatomy import anatomy

SIZE_TOLERANCE_MM: Final = 1.0
SIZE_TOLERANCE_SHARE: Final = 0.1
"""Two lengths agree within the larger of 1 mm and a tenth of the reference's."""

Key = tuple[object, ...]


def sizes_agree(reference_mm: float, prediction_mm: float) -> bool:
    """Whether a length is that of the reference within the tolerance, its end included."""
    tolerance = max(SIZE_TOLERANCE_MM, SIZE_TOLERANCE_SHARE * reference_mm)
    return abs(reference_mm - prediction_mm) <= tolerance + 1e-9


def largest_mm(finding: Finding) -> float | None:
    """The longest stated length of a finding, distances to something else left out."""
    values = [v for m in finding.measurements if m.kind != "distance" for v in m.values_mm]
    return max(values, default=None)


def site_of(finding: Finding) -> frozenset[str]:
    """The names of its places and of its lung segments."""
    leaves = (anatomy().leaf(path) for path in finding.anatomy)
    return frozenset((*leaves, *finding.lung_segments))


def distinct(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings without repeats: equal type, presence, side, site and size count once."""
    return tuple({_key(finding): finding for finding in reversed(findings)}.values())[::-1]


def match_findings(
    reference: Sequence[Finding], prediction: Sequence[Finding]
) -> tuple[tuple[int, int], ...]:
    """Pairs (index in reference, index in prediction) of equal type, one to one, sorted.

    As many as there can be; among those the ones whose attributes agree most, presence before all
    others together, and so on. Equal choices go to the earlier finding.
    """
    from scipy.optimize import linear_sum_assignment

    pairs: list[tuple[int, int]] = []
    for kind in sorted({finding.type for finding in reference}):
        due = [n for n, finding in enumerate(reference) if finding.type == kind]
        given = [n for n, finding in enumerate(prediction) if finding.type == kind]
        if not given:
            continue
        weights = [[_agreement(reference[a], prediction[b]) for b in given] for a in due]
        rows, columns = linear_sum_assignment(np.array(weights), maximize=True)
        pairs += [(due[a], given[b]) for a, b in zip(rows, columns, strict=True)]
    return tuple(sorted(pairs))


def count_findings(
    reference: Sequence[Finding], prediction: Sequence[Finding]
) -> dict[str, Counts]:
    """Counts by name: ``type``, each attribute of `ATTRIBUTES`, and ``joint``.

    ``type``: matched findings. ``presence``: matched ones of equal presence. ``side``, ``site``
    and ``size``: matched ones that agree, among the findings that state one. ``joint``: matched
    ones that agree in everything, where silence agrees with silence only.
    """
    due, given = distinct(reference), distinct(prediction)
    pairs = [(due[a], given[b]) for a, b in match_findings(due, given)]
    out = {"type": Counts(len(pairs), len(given), len(due))}
    for name, (value, agree) in ATTRIBUTES.items():
        hits = sum(_agrees(value(a), value(b), agree) is True for a, b in pairs)
        stated = [sum(bool(value(f)) for f in side) for side in (given, due)]
        out[name] = Counts(hits, *stated)
    joint = sum(
        all(_agrees(value(a), value(b), agree) is not False for value, agree in ATTRIBUTES.values())
        for a, b in pairs
    )
    return out | {"joint": Counts(joint, len(given), len(due))}


def _equal(first: object, second: object) -> bool:
    return first == second


ATTRIBUTES: Final[Mapping[str, tuple[Callable[[Finding], object], Callable[..., bool]]]] = (
    MappingProxyType(
        {
            "presence": (lambda finding: finding.presence, _equal),
            "side": (lambda finding: finding.laterality, _equal),
            "site": (site_of, _equal),
            "size": (largest_mm, sizes_agree),
        }
    )
)
"""Name -> what a finding states of it (nothing when it is empty), and whether two agree."""


def _agrees(first: object, second: object, agree: Callable[..., bool]) -> bool | None:
    """Whether two statements agree; None where neither states anything."""
    if not first and not second:
        return None
    return bool(first) and bool(second) and agree(first, second)


def _agreement(first: Finding, second: Finding) -> int:
    """A number that is larger when an earlier attribute agrees, whatever the later ones do."""
    total = 0
    for value, agree in ATTRIBUTES.values():
        total = 2 * total + (_agrees(value(first), value(second), agree) is not False)
    return total


def _key(finding: Finding) -> Key:
    return (finding.type, *(value(finding) for value, _ in ATTRIBUTES.values()))
