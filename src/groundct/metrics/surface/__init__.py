"""Distances between surfaces under named conventions, each equal to a public tool."""

from groundct.metrics.surface.measure import SURFACE_METRICS, surface_metrics

__all__ = ["SURFACE_METRICS", "surface_metrics"]
