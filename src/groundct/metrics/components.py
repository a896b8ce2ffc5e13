"""Connected components of a sparse mask, by union of its runs: no dense array is made.

Two runs of neighbouring rows belong together when they meet after one is shifted onto the other's
row; how much they may miss each other by is the connectivity. Labels are numbered as
scipy.ndimage.label numbers them: by each component's first voxel, k the fastest index.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from groundct.imaging.runs import Runs, joined, label_sizes, meeting_pairs, relabelled

Connectivity = Literal[6, 18, 26]

_SIDES: Final = ((1, 0), (0, 1))
_EDGES: Final = ((1, 1), (-1, 1))
_REACH: Final[dict[int, tuple[int, int | None]]] = {6: (0, None), 18: (1, 0), 26: (1, 1)}
"""By how many voxels runs may miss each other in rows that share a side, and an edge."""


def component_runs(mask: Runs, connectivity: Connectivity = 18) -> Runs:
    """The components of all voxels of a mask, whatever their labels, numbered from 1."""
    runs = joined(mask)
    if not len(runs.starts):
        return runs
    i, j, k = runs.indices()
    wide, high = runs.shape[0] + 2, runs.shape[1] + 2
    # A grid with a border of one voxel: a shift never leads into another row.
    start = (i + 1) + wide * ((j + 1) + high * (k + 1))
    stop = start + runs.lengths
    side, edge = _REACH[connectivity]
    steps = [(step, side) for step in _SIDES]
    if edge is not None:
        steps += [(step, edge) for step in _EDGES]
    ones, twos = [], []
    for (dj, dk), reach in steps:
        shift = wide * (dj + high * dk)
        one, two = meeting_pairs(start + shift - reach, stop + shift + reach, (start, stop))
        ones.append(one)
        twos.append(two)
    group = _groups(np.concatenate(ones), np.concatenate(twos), len(start))
    return Runs(runs.starts, runs.stops, _in_raster_order(group, (i, j, k), runs.shape), runs.shape)


def largest_components(components: Runs, min_voxels: int, most: int | None) -> Runs:
    """Components of at least ``min_voxels``, of which the ``most`` largest, numbered anew from 1.

    The order of their labels stays; among equal sizes the smaller label is kept first.
    """
    sizes = label_sizes(components)
    keep = np.flatnonzero(sizes >= max(min_voxels, 1))
    if most is not None and len(keep) > most:
        keep = np.sort(keep[np.argsort(-sizes[keep], kind="stable")[:most]])
    new = np.zeros(len(sizes), dtype=np.int32)
    new[keep] = np.arange(1, len(keep) + 1)
    return relabelled(components, new)


def _groups(one: NDArray[np.int64], two: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """A number for each node, equal for those that links connect; links go to larger numbers.

    Every tree of nodes hangs itself under a smaller neighbour, until no link joins two trees.
    """
    root = np.arange(count)
    root[two] = one
    while True:
        above = root[root]
        while not np.array_equal(above, root):
            root, above = above, above[above]
        a, b = root[one], root[two]
        apart = a != b
        one, two, a, b = one[apart], two[apart], a[apart], b[apart]
        if not len(one):
            return root
        np.minimum.at(root, np.maximum(a, b), np.minimum(a, b))


def _in_raster_order(
    group: NDArray[np.int64], index: tuple[NDArray[np.int64], ...], shape: tuple[int, int, int]
) -> NDArray[np.int32]:
    i, j, k = index
    first = np.full(len(group), np.iinfo(np.int64).max)
    np.minimum.at(first, group, (i * shape[1] + j) * shape[2] + k)
    roots = np.flatnonzero(group == np.arange(len(group)))
    rank = np.zeros(len(group), dtype=np.int32)
    rank[roots[np.argsort(first[roots])]] = np.arange(1, len(roots) + 1)
    return rank[group]
