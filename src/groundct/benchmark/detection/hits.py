"""Which candidates hit which references, over all scans."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from groundct.benchmark.detection.places import Candidates, Floats, Places, References
from groundct.benchmark.detection.settings import DetectionSettings
from groundct.benchmark.segmentation.places import UNTURNED, states_place, turn_onto
from groundct.core.geometry import Geometry
from groundct.core.issues import GridError, Issue, TableError
from groundct.imaging.runs import Runs, joint_sizes
from groundct.metrics.detection import Pairs, distance_pairs, joined_pairs

Ints = NDArray[np.int64]


def hits_of(
    reference: References, candidates: Candidates, settings: DetectionSettings
) -> tuple[Pairs, tuple[Issue, ...]]:
    """All pairs of a reference and a candidate that hits it, and what is to be said of grids.

    Raises GridError where distances are asked for and a mask states no place, or where two masks
    lie on different grids; TableError where a side lacks what the rule needs.
    """
    if settings.hit == "distance":
        _require_places(reference.places.grids, "reference")
        _require_places(candidates.places.grids, "prediction")
    else:
        _require_extent(reference.places, candidates.places)
    ours, theirs = reference.places.by_case(), candidates.places.by_case()
    parts: list[Pairs] = []
    issues: list[Issue] = []
    for case in sorted(set(ours) & set(theirs)):
        numbers, found = ours[case], theirs[case]
        if settings.hit == "distance":
            own = distance_pairs(
                reference.places.centre_mm[numbers],
                reference.places.diameter_mm[numbers],
                candidates.places.centre_mm[found],
            )
        elif reference.places.masks is not None:
            table, notes = _mask_table(case, numbers, found, reference.places, candidates.places)
            own = _over(table, settings)
            issues += notes
        else:
            own = _over(_box_table(numbers, found, reference.places, candidates.places), settings)
        parts.append(Pairs(numbers[own.reference], found[own.candidate], own.closeness))
    return joined_pairs(parts), tuple(issues)


def hits_when_flipped(reference: References, candidates: Candidates) -> dict[str, int]:
    """References hit by distance as told, and with x, y or both turned round in the candidates.

    The 20,000 candidates of the highest confidence are looked at.
    """
    order = np.argsort(-candidates.confidence, kind="stable")[:20_000].astype(np.int64)
    own = candidates.places
    few = Places(tuple(own.case[n] for n in order), own.centre_mm[order], own.diameter_mm[order])
    ours, theirs = reference.places.by_case(), few.by_case()
    out = {}
    for name, signs in _TURNS.items():
        hit: set[int] = set()
        for case in set(ours) & set(theirs):
            pairs = distance_pairs(
                reference.places.centre_mm[ours[case]],
                reference.places.diameter_mm[ours[case]],
                few.centre_mm[theirs[case]] * signs,
            )
            hit.update(ours[case][pairs.reference].tolist())
        out[name] = len(hit)
    return out


_TURNS = {
    "as told": np.ones(3),
    "x": np.array([-1.0, 1.0, 1.0]),
    "y": np.array([1.0, -1.0, 1.0]),
    "x and y": np.array([-1.0, -1.0, 1.0]),
}


def outside_scan(candidates: Places, grids: Mapping[str, Geometry]) -> Ints:
    """Candidates whose centre lies outside the grid of their scan, where that is known."""
    out = [np.zeros(0, dtype=np.int64)]
    for case, numbers in candidates.by_case().items():
        grid = grids.get(case)
        if grid is not None and states_place(grid):
            index = grid.index_from_world(candidates.centre_mm[numbers])
            beyond = (index < -0.5) | (index > np.array(grid.shape) - 0.5)
            out.append(numbers[beyond.any(axis=1)])
    return np.concatenate(out)


def _over(table: Floats, settings: DetectionSettings) -> Pairs:
    """Pairs of a table (references, candidates) of Dice; IoU is d / (2 - d), in the same order."""
    closeness = table if settings.hit == "dice" else table / (2 - table)
    reference, candidate = np.nonzero(closeness >= settings.threshold)
    return Pairs(
        reference.astype(np.int64), candidate.astype(np.int64), closeness[reference, candidate]
    )


def _box_table(ours: Ints, theirs: Ints, reference: Places, candidates: Places) -> Floats:
    assert reference.boxes_mm is not None and candidates.boxes_mm is not None
    table, boxes = np.zeros((len(ours), len(theirs))), candidates.boxes_mm[theirs]
    for row, n in enumerate(ours):
        low, high = reference.boxes_mm[n]
        shared = np.minimum(boxes[:, 1], high) - np.maximum(boxes[:, 0], low)
        common = np.prod(np.maximum(shared, 0.0), axis=1)
        both = np.prod(high - low) + np.prod(boxes[:, 1] - boxes[:, 0], axis=1)
        table[row] = 2 * common / both
    return table


def _mask_table(
    case: str, ours: Ints, theirs: Ints, reference: Places, candidates: Places
) -> tuple[Floats, tuple[Issue, ...]]:
    assert reference.masks is not None and candidates.masks is not None
    turn, issues = turn_onto(reference.grids[case], candidates.grids[case], f"{case} prediction")
    found = [candidates.masks[n] for n in theirs]
    if turn != UNTURNED:
        found = [Runs.of(turn.apply(runs.dense())) for runs in found]
    table = np.zeros((len(ours), len(theirs)))
    for row, n in enumerate(ours):
        truth = reference.masks[n]
        for column, runs in enumerate(found):
            shared = int(joint_sizes(truth, runs).sum())
            table[row, column] = 2 * shared / (truth.count + runs.count)
    return table, issues


def _require_places(grids: Mapping[str, Geometry], where: str) -> None:
    for case, grid in grids.items():
        if not states_place(grid):
            raise GridError.of(
                "states-no-place",
                f"{where} {case}",
                "its affine is the identity, so where its voxels lie in mm cannot be known.",
                "Give the folder of CTs with --volumes, or write masks with the affine of the CT.",
                case,
            )


def _require_extent(reference: Places, candidates: Places) -> None:
    both_boxes = reference.boxes_mm is not None and candidates.boxes_mm is not None
    both_masks = reference.masks is not None and candidates.masks is not None
    if not (both_boxes or both_masks):
        raise TableError.of(
            "no-extent",
            "reference and prediction",
            "an overlap is asked for, and not both sides are boxes or both masks.",
            "Give boxes or masks on both sides, or hits by distance.",
        )
