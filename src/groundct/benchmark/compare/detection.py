"""Samples of a detection's result: one a reference, detected or not at each model's own threshold.

A model's threshold for so many false positives a scan comes from its whole result and is held
where it is while patients are drawn: what the intervals leave out is the threshold's own chance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from groundct.benchmark.compare.samples import Key, Metric, Part, Sample, by_key
from groundct.metrics.detection import RATES

STEP: Final = "at_own_threshold"
"""Ends the names of numbers that the result interpolates and a comparison does not."""
DEFAULT_COMBINED: Final = ("cpm", f"cpm_{STEP}")
_LEFT_OUT: Final = "excluded"


def metrics_of(result: Mapping[str, Any]) -> tuple[Metric, ...]:
    """CPM, the sensitivity of all candidates, and that at each rate of false positives."""
    result["references"]
    ending = "" if result["protocol"] == "strict" else f"_{STEP}"
    rates = (Metric(f"{_at(rate)}{ending}", _at(rate)) for rate in RATES)
    return Metric(f"cpm{ending}", "cpm"), *rates, Metric("sensitivity", "sensitivity")


def samples_of(result: Mapping[str, Any]) -> dict[Key, Sample]:
    """The references of a result by case and their order in it, without excluded ones."""
    thresholds = [_threshold(result["curve"], rate) for rate in RATES]
    seen: Counter[str] = Counter()
    samples = []
    for row in result["references"]:
        seen[row["case"]] += 1
        if row["status"] != _LEFT_OUT:
            samples.append(_sample(row, f"{seen[row['case']]:04d}", thresholds))
    return by_key(samples)


def summary_of(result: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers that the result states."""
    return dict(result["summary"])


def _at(rate: float) -> str:
    return f"sensitivity_at_{rate:g}"


def _threshold(curve: Sequence[Mapping[str, Any]], rate: float) -> float | None:
    """The least confidence that gives no more false positives a scan; None when any gives more."""
    kept = [p["confidence"] for p in curve if p["false_positives_per_scan"] <= rate]
    return min(kept, default=None)


def _sample(row: Mapping[str, Any], item: str, thresholds: Sequence[float | None]) -> Sample:
    confidence = row["confidence"] if row["status"] == "detected" else None
    found = [
        confidence is not None and threshold is not None and confidence >= threshold
        for threshold in thresholds
    ]
    parts: dict[str, Part] = {
        _at(rate): (float(hit), 1.0) for rate, hit in zip(RATES, found, strict=True)
    }
    parts["cpm"] = (sum(found) / len(found), 1.0)
    parts["sensitivity"] = (float(confidence is not None), 1.0)
    return Sample(
        case=row["case"],
        item=item,
        patient=row["patient"],
        category=row["kind"] or None,
        missing=False,
        parts=parts,
        empty=dict.fromkeys(parts, (0.0, 1.0)),
    )
