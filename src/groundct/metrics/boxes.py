"""Boxes against boxes, in any number of dimensions: exact, without a grid of voxels."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

Bounds = tuple[tuple[float, ...], tuple[float, ...]]
"""A box: its low corner and its high corner, in one unit."""


def box_content(box: Bounds) -> float:
    """Area, volume, ... of a box; 0 when an end lies before its start."""
    return math.prod(max(0.0, high - low) for low, high in zip(*box, strict=True))


def box_iou(reference: Bounds, prediction: Bounds) -> float:
    """Intersection over union of two boxes, 0..1; 0 when both have no content.

    Raises ValueError when they differ in dimension.
    """
    shared = box_content(_common(reference, prediction))
    both = box_content(reference) + box_content(prediction) - shared
    return shared / both if both else 0.0


def covered_share(boxes: Sequence[Bounds], others: Sequence[Bounds]) -> float:
    """The share of the union of ``boxes`` that the union of ``others`` covers, 0..1.

    Raises ValueError when ``boxes`` have no content, or boxes differ in dimension.
    """
    own = union_content(boxes)
    if not own:
        raise ValueError("the boxes have no content")
    return union_content([_common(a, b) for a in boxes for b in others]) / own


def union_content(boxes: Sequence[Bounds]) -> float:
    """The content of the union of boxes, by the cells between all their borders."""
    filled = [box for box in boxes if box_content(box) > 0]
    if not filled:
        return 0.0
    borders = [
        sorted({corner[axis] for box in filled for corner in box})
        for axis in range(len(filled[0][0]))
    ]
    total = 0.0
    for cell in itertools.product(*(itertools.pairwise(line) for line in borders)):
        low, high = zip(*cell, strict=True)
        if any(_holds(box, low, high) for box in filled):
            total += math.prod(b - a for a, b in cell)
    return total


def _common(first: Bounds, second: Bounds) -> Bounds:
    low = tuple(max(a, b) for a, b in zip(first[0], second[0], strict=True))
    high = tuple(min(a, b) for a, b in zip(first[1], second[1], strict=True))
    return low, high


def _holds(box: Bounds, low: Sequence[float], high: Sequence[float]) -> bool:
    starts = all(a <= b for a, b in zip(box[0], low, strict=True))
    return starts and all(a >= b for a, b in zip(box[1], high, strict=True))
