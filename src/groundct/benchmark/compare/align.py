"""Bring the samples of several results together; what one lacks is scored as empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundct.benchmark.compare.samples import UNDEFINED, Key, Metric, Part, Sample, Scored

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Units:
    """What a metric counts: samples, or cases. Arrays are (models, n); lists are (n)."""

    metric: Metric
    cases: tuple[str, ...]
    patients: tuple[str, ...]
    numerators: Floats
    denominators: Floats

    def by_case(self) -> tuple[tuple[str, ...], Floats]:
        """The cases' patients, and each case's own ratio (cases, models), NaN where undefined."""
        names = sorted(set(self.cases))
        number = {name: n for n, name in enumerate(names)}
        rows = np.array([number[case] for case in self.cases], dtype=np.intp)
        patient_of = dict(zip(self.cases, self.patients, strict=True))
        above, below = (
            np.stack([np.bincount(rows, column, len(names)) for column in table], axis=1)
            for table in (self.numerators, self.denominators)
        )
        undefined = np.full(above.shape, np.nan)
        values = np.divide(above, below, out=undefined, where=below != 0)
        return tuple(patient_of[name] for name in names), values


@dataclass(frozen=True)
class Board:
    """All results over one list of samples, the reference's; ``missing`` is (models, n)."""

    models: tuple[str, ...]
    samples: tuple[Sample, ...]
    units: tuple[Units, ...]
    missing: NDArray[np.bool_]


def align(results: Sequence[Scored]) -> Board:
    """Put results side by side.

    The samples are those of all results together, sorted. A sample that a result lacks or dropped
    counts with what an empty prediction gets; metrics without any value are left out.
    """
    keys = sorted({key for result in results for key in result.samples}, key=_natural)
    donors = {key: _donors(results, key) for key in keys}
    samples = tuple(donors[key][0] for key in keys)
    missing = np.array(
        [[key not in r.samples or r.samples[key].missing for key in keys] for r in results]
    )
    shared = set.intersection(*({m.name for m in result.metrics} for result in results))
    tables: dict[str, tuple[Floats, Floats]] = {}
    units = []
    for metric in results[0].metrics:
        if metric.name not in shared:
            continue
        if metric.part not in tables:
            tables[metric.part] = _table(results, keys, donors, metric.part)
        above, below = tables[metric.part]
        if metric.common:
            everywhere = np.all(below > 0, axis=0)
            above, below = np.where(everywhere, above, 0.0), np.where(everywhere, below, 0.0)
        if below.any():
            made = Units(
                metric,
                tuple(s.case for s in samples),
                tuple(s.patient for s in samples),
                above,
                below,
            )
            units.append(_per_case(made) if metric.per == "case" else made)
    return Board(tuple(r.name for r in results), samples, tuple(units), missing)


def _table(
    results: Sequence[Scored], keys: Sequence[Key], donors: Mapping[Key, list[Sample]], part: str
) -> tuple[Floats, Floats]:
    pairs = np.array(
        [[_part(result.samples.get(key), donors[key], part) for key in keys] for result in results],
        dtype=np.float64,
    )
    return pairs[..., 0], pairs[..., 1]


def _donors(results: Sequence[Scored], key: Key) -> list[Sample]:
    return [result.samples[key] for result in results if key in result.samples]


def _part(own: Sample | None, donors: Sequence[Sample], part: str) -> Part:
    if own is not None and own.parts is not None:
        return own.parts.get(part, UNDEFINED)
    known = (donor.empty[part] for donor in donors if part in donor.empty)
    return next(known, UNDEFINED)


def _per_case(units: Units) -> Units:
    patients, values = units.by_case()
    defined = ~np.isnan(values)
    return Units(
        units.metric,
        tuple(sorted(set(units.cases))),
        patients,
        np.where(defined, values, 0.0).T,
        defined.astype(np.float64).T,
    )


def _natural(key: Key) -> tuple[str, int, str]:
    case, item = key
    return case, int(item) if item.isdigit() else -1, item
