"""The result of scoring traces: frozen values, written as JSON and as a table a trace."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from groundct.benchmark._results import write_result_files
from groundct.core.issues import Issue
from groundct.core.paths import AnyPath
from groundct.core.record import StepLevel
from groundct.core.value import Value


class StepOverlap(Value):
    """A step of the reference that has a region, and how well the prediction's covers it."""

    level: StepLevel
    name: str
    overlap: float


class TraceResult(Value):
    """One trace of the reference, scored; ``missing`` ones as if they had no step.

    ``order`` is None where no step is matched, ``overlap`` where the reference has no region.
    """

    case: str
    patient: str
    finding: str
    region: str
    status: Literal["scored", "missing"]
    factuality: float
    completeness: float
    efficiency: float
    order: float | None
    overlap: float | None
    steps: tuple[StepOverlap, ...]


class ReasoningResult(Value):
    """All scores of one prediction.

    ``summary`` has the means over traces of factuality, completeness, efficiency, order and
    overlap, ``levels`` the mean overlap of steps of each level, both with ``ci95``; ``settings``
    says what regions are compared by.
    """

    task: Literal["reasoning"] = "reasoning"
    protocol: Literal["strict"] = "strict"
    summary: dict[str, Any]
    levels: dict[str, dict[str, Any]]
    traces: tuple[TraceResult, ...]
    extra: tuple[str, ...]
    issues: tuple[Issue, ...]
    settings: dict[str, int | str]
    reference_digest: str
    prediction_digest: str
    versions: dict[str, str]
    seconds: float


def write_result(path: AnyPath, result: ReasoningResult) -> tuple[Path, Path]:
    """Write ``result.json`` and a CSV with a row a trace beside it."""
    path = Path(path)
    rows = [row.model_dump(exclude={"steps"}) for row in result.traces]
    return write_result_files(path, result, rows)
