"""Boxes: exact against a grid of unit cells."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundct.metrics.boxes import box_iou, covered_share, union_content

CORNERS = st.tuples(*[st.integers(0, 6)] * 3)
BOXES = st.tuples(CORNERS, st.tuples(*[st.integers(1, 4)] * 3)).map(
    lambda p: (p[0], tuple(a + b for a, b in zip(*p, strict=True)))
)


def grid_of(boxes) -> np.ndarray:
    grid = np.zeros((10, 10, 10), bool)
    for low, high in boxes:
        grid[tuple(slice(a, b) for a, b in zip(low, high, strict=True))] = True
    return grid


@settings(max_examples=100)
@given(st.lists(BOXES, min_size=1, max_size=4), st.lists(BOXES, max_size=4))
def test_as_counted_in_cells(boxes, others) -> None:
    own, other = grid_of(boxes), grid_of(others)
    assert union_content(boxes) == own.sum()
    assert covered_share(boxes, others) == pytest.approx((own & other).sum() / own.sum())
    first, second = grid_of(boxes[:1]), grid_of(others[:1])
    if others:
        expected = (first & second).sum() / (first | second).sum()
        assert box_iou(boxes[0], others[0]) == pytest.approx(expected)
        assert box_iou(others[0], boxes[0]) == box_iou(boxes[0], others[0])


def test_boxes_without_content() -> None:
    flat = ((0.0, 0.0), (0.0, 2.0))
    assert union_content([flat]) == 0
    assert box_iou(flat, flat) == 0
    with pytest.raises(ValueError, match="no content"):
        covered_share([flat], [])
