"""Reasoning step by step against a reference trace: factuality, completeness, efficiency, regions.

The three shares follow MedR-Bench (Qiu et al. 2025), which has a language model judge free text;
here steps are places and findings by name, so that rules decide. A step is *effective* when no
earlier one says the same, and *right* when it names a step of the reference, or a place around one,
and its box, if it states one, meets that of the reference.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from groundct.core.record import Box, StepLevel
from groundct.core.volume import RegionMask
from groundct.metrics.answers import normalised
from groundct.metrics.boxes import Bounds, box_iou
from groundct.vocabulary.anatomy import anatomy


@dataclass(frozen=True)
class Step:
    """One step: what it names, at which level, and where."""

    level: StepLevel
    name: str
    box: Box | None = None


Overlap = Callable[[int, int], float | None]
"""(index in reference, index in prediction) -> overlap of their regions; None without a region."""


@dataclass(frozen=True)
class StepScore:
    """A trace against its reference.

    ``matched`` are pairs (index in reference, index in prediction); ``overlaps`` has a value for
    every step of the reference that has a region, 0 where the prediction has none for it.
    """

    reference: int
    prediction: int
    effective: int
    right: int
    matched: tuple[tuple[int, int], ...]
    overlaps: tuple[float, ...]

    @property
    def factuality(self) -> float:
        """Right steps among the effective ones; 0 when there is no step."""
        return self.right / self.effective if self.effective else 0.0

    @property
    def completeness(self) -> float:
        """Steps of the reference that the prediction takes."""
        return len(self.matched) / self.reference

    @property
    def efficiency(self) -> float:
        """Effective steps among all; 0 when there is no step."""
        return self.effective / self.prediction if self.prediction else 0.0

    @property
    def order(self) -> float | None:
        """The longest run of matched steps in the reference's order, over all matched ones."""
        tails: list[int] = []
        for _, place in sorted(self.matched):
            at = bisect_left(tails, place)
            tails[at : at + 1] = [place]
        return len(tails) / len(self.matched) if self.matched else None

    @property
    def mean_overlap(self) -> float | None:
        """The mean over the reference's steps with a region; None when it has none."""
        return sum(self.overlaps) / len(self.overlaps) if self.overlaps else None


def score_steps(
    reference: Sequence[Step], prediction: Sequence[Step], overlap: Overlap | None = None
) -> StepScore:
    """Score one trace; ``overlap`` compares the regions of two steps, by their boxes unless given.

    Raises ValueError when the reference has no step.
    """
    if not reference:
        raise ValueError("a reference without steps")
    overlap = overlap or (lambda a, b: box_overlap(reference[a].box, prediction[b].box))
    around = _places_around(reference)
    due = {_key(step): n for n, step in reversed(list(enumerate(reference)))}
    seen: set[tuple[str, str]] = set()
    matched: dict[int, int] = {}
    right = 0
    for n, step in enumerate(prediction):
        key = _key(step)
        if key in seen:
            continue
        seen.add(key)
        own = due.get(key)
        if own is not None and overlap(own, n) != 0:
            matched[own] = n
            right += 1
        elif own is None and step.level != "finding" and key[1] in around:
            right += 1
    places = [
        (n, matched.get(due[_key(step)]))
        for n, step in enumerate(reference)
        if step.box is not None
    ]
    return StepScore(
        reference=len(due),
        prediction=len(prediction),
        effective=len(seen),
        right=right,
        matched=tuple(sorted(matched.items())),
        overlaps=tuple(0.0 if own is None else (overlap(n, own) or 0.0) for n, own in places),
    )


def box_overlap(reference: Box | None, prediction: Box | None) -> float | None:
    """Intersection over union of two boxes of voxels; None when either is missing."""
    if reference is None or prediction is None:
        return None
    return box_iou(_bounds(reference), _bounds(prediction))


def mask_overlap(reference: RegionMask, prediction: RegionMask) -> float:
    """Intersection over union of two sets of voxels on one grid; 0 when both are empty."""
    shared = [
        slice(max(a.start, b.start), min(a.stop, b.stop))
        for a, b in zip(reference.slices, prediction.slices, strict=True)
    ]
    both = 0
    if all(part.start < part.stop for part in shared):
        own, other = (
            mask.voxels[
                tuple(
                    slice(part.start - offset, part.stop - offset)
                    for part, offset in zip(shared, mask.offset, strict=True)
                )
            ]
            for mask in (reference, prediction)
        )
        both = int(np.count_nonzero(own & other))
    either = reference.count + prediction.count - both
    return both / either if either else 0.0


def _bounds(box: Box) -> Bounds:
    low, high = (tuple(float(v) for v in corner) for corner in (box.low, box.high))
    return low, high


def _key(step: Step) -> tuple[str, str]:
    """What a step says; there is one scan, whatever it is called."""
    return step.level, "" if step.level == "scan" else normalised(step.name)


def _places_around(steps: Sequence[Step]) -> frozenset[str]:
    """The names of all places that hold one of the reference's."""
    tree = anatomy()
    return frozenset(
        normalised(name)
        for step in steps
        if step.level != "finding" and step.name in tree.structures
        for path in tree.paths_of(step.name)
        for name in path.split("/")
    )
