"""All surface metrics of a pair of masks, sharing what they have in common."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from groundct.imaging.runs import Runs
from groundct.metrics.arguments import ArgumentError, spacing_of
from groundct.metrics.surface.conventions import DISTANCES, SHARES
from groundct.metrics.surface.empty import when_empty
from groundct.metrics.surface.far import SpacingMm
from groundct.metrics.surface.pair import Kind, Pair

SURFACE_METRICS = (*DISTANCES, *SHARES)
"""All names that `surface_metrics` knows."""

USUAL = ("hd95:max", "assd:pooled", "nsd:border")


def surface_metrics(
    reference: ArrayLike,
    prediction: ArrayLike,
    spacing_mm: Sequence[float],
    *,
    names: Sequence[str] = USUAL,
    tolerances_mm: Sequence[float] = (1.0, 2.0),
) -> dict[str, float | None]:
    """Distances between the surfaces of two masks under named conventions.

    Args:
        reference: A mask (i, j, k), bool or whole numbers that are 0 outside: the whole scan or
            any crop that holds both masks; or (i, j) for a slice alone, which has no surfels.
        prediction: A mask of the same shape.
        spacing_mm: Size of a voxel along each axis.
        names: Some of `SURFACE_METRICS`; `conventions` says what each is.
        tolerances_mm: For names that begin with "nsd".

    Returns:
        Name -> value: millimetres for distances, a share 0..1 for ``nsd``, whose keys have the
        tolerance added ("nsd:border@2mm"). None where `empty.when_empty` says that there is none.

    Raises:
        ArgumentError: For unknown names, surfels of a slice, a negative tolerance, and masks or a
            spacing that do not fit.
    """
    require_known(names, tolerances_mm)
    if np.ndim(reference) == 2 and any(":surfel" in name for name in names):
        raise ArgumentError("surfels are of volumes, not of slices")
    return _measured(Pair.of(reference, prediction, spacing_mm), names, tolerances_mm)


def surface_metrics_of_runs(
    reference: Runs,
    prediction: Runs,
    spacing_mm: SpacingMm,
    *,
    names: Sequence[str] = USUAL,
    tolerances_mm: Sequence[float] = (1.0, 2.0),
) -> dict[str, float | None]:
    """`surface_metrics` of sparse masks of one grid, whatever their labels."""
    require_known(names, tolerances_mm)
    spacing_of(spacing_mm)
    return _measured(Pair.of_runs(reference, prediction, spacing_mm), names, tolerances_mm)


def require_known(names: Sequence[str], tolerances_mm: Sequence[float]) -> None:
    """Raise ArgumentError, with all names, for one that is unknown, and for a tolerance below 0."""
    if isinstance(names, str):
        raise ArgumentError(f"names are several: names=({names!r},)")
    unknown = [name for name in names if name not in SURFACE_METRICS]
    if unknown:
        known = ", ".join(SURFACE_METRICS)
        raise ArgumentError(f"no surface metric is called {', '.join(unknown)}; known are {known}")
    if np.ndim(tolerances_mm) != 1 or any(not tolerance >= 0 for tolerance in tolerances_mm):
        raise ArgumentError(f"tolerances_mm is {tolerances_mm!r}; lengths of 0 mm or more are due")


def _measured(
    pair: Pair, names: Sequence[str], tolerances_mm: Sequence[float]
) -> dict[str, float | None]:
    void = (not pair.a.count, not pair.b.count)
    if not any(void):
        pair.work_out({_kind(name) for name in names})
    out: dict[str, float | None] = {}
    for name in names:
        if name in SHARES:
            for tolerance in tolerances_mm:
                value = _empty(name, void) if any(void) else SHARES[name](pair, tolerance)
                out[f"{name}@{tolerance:g}mm"] = value
        else:
            out[name] = _empty(name, void) if any(void) else DISTANCES[name](pair)
    return out


def _kind(name: str) -> Kind:
    """What the distances of a metric lead from."""
    return "voxel" if ":voxels" in name else "surfel" if ":surfel" in name else "border"


def _empty(name: str, void: tuple[bool, bool]) -> float | None:
    metric = name.partition(":")[0]
    return when_empty(metric, reference_empty=void[0], prediction_empty=void[1])
