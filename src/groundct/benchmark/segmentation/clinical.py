"""Volume, diameter and surface of a finding, and how far the prediction is off in each."""

from __future__ import annotations

from math import hypot
from typing import Any

from groundct.benchmark.segmentation.settings import Settings
from groundct.core.geometry import Geometry, reorientation_to
from groundct.core.volume import INTERNAL_ORIENTATION, RegionMask
from groundct.imaging.runs import Runs, label_crop, label_sizes


def sizes_of(reference: Runs, found: Runs, grid: Geometry) -> dict[str, Any]:
    """Volumes in ml and the longest axial diameter of the largest instance in mm, with errors.

    ``found`` are the predicted instances that count. Errors are prediction minus reference.
    A mask without voxels has volume 0 and no diameter.
    """
    ml = grid.voxel_volume_mm3 / 1000
    ours, theirs = reference.count * ml, found.count * ml
    long, other = _diameter_mm(reference, grid), _diameter_mm(found, grid)
    return {
        "reference_ml": ours,
        "predicted_ml": theirs,
        "volume_error_ml": theirs - ours,
        "reference_diameter_mm": long,
        "predicted_diameter_mm": other,
        "diameter_error_mm": None if long is None or other is None else other - long,
    }


def surfaces_of(
    reference: Runs, found: Runs, grid: Geometry, settings: Settings
) -> dict[str, float | None]:
    """The surface metrics that the settings name, of the finding as a whole."""
    if not settings.surfaces:
        return {}
    from groundct.metrics.surface import surface_metrics_of_runs

    return surface_metrics_of_runs(
        reference,
        found,
        grid.spacing_mm,
        names=settings.surfaces,
        tolerances_mm=settings.tolerances_mm,
    )


def _diameter_mm(runs: Runs, grid: Geometry) -> float | None:
    """The longest axial diameter that an instance has."""
    from groundct.imaging.shape import longest_axial_diameter_mm

    turn = reorientation_to(grid, INTERNAL_ORIENTATION)
    upright = turn.apply_geometry(grid)
    sizes = label_sizes(runs)
    longest = None
    for label in sorted(set(runs.labels.tolist()), key=lambda n: -sizes[n]):
        mask = turn.apply(label_crop(runs, label)[1])
        sides = [n * step for n, step in zip(mask.shape[:2], upright.spacing_mm[:2], strict=True)]
        # No line within a slice is longer than the diagonal of its box.
        if longest is None or hypot(*sides) > longest:
            region = RegionMask((0, 0, 0), mask)
            own = longest_axial_diameter_mm(region, upright, at_least_mm=longest or 0.0)
            longest = max(longest or 0.0, own)
    return longest
