"""Boxes of sentences, from JSON lines."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Final, Self

from pydantic import Field, ValidationError, model_validator

from groundct.benchmark._results import file_digest
from groundct.benchmark.reports.inputs import Key, SentenceBoxes, Texts
from groundct.codecs._files import read_bytes
from groundct.core.issues import Issue, TableError
from groundct.core.paths import AnyPath
from groundct.core.value import Value, digest
from groundct.metrics.boxes import box_content
from groundct.sources._names import case_id_of

_MAX_BYTES: Final = 1 << 30
_MOST_ISSUES: Final = 20


class _Box(Value):
    low: tuple[float, ...] = Field(min_length=2, max_length=3)
    high: tuple[float, ...] = Field(min_length=2, max_length=3)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len(self.low) != len(self.high) or not box_content((self.low, self.high)):
            raise ValueError(f"box {self.low} .. {self.high} has no content")
        return self


class _Line(Value):
    VolumeName: str
    Anatomy: str = ""
    Sentence: str
    Boxes: tuple[_Box, ...]


def with_boxes(texts: Texts, path: AnyPath) -> Texts:
    """Texts whose sentences have the boxes of a file with a JSON object a line.

    An object has VolumeName, Anatomy, Sentence and Boxes, each with low and high in 2 or 3
    dimensions. Raises TableError with every line that is none, or whose scan and region has no
    text.
    """
    path = Path(path)
    found: dict[Key, list[SentenceBoxes]] = {}
    issues = []
    dimensions: set[int] = set()
    lines = read_bytes(path, TableError, _MAX_BYTES).decode("utf-8", "replace").splitlines()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = _Line.model_validate(json.loads(line))
            key = (case_id_of(row.VolumeName), row.Anatomy.strip().casefold())
            if key not in texts.texts:
                raise ValueError(f"there is no text of {key[0]!r}, region {key[1]!r}")
            dimensions |= {len(box.low) for box in row.Boxes}
            if len(dimensions) > 1:
                raise ValueError("boxes have 2 and 3 dimensions")
        except ValueError as problem:
            issues.append(_issue(path, number, problem))
            continue
        boxes = tuple((box.low, box.high) for box in row.Boxes)
        found.setdefault(key, []).append((row.Sentence, boxes))
    if issues:
        raise TableError(*issues[:_MOST_ISSUES])
    return replace(texts, boxes=found, digest=digest([texts.digest, file_digest(path)]))


def _issue(path: Path, number: int, problem: ValueError) -> Issue:
    what = problem.errors()[0]["msg"] if isinstance(problem, ValidationError) else str(problem)
    return Issue(
        code="no-boxes",
        where=f"{path} line {number}",
        what=f"{what}.",
        remedy="Write VolumeName, Anatomy, Sentence and Boxes with low and high.",
    )
