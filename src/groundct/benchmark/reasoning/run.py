"""From traces to a result."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np

from groundct.benchmark._results import coverage_issues, versions
from groundct.benchmark._summary import mean_of, summary_of
from groundct.benchmark.reasoning.inputs import Trace, Traces
from groundct.benchmark.reasoning.masks import OverlapOf
from groundct.benchmark.reasoning.result import ReasoningResult, StepOverlap, TraceResult
from groundct.core.issues import TableError
from groundct.metrics.statistics.bootstrap import DRAWS
from groundct.metrics.steps import StepScore, box_overlap, score_steps
from groundct.sources._names import patient_id_of

SCORING_VERSION: Final = "1"
SHARES: Final = ("factuality", "completeness", "efficiency", "order", "overlap")


def evaluate_reasoning(
    reference: Traces,
    prediction: Traces,
    *,
    overlap_of: OverlapOf | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> ReasoningResult:
    """Score traces against those of the reference, finding by finding.

    Of a finding's predicted traces as many are looked at, in their order, as the reference has;
    they are matched one to one by the boxes of their last steps. ``overlap_of`` compares regions
    by masks instead of boxes (`overlap_by_masks`).

    Raises TableError when the reference has no trace, or one without steps.
    """
    start = time.perf_counter()
    empty = [_name(trace) for trace in reference.traces if not trace.steps]
    if empty or not reference.traces:
        what = f"{', '.join(empty[:5])} have no step." if empty else "it holds no trace."
        raise TableError.of("no-steps", "reference", what, "Give traces with their steps.")
    rows: list[TraceResult] = []
    extra: list[str] = []
    given = _by_finding(prediction.traces)
    due = _by_finding(reference.traces)
    for key, traces in due.items():
        rows += list(_scored(traces, given.get(key, []), overlap_of))
        extra += [_name(trace) for trace in given.get(key, [])[len(traces) :]]
    extra += [_name(trace) for key, own in given.items() if key not in due for trace in own]
    missing = [f"{row.case} {row.finding}" for row in rows if row.status == "missing"]
    options = {"draws": draws, "seed": seed}
    return ReasoningResult(
        summary=_summary(rows, options),
        levels=_levels(rows, options),
        traces=tuple(rows),
        extra=tuple(extra),
        issues=coverage_issues(missing, extra, "traces"),
        settings={**options, "regions": "boxes" if overlap_of is None else "masks"},
        reference_digest=reference.digest,
        prediction_digest=prediction.digest,
        versions=versions(SCORING_VERSION),
        seconds=round(time.perf_counter() - start, 3),
    )


def _by_finding(traces: Sequence[Trace]) -> dict[tuple[str, str], list[Trace]]:
    out: dict[tuple[str, str], list[Trace]] = {}
    for trace in traces:
        out.setdefault((trace.case_id, trace.finding_id), []).append(trace)
    return out


def _scored(
    reference: Sequence[Trace], prediction: Sequence[Trace], overlap_of: OverlapOf | None
) -> Iterator[TraceResult]:
    pairs = _pairs(reference, prediction[: len(reference)])
    for number, trace in enumerate(reference):
        other = prediction[pairs[number]] if number in pairs else None
        steps = [step.step() for step in other.steps] if other else []
        own = [step.step() for step in trace.steps]
        overlap = overlap_of(trace, other) if overlap_of and other else None
        yield _result(trace, score_steps(own, steps, overlap), missing=other is None)


def _pairs(reference: Sequence[Trace], prediction: Sequence[Trace]) -> dict[int, int]:
    """Indices of the reference's traces -> those of the prediction's, by their last boxes."""
    if not prediction:
        return {}
    from scipy.optimize import linear_sum_assignment

    table = np.zeros((len(reference), len(prediction)))
    for a, trace in enumerate(reference):
        for b, other in enumerate(prediction):
            last = other.steps[-1].box if other.steps else None
            table[a, b] = box_overlap(trace.steps[-1].box, last) or 0.0
    rows, columns = linear_sum_assignment(table, maximize=True)
    return {int(a): int(b) for a, b in zip(rows, columns, strict=True)}


def _result(trace: Trace, score: StepScore, *, missing: bool) -> TraceResult:
    with_region = [step for step in trace.steps if step.box is not None]
    return TraceResult(
        case=trace.case_id,
        patient=trace.patient_id or patient_id_of(trace.case_id),
        finding=trace.finding_id,
        region=trace.region_id,
        status="missing" if missing else "scored",
        factuality=score.factuality,
        completeness=score.completeness,
        efficiency=score.efficiency,
        order=score.order,
        overlap=score.mean_overlap,
        steps=tuple(
            StepOverlap(level=step.level, name=step.name, overlap=overlap)
            for step, overlap in zip(with_region, score.overlaps, strict=True)
        ),
    )


def _summary(rows: Sequence[TraceResult], options: dict[str, int]) -> dict[str, Any]:
    patients = [row.patient for row in rows]
    out = summary_of(
        {name: mean_of([getattr(row, name) for row in rows]) for name in SHARES},
        patients,
        **options,
    )
    return out | {
        "n": len(rows),
        "n_patients": len(set(patients)),
        "n_missing": sum(row.status == "missing" for row in rows),
        "n_scored": len(rows),
        "n_undefined": {
            name: sum(getattr(row, name) is None for row in rows) for name in ("order", "overlap")
        },
    }


def _levels(rows: Sequence[TraceResult], options: dict[str, int]) -> dict[str, dict[str, Any]]:
    steps = [(row.patient, step) for row in rows for step in row.steps]
    out: dict[str, dict[str, Any]] = {}
    for level in sorted({step.level for _, step in steps}):
        own = [(patient, step.overlap) for patient, step in steps if step.level == level]
        numbers = summary_of(
            {"overlap": mean_of([value for _, value in own])},
            [patient for patient, _ in own],
            **options,
        )
        out[level] = numbers | {"n": len(own)}
    return out


def _name(trace: Trace) -> str:
    return f"{trace.case_id} {trace.finding_id}"
