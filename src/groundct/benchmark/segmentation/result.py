"""The result of scoring masks: frozen values, written as JSON and as a table a finding."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import Field

from groundct.benchmark.segmentation.settings import Settings
from groundct.codecs._csv_text import inert
from groundct.codecs._files import write_bytes
from groundct.codecs.tables import write_csv_table
from groundct.core.issues import Issue
from groundct.core.paths import AnyPath
from groundct.core.value import Value

Status = Literal["scored", "missing", "refused", "empty-reference"]

HEADLINES: Final = (
    "mean_dice_per_finding",
    "mean_dice_per_case",
    "hit_rate",
    "instance_precision",
    "instance_recall",
    "instance_f1",
    "distance_precision",
    "distance_recall",
    "distance_f1",
)


class FindingResult(Value):
    """One finding of the reference, scored.

    ``dice`` and ``hit`` are None where they are not defined; counts are None where instances are
    not looked at, those of distances where nobody said whether the finding is focal. ``missing``:
    the prediction has no file or no such finding; ``refused``: its file was refused; both are
    scored as empty. ``empty-reference``: the reference has no voxel, so Dice has no value.
    Volumes and diameters are None where no file states the spacing.
    """

    case: str
    finding: int
    category: str | None
    dice: float | None
    hit: bool | None
    tp: int | None
    fp: int | None
    fn: int | None
    distance_tp: int | None
    distance_fp: int | None
    distance_fn: int | None
    status: Status
    patient: str
    finding_id: str | None = None
    focal: bool | None = None
    side: str | None = None
    lobes: tuple[str, ...] = ()
    reference_voxels: int
    predicted_voxels: int
    reference_ml: float | None = None
    predicted_ml: float | None = None
    volume_error_ml: float | None = None
    reference_diameter_mm: float | None = None
    predicted_diameter_mm: float | None = None
    diameter_error_mm: float | None = None
    surfaces: dict[str, float | None] = Field(default_factory=dict)


class CaseResult(Value):
    """One case: the mean Dice of its findings and where its time went."""

    case: str
    patient: str
    status: Literal["scored", "missing", "refused"]
    n_findings: int
    mean_dice: float | None
    seconds: float


class SegmentationResult(Value):
    """All scores of one prediction.

    ``summary`` and every slice hold numbers by name, and ``ci95`` with their intervals.
    ``surfaces`` has the mean of each surface metric over the findings where it has a value,
    ``sizes`` those of the errors of volume and diameter.
    """

    task: Literal["segmentation"] = "segmentation"
    protocol: str
    partial_reference: bool
    summary: dict[str, Any]
    findings: tuple[FindingResult, ...]
    cases: tuple[CaseResult, ...]
    slices: dict[str, dict[str, dict[str, Any]]]
    surfaces: dict[str, dict[str, Any]]
    sizes: dict[str, dict[str, Any]]
    extra: tuple[str, ...]
    issues: tuple[Issue, ...]
    settings: Settings
    reference_digest: str
    prediction_digest: str
    versions: dict[str, str]
    seconds: float
    peak_mib: float


def write_result(path: AnyPath, result: SegmentationResult) -> tuple[Path, Path]:
    """Write ``result.json`` and the CSV beside it; each appears only when complete."""
    path = Path(path)
    text = result.model_dump_json(indent=1) + "\n"
    write_bytes(path, [text.encode("utf-8")])
    table = path.with_suffix(".csv")
    metrics = tuple(result.findings[0].surfaces) if result.findings else ()
    rows = [_cells(row) | {n: _cell(row.surfaces[n]) for n in metrics} for row in result.findings]
    write_csv_table(table, (*COLUMNS, *metrics), rows)
    return path, table


COLUMNS: Final = tuple(name for name in FindingResult.model_fields if name != "surfaces")


def _cells(row: FindingResult) -> dict[str, str]:
    return {name: _cell(getattr(row, name)) for name in COLUMNS}


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, tuple):
        return inert(", ".join(value))
    if isinstance(value, str):
        return inert(value)
    return repr(value)


def result_beside(path: Path) -> Path:
    """Where scores of cases are kept until the result is written."""
    return path.with_name(f".{path.name}.cases.jsonl")


def process_count() -> int:
    """How many processes this machine has a core for."""
    return max(1, len(os.sched_getaffinity(0)))
