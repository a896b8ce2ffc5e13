"""From a candidate to what nnInteractive is shown: a point, and a flat box in one axial slice."""

from __future__ import annotations

from typing import Any

import numpy as np

from groundct.core.volume import RegionMask
from groundct.imaging.distances import distance_mm

_AROUND_VOXELS = 2


def prompt_of(mask: RegionMask) -> dict[str, Any]:
    """The deepest voxel of a candidate's widest axial slice, and the slice's box, half-open.

    Indices are those of the full grid, (i, j, k) in RAS order.
    """
    widest = int(np.argmax(np.count_nonzero(mask.voxels, axis=(0, 1))))
    plane = mask.voxels[:, :, widest]
    padded = np.pad(plane[:, :, None], ((1, 1), (1, 1), (0, 0)))
    depth = distance_mm(padded, (1.0, 1.0, 1.0))[1:-1, 1:-1, 0]
    i, j = np.unravel_index(int(np.argmax(depth)), plane.shape)
    a, b, c = mask.offset
    rows, columns = np.flatnonzero(plane.any(axis=1)), np.flatnonzero(plane.any(axis=0))
    box = [
        [max(0, a + int(rows[0]) - _AROUND_VOXELS), a + int(rows[-1]) + 1 + _AROUND_VOXELS],
        [max(0, b + int(columns[0]) - _AROUND_VOXELS), b + int(columns[-1]) + 1 + _AROUND_VOXELS],
        [c + widest, c + widest + 1],
    ]
    return {"points": [[a + int(i), b + int(j), c + widest]], "boxes": [box]}
