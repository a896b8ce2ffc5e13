"""From findings to headline numbers with their intervals, for all findings or a slice of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundct.benchmark.segmentation.result import FindingResult
from groundct.benchmark.segmentation.settings import Settings
from groundct.metrics.statistics.bootstrap import mean_interval, ratio_interval

Floats = NDArray[np.float64]
Interval = tuple[float, float] | None


def summary_of(rows: Sequence[FindingResult], settings: Settings) -> dict[str, Any]:
    """The headline numbers of findings; ``ci95`` has an interval for each that has a value.

    ``n_cases`` and ``n_findings`` count what the means are over; under the official protocol
    those are the ones with a prediction.
    """
    official = settings.protocol == "rexgroundingct"
    counted = [row for row in rows if not (official and row.status == "missing")]
    patients = [row.patient for row in counted]
    out: dict[str, Any] = {}
    intervals: dict[str, Interval] = {}

    def put(name: str, value: float | None, interval: Callable[[], Interval]) -> None:
        out[name] = value
        intervals[name] = None if value is None else interval()

    def mean(name: str, values: Floats, clusters: list[str]) -> None:
        defined = values[~np.isnan(values)]
        value = float(np.mean(defined)) if len(defined) else None
        put(name, value, lambda: mean_interval(values, clusters, **_draws(settings)))

    def ratio(name: str, above: Floats, below: Floats) -> None:
        value = _quotient(above.sum(), below.sum(), official)
        put(name, value, lambda: ratio_interval(above, below, patients, **_draws(settings)))

    dices = _column(row.dice for row in counted)
    mean("mean_dice_per_finding", dices, patients)
    case_means, case_patients = _case_means(counted)
    mean("mean_dice_per_case", case_means, case_patients)
    mean("hit_rate", _column(row.hit for row in counted), patients)
    for group, prefix in (("instance", ""), ("distance", "distance_")):
        known = [r for r in counted if getattr(r, f"{prefix}tp") is not None]
        patients = [row.patient for row in known]
        tp, fp, fn = (
            _column(getattr(r, f"{prefix}{n}") for r in known) for n in ("tp", "fp", "fn")
        )
        if not known:
            out |= dict.fromkeys((f"{group}_precision", f"{group}_recall", f"{group}_f1"))
            continue
        partial = settings.instances.partial
        ratio(f"{group}_recall", tp, tp + fn)
        if partial:
            out |= dict.fromkeys((f"{group}_precision", f"{group}_f1"))
        else:
            ratio(f"{group}_precision", tp, tp + fp)
            ratio(f"{group}_f1", 2 * tp, 2 * tp + fp + fn)
    return {
        **out,
        "n_cases": len({row.case for row in counted}),
        "n_findings": len(counted),
        "n_missing": sum(row.status == "missing" for row in rows),
        "n_refused": sum(row.status == "refused" for row in rows),
        "n_scored": int(np.count_nonzero(~np.isnan(dices))),
        "n_undefined": int(np.count_nonzero(np.isnan(dices))),
        "ci95": {name: interval for name, interval in intervals.items() if interval is not None},
    }


def _draws(settings: Settings) -> dict[str, int]:
    return {"draws": settings.draws, "seed": settings.seed}


def _quotient(above: float, below: float, official: bool) -> float | None:
    """0/0 is 1.0 in the official scoring, and undefined otherwise."""
    if below == 0:
        return 1.0 if official else None
    return float(above / below)


def _column(values: Iterable[float | None]) -> Floats:
    return np.array([np.nan if v is None else float(v) for v in values], dtype=np.float64)


def _case_means(rows: Sequence[FindingResult]) -> tuple[Floats, list[str]]:
    by_case: dict[str, list[float]] = {}
    patients: dict[str, str] = {}
    for row in rows:
        patients[row.case] = row.patient
        own = by_case.setdefault(row.case, [])
        if row.dice is not None:
            own.append(row.dice)
    means = [float(np.mean(own)) if own else None for own in by_case.values()]
    return _column(means), list(patients.values())
