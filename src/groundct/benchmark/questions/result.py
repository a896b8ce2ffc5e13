"""The result of scoring answers: frozen values, written as JSON and as a table a question."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from groundct.benchmark._results import write_result_files
from groundct.benchmark.questions.items import Task
from groundct.core.issues import Issue
from groundct.core.paths import AnyPath
from groundct.core.value import Value

Status = Literal["scored", "missing", "refused", "unread", "undefined"]


class AnswerResult(Value):
    """One question, scored.

    ``missing``: no answer; ``refused``: the answer gives none; ``unread``: it is none of its kind;
    all three score 0. ``undefined``: the reference's own answer cannot be read, so there is no
    score. ``score`` is the task's own, 0..1; ``exact`` and ``normalised`` compare the words.
    """

    case: str
    patient: str
    question: str
    task: Task
    region: str
    status: Status
    score: float | None
    exact: bool
    normalised: bool


class QuestionsResult(Value):
    """All scores of one prediction.

    ``summary`` has ``balanced_score`` (the mean over tasks of the mean over regions),
    ``mean_score``, ``exact_match``, ``normalised_match`` and counts; ``tasks`` and ``regions`` the
    same of their questions, and every task its ``chance`` and ``chance_corrected``. Everywhere
    ``ci95`` has the intervals.
    """

    task: Literal["questions"] = "questions"
    protocol: Literal["strict"] = "strict"
    summary: dict[str, Any]
    tasks: dict[str, dict[str, Any]]
    regions: dict[str, dict[str, Any]]
    answers: tuple[AnswerResult, ...]
    extra: tuple[str, ...]
    issues: tuple[Issue, ...]
    settings: dict[str, int]
    reference_digest: str
    prediction_digest: str
    versions: dict[str, str]
    seconds: float


def write_result(path: AnyPath, result: QuestionsResult) -> tuple[Path, Path]:
    """Write ``result.json`` and a CSV with a row a question beside it."""
    path = Path(path)
    return write_result_files(path, result, [row.model_dump() for row in result.answers])
