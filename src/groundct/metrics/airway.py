"""Airway trees: tree length and branches detected, leakage.

As the airway challenges score them (P. Lo et al., *IEEE Trans. Med. Imaging* 31, 2012, 2093-2107:
EXACT'09; M. Zhang et al., *Med. Image Anal.* 90, 2023, 102957: ATM'22): the centreline of the
reference is cut into branches; what of it lies in the prediction is detected, and so is a branch of
which at least 80 % does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from groundct.core.volume import BoolArray
from groundct.imaging.components import bounding_slices, components, largest_component
from groundct.imaging.thinning import centreline, neighbour_counts
from groundct.metrics.arguments import mask_of, masks_of, spacing_of

COVERED: Final = 0.8
"""The share of a branch's centreline that makes it detected."""
MIN_BRANCH_VOXELS: Final = 5
"""Pieces of centreline with fewer voxels are no branch, as in ATM'22's evaluation."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class AirwayTree:
    """A reference's centreline, its branches, and how much length each voxel stands for.

    All (i, j, k) on the reference's grid. ``branches`` numbers branches from 1; 0 is no centreline,
    a fork, or a piece too short to be a branch. ``length_mm`` of all voxels adds up to the tree's.
    """

    centreline: BoolArray
    branches: NDArray[np.uint32]
    length_mm: Floats

    @property
    def n_branches(self) -> int:
        """Number of branches."""
        return int(self.branches.max(initial=0))


@dataclass(frozen=True)
class AirwayScore:
    """Scores of one tree; shares are None where they have no value.

    ``length_detected`` is the share of the tree's length in mm, ``length_detected_voxels`` that of
    its centreline's voxels, which is ATM'22's. ``leakage`` is the volume predicted outside the
    reference over the reference's volume.
    """

    tree_length_mm: float
    length_detected: float | None
    length_detected_voxels: float | None
    n_branches: int
    n_branches_detected: int
    branches_detected: float | None
    leakage: float | None
    leakage_ml: float
    precision: float | None


def airway_tree(reference: ArrayLike, spacing_mm: tuple[float, float, float]) -> AirwayTree:
    """Thin a reference (i, j, k) to its centreline and cut it at the forks.

    Raises ArgumentError for an array that is no mask, or a spacing that is none.
    """
    line = centreline(mask_of(reference))
    counts = neighbour_counts(line)
    pieces, sizes = components(line & (counts <= 2), 26)
    long = sizes >= MIN_BRANCH_VOXELS
    long[0] = False
    numbers = np.where(long, np.cumsum(long), 0).astype(np.uint32)
    return AirwayTree(line, numbers[pieces], _lengths_mm(line, spacing_of(spacing_mm)))


def score_airway(
    reference: ArrayLike,
    prediction: ArrayLike,
    spacing_mm: tuple[float, float, float],
    *,
    tree: AirwayTree | None = None,
    largest_only: bool = True,
) -> AirwayScore:
    """Score a predicted airway (i, j, k) against a reference on the same grid.

    Args:
        reference: The reference's voxels: bools, or whole numbers that are 0 outside.
        prediction: The predicted voxels.
        spacing_mm: Of the grid, along i, j, k.
        tree: ``airway_tree(reference, spacing_mm)`` where it is known already.
        largest_only: Look at the largest component of the prediction alone (26 neighbours), as the
            challenges do: what does not hang together with the tree is not found.

    Raises:
        ArgumentError: The arrays are no masks of one shape, or the spacing is none.
    """
    truth, predicted = masks_of(reference, prediction)
    voxel_mm3 = math.prod(spacing_of(spacing_mm))
    tree = tree or airway_tree(truth, spacing_mm)
    found = largest_component(predicted) if largest_only else predicted
    on_line = tree.centreline & found
    due = np.bincount(tree.branches.ravel(order="K"), minlength=tree.n_branches + 1)[1:]
    got = np.bincount(tree.branches[on_line], minlength=tree.n_branches + 1)[1:]
    detected = int(np.count_nonzero(got >= COVERED * due))
    length = float(tree.length_mm[tree.centreline].sum())
    shared = int(np.count_nonzero(found & truth))
    outside = int(np.count_nonzero(found)) - shared
    voxels = int(np.count_nonzero(truth))
    return AirwayScore(
        tree_length_mm=length,
        length_detected=_share(float(tree.length_mm[on_line].sum()), length),
        length_detected_voxels=_share(
            int(np.count_nonzero(on_line)), int(np.count_nonzero(tree.centreline))
        ),
        n_branches=tree.n_branches,
        n_branches_detected=detected,
        branches_detected=_share(detected, tree.n_branches),
        leakage=_share(outside, voxels),
        leakage_ml=outside * voxel_mm3 / 1000,
        precision=_share(shared, shared + outside) if voxels else None,
    )


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _lengths_mm(line: BoolArray, spacing_mm: tuple[float, ...]) -> Floats:
    """Half the length of the steps that meet in each voxel, over a tree of shortest steps."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import minimum_spanning_tree
    from scipy.spatial import cKDTree

    out = np.zeros(line.shape, dtype=np.float64, order="F")
    crop = bounding_slices(line)
    if crop is None:
        return out
    index = np.argwhere(line[crop])
    steps = cKDTree(index).query_pairs(1.8, output_type="ndarray")
    mm = np.linalg.norm((index[steps[:, 0]] - index[steps[:, 1]]) * spacing_mm, axis=1)
    kept = minimum_spanning_tree(
        coo_array((mm, (steps[:, 0], steps[:, 1])), shape=(len(index),) * 2).tocsr()
    ).tocoo()
    ends = np.concatenate([kept.row, kept.col])
    own = np.bincount(ends, np.tile(kept.data, 2) / 2, minlength=len(index))
    out[crop][tuple(index.T)] = own
    return out
