"""Read results for a comparison, and refuse those that cannot stand beside one another."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from groundct.benchmark.compare import answers, detection, organs, reports, segmentation
from groundct.benchmark.compare.samples import Key, Metric, Sample, Scored
from groundct.codecs._files import read_bytes
from groundct.core.issues import DataError, Issue
from groundct.core.paths import AnyPath

MAX_RESULT_BYTES: Final = 1 << 30
_NO_CONDITION: Final = ("draws", "seed", "surfaces", "tolerances_mm", "refused")
"""Settings that change no number that is compared."""
_TOLERANCE: Final = 1e-6


class ResultError(DataError):
    """A result that cannot be read or compared."""


@dataclass(frozen=True)
class _Task:
    metrics: Callable[[Mapping[str, Any]], tuple[Metric, ...]]
    samples: Callable[[Mapping[str, Any]], dict[Key, Sample]]
    summary: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    combined: tuple[str, ...]
    thing: str


_TASKS: Final[Mapping[str, _Task]] = MappingProxyType(
    {
        "detection": _Task(
            detection.metrics_of,
            detection.samples_of,
            detection.summary_of,
            detection.DEFAULT_COMBINED,
            "reference",
        ),
        "organs": _Task(
            organs.metrics_of,
            organs.samples_of,
            organs.summary_of,
            organs.DEFAULT_COMBINED,
            "structure",
        ),
        "questions": _Task(
            answers.QUESTIONS.metrics_of,
            answers.QUESTIONS.samples_of,
            answers.summary_of,
            ("mean_score",),
            "question",
        ),
        "reasoning": _Task(
            answers.REASONING.metrics_of,
            answers.REASONING.samples_of,
            answers.summary_of,
            ("factuality", "completeness", "efficiency"),
            "trace",
        ),
        "reports": _Task(
            reports.metrics_of,
            reports.samples_of,
            reports.summary_of,
            reports.DEFAULT_COMBINED,
            "text",
        ),
        "segmentation": _Task(
            segmentation.metrics_of,
            segmentation.samples_of,
            segmentation.summary_of,
            segmentation.DEFAULT_COMBINED,
            "finding",
        ),
    }
)


def default_combined(task: str) -> tuple[str, ...]:
    """The metrics that are combined when none are named."""
    return _TASKS[task].combined


def thing_of(task: str) -> str:
    """What one sample of a task is called."""
    return _TASKS[task].thing


def read_results(places: Sequence[tuple[str, AnyPath]]) -> tuple[Scored, ...]:
    """Results by name and file, all of one task, reference and protocol.

    Raises ResultError with every fault found: files that are no results, names given twice, and
    results of different conditions, both of which are stated.
    """
    issues: list[Issue] = []
    results: list[Scored] = []
    for name, path in places:
        try:
            results.append(_read(name, Path(path)))
        except DataError as problem:
            issues += problem.issues
    names = [name for name, _ in places]
    issues += [_twice(name) for name in sorted({n for n in names if names.count(n) > 1})]
    if results:
        issues += [i for other in results[1:] for i in _mixed(results[0], other)]
    if issues:
        raise ResultError(*issues)
    return tuple(results)


def _read(name: str, path: Path) -> Scored:
    raw = read_bytes(path, ResultError, MAX_RESULT_BYTES)
    try:
        result = json.loads(raw)
    except (ValueError, RecursionError) as problem:
        raise _no_result(path, f"the file is no JSON: {problem}.") from problem
    if not isinstance(result, dict):
        raise _no_result(path, "the file holds no JSON object.")
    task = result.get("task", "segmentation" if "findings" in result else None)
    if not isinstance(task, str) or task not in _TASKS:
        known = ", ".join(sorted(_TASKS))
        raise _no_result(path, f"the task is {task!r}; results of {known} can be compared.")
    kind = _TASKS[task]
    try:
        scored = Scored(
            name=name,
            where=str(path),
            task=task,
            conditions=_conditions(result),
            prediction_digest=result["prediction_digest"],
            metrics=kind.metrics(result),
            samples=kind.samples(result),
            summary=kind.summary(result),
            extra=len(result.get("extra", ())),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as problem:
        raise _no_result(path, f"a part of the result is missing or malformed: {problem}.") from (
            problem
        )
    issues = _contradictions(scored)
    if not scored.samples:
        raise _no_result(path, f"the result has no {kind.thing}.")
    if issues:
        raise ResultError(*issues)
    return scored


def _conditions(result: Mapping[str, Any]) -> dict[str, Any]:
    settings = {k: v for k, v in (result.get("settings") or {}).items() if k not in _NO_CONDITION}
    return {
        "reference_digest": result["reference_digest"],
        "protocol": result["protocol"],
        "partial_reference": result.get("partial_reference", False),
        "extractor": result.get("extractor"),
        "settings": settings,
        "scoring version": (result.get("versions") or {}).get("scoring"),
    }


def _contradictions(result: Scored) -> list[Issue]:
    """Headline numbers that the samples do not give: a result edited by hand."""
    found = []
    for metric in result.metrics:
        stated, own = result.summary.get(metric.name), value_of(result.samples.values(), metric)
        if stated is None or own is None or abs(stated - own) <= _TOLERANCE:
            continue
        found.append(
            Issue(
                code="summary-contradicts-rows",
                where=result.where,
                what=f"the summary has {metric.name} {stated:.6f} and the rows give {own:.6f}.",
                remedy="Evaluate again; results are compared as they were written.",
            )
        )
    return found


def value_of(samples: Any, metric: Metric) -> float | None:
    """A metric over samples as their own result counted them: what it dropped is left out."""
    above: dict[str, float] = {}
    below: dict[str, float] = {}
    for sample in samples:
        if sample.parts is not None and metric.part in sample.parts:
            group = sample.case if metric.per == "case" else ""
            numerator, denominator = sample.parts[metric.part]
            above[group] = above.get(group, 0.0) + numerator
            below[group] = below.get(group, 0.0) + denominator
    ratios = [above[group] / below[group] for group in above if below[group]]
    return sum(ratios) / len(ratios) if ratios else None


def _mixed(first: Scored, other: Scored) -> list[Issue]:
    pairs = {"task": (first.task, other.task)} | _different(first.conditions, other.conditions)
    return [
        Issue(
            code="mixed-results",
            where=other.where,
            what=f"its {name} is {theirs!r}; that of {first.where} is {own!r}.",
            remedy="Evaluate all predictions against one reference with one protocol.",
        )
        for name, (own, theirs) in pairs.items()
        if own != theirs
    ]


def _different(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What two tables hold that is not equal, inner tables key by key."""
    out: dict[str, tuple[Any, Any]] = {}
    for name in dict.fromkeys((*one, *other)):
        own, theirs = one.get(name), other.get(name)
        if isinstance(own, Mapping) and isinstance(theirs, Mapping):
            out |= {f"{name} {inner}": pair for inner, pair in _different(own, theirs).items()}
        elif own != theirs:
            out[name] = (own, theirs)
    return out


def _twice(name: str) -> Issue:
    return Issue(
        code="name-given-twice",
        where=name,
        what="two results have this name.",
        remedy="Name them: NAME=path/to/result.json.",
    )


def _no_result(path: Path, what: str) -> DataError:
    return ResultError.of(
        "not-a-result", path, what, "Give the JSON that `groundct evaluate` wrote."
    )
