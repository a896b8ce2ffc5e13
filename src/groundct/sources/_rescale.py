"""Whether the values of a CT are already Hounsfield units, decided from the values.

A chest CT always shows two populations: air-like voxels (room air, lung: -1100 to -650 HU) and
soft tissue (fat to muscle: -200 to 200 HU). Values are HU when both stand where they belong. When a
slope and an intercept are stated, the same question is put to ``slope * value + intercept``. The
answer is given only when exactly one of the two readings fits. Padding outside the round field of
view (-2048, -3024, -8192, or zero before rescaling) is one constant value below all others; it is
told from air by the gap above it and counts for neither reading.
"""

from __future__ import annotations

from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from groundct.imaging.hu_scale import hu_fit, without_padding

RescaleState = Literal["applied", "not_applied", "unknown"]

SMALLEST_SHARE: Final = 0.02
"""Each population must hold this share of the sampled voxels for a reading to fit."""
CLEAR_FACTOR: Final = 4.0
"""The better reading must fit this many times better than the other."""


def rescale_state(
    sample_values: NDArray[Any], slope: float | None, intercept: float | None
) -> RescaleState:
    """Whether a rescale has been applied to the sampled values.

    Args:
        sample_values: any number of voxels, in any shape, as the file gives them (its own header's
            scale applied). They should come from whole slabs, so that room air and body are there.
        slope: the stated slope, None when nothing is stated.
        intercept: the stated intercept in HU, None when nothing is stated.

    Returns:
        ``applied``: the values are HU. ``not_applied``: they become HU by the stated rescale.
        ``unknown``: neither reading, or both, would give a CT; then nothing may be assumed.
    """
    values = np.asarray(sample_values, dtype=np.float64).ravel()
    if values.size == 0 or not np.isfinite(values).all():
        return "unknown"
    values = without_padding(values, 1.0 if slope is None else slope)
    as_they_are = hu_fit(values)
    if slope is None or intercept is None or (slope, intercept) == (1.0, 0.0):
        return "applied" if as_they_are >= SMALLEST_SHARE else "unknown"
    rescaled = hu_fit(values * slope + intercept)
    if as_they_are >= SMALLEST_SHARE and as_they_are >= CLEAR_FACTOR * rescaled:
        return "applied"
    if rescaled >= SMALLEST_SHARE and rescaled >= CLEAR_FACTOR * as_they_are:
        return "not_applied"
    return "unknown"
