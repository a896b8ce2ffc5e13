"""Distances from voxels to targets that are all far from them.

Of many targets few are the nearest to anything far away: 180 of 40,000, say, to the 170,000 voxels
of a missed lesion. Voxels are taken by tiles. In a tile a target counts only if it may be nearer to
some place of it than the one that is nearest to its middle: if the plane half-way between the two
meets the tile. The same is asked first of tiles of targets, for tiles of tiles.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

SpacingMm = tuple[float, float, float]
Floats = NDArray[np.float64]
Index = NDArray[np.int64]
"""(3, n): i, j and k of voxels."""

_WIDE: Final = 8
"""Voxels along an edge of a tile, if they are cubes; a tile is about a cube in mm."""
_REGION: Final = 4
"""Tiles along an edge of a tile of tiles."""
_AT_ONCE: Final = 256
"""Targets whose distances to a tile are in memory at once."""
_ROUNDING: Final = 1e-9


@dataclass(frozen=True, eq=False)
class Tiles:
    """Voxels sorted by tile: tile n holds those from ``edges[n]`` to ``edges[n + 1]``.

    ``order`` is where each stood before; ``low`` and ``high`` (3, tiles) are the voxels' own box.
    """

    index: Index
    order: NDArray[np.intp]
    edges: NDArray[np.intp]
    low: Index
    high: Index

    @classmethod
    def of(cls, index: Index, width: NDArray[np.int64]) -> Tiles:
        """Sort voxels, at least one, into tiles ``width`` (3,) voxels wide."""
        tile = index // width[:, None]
        tile -= tile.min(axis=1)[:, None]
        i, j, _ = tile.max(axis=1) + 1
        number = tile[0] + i * (tile[1] + j * tile[2])
        order = np.argsort(number, kind="stable")
        number = number[order]
        edges = np.flatnonzero(np.concatenate([[True], number[1:] != number[:-1], [True]]))
        index = index.take(order, axis=1)
        low, high = (op.reduceat(index, edges[:-1], axis=1) for op in (np.minimum, np.maximum))
        return cls(index, order, edges, low, high)

    def members(self) -> Iterator[NDArray[np.intp]]:
        """What each tile holds, by the places before sorting."""
        return (self.order[a:b] for a, b in pairwise(self.edges.tolist()))

    def places(self, tiles: NDArray[np.intp]) -> NDArray[np.intp]:
        """Where the voxels of some tiles stand in ``index``."""
        first = self.edges[tiles]
        many = self.edges[tiles + 1] - first
        return np.asarray(np.arange(many.sum()) + np.repeat(first - np.cumsum(many) + many, many))


def tile_width(spacing_mm: SpacingMm) -> NDArray[np.int64]:
    """(3,) voxels along the edges of a tile."""
    steps = np.array(spacing_mm)
    wide = np.rint(_WIDE * steps.prod() ** (1 / 3) / steps)
    return np.asarray(np.maximum(1, wide), dtype=np.int64)


def far_mm(start: Index, targets: Tiles, spacing_mm: SpacingMm) -> Floats:
    """Distance in mm from each voxel of ``start`` to the nearest of ``targets``, exactly.

    Targets are in tiles of `tile_width`. There is at least one of each; the work is little where
    they are far from each other.
    """
    spacing, width = np.array(spacing_mm), tile_width(spacing_mm)
    step = spacing[:, None]
    target, target_mm = targets.index.astype(np.float64), targets.index * step
    boxes = _box(targets.low * step, targets.high * step)
    some_mm = target_mm.take(targets.edges[:-1], axis=1)
    tiles = Tiles.of(start, width)
    middle, half = _box(tiles.low * step, tiles.high * step)
    squares = np.empty(start.shape[1])
    for region in Tiles.of(tiles.low, _REGION * width).members():
        low, high = tiles.low[:, region].min(axis=1), tiles.high[:, region].max(axis=1)
        box = _box(low * spacing, high * spacing)
        places = targets.places(_contenders(box, some_mm, *boxes))
        places = places[_contenders(box, target_mm.take(places, axis=1))]
        places = places[np.argsort(target[2, places])]
        near_mm = target_mm.take(places, axis=1)
        for tile in region.tolist():
            chosen = _contenders((middle[:, tile], half[:, tile]), near_mm)
            all_of_tile = _least_squares(
                target.take(places[chosen], axis=1), tiles.low[:, tile], width, spacing
            )
            own = slice(tiles.edges[tile], tiles.edges[tile + 1])
            i, j, k = tiles.index[:, own] - tiles.low[:, tile, None]
            squares[own] = all_of_tile[k, j, i]
    out = np.empty(squares.size)
    out[tiles.order] = np.sqrt(squares)
    return out


def _box(low_mm: Floats, high_mm: Floats) -> tuple[Floats, Floats]:
    """Middles of boxes, and half their sizes."""
    return (low_mm + high_mm) / 2, (high_mm - low_mm) / 2


def _contenders(
    box: tuple[Floats, Floats],
    some_mm: Floats,
    middle_mm: Floats | None = None,
    half_mm: Floats | None = None,
) -> NDArray[np.intp]:
    """Which targets (3, n) may be nearer to a place in a box than the nearest to its middle.

    With ``middle_mm`` and ``half_mm`` (3, n) of boxes of targets: which of these hold such a
    target, where ``some_mm`` is any target of each.
    """
    middle, half = box
    away = some_mm - middle[:, None]
    squares = np.einsum("ij,ij->j", away, away)
    first = squares.argmin()
    nearest, least = away[:, first, None].copy(), squares[first]
    if middle_mm is not None and half_mm is not None:
        away = middle_mm - middle[:, None]
        squares = np.einsum("ij,ij->j", away, away)
        squares -= 2 * ((np.abs(away) + half[:, None]) * half_mm).sum(axis=0)
    # The difference of squared distances to two targets changes along each axis by twice their gap.
    away -= nearest
    np.abs(away, out=away)
    squares -= (2 * half) @ away
    return np.flatnonzero(squares <= least + _ROUNDING * (least + half @ half))


def _least_squares(
    target: Floats, low: NDArray[np.int64], width: NDArray[np.int64], spacing: Floats
) -> Floats:
    """(k, j, i) the squared distance from each place of a tile to the nearest of its targets.

    Targets rise along k: of those of one slice only the nearest within it counts at each place.
    """
    least = np.full(width[::-1], np.inf)
    for at in range(0, target.shape[1], _AT_ONCE):
        some = target[:, at : at + _AT_ONCE]
        i, j, k = (
            ((np.arange(wide) + first - place[:, None]) * step) ** 2
            for wide, first, place, step in zip(width, low, some, spacing, strict=True)
        )
        slices = np.flatnonzero(np.append(True, some[2, 1:] != some[2, :-1]))
        plane = np.minimum.reduceat(i[:, None, :] + j[:, :, None], slices, axis=0)
        np.minimum(least, (plane[:, None] + k[slices, :, None, None]).min(axis=0), out=least)
    return least
