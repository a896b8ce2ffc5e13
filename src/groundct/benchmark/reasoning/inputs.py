"""Traces from a release or from JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from groundct.benchmark._results import file_digest, patients_of
from groundct.codecs._files import read_bytes
from groundct.core.issues import Issue, TableError
from groundct.core.paths import AnyPath
from groundct.core.record import Box, StepLevel
from groundct.core.value import Value, digest
from groundct.metrics.steps import Step
from groundct.release.read import Release, read_release
from groundct.sources._names import case_id_of

_MAX_BYTES: Final = 1 << 30
_MOST_ISSUES: Final = 20


class TraceStep(Value):
    """One step of a trace; only level and name are needed."""

    level: StepLevel
    name: str
    text: str = ""
    region_id: str | None = None
    approximate: bool = False
    box: Box | None = None
    centroid_mm: tuple[float, float, float] | None = None
    centroid_index: tuple[float, float, float] | None = None

    def step(self) -> Step:
        """What is compared of it."""
        return Step(self.level, self.name, self.box)


class Trace(Value):
    """The steps to one region of a finding.

    ``patient_id`` is empty where the case's name says whose it is.
    """

    case_id: str
    patient_id: str = ""
    finding_id: str
    region_id: str = ""
    steps: tuple[TraceStep, ...]


@dataclass(frozen=True)
class Traces:
    """Traces in order, the digest of where they come from, and the release if it is one."""

    traces: tuple[Trace, ...]
    digest: str
    release: Release | None = None


def read_traces(path: AnyPath) -> Traces:
    """The traces of a release, or of a file with a JSON object a line.

    An object has case_id, finding_id and steps, each with level, name and, when it states one, box
    (low and high, voxels of the CT's stored grid). Raises DataError.
    """
    path = Path(path)
    if (path / "manifest.json").is_file():
        release = read_release(path)
        traces = tuple(_of_release(release))
        content = digest([trace.model_dump(mode="json") for trace in traces])
        return Traces(traces, content, release)
    return Traces(tuple(_of_lines(path)), file_digest(path))


def _of_release(release: Release) -> Iterator[Trace]:
    patients = patients_of(release)
    rows: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in release.table("traces").to_pylist():
        rows.setdefault((row["case_id"], row["finding_id"], row["region_id"]), []).append(row)
    for (case, finding, region), own in rows.items():
        yield Trace(
            case_id=case,
            patient_id=patients[case],
            finding_id=finding,
            region_id=region,
            steps=tuple(_step(row) for row in sorted(own, key=lambda row: row["step"])),
        )


def _step(row: dict[str, Any]) -> TraceStep:
    box = None if row["box_low"] is None else Box(low=row["box_low"], high=row["box_high"])
    names = ("level", "name", "text", "approximate")
    return TraceStep(
        **{name: row[name] for name in names}, region_id=row["step_region_id"], box=box
    )


def _of_lines(path: Path) -> Iterator[Trace]:
    issues = []
    lines = read_bytes(path, TableError, _MAX_BYTES).decode("utf-8", "replace").splitlines()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            trace = Trace.model_validate(json.loads(line))
            if any(min(b - a for a, b in zip(s.box.low, s.box.high, strict=True)) < 1
                   for s in trace.steps if s.box):  # fmt: skip
                raise ValueError("a box has no voxel")
            yield trace.changed(case_id=case_id_of(trace.case_id))
        except ValueError as problem:
            issues.append(_issue(path, number, problem))
    if issues:
        raise TableError(*issues[:_MOST_ISSUES])


def _issue(path: Path, number: int, problem: ValueError) -> Issue:
    if isinstance(problem, ValidationError):
        first = problem.errors()[0]
        what = f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}."
    else:
        what = f"{problem}."
    remedy = "Write case_id, finding_id and steps with level and name; box has low and high."
    return Issue(code="no-trace", where=f"{path} line {number}", what=what, remedy=remedy)
