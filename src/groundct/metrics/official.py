"""ReXGroundingCT's scoring of one finding, on sparse masks, and the strict form of the same rules.

Source: the dataset's published rules. A prediction is what is over 0. Its instances are its
18-neighbour components of at least 10 voxels, the 50 largest; those of the reference are its
values. Dice = (2 |A and B| + 1e-6) / (|A| + |B| + 1e-6), a hit from 0.1 on. Instances are matched
one to one, highest Dice first, down to 0.2; and once more by distance (ASSD where the finding is
not focal, distance of centres where it is), nearest first, up to twice the largest voxel spacing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from groundct.core.value import Value
from groundct.imaging.runs import Runs, joint_sizes, label_sizes, relabelled, touching_joined
from groundct.metrics.arguments import labels_of, spacing_of
from groundct.metrics.components import Connectivity, component_runs, largest_components
from groundct.metrics.instance_distances import centre_distances_mm, surface_distances_mm
from groundct.metrics.instances import Matching, match_highest, match_nearest
from groundct.metrics.overlap import HIT_DICE
from groundct.metrics.surface.far import SpacingMm

EPSILON: Final = 1e-6


class InstanceRules(Value):
    """How instances are found and matched; the defaults are the official ones.

    ``instances``: what one is in a prediction, a component or a label of its own.
    ``match_by``: what ``tp``, ``fp`` and ``fn`` count, Dice of overlap or the distance of centres.
    ``filtered``: Dice looks only at instances that are kept; False: at every voxel.
    ``partial``: the reference names some instances only, so what meets none is not held against
    the prediction.
    """

    instances: Literal["components", "label"] = "components"
    connectivity: Connectivity = 18
    min_voxels: int = 10
    max_instances: int | None = 50
    matching: Matching = "greedy"
    match_by: Literal["overlap", "centre"] = "overlap"
    match_dice: float = 0.2
    hit_dice: float = HIT_DICE
    distance_spacings: float = 2.0
    filtered: bool = True
    partial: bool = False


@dataclass(frozen=True)
class Counts:
    """Instances that were found, predicted for nothing, and missed."""

    tp: int
    fp: int
    fn: int


@dataclass(frozen=True)
class FindingScore:
    """The scores of one finding; ``distance`` is None when nobody said whether it is focal."""

    dice: float
    hit: bool
    instances: Counts
    distance: Counts | None
    reference_voxels: int
    predicted_voxels: int
    shared_voxels: int


OFFICIAL: Final = InstanceRules()


def dice_of_sizes(shared: int, reference: int, prediction: int) -> float:
    """Dice from numbers of voxels; 1.0 when both masks are empty."""
    return (2.0 * shared + EPSILON) / (reference + prediction + EPSILON)


def score_finding(
    reference: Runs,
    prediction: Runs,
    spacing_mm: SpacingMm,
    *,
    focal: bool | None,
    rules: InstanceRules = OFFICIAL,
) -> FindingScore:
    """The scores of a predicted finding.

    Args:
        reference: Its labels are the reference's instances.
        prediction: On the same grid; its labels count only where ``rules`` say so.
        spacing_mm: Along i, j, k.
        focal: Whether distances are those of centres; None leaves distances out.
        rules: The official ones unless given.

    Raises:
        ValueError: The grids have different shapes, or the spacing is none (ArgumentError).
    """
    spacing_of(spacing_mm)
    truth = relabelled(reference, _dense_labels(reference))
    found = predicted_instances(prediction, rules)
    shared = joint_sizes(truth, found)
    if rules.partial:
        found, shared = _touching(found, shared)
    sizes = label_sizes(truth)[1:], label_sizes(found)[1:]
    shared = shared[1:, 1:]
    both, total, predicted = int(shared.sum()), int(sizes[0].sum()), int(sizes[1].sum())
    if not rules.filtered and not rules.partial:
        both = int(joint_sizes(truth, prediction).sum())
        predicted = prediction.count
    limit = rules.distance_spacings * max(spacing_mm)
    if rules.match_by == "overlap":
        pairs = match_highest(_pair_dice(shared, *sizes), rules.match_dice, rules.matching)
    else:
        pairs = match_nearest(centre_distances_mm(truth, found, spacing_mm), limit, rules.matching)
    near = None
    if focal is not None:
        distances = (
            centre_distances_mm(truth, found, spacing_mm)
            if focal
            else surface_distances_mm(truth, found, spacing_mm, limit)
        )
        near = _counts(match_nearest(distances, limit, rules.matching), *sizes, rules)
    dice = dice_of_sizes(both, total, predicted)
    return FindingScore(
        dice, dice >= rules.hit_dice, _counts(pairs, *sizes, rules), near, total, predicted, both
    )


def score_masks(
    reference: ArrayLike,
    prediction: ArrayLike,
    spacing_mm: SpacingMm,
    *,
    focal: bool | None,
    rules: InstanceRules = OFFICIAL,
) -> FindingScore:
    """The scores of one finding from its masks, by ReXGroundingCT's official rules.

    When both masks are empty the official Dice is 1.0, and a hit. `groundct evaluate segmentation`
    follows the same rules under its default protocol, strict, but for what a finding without a
    voxel in the reference is worth there: it has no Dice and is no hit, and its means leave it out.
    Do so too where ``reference_voxels`` is 0, or say that your means are the official ones.

    Args:
        reference: Whole numbers (i, j, k), 0 outside: every other value is an instance. A bool
            mask is one instance, in however many pieces.
        prediction: Bools or whole numbers of the same shape, 0 outside. Its instances are its
            components, whatever their values, unless ``rules`` say so.
        spacing_mm: Along i, j, k, such as ``volume.geometry.spacing_mm``.
        focal: Whether the finding's category is focal (nodule, mass: group 2), so that instances
            are matched by the distance of their centres, or not (group 1), by ASSD. None leaves
            distances out.
        rules: How instances are found and matched; the official ones unless given.

    Returns:
        Dice of the whole finding, whether it is a hit (from 0.1 on), instances found, predicted for
        nothing and missed, by overlap and by distance, and numbers of voxels.

    Raises:
        ArgumentError: An array holds probabilities or other fractions, negative numbers or labels
            over 65535, or is not (i, j, k); the shapes differ; a spacing is not over 0.
    """
    ours, theirs = labels_of(reference, prediction)
    return score_finding(Runs.of(ours), Runs.of(theirs), spacing_mm, focal=focal, rules=rules)


def predicted_instances(prediction: Runs, rules: InstanceRules = OFFICIAL) -> Runs:
    """The instances of a prediction that count, numbered from 1."""
    if rules.instances == "label":
        parts = touching_joined(relabelled(prediction, _dense_labels(prediction)))
    else:
        parts = component_runs(prediction, rules.connectivity)
    return largest_components(parts, rules.min_voxels, rules.max_instances)


def _dense_labels(runs: Runs) -> NDArray[np.int32]:
    """Old label -> place among the labels that occur, from 1."""
    seen = np.zeros(runs.n_labels + 1, dtype=np.bool_)
    seen[runs.labels] = True
    return np.cumsum(seen, dtype=np.int32) * seen


def _touching(found: Runs, shared: NDArray[np.int64]) -> tuple[Runs, NDArray[np.int64]]:
    """Only those predicted instances that share a voxel with the reference."""
    meets = shared.any(axis=0)
    new = np.cumsum(meets, dtype=np.int32) * meets
    kept = np.concatenate([[0], np.flatnonzero(meets)])
    return relabelled(found, new), shared[:, kept]


def _pair_dice(
    shared: NDArray[np.int64], ours: NDArray[np.int64], theirs: NDArray[np.int64]
) -> NDArray[np.float64]:
    return (2.0 * shared + EPSILON) / (ours[:, None] + theirs[None, :] + EPSILON)


def _counts(
    pairs: tuple[tuple[int, int], ...],
    ours: NDArray[np.int64],
    theirs: NDArray[np.int64],
    rules: InstanceRules,
) -> Counts:
    tp = len(pairs)
    return Counts(tp, 0 if rules.partial else len(theirs) - tp, len(ours) - tp)
