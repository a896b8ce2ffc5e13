"""From the airway's voxels to its graph: shells of equal distance from the top, joined to lines."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from groundct.anatomy._hu.airway.enclosed import PAIRS
from groundct.core.volume import BoolArray
from groundct.imaging.components import bounding_slices

SHELL_MM = 2.0
SHORTEST_MM = 5.0
SPUR_RADII = 1.3
"""A side branch must be longer than so many radii of the branch that it leaves."""

SAME_FORK_SHELLS = 2
SAME_WIDTH = 0.6
"""Two forks this near with a line of this share of the width between are one fork."""

WIDER = 1.35
WIDE_MM = 2.0
RAGGED = 1.45
"""What gets wider than its parent by as much, or is as far from round, has left the airway."""


@dataclass(eq=False)
class Line:
    """A branch in the making: shells from its fork outwards; ``children`` are other lines."""

    shells: list[int]
    children: list[Line] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Shells:
    """The shells of a tree: voxels at about one distance from the top that hang together.

    ``of_voxel`` (n,) is the shell of each voxel of ``voxels`` (n, 3); shells that hold no branch
    belong to their ancestor's. ``centre`` (m, 3) is in voxels, ``radius_mm`` (m,) that of a disc
    of as many voxels, and ``ragged`` (m,) how much farther from the centre they lie than in a disc.
    """

    voxels: NDArray[np.intp]
    of_voxel: NDArray[np.intp]
    parent: NDArray[np.intp]
    centre: NDArray[np.float64]
    radius_mm: NDArray[np.float64]
    ragged: NDArray[np.float64]


def shells(tree: BoolArray, start: BoolArray, voxel_mm: float) -> Shells:
    """The shells of a 26-connected ``tree`` (about isotropic); ``start`` is where it begins."""
    crop = bounding_slices(tree)
    if crop is None:
        raise ValueError("an empty tree has no shells")
    inner = np.ascontiguousarray(tree[crop])
    number = np.full(inner.shape, -1, dtype=np.int32)
    local = np.argwhere(inner)
    number[inner] = np.arange(len(local))
    one, other, step = _edges(number)
    links = coo_matrix((step * voxel_mm, (one, other)), shape=(len(local), len(local))).tocsr()
    first = number[start[crop] & inner]
    far = dijkstra(links, directed=False, indices=first, min_only=True)
    reached = np.isfinite(far)
    level = np.where(reached, far, 0.0) // SHELL_MM
    same = (level[one] == level[other]) & reached[one] & reached[other]
    within = coo_matrix((np.ones(same.sum()), (one[same], other[same])), shape=links.shape)
    shell = connected_components(within, directed=False)[1]
    kept, shell = np.unique(np.where(reached, shell, -1), return_inverse=True)
    shell = shell - (kept[0] == -1)
    local, shell, level = local[reached], shell[reached], level[reached]
    number_of = np.cumsum(reached) - 1
    ok = reached[one] & reached[other]
    parent = _parents(shell, level, number_of[one[ok]], number_of[other[ok]])
    size = np.bincount(shell)
    places = local + [c.start for c in crop]
    centre = np.stack([np.bincount(shell, places[:, a]) / size for a in range(3)], axis=1)
    radius = np.sqrt(size * voxel_mm**3 / SHELL_MM / np.pi)
    apart = np.bincount(shell, ((places - centre[shell]) ** 2).sum(axis=1)) / size
    ragged = np.sqrt(apart / (radius**2 / voxel_mm**2 / 2 + 0.4))
    return Shells(places, shell, parent, centre, radius, ragged)


def _edges(
    number: NDArray[np.int32],
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """Pairs of neighbouring voxels by number, and how far apart they are in voxels."""
    ones, others, steps = [], [], []
    for step in PAIRS:
        here = tuple(
            slice(max(0, -s), n - max(0, s)) for s, n in zip(step, number.shape, strict=True)
        )
        there = tuple(
            slice(max(0, s), n + min(0, s)) for s, n in zip(step, number.shape, strict=True)
        )
        a, b = number[here], number[there]
        both = (a >= 0) & (b >= 0)
        ones.append(a[both].astype(np.intp))
        others.append(b[both].astype(np.intp))
        steps.append(np.full(len(ones[-1]), float(np.sqrt(sum(s * s for s in step)))))
    return np.concatenate(ones), np.concatenate(others), np.concatenate(steps)


def _parents(
    shell: NDArray[np.intp],
    level: NDArray[np.float64],
    one: NDArray[np.intp],
    other: NDArray[np.intp],
) -> NDArray[np.intp]:
    """For each shell the one nearer to the top that it touches most; -1 for the first."""
    count = int(shell.max()) + 1
    up = level[one] < level[other]
    parent_of = np.where(up, shell[one], shell[other])
    child_of = np.where(up, shell[other], shell[one])
    apart = level[one] != level[other]
    pairs, contacts = np.unique(child_of[apart] * count + parent_of[apart], return_counts=True)
    parent = np.full(count, -1, dtype=np.intp)
    order = np.argsort(contacts, kind="stable")
    parent[pairs[order] // count] = pairs[order] % count
    return parent


def lines(tree: Shells) -> Line | None:
    """The tree's lines from its first shell on, without spurs; None when there is no shell."""
    count = len(tree.parent)
    children: list[list[int]] = [[] for _ in range(count)]
    roots: list[int] = []
    for shell, parent in enumerate(tree.parent):
        (children[parent] if parent >= 0 else roots).append(shell)
    if not roots:
        return None
    depth = _depths(tree, children)
    root = max(roots, key=lambda r: float(depth[r]))
    first = Line([root])
    waiting = [first]
    while waiting:
        line = waiting.pop()
        while True:
            tip = line.shells[-1]
            going = _true_children(tree, children[tip], depth, tip)
            if len(going) != 1:
                break
            line.shells.append(going[0])
        line.children = [Line([child]) for child in going]
        waiting += line.children
    _pruned(tree, first, 0)
    return first


def _pruned(tree: Shells, line: Line, generation: int) -> None:
    """Join forks that are one, and cut off what has left the airway."""
    radius = float(tree.radius_mm[line.shells].mean())
    again = True
    while again:
        again = False
        for child in list(line.children):
            wide = float(tree.radius_mm[child.shells].mean())
            one_fork = len(child.shells) <= SAME_FORK_SHELLS and wide >= SAME_WIDTH * radius
            if generation and child.children and one_fork:
                line.children.remove(child)
                line.children += child.children
                line.shells += child.shells
                again = True
    if generation:
        line.children = [c for c in line.children if not _left(tree, c, radius)]
    for child in line.children:
        _pruned(tree, child, generation + 1)
    if generation and len(line.children) == 1:
        only = line.children[0]
        line.shells += only.shells
        line.children = only.children


def _left(tree: Shells, line: Line, parent_radius: float) -> bool:
    radius = float(tree.radius_mm[line.shells].mean())
    wider = radius > max(WIDE_MM, WIDER * parent_radius)
    ragged = not line.children and float(tree.ragged[line.shells].mean()) > RAGGED
    return wider or ragged


def _true_children(
    tree: Shells, children: list[int], depth: NDArray[np.float64], tip: int
) -> list[int]:
    """The shells that go on; a short one beside a longer one is a bulge of the wall."""
    if len(children) < 2:
        return children
    least = max(SHORTEST_MM, SPUR_RADII * float(tree.radius_mm[tip]))
    longest = max(children, key=lambda c: float(depth[c]))
    return [c for c in children if c == longest or depth[c] >= least]


def _depths(tree: Shells, children: list[list[int]]) -> NDArray[np.float64]:
    """How far the tree goes on from each shell, its own thickness included, in mm."""
    depth = np.zeros(len(tree.parent))
    order, waiting = [], [n for n, p in enumerate(tree.parent) if p < 0]
    while waiting:
        shell = waiting.pop()
        order.append(shell)
        waiting += children[shell]
    for shell in reversed(order):
        depth[shell] = SHELL_MM + max((depth[c] for c in children[shell]), default=0.0)
    return depth
