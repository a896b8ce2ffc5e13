"""The result of scoring organ masks: frozen values, written as JSON and a table a structure."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from groundct.benchmark._results import write_result_files
from groundct.core.issues import Issue
from groundct.core.paths import AnyPath
from groundct.core.value import Value

Status = Literal["scored", "missing", "refused", "empty-reference"]


class StructureResult(Value):
    """One structure of the reference in one case.

    ``missing``: the prediction has no such case or name; ``refused``: its masks could not be
    trusted. Both are scored as empty. ``empty-reference``: the reference was looked for and holds
    no voxel, so Dice has no value. ``surfaces`` has a value, or None, for each metric asked for.
    """

    case: str
    patient: str
    structure: str
    status: Status
    dice: float | None
    reference_ml: float
    predicted_ml: float | None
    volume_error_ml: float
    surfaces: dict[str, float | None]


class AirwayResult(Value):
    """The airway tree of one case (`metrics.airway`)."""

    case: str
    patient: str
    structure: str
    tree_length_mm: float
    length_detected: float | None
    branches_detected: float | None
    n_branches: int
    n_branches_detected: int
    leakage: float | None
    precision: float | None


class OrganResult(Value):
    """All structures of all cases of a reference.

    ``summary`` holds the headline numbers over structures, over cases and over names, with
    ``ci95``; ``structures`` the same for each name.
    """

    task: Literal["organs"] = "organs"
    protocol: Literal["strict"] = "strict"
    summary: dict[str, Any]
    structures: dict[str, dict[str, Any]]
    airways: dict[str, Any]
    rows: tuple[StructureResult, ...]
    airway_rows: tuple[AirwayResult, ...]
    missing_cases: tuple[str, ...]
    extra_cases: tuple[str, ...]
    extra: dict[str, tuple[str, ...]]
    issues: tuple[Issue, ...]
    settings: dict[str, Any]
    reference_digest: str
    prediction_digest: str
    versions: dict[str, str]
    seconds: float


def write_result(path: AnyPath, result: OrganResult) -> tuple[Path, Path]:
    """Write JSON, and a CSV with a row a structure and case beside it."""
    path = Path(path)
    rows = [{**row.model_dump(exclude={"surfaces"}), **row.surfaces} for row in result.rows]
    return write_result_files(path, result, rows)
