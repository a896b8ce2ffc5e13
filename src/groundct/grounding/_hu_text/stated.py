"""What a finding states of its size, and how well a region fits it."""

from __future__ import annotations

import math

from groundct.core.report import Finding

_WHOLE = ("diameter", "long_axis", "unknown")
_TOLERANCE = 0.3
"""Standard deviation of the log of the size ratio; beyond twice that a fit is poor."""


def stated_diameter_mm(finding: Finding) -> float | None:
    """The largest size that the text states of the finding itself; None when it states none."""
    sizes = [v for m in finding.measurements if m.kind in _WHOLE for v in m.values_mm if v > 0]
    return max(sizes) if sizes else None


def size_fit(measured_mm: float, stated_mm: float) -> float:
    """1 when a measured size is the stated one, falling with the log of their ratio; 0..1."""
    if measured_mm <= 0:
        return 0.0
    return math.exp(-0.5 * (math.log(measured_mm / stated_mm) / _TOLERANCE) ** 2)
