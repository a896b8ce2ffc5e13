"""Region growing in tubes: a front that runs on branch by branch and stops where it bursts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from groundct.core.volume import BoolArray

Indices = NDArray[np.intp]

MEMORY = 6
"""A branch's width is the least of its last fronts: a leak widens within as many steps."""

BURST_RATIO = 1.8
TRUSTED_AREA_MM2 = 9.0
"""Fronts this small may widen freely up to the burst ratio times it."""


def grow_tubes(
    air: BoolArray, start: BoolArray, known: BoolArray, voxel_mm: float, reach_mm: float
) -> BoolArray:
    """Tubes of ``air`` that go on from ``start``, without the parts where they burst.

    Args:
        air: voxels that may be lumen; about isotropic, of ``voxel_mm``.
        start: the first front, a part of ``known``.
        known: lumen that is already known; the front does not enter it.
        voxel_mm: side of a voxel.
        reach_mm: how far the front runs.
    """
    shape = tuple(n + 2 for n in air.shape)
    free = np.pad(air & ~known, 1).ravel()
    found = np.zeros(free.size, dtype=np.bool_)
    steps = np.array([shape[1] * shape[2], shape[2], 1])
    offsets = np.concatenate([steps, -steps])
    first = np.flatnonzero(np.pad(start, 1).ravel())
    fronts: list[tuple[Indices, list[float]]] = [(first, [first.size * voxel_mm**2])]
    for _ in range(max(1, round(reach_mm / voxel_mm))):
        following: list[tuple[Indices, list[float]]] = []
        for front, areas in fronts:
            new = np.unique((front[:, None] + offsets[None, :]).ravel())
            new = new[free[new]]
            free[new] = False
            limit = BURST_RATIO * max(min(areas), TRUSTED_AREA_MM2)
            for part in _parts(new, shape):
                area = part.size * voxel_mm**2
                if area <= limit:
                    found[part] = True
                    following.append((part, [*areas[-MEMORY + 1 :], area]))
        fronts = following
        if not fronts:
            break
    return found.reshape(shape)[1:-1, 1:-1, 1:-1]


def _parts(voxels: Indices, shape: tuple[int, ...]) -> list[Indices]:
    """The 26-connected parts of a set of voxels."""
    if voxels.size == 0:
        return []
    places = np.stack(np.unravel_index(voxels, shape))
    low = places.min(axis=1, keepdims=True)
    local = places - low
    box = np.zeros(local.max(axis=1) + 1, dtype=np.bool_)
    box[tuple(local)] = True
    labels, count = ndimage.label(box, structure=np.ones((3, 3, 3)))
    if count == 1:
        return [voxels]
    names = labels[tuple(local)]
    return [voxels[names == n] for n in range(1, count + 1)]
