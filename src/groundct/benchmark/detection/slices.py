"""References by size, side, lobe and type, each against the false positives of all scans."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from groundct.benchmark.detection.result import ReferenceResult
from groundct.benchmark.detection.settings import DetectionSettings
from groundct.metrics.detection import RATES, Marks, sensitivities_at

UNKNOWN: Final = "not known"
SIZES_MM: Final = (
    ("under 6 mm", 6.0),
    ("6 to 8 mm", 8.0),
    ("8 to 15 mm", 15.0),
    ("15 to 30 mm", 30.0),
    ("30 mm and more", np.inf),
)
"""Groups by diameter; the first two limits are those of the Fleischner Society's guidelines."""

Names = Callable[[ReferenceResult], tuple[str, ...]]


def slices_of(
    rows: Sequence[ReferenceResult],
    marks_of: Callable[[NDArray[np.bool_]], Marks],
    settings: DetectionSettings,
) -> dict[str, dict[str, dict[str, Any]]]:
    """Slice -> group -> CPM, sensitivities and counts of its references.

    A reference in two lobes counts in both. A slice of which nothing is known is left out.
    """
    kinds: dict[str, Names] = {
        "type": lambda row: (row.kind or UNKNOWN,),
        "size": _size,
        "side": lambda row: (row.side or UNKNOWN,),
        "lobe": lambda row: row.lobes or (UNKNOWN,),
    }
    out: dict[str, dict[str, dict[str, Any]]] = {}
    for slice_name, names in kinds.items():
        groups: dict[str, list[int]] = {}
        for n, row in enumerate(rows):
            if row.status != "excluded":
                for group in names(row):
                    groups.setdefault(group, []).append(n)
        if set(groups) - {UNKNOWN}:
            ordered = sorted(groups, key=lambda g: (g == UNKNOWN, _rank(g), g))
            out[slice_name] = {g: _group(rows, groups[g], marks_of, settings) for g in ordered}
    return out


def _group(
    rows: Sequence[ReferenceResult],
    members: Sequence[int],
    marks_of: Callable[[NDArray[np.bool_]], Marks],
    settings: DetectionSettings,
) -> dict[str, Any]:
    chosen = np.zeros(len(rows), dtype=np.bool_)
    chosen[list(members)] = True
    values = sensitivities_at(marks_of(chosen), curve=settings.curve)
    detected = sum(rows[n].status == "detected" for n in members)
    at = {f"sensitivity_at_{rate:g}": float(v) for rate, v in zip(RATES, values, strict=True)}
    return at | {
        "cpm": float(values.mean()),
        "sensitivity": detected / len(members),
        "n_references": len(members),
        "n_detected": detected,
    }


def _size(row: ReferenceResult) -> tuple[str, ...]:
    return (next(name for name, limit in SIZES_MM if row.diameter_mm < limit),)


def _rank(group: str) -> int:
    names = [name for name, _ in SIZES_MM]
    return names.index(group) if group in names else len(names)
