"""How well a voxel is walled in: the mark of a lumen, whose wall is brighter on all sides."""

from __future__ import annotations

import itertools
from typing import Final

import numpy as np
from numpy.typing import NDArray

from groundct.core.volume import HuArray

PAIRS: Final[tuple[tuple[int, int, int], ...]] = tuple(
    (a, b, c) for a, b, c in itertools.product((-1, 0, 1), repeat=3) if (a, b, c) > (0, 0, 0)
)
"""The 13 directions of a voxel's 26 neighbours, each with its opposite."""


def enclosed(hu: HuArray, wall: HuArray, reach: int) -> NDArray[np.uint8]:
    """In how many of 13 directions, and also in the opposite one, a ray meets more than ``wall``.

    A voxel in a tube has walls in all directions but the tube's own; one in the lung's open
    tissue has them only where vessels pass by.

    Args:
        hu: (i, j, k), about isotropic.
        wall: what counts as wall, seen from each voxel; same shape.
        reach: how far a ray goes, in voxels.
    """
    shape = hu.shape
    padded = np.pad(hu, reach, mode="edge")
    count = np.zeros(shape, dtype=np.uint8)
    for step in PAIRS:
        both = _meets(padded, wall, step, reach)
        both &= _meets(padded, wall, (-step[0], -step[1], -step[2]), reach)
        count += both
    return count


def _meets(
    padded: HuArray, wall: HuArray, step: tuple[int, int, int], reach: int
) -> NDArray[np.bool_]:
    length = float(np.sqrt(sum(s * s for s in step)))
    highest = np.full(wall.shape, np.iinfo(np.int16).min, dtype=np.int16)
    for n in range(1, round(reach / length) + 1):
        low = [reach + n * s for s in step]
        box = tuple(slice(a, a + m) for a, m in zip(low, wall.shape, strict=True))
        np.maximum(highest, padded[box], out=highest)
    return np.asarray(highest > wall)
