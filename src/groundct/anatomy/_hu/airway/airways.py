"""The airways: lumen and wall of trachea and bronchi on the full grid, by name, and their graph."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from groundct.anatomy._hu.airway.airway_forks import shared_lumen
from groundct.anatomy._hu.airway.airway_graph import Line, Shells, lines, shells
from groundct.anatomy._hu.airway.airway_growth import grow_airway
from groundct.anatomy._hu.airway.airway_names import Named, named, subtree
from groundct.anatomy._hu.airway.airway_tree import Branch
from groundct.anatomy._hu.airway.trachea import LUMEN_HU, Disc, trace_trachea
from groundct.anatomy._hu.grid import Box, Working, crop_geometry, full_box
from groundct.core.geometry import Geometry
from groundct.core.volume import BoolArray, RegionMask
from groundct.imaging.resample import resample_linear, resample_nearest

TREE_SPACING_MM = 1.0
TREE_DEPTH_MM = 130.0
TREE_HALF_WIDTH_MM = 95.0
TREE_HALF_DEPTH_MM = 70.0
AIR_HU = -500
WIDE_VOXELS = 2
"""From this radius of the lumen on the wall is two voxels of the fine grid thick, else one."""


@dataclass(frozen=True, eq=False)
class Airways:
    """Trachea and bronchi, walls included, on the full grid.

    ``carina`` is (i, j, k) on the working grid; without ``carina_in_view`` it is where the trachea
    could last be seen. ``named`` holds the main and lobar bronchi that could be told, by name
    (``guessed``: those that end where they usually do, their fork unseen), and ``branches`` the
    whole tree, the trachea first; both are empty where no fork was found.
    """

    trachea: RegionMask
    bronchi: RegionMask | None
    carina: tuple[int, int, int]
    carina_in_view: bool
    named: dict[str, RegionMask] = field(default_factory=dict)
    guessed: frozenset[str] = frozenset()
    branches: tuple[Branch, ...] = ()


def find_airways(grid: Working, body: BoolArray) -> Airways | None:
    """The airways, or None when no round column of air of tracheal size is there."""
    chain = trace_trachea(grid, body)
    if chain is None:
        return None
    box = full_box(grid, _tree_box(grid, chain))
    full = crop_geometry(grid.volume.geometry, box)
    fine = isotropic(full, TREE_SPACING_MM)
    hu = resample_linear(grid.volume.hu[box], full, fine)
    column = _column(grid, chain, hu, fine)
    if not column.any():
        return None
    tree = grow_airway(np.clip(hu, -1024, 1000).astype(np.int16), column)
    levels = np.flatnonzero(tree.any(axis=(0, 1)))
    top = np.zeros_like(tree)
    top[:, :, levels[-1]] = tree[:, :, levels[-1]]
    found = shells(tree, top, TREE_SPACING_MM)
    first = lines(found)
    told = named(found, first, fine.spacing_mm) if first is not None else None
    walled = _to_full(grid, tree, fine, full, box)
    if told is None or first is None:
        last = (*chain[-1].center, float(chain[-1].k))
        i, j, k = (round(v) for v in last)
        return Airways(_region(walled, box), None, (i, j, k), False) if walled.any() else None
    return _parted(grid, box, fine, walled, (found, first, told))


def isotropic(geometry: Geometry, step_mm: float) -> Geometry:
    """A grid of about ``step_mm`` on all axes over exactly the same box of space."""
    extent = zip(geometry.shape, geometry.spacing_mm, strict=True)
    shape = tuple(max(1, round(n * own / step_mm)) for n, own in extent)
    ratio = np.array(geometry.shape) / np.array(shape)
    step = np.diag([*ratio, 1.0])
    step[:3, 3] = (ratio - 1) / 2
    return Geometry.of(shape, geometry.matrix @ step)


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


def _column(grid: Working, chain: list[Disc], hu: NDArray[np.float32], fine: Geometry) -> BoolArray:
    """The traced trachea on the fine grid, out to its wall."""
    coarse = np.zeros(grid.hu.shape, dtype=np.bool_, order="F")
    for disc in chain:
        coarse[disc.pixels[0], disc.pixels[1], disc.k] = True
    column = resample_nearest(coarse, grid.geometry, fine)
    return np.asarray(column | (ndimage.binary_dilation(column) & (hu < LUMEN_HU)))


def _parted(
    grid: Working,
    box: Box,
    fine: Geometry,
    walled: BoolArray,
    tree: tuple[Shells, Line, Named],
) -> Airways:
    found, first, told = tree
    full = crop_geometry(grid.volume.geometry, box)
    everything = subtree(first)
    line_of = _owners(found, everything)[found.of_voxel]
    for fork in told.forks():
        stem = np.flatnonzero(line_of == everything.index(fork[0]))
        line_of[shared_lumen(found, fork, stem)] = everything.index(fork[2])
    number = {name: n for n, name in enumerate(told.lines, start=1)}
    own = np.full(len(everything) + 1, len(number) + 1, dtype=np.uint8)
    own[-1] = 0
    for name, members in told.lines.items():
        for line in members:
            own[everything.index(line)] = number[name]
    labels = np.zeros(fine.shape, dtype=np.uint8)
    labels[tuple(found.voxels.T)] = own[line_of]
    spread = resample_nearest(_spread(labels), fine, full)
    masks = {name: np.asarray(walled & (spread == n)) for name, n in number.items()}
    trachea = masks.pop("trachea")
    carina = fine.world_from_index(told.carina)
    i, j, k = (round(float(v)) for v in grid.geometry.index_from_world(carina))
    return Airways(
        _region(trachea, box),
        _region(np.asarray(walled & (spread > 1)), box),
        (i, j, k),
        True,
        {name: _region(mask, box) for name, mask in masks.items() if mask.any()},
        told.guessed,
        _branches(found, first, told, fine),
    )


def _owners(found: Shells, everything: list[Line]) -> NDArray[np.intp]:
    """The line that each shell belongs to: its own or, for a bulge of a wall, its ancestor's."""
    owner = np.full(len(found.parent), -1, dtype=np.intp)
    for n, line in enumerate(everything):
        owner[line.shells] = n
    for shell in range(len(owner)):
        at = shell
        while owner[at] < 0 and found.parent[at] >= 0:
            at = int(found.parent[at])
        owner[shell] = owner[at]
    return owner


def _spread(labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Labels carried some voxels outwards, so that every voxel of the full lumen finds one."""
    out = labels
    for _ in range(3):
        grown = ndimage.grey_dilation(out, size=3)
        out = np.where(out > 0, out, grown)
    return np.asarray(out)


def _branches(found: Shells, first: Line, told: Named, fine: Geometry) -> tuple[Branch, ...]:
    """The tree's branches, parents before children."""
    name_of = {id(line): name for name, members in told.lines.items() for line in members}
    lobe_of = {
        id(line): name
        for name, heads in told.lobes.items()
        for head in heads
        for line in subtree(head)
    }
    out: list[Branch] = []
    waiting: list[tuple[Line, int | None, int]] = [(first, None, 0)]
    while waiting:
        line, parent, generation = waiting.pop(0)
        index = len(out)
        out.append(
            Branch(
                index=index,
                parent=parent,
                points_mm=np.stack([fine.world_from_index(p) for p in found.centre[line.shells]]),
                radius_mm=found.radius_mm[line.shells],
                label=name_of.get(id(line)),
                generation=generation,
                lobe=lobe_of.get(id(line)),
            )
        )
        waiting += [(child, index, generation + 1) for child in line.children]
    return tuple(out)


def _to_full(grid: Working, tree: BoolArray, fine: Geometry, full: Geometry, box: Box) -> BoolArray:
    """Lumen and wall on the full grid; at the lumen's border what is air belongs to it too."""
    share = resample_linear(tree, fine, full)
    lumen = (share > 0.7) | ((share > 0.25) & (grid.volume.hu[box] < AIR_HU))
    thin = ndimage.binary_dilation(tree)
    core = ndimage.binary_erosion(tree, iterations=WIDE_VOXELS)
    wide = ndimage.binary_dilation(core, iterations=WIDE_VOXELS + 1)
    walled = thin | (ndimage.binary_dilation(thin) & ndimage.binary_dilation(wide))
    return np.asarray(lumen | (resample_linear(walled, fine, full) > 0.5))


def _region(mask: BoolArray, box: Box) -> RegionMask:
    crop = RegionMask.of(mask)
    i, j, k = (s.start + o for s, o in zip(box, crop.offset, strict=True))
    return RegionMask((i, j, k), crop.voxels)
