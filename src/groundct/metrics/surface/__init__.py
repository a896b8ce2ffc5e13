"""Distances between surfaces under named conventions, each equal to a public tool."""

from groundct.metrics.surface.measure import (
    SURFACE_METRICS,
    require_known,
    surface_metrics,
    surface_metrics_of_runs,
)

__all__ = ["SURFACE_METRICS", "require_known", "surface_metrics", "surface_metrics_of_runs"]
