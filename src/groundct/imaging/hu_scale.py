"""Do values look like the Hounsfield units of a chest CT?"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

AIR_HU: Final = (-1100.0, -650.0)
"""Room air and lung."""
TISSUE_HU: Final = (-200.0, 200.0)
"""Fat to muscle."""
PADDING_GAP_HU: Final = 20.0
"""Nearly nothing may lie this closely above the lowest value for it to be padding."""
PADDING_NEIGHBOURS: Final = 0.05
"""Values in that gap, as a part of the padding's own number, from which on it is air with noise."""


def without_padding(values: NDArray[Any], slope: float = 1.0) -> NDArray[Any]:
    """The values, flat, without the one constant that fills the outside of the field of view.

    Padding is told from air by the gap above it. ``slope`` is the HU of one step of the values.
    """
    flat = np.asarray(values).ravel()
    if not flat.size:
        return flat
    lowest = float(flat.min())
    is_lowest = flat == lowest
    count = np.count_nonzero(is_lowest)
    near = np.count_nonzero(flat <= lowest + PADDING_GAP_HU / slope) - count
    return flat[~is_lowest] if near < PADDING_NEIGHBOURS * count else flat


def hu_fit(values: NDArray[Any]) -> float:
    """How well values read as HU: the smaller of the shares of air and of soft tissue, 0..1.

    A chest CT always shows both.
    """
    if not values.size:
        return 0.0
    shares = [
        np.count_nonzero((values >= low) & (values <= high)) / values.size
        for low, high in (AIR_HU, TISSUE_HU)
    ]
    return float(min(shares))
