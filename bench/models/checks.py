"""What the checks of all tools share: the known answer, cut volumes, and telling what held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from groundct.core.geometry import Geometry
from groundct.core.volume import BoolArray, Volume

SHAPE = (60, 44, 40)
"""Voxels of the small volumes, another number along each axis."""

NEAR = 0.01


def due(volume: Volume, level: float) -> tuple[BoolArray, BoolArray]:
    """The answer of the ``known`` models (i j k), and where it can be held against theirs.

    It is the volume in standard deviations above ``level``, taken one voxel from the left, one from
    the front and two from the head; at those three faces networks see what lies outside. Within
    ``NEAR`` of the level VoxTell's sums of windows, in 16 bits, may come to zero.
    """
    deviations = (volume.hu - volume.hu.mean(dtype=float)) / volume.hu.std(dtype=float)
    answer = np.zeros(deviations.shape, dtype=np.bool_)
    answer[1:, :-1, :-2] = deviations[:-1, 1:, 2:] > level
    inside = np.zeros_like(answer)
    inside[1:, :-1, :-2] = np.abs(deviations[:-1, 1:, 2:] - level) > NEAR
    return answer, inside


def cut(volume: Volume, middle: Sequence[int]) -> Volume:
    """A part of SHAPE voxels around a voxel, as a volume of its own in RAS order."""
    first = [
        max(0, min(m - n // 2, whole - n))
        for m, n, whole in zip(middle, SHAPE, volume.geometry.shape, strict=True)
    ]
    part = volume.hu[tuple(slice(a, a + n) for a, n in zip(first, SHAPE, strict=True))]
    matrix = volume.geometry.matrix
    matrix[:3, 3] = volume.geometry.world_from_index(first)
    geometry = Geometry.of(part.shape, matrix)
    return Volume(np.asfortranarray(part), geometry, geometry)


def told(checks: Mapping[str, bool]) -> int:
    """Print each check; how many did not hold."""
    for what, held in checks.items():
        print(f"{'ok   ' if held else 'WRONG'} {what}", flush=True)
    return sum(not held for held in checks.values())
