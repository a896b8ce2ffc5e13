"""The result of scoring reports: frozen values, written as JSON and as a table a text."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from groundct.benchmark._results import write_result_files
from groundct.benchmark.reports.settings import Settings
from groundct.core.issues import Issue
from groundct.core.paths import AnyPath
from groundct.core.value import Value

Status = Literal["scored", "missing", "empty-reference"]


class SampleResult(Value):
    """One text of the reference and its scores by name, None where one is not defined.

    ``missing``: there is no prediction, which is scored as an empty text. ``empty-reference``: the
    reference says nothing, so scores of words have no value.
    """

    case: str
    patient: str
    region: str
    status: Status
    scores: dict[str, float | None]


class ReportsResult(Value):
    """All scores of one prediction, by region; the empty name is the whole report.

    A region holds numbers by name, ``ci95`` with their intervals, ``not_computed`` with the reason
    of every score that could not be given, ``labels`` with each label's numbers, and counts:
    ``n`` texts of the reference, of which ``n_missing`` have no prediction and ``n_undefined`` are
    empty. ``extractor`` says what read the texts, ``judge`` what said which sentences follow;
    both are empty where they had no part.
    """

    task: Literal["reports"] = "reports"
    protocol: Literal["strict"] = "strict"
    regions: dict[str, dict[str, Any]]
    samples: tuple[SampleResult, ...]
    extra: tuple[str, ...]
    issues: tuple[Issue, ...]
    settings: Settings
    extractor: dict[str, str]
    judge: dict[str, str | int | float]
    reference_digest: str
    prediction_digest: str
    versions: dict[str, str]
    seconds: float


def write_result(path: AnyPath, result: ReportsResult) -> tuple[Path, Path]:
    """Write ``result.json`` and a CSV with a row a text beside it."""
    path = Path(path)
    rows = [
        {"case": s.case, "patient": s.patient, "region": s.region, "status": s.status} | s.scores
        for s in result.samples
    ]
    return write_result_files(path, result, rows)
