"""Samples of a result of organ masks: one a structure and case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from groundct.benchmark.compare.samples import UNDEFINED, Key, Metric, Sample, by_key, part_of

METRICS: Final = (Metric("mean_dice", "dice"), Metric("mean_dice_per_case", "dice", per="case"))
DEFAULT_COMBINED: Final = ("mean_dice",)


def metrics_of(result: Mapping[str, Any]) -> tuple[Metric, ...]:
    """Dice, and the surface metrics that were asked for."""
    names = dict.fromkeys(name for row in result["rows"] for name in row["surfaces"])
    surfaces = (
        Metric(name, name, higher_is_better=share, common=True, unbounded=not share)
        for name in names
        for share in (name.startswith("nsd"),)
    )
    return (*METRICS, *surfaces)


def samples_of(result: Mapping[str, Any]) -> dict[Key, Sample]:
    """The structures of a result by case and name; what is missing has the Dice of nothing."""
    return by_key(_sample(row) for row in result["rows"])


def summary_of(result: Mapping[str, Any]) -> dict[str, Any]:
    """The means that the result states."""
    return dict(result["summary"])


def _sample(row: Mapping[str, Any]) -> Sample:
    parts = {"dice": part_of(row["dice"])}
    parts |= {name: part_of(value) for name, value in row["surfaces"].items()}
    empty = dict.fromkeys(parts, UNDEFINED)
    empty["dice"] = UNDEFINED if row["dice"] is None else part_of(0.0)
    return Sample(
        case=row["case"],
        item=row["structure"],
        patient=row["patient"],
        category=row["structure"],
        missing=row["status"] in ("missing", "refused"),
        parts=parts,
        empty=empty,
    )
