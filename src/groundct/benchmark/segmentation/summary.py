"""From findings to headline numbers with their intervals, for all findings or a slice of them.

Every headline number is a sum over findings divided by another: one draw of patients then serves
all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundct.benchmark.segmentation.result import FindingResult
from groundct.benchmark.segmentation.settings import Settings
from groundct.metrics.statistics.bootstrap import (
    cluster_sums,
    drawn_sums,
    interval_of,
    mean_interval,
    ratio,
)
from groundct.metrics.statistics.studentised import FEW_CLUSTERS

Floats = NDArray[np.float64]
Fraction = tuple[Floats, Floats]


def summary_of(rows: Sequence[FindingResult], settings: Settings) -> dict[str, Any]:
    """The headline numbers of findings; ``ci95`` has the interval of each, None where it has none.

    ``n_cases`` and ``n_findings`` count what the means are over; under the official protocol
    those are the ones with a prediction.
    """
    official = settings.protocol == "rexgroundingct"
    counted = [row for row in rows if not (official and row.status == "missing")]
    dices = _column(row.dice for row in counted)
    fractions: dict[str, Fraction | None] = {
        "mean_dice_per_finding": _mean(dices),
        "mean_dice_per_case": _mean(_case_means(counted)),
        "hit_rate": _mean(_column(row.hit for row in counted)),
    }
    for group, prefix in (("instance", ""), ("distance", "distance_")):
        fractions |= _instance_fractions(group, prefix, counted, partial=settings.rules.partial)
    return {
        **{name: _value(name, f, official) for name, f in fractions.items()},
        "n_cases": len({row.case for row in counted}),
        "n_findings": len(counted),
        "n_missing": sum(row.status == "missing" for row in rows),
        "n_refused": sum(row.status == "refused" for row in rows),
        "n_scored": int(np.count_nonzero(~np.isnan(dices))),
        "n_undefined": int(np.count_nonzero(np.isnan(dices))),
        "ci95": _intervals(fractions, [row.patient for row in counted], settings),
    }


def surface_summary(rows: Sequence[FindingResult], settings: Settings) -> dict[str, dict[str, Any]]:
    """Each surface metric's mean with its interval, and how many findings have none."""
    names = rows[0].surfaces if rows else ()
    return {
        name: _mean_summary(
            _column(row.surfaces[name] for row in rows),
            rows,
            settings,
            unbounded=not name.startswith("nsd"),
        )
        for name in names
    }


def size_summary(rows: Sequence[FindingResult], settings: Settings) -> dict[str, dict[str, Any]]:
    """Mean errors of volume and diameter, signed and absolute; none where no file states them.

    ``narrow`` says that an interval is known to hold the truth less often than it says.
    """
    out: dict[str, dict[str, Any]] = {}
    for name in ("volume_error_ml", "diameter_error_mm"):
        errors = _column(getattr(row, name) for row in rows)
        if not np.isnan(errors).all():
            out[name] = _mean_summary(errors, rows, settings, unbounded=True)
            out[f"absolute_{name}"] = _mean_summary(np.abs(errors), rows, settings, unbounded=True)
    return out


def _mean_summary(
    values: Floats, rows: Sequence[FindingResult], settings: Settings, *, unbounded: bool
) -> dict[str, Any]:
    known = ~np.isnan(values)
    defined = int(np.count_nonzero(known))
    patients = {row.patient for row, counts in zip(rows, known, strict=True) if counts}
    return {
        "mean": float(np.nansum(values) / defined) if defined else None,
        "n_scored": defined,
        "n_undefined": len(rows) - defined,
        "n_missing": sum(row.status == "missing" for row in rows),
        "ci95": mean_interval(
            values,
            [row.patient for row in rows],
            draws=settings.draws,
            seed=settings.seed,
            unbounded=unbounded,
        ),
        "narrow": unbounded and 1 < len(patients) < FEW_CLUSTERS,
    }


def _instance_fractions(
    group: str, prefix: str, rows: Sequence[FindingResult], *, partial: bool
) -> dict[str, Fraction | None]:
    names = [f"{group}_{score}" for score in ("precision", "recall", "f1")]
    tp, fp, fn = (_column(getattr(r, f"{prefix}{n}") for r in rows) for n in ("tp", "fp", "fn"))
    if np.isnan(tp).all():
        return dict.fromkeys(names)
    tp, fp, fn = (np.nan_to_num(counts) for counts in (tp, fp, fn))
    precision = None if partial else (tp, tp + fp)
    f1 = None if partial else (2 * tp, 2 * tp + fp + fn)
    return dict(zip(names, (precision, (tp, tp + fn), f1), strict=True))


def _value(name: str, fraction: Fraction | None, official: bool) -> float | None:
    if fraction is None:
        return None
    above, below = fraction
    if below.sum() == 0:
        # 0/0 is 1.0 in the official scoring of instances, and undefined everywhere else.
        return 1.0 if official and name.startswith(("instance", "distance")) else None
    if name.startswith(("mean", "hit")):
        return float(np.mean(above[below > 0]))
    return float(above.sum() / below.sum())


def _intervals(
    fractions: dict[str, Fraction | None], patients: list[str], settings: Settings
) -> dict[str, tuple[float, float] | None]:
    out: dict[str, tuple[float, float] | None] = dict.fromkeys(fractions)
    known = {name: fraction for name, fraction in fractions.items() if fraction is not None}
    if not patients or not known:
        return out
    sums = cluster_sums(np.stack([c for f in known.values() for c in f], axis=1), patients)
    drawn = drawn_sums(sums, draws=settings.draws, seed=settings.seed)
    for n, name in enumerate(known):
        own = slice(2 * n, 2 * n + 2)
        # One patient says nothing of how patients differ.
        if np.count_nonzero(sums[:, own][:, 1]) > 1:
            out[name] = interval_of(sums[:, own], drawn[:, own], ratio)
    return out


def _mean(values: Floats) -> Fraction:
    """A mean as a sum of values over a sum of ones; NaN counts in neither."""
    defined = ~np.isnan(values)
    return np.where(defined, values, 0.0), defined.astype(np.float64)


def _column(values: Iterable[float | None]) -> Floats:
    return np.array([np.nan if v is None else float(v) for v in values], dtype=np.float64)


def _case_means(rows: Sequence[FindingResult]) -> Floats:
    """The mean Dice of each case at the place of its first finding; NaN elsewhere."""
    by_case: dict[str, list[float]] = {}
    first: dict[str, int] = {}
    for n, row in enumerate(rows):
        first.setdefault(row.case, n)
        own = by_case.setdefault(row.case, [])
        if row.dice is not None:
            own.append(row.dice)
    out = np.full(len(rows), np.nan)
    for case, own in by_case.items():
        if own:
            out[first[case]] = np.mean(own)
    return out
