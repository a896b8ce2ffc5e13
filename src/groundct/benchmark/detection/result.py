"""The result of scoring candidates: frozen values, written as JSON, a table and a curve."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from groundct.benchmark._results import write_result_files
from groundct.benchmark.detection.curve import curve_svg
from groundct.benchmark.detection.settings import DetectionSettings
from groundct.codecs._files import write_bytes
from groundct.core.issues import Issue
from groundct.core.paths import AnyPath
from groundct.core.value import Value


class ReferenceResult(Value):
    """One reference; ``confidence`` is that of the candidate that detects it, None when none does.

    ``status``: ``detected``, ``missed`` or ``excluded``. ``centre_mm`` is RAS+; ``distance_mm``
    lies between the two centres. Empty words are not known.
    """

    case: str
    patient: str
    status: Literal["detected", "missed", "excluded"]
    confidence: float | None
    distance_mm: float | None
    centre_mm: tuple[float, float, float]
    diameter_mm: float
    kind: str
    side: str
    lobes: tuple[str, ...]


class CurvePoint(Value):
    """What a threshold gives: candidates of at least this confidence are kept."""

    confidence: float
    false_positives_per_scan: float
    sensitivity: float


class DetectionResult(Value):
    """All scores of one prediction.

    ``summary`` has ``cpm``, ``sensitivity_at_0.125`` to ``sensitivity_at_8``, ``sensitivity`` and
    ``false_positives_per_scan`` of all candidates, counts, and ``ci95``. ``slices`` hold the same
    of some of the references, against the false positives of all scans. ``curve`` has the points
    in which the sensitivity changes.
    """

    task: Literal["detection"] = "detection"
    protocol: str
    summary: dict[str, Any]
    curve: tuple[CurvePoint, ...]
    references: tuple[ReferenceResult, ...]
    slices: dict[str, dict[str, dict[str, Any]]]
    extra: tuple[str, ...]
    issues: tuple[Issue, ...]
    settings: DetectionSettings
    reference_digest: str
    prediction_digest: str
    versions: dict[str, str]
    seconds: float


def write_result(path: AnyPath, result: DetectionResult) -> tuple[Path, ...]:
    """Write ``result.json``, a CSV with a row a reference, and the curve as SVG beside it."""
    path = Path(path)
    rows = []
    for row in result.references:
        cells = row.model_dump()
        x, y, z = cells.pop("centre_mm")
        cells["lobes"] = ", ".join(row.lobes)
        rows.append(cells | {"x_mm": x, "y_mm": y, "z_mm": z})
    picture = path.with_suffix(".svg")
    points = [(p.false_positives_per_scan, p.sensitivity) for p in result.curve]
    write_bytes(picture, [curve_svg(points, result.summary).encode("utf-8")])
    return (*write_result_files(path, result, rows), picture)
