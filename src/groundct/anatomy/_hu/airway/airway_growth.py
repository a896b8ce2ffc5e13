"""The airway's lumen on a fine grid: tubes that go on from the trachea, walled in on all sides."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from groundct.anatomy._hu.airway.enclosed import enclosed
from groundct.anatomy._hu.airway.wavefront import grow_tubes
from groundct.core.volume import BoolArray, HuArray
from groundct.imaging.components import largest_component

SMOOTHED: Final = ((35.0, 0.35), (60.0, 0.6), (np.inf, 0.8))
"""Up to how much noise, in HU of the trachea's lumen, the smoothing's sigma in mm is enough."""

REACH_MM = 200.0
SMALL: Final = (5, 60)
MIDDLE: Final = (8, 90)
WIDE: Final = (14, 250)
"""How far a ray goes, in mm, and by how many HU the wall is denser: small, lobar, main bronchi."""

CENTRAL_MM = 20
CENTRAL_WALL_HU = -500
CENTRAL_HU = -850
LUMEN_ABOVE_HU = 60
"""Wide lumina are at most so much denser than the trachea's."""

PASSES: Final = ((10, -800), (9, -800), (8, -780))
"""Directions in which a voxel must be walled in, and its HU; each pass adds to the last."""

SOFT_HU = -700


def grow_airway(hu: HuArray, column: BoolArray) -> BoolArray:
    """The lumen of trachea and bronchi, one 26-connected piece.

    Args:
        hu: (i, j, k) at 1 mm.
        column: the trachea's lumen as it was traced; same shape.
    """
    inner = ndimage.binary_erosion(column, iterations=3)
    lumen = hu[inner if inner.any() else column]
    usual = float(np.median(lumen))
    noise = 1.48 * float(np.median(np.abs(lumen - usual)))
    sigma = next(sigma for most, sigma in SMOOTHED if noise <= most)
    smooth = ndimage.gaussian_filter(hu, sigma, output=np.float32).astype(np.int16)
    walls = [
        (_walled(smooth, *SMALL), 0),
        (_walled(smooth, *MIDDLE), 1),
        (_wide(smooth, usual), 0),
    ]
    tree = column.copy()
    for least, densest in PASSES:
        air = np.zeros(hu.shape, dtype=np.bool_)
        for count, more in walls:
            air |= count >= least + more
        air &= smooth < densest
        air |= ndimage.binary_closing(air) & (smooth < SOFT_HU)
        tree |= grow_tubes(np.asarray(air | tree), column, column, 1.0, REACH_MM)
    padded = ndimage.binary_closing(np.pad(tree, 3), iterations=2)[3:-3, 3:-3, 3:-3]
    return largest_component(np.asarray(tree | padded))


def _walled(smooth: HuArray, reach: int, rise: int) -> NDArray[np.uint8]:
    return enclosed(smooth, (smooth + np.int16(rise)).astype(np.int16), reach)


def _wide(smooth: HuArray, usual: float) -> NDArray[np.uint8]:
    """Main bronchi and the fork: air as in the trachea with a far wall, or any in soft tissue."""
    coarse = np.ascontiguousarray(smooth[::2, ::2, ::2])
    rising = _walled(coarse, WIDE[0] // 2, WIDE[1])
    central = enclosed(coarse, np.full_like(coarse, CENTRAL_WALL_HU), CENTRAL_MM // 2)
    rising, central = (
        each.repeat(2, 0).repeat(2, 1).repeat(2, 2)[tuple(map(slice, smooth.shape))]
        for each in (rising, central)
    )
    rising[smooth > usual + LUMEN_ABOVE_HU] = 0
    central[(smooth > CENTRAL_HU) | (central < 9)] = 0
    return np.asarray(np.maximum(rising, central))
