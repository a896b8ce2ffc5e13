"""Samples of a segmentation's result: one a finding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from groundct.benchmark.compare.samples import UNDEFINED, Key, Metric, Part, Sample, by_key, part_of

METRICS: Final = (
    Metric("mean_dice_per_finding", "dice"),
    Metric("mean_dice_per_case", "dice", per="case"),
    Metric("hit_rate", "hit"),
    *(
        Metric(f"{group}_{name}", f"{group}_{name}")
        for group in ("instance", "distance")
        for name in ("precision", "recall", "f1")
    ),
)
DEFAULT_COMBINED: Final = ("mean_dice_per_finding", "hit_rate", "instance_f1")
"""The three that the challenge's standings give."""


def metrics_of(result: Mapping[str, Any]) -> tuple[Metric, ...]:
    """The headline metrics, and those of surfaces that every finding was asked for."""
    named = sorted({name for row in result["findings"] for name in row.get("surfaces") or {}})
    surfaces = (
        Metric(name, name, higher_is_better=share, common=True, unbounded=not share)
        for name in named
        for share in (name.startswith(("nsd", "dice")),)
    )
    return (*METRICS, *surfaces)


def samples_of(result: Mapping[str, Any]) -> dict[Key, Sample]:
    """The findings of a result by case and number. Raises KeyError when a row lacks a key."""
    partial = bool(result.get("partial_reference", False))
    both_empty = part_of(1.0) if result["protocol"] == "rexgroundingct" else UNDEFINED
    return by_key(_sample(row, partial, both_empty) for row in result["findings"])


def summary_of(result: Mapping[str, Any]) -> dict[str, Any]:
    """The headline numbers that the result states."""
    return dict(result["summary"])


def _sample(row: Mapping[str, Any], partial: bool, both_empty: Part) -> Sample:
    missing = row["status"] in ("missing", "refused")
    dropped = row["status"] == "missing" and row["dice"] is None
    parts = {"dice": part_of(row["dice"]), "hit": part_of(row["hit"])}
    parts |= {name: part_of(value) for name, value in (row.get("surfaces") or {}).items()}
    has_voxels = row.get("reference_voxels", 1) > 0
    empty = dict.fromkeys(parts, part_of(0.0) if has_voxels else both_empty)
    empty |= dict.fromkeys(row.get("surfaces") or {}, UNDEFINED)
    for group, prefix in (("instance", ""), ("distance", "distance_")):
        tp, fp, fn = (row.get(f"{prefix}{name}") for name in ("tp", "fp", "fn"))
        parts |= _counts(group, tp, fp, fn, partial)
        if tp is not None and fn is not None:
            empty |= _counts(group, 0, 0, tp + fn, partial)
    return Sample(
        case=row["case"],
        item=str(row["finding"]),
        patient=row.get("patient") or row["case"],
        category=row["category"],
        missing=missing,
        parts=None if dropped else parts,
        empty=empty,
    )


def _counts(
    group: str, tp: int | None, fp: int | None, fn: int | None, partial: bool
) -> dict[str, Part]:
    """Parts of precision, recall and F1; an incomplete reference tells of recall alone."""
    if tp is None or fn is None:
        return {f"{group}_{name}": UNDEFINED for name in ("precision", "recall", "f1")}
    known = fp is not None and not partial
    wrong = (fp or 0) if known else 0
    return {
        f"{group}_recall": (tp, tp + fn),
        f"{group}_precision": (tp, tp + wrong) if known else UNDEFINED,
        f"{group}_f1": (2 * tp, 2 * tp + wrong + fn) if known else UNDEFINED,
    }
