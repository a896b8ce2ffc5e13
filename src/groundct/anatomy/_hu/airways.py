"""Trachea and bronchi on the full grid: the traced trachea, and tubes grown on from its end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from groundct.anatomy._hu.grid import Box, Working, crop_geometry, full_box
from groundct.anatomy._hu.trachea import LUMEN_HU, Disc, trace_trachea
from groundct.anatomy._hu.wavefront import grow_tubes
from groundct.core.geometry import Geometry
from groundct.core.volume import BoolArray, RegionMask
from groundct.imaging.components import keep_components, largest_component
from groundct.imaging.resample import resample_linear, resample_nearest, working_geometry

TREE_SPACING_MM = 1.0
TREE_DEPTH_MM = 110.0
TREE_HALF_WIDTH_MM = 85.0
TREE_HALF_DEPTH_MM = 60.0
REACH_MM = 90.0
THRESHOLDS_HU = (-920, -870, -820)
SPLIT_AREA_MM2 = 25.0
SPLIT_DISTANCE_MM = 12.0
SPLIT_ABOVE_END_MM = 15.0
SPLIT_REACH_MM = 35.0
WALL_HU = -700
CENTRAL_MM = 30.0
"""The trachea and main bronchi, wide enough to be far from any wall, lie this near its axis."""


@dataclass(frozen=True, eq=False)
class Airways:
    """Trachea and bronchi on the full grid; ``carina`` is (i, j, k) on the working grid.

    Without ``carina_in_view`` it is where the trachea could last be seen.
    """

    trachea: RegionMask
    bronchi: RegionMask | None
    carina: tuple[int, int, int]
    carina_in_view: bool


def find_airways(grid: Working, body: BoolArray) -> Airways | None:
    """The airways, or None when no round column of air of tracheal size is there."""
    chain = trace_trachea(grid, body)
    if chain is None:
        return None
    box = full_box(grid, _tree_box(grid, chain))
    full = crop_geometry(grid.volume.geometry, box)
    fine = working_geometry(full, TREE_SPACING_MM)
    tree = _tree(grid, chain, resample_linear(grid.volume.hu[box], full, fine), fine)
    end = (chain[-1].center[0], chain[-1].center[1], float(chain[-1].k))
    point = grid.geometry.world_from_index(end)
    split = _split(tree, fine, fine.index_from_world(point))
    if split is not None:
        point = fine.world_from_index(split)
    i, j, k = (round(float(v)) for v in grid.geometry.index_from_world(point))
    lumen = _to_full(grid, tree, fine, full, box)
    cut = int(np.clip(round(float(full.index_from_world(point)[2])), 0, lumen.shape[2]))
    lumen = keep_components(lumen, max(2, int(200 / full.voxel_volume_mm3)))
    upper = lumen.copy(order="F")
    upper[:, :, :cut] = False
    # Upper lobe bronchi may rise above the carina, apart from the trachea.
    trachea = largest_component(upper)
    bronchi = lumen & ~trachea
    if not trachea.any():
        return None
    return Airways(
        _region(trachea, box),
        _region(bronchi, box) if bronchi.any() else None,
        (i, j, k),
        split is not None,
    )


def _tree_box(grid: Working, chain: list[Disc]) -> Box:
    """Where the trachea and its branches may be, on the working grid."""
    i, j = round(chain[-1].center[0]), round(chain[-1].center[1])
    tops = [d.center for d in chain]
    half, fore = grid.voxels(TREE_HALF_WIDTH_MM, 0), grid.voxels(TREE_HALF_DEPTH_MM, 1)
    margin = grid.voxels(15, 0)
    return (
        slice(
            max(0, min(i - half, round(min(c[0] for c in tops)) - margin)),
            min(grid.hu.shape[0], i + half),
        ),
        slice(
            max(0, min(j - fore, round(min(c[1] for c in tops)) - margin)),
            min(grid.hu.shape[1], max(j + fore, round(max(c[1] for c in tops)) + margin)),
        ),
        slice(max(0, chain[-1].k - grid.voxels(TREE_DEPTH_MM, 2)), chain[0].k + 1),
    )


def _tree(grid: Working, chain: list[Disc], hu: NDArray[np.float32], fine: Geometry) -> BoolArray:
    """Trachea and bronchi on the fine grid; every threshold adds the branches that it holds."""
    coarse = np.zeros(grid.hu.shape, dtype=np.bool_, order="F")
    for disc in chain:
        coarse[disc.pixels[0], disc.pixels[1], disc.k] = True
    column = resample_nearest(coarse, grid.geometry, fine)
    column |= ndimage.binary_dilation(column) & (hu < LUMEN_HU)
    side = float(np.prod(fine.spacing_mm)) ** (1 / 3)
    levels = np.flatnonzero(column.any(axis=(0, 1)))
    start = column.copy()
    start[:, :, levels[0] + max(1, round(4 / fine.spacing_mm[2])) :] = False
    i, j = fine.index_from_world(grid.geometry.world_from_index((*chain[-1].center, 0)))[:2]
    walled = _walled(hu, side)
    across = (np.arange(hu.shape[0]) - i)[:, None] * fine.spacing_mm[0]
    along = (np.arange(hu.shape[1]) - j)[None, :] * fine.spacing_mm[1]
    walled |= (np.hypot(across, along) < CENTRAL_MM)[:, :, None]
    tree = column.copy()
    for threshold in THRESHOLDS_HU:
        tree |= grow_tubes(np.asarray(walled & (hu < threshold)), start, column, side, REACH_MM)
    return np.asarray(ndimage.binary_closing(tree, iterations=1) | tree)


def _walled(hu: NDArray[np.float32], voxel_mm: float) -> BoolArray:
    """Where a wall or a vessel is near: bronchi run there, and most of the parenchyma does not."""
    dense = ndimage.gaussian_filter(hu, 2.5 / voxel_mm) > WALL_HU
    return np.asarray(ndimage.binary_dilation(dense, iterations=max(1, round(4 / voxel_mm))))


def _split(
    tree: BoolArray, fine: Geometry, end: NDArray[np.float64]
) -> tuple[float, float, float] | None:
    """The carina: where, from the head down, two branches first go on side by side.

    ``end`` is the index at which the trachea's column ended; what lies well above it is no carina.
    """
    area = fine.spacing_mm[0] * fine.spacing_mm[1]
    in_a_row = max(2, round(4 / fine.spacing_mm[2]))
    seen: list[tuple[float, float, float]] = []
    highest = min(tree.shape[2] - 1, round(end[2] + SPLIT_ABOVE_END_MM / fine.spacing_mm[2]))
    near = np.abs(np.arange(tree.shape[0]) - end[0]) * fine.spacing_mm[0] < SPLIT_REACH_MM
    for k in range(highest, -1, -1):
        labels, count = ndimage.label(tree[:, :, k] & near[:, None])
        sizes = np.bincount(labels.ravel())[1:] * area
        large = [n for n in np.argsort(-sizes)[:2] + 1 if sizes[n - 1] >= SPLIT_AREA_MM2]
        centers = [np.mean(np.nonzero(labels == n), axis=1) for n in large]
        apart = count > 1 and len(large) == 2
        if apart and abs(centers[0][0] - centers[1][0]) * fine.spacing_mm[0] > SPLIT_DISTANCE_MM:
            middle = (centers[0] + centers[1]) / 2
            seen.append((float(middle[0]), float(middle[1]), float(k)))
            if len(seen) == in_a_row:
                return seen[0]
        else:
            seen = []
    return None


def _to_full(grid: Working, tree: BoolArray, fine: Geometry, full: Geometry, box: Box) -> BoolArray:
    """The tree on the full grid: its core, and at its border what is air."""
    share = resample_linear(tree, fine, full)
    return np.asarray((share > 0.7) | ((share > 0.25) & (grid.volume.hu[box] < -500)))


def _region(mask: BoolArray, box: Box) -> RegionMask:
    crop = RegionMask.of(mask)
    i, j, k = (s.start + o for s, o in zip(box, crop.offset, strict=True))
    return RegionMask((i, j, k), crop.voxels)
