"""Do values look like the Hounsfield units of a chest CT?"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

AIR_HU: Final = (-1100.0, -650.0)
"""Room air and lung."""
TISSUE_HU: Final = (-200.0, 200.0)
"""Fat to muscle."""
_PADDING_SHARE: Final = 0.02


def hu_fit(values: NDArray[Any]) -> float:
    """How well values read as HU: the smaller of the shares of air and of soft tissue, 0..1.

    A chest CT always shows both. Padding does not count: the lowest value, when more than one
    voxel in fifty has exactly it.
    """
    flat = np.asarray(values).ravel()
    lowest = flat == flat.min() if flat.size else flat.astype(bool)
    if np.count_nonzero(lowest) > _PADDING_SHARE * flat.size:
        flat = flat[~lowest]
    if not flat.size:
        return 0.0
    shares = [
        np.count_nonzero((flat >= low) & (flat <= high)) / flat.size
        for low, high in (AIR_HU, TISSUE_HU)
    ]
    return float(min(shares))
