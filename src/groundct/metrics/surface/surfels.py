"""Areas of surface elements: what a surface through mid-edges covers in a cell of eight voxels.

A cell's code has one bit a corner: the voxel at (a, b, c) of the cell, each 0 or 1, is bit
7 - (4 a + 2 b + c). The surface cuts every edge between an inner and an outer corner in its middle
(marching cubes, Lorensen and Cline 1987). Where a face can be cut in two ways, the corners of the
side with fewer corners are kept apart. A piece that is not flat is split into the triangles that
have the largest area in a cell of side 1. These two choices give the areas that
google-deepmind/surface-distance uses, in all 256 codes and at any spacing.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Corner = tuple[int, int, int]
Triangle = tuple[int, int, int]

_CORNERS: tuple[Corner, ...] = tuple(
    (a, b, c) for a, b, c in product((0, 1), repeat=3)
)  # in the order of bits 7, 6, ... 0
_CODES = 256


def surfel_areas_mm2(spacing_mm: tuple[float, float, float]) -> Floats:
    """Area of the surface within a cell, (256,) by code, in mm2; 0 for codes 0 and 255."""
    i, j, k = spacing_mm
    normals, owner, _ = _triangles()
    sizes = np.sqrt(((normals * (j * k, i * k, i * j)) ** 2).sum(axis=1)) / 2
    return np.asarray(np.bincount(owner, sizes, minlength=_CODES), dtype=np.float64)


def cell_volumes() -> tuple[Floats, Floats]:
    """What a cell adds to the volume inside the surface, in voxels: ``constant + place . slope``.

    ``constant`` is (256,), ``slope`` (256, 3), by code; ``place`` is the cell's index (i, j, k).
    Sums over all cells of a closed surface are its volume (divergence theorem).
    """
    normals, owner, heights = _triangles()
    constant = np.bincount(owner, heights, minlength=_CODES) / 6
    slope = [np.bincount(owner, normals[:, axis], minlength=_CODES) / 6 for axis in range(3)]
    return constant, np.column_stack(slope)


@cache
def _triangles() -> tuple[Floats, NDArray[np.intp], Floats]:
    """Twice the outward area vectors of all triangles, their codes, their heights over 0."""
    normals, owner, heights = [], [], []
    for code in range(1, _CODES - 1):
        inside = {corner for bit, corner in enumerate(_CORNERS) if code >> (7 - bit) & 1}
        sign = 1.0
        if len(inside) > 4:
            inside, sign = set(_CORNERS) - inside, -1.0
        for loop in _loops(inside):
            a, b, c = (loop[list(places)] for places in zip(*_largest(loop), strict=True))
            normal = sign * np.cross(b - a, c - a)
            normals.append(normal)
            owner += [code] * len(normal)
            heights.append((a * normal).sum(axis=1))
    return np.concatenate(normals), np.array(owner, dtype=np.intp), np.concatenate(heights)


@cache
def _faces() -> tuple[tuple[Corner, ...], ...]:
    """The four corners of each face of the cell, counter-clockwise as seen from outside."""
    faces = []
    for axis, side in product(range(3), (0, 1)):
        ring = []
        for u, v in ((0, 0), (1, 0), (1, 1), (0, 1)):
            place = {axis: side, (axis + 1) % 3: u, (axis + 2) % 3: v}
            ring.append((place[0], place[1], place[2]))
        faces.append(tuple(ring if side else reversed(ring)))
    return tuple(faces)


def _loops(inside: set[Corner]) -> list[Floats]:
    """The closed lines that bound the surface, each (n, 3) of mid-edges, normals outward."""
    following: dict[frozenset[Corner], frozenset[Corner]] = {}
    for ring in _faces():
        for n in range(4):
            if ring[n] in inside or ring[(n + 1) % 4] not in inside:
                continue
            last = n + 1
            while ring[(last + 1) % 4] in inside:
                last += 1
            entry = frozenset((ring[n], ring[(n + 1) % 4]))
            following[entry] = frozenset((ring[last % 4], ring[(last + 1) % 4]))
    loops = []
    while following:
        edge = next(iter(following))
        loop = []
        while edge in following:
            loop.append(np.array(list(edge), dtype=np.float64).mean(axis=0))
            edge = following.pop(edge)
        loops.append(np.array(loop))
    return loops


def _largest(loop: Floats) -> tuple[Triangle, ...]:
    """The triangulation of a loop with the largest area; the first of several."""
    triples = list(combinations(range(len(loop)), 3))
    a, b, c = (loop[list(places)] for places in zip(*triples, strict=True))
    twice = np.sqrt((np.cross(b - a, c - a) ** 2).sum(axis=1))
    area = dict(zip(triples, twice.tolist(), strict=True))
    ways = _triangulations(0, len(loop) - 1)
    return max(ways, key=lambda way: round(sum(area[triangle] for triangle in way), 9))


@cache
def _triangulations(first: int, last: int) -> tuple[tuple[Triangle, ...], ...]:
    """All ways to split the polygon of the vertices ``first`` to ``last``."""
    if last - first < 2:
        return ((),)
    return tuple(
        (*left, *right, (first, apex, last))
        for apex in range(first + 1, last)
        for left in _triangulations(first, apex)
        for right in _triangulations(apex, last)
    )
