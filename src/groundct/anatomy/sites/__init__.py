"""Approximate lobes and lung segments, drawn from the lungs' own extent."""

from groundct.anatomy.sites.lobes import approximate_lobes
from groundct.anatomy.sites.segments import approximate_segments, approximate_segments_of

__all__ = ["approximate_lobes", "approximate_segments", "approximate_segments_of"]
