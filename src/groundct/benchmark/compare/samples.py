"""What a comparison takes from a result: samples, each with the parts of its metrics."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Part = tuple[float, float]
"""Numerator and denominator: a mean's are the value and 1, those of what is undefined 0 and 0."""
Key = tuple[str, str]
"""Case, and which of its samples."""

UNDEFINED: Part = (0.0, 0.0)


@dataclass(frozen=True)
class Metric:
    """A number that models are ranked by: sum of numerators over sum of denominators.

    ``part`` names the samples' parts; ``per`` whether samples count alike, or cases do, each with
    the ratio of its own sums. ``common``: only samples count on which every model has a value,
    as where a prediction without voxels has none and would drop out of its own mean.
    ``unbounded``: values are amounts, as in mm, and not shares of 1.
    """

    name: str
    part: str
    per: Literal["sample", "case"] = "sample"
    higher_is_better: bool = True
    common: bool = False
    unbounded: bool = False


@dataclass(frozen=True)
class Sample:
    """One thing that was scored.

    ``parts`` is None where the result dropped the sample; ``empty`` is what an empty prediction
    would have got, as far as this result tells.
    """

    case: str
    item: str
    patient: str
    category: str | None
    missing: bool
    parts: Mapping[str, Part] | None
    empty: Mapping[str, Part]

    @property
    def key(self) -> Key:
        """What the same sample is found by in another result."""
        return self.case, self.item


@dataclass(frozen=True)
class Scored:
    """One result as read. ``conditions`` must be equal in all that are compared."""

    name: str
    where: str
    task: str
    conditions: Mapping[str, Any]
    prediction_digest: str
    metrics: tuple[Metric, ...]
    samples: Mapping[Key, Sample]
    summary: Mapping[str, Any]
    extra: int


def part_of(value: float | bool | None) -> Part:
    """The part of a mean."""
    return UNDEFINED if value is None else (float(value), 1.0)


def by_key(samples: Iterable[Sample]) -> dict[Key, Sample]:
    """Samples by their key.

    Raises ValueError when a key comes twice or is no text, and when a part is not finite.
    """
    out: dict[Key, Sample] = {}
    for sample in samples:
        if not all(isinstance(name, str) for name in (sample.case, sample.item, sample.patient)):
            raise ValueError(f"{sample.case!r} {sample.item!r} of {sample.patient!r} are no names")
        if sample.key in out:
            raise ValueError(f"{sample.case} {sample.item} stands there twice")
        for name, (above, below) in (sample.parts or {}).items():
            if not (math.isfinite(above) and math.isfinite(below) and below >= 0):
                raise ValueError(f"{name} of {sample.case} {sample.item} is {above!r} of {below!r}")
        out[sample.key] = sample
    return out
