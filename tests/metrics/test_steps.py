"""Steps against a reference trace: each share, with what must lower it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundct.core.record import Box
from groundct.core.volume import RegionMask
from groundct.metrics.steps import Step, box_overlap, mask_overlap, score_steps


def box(start: int, size: int = 4) -> Box:
    return Box(low=(start,) * 3, high=(start + size,) * 3)


TRACE = (
    Step("scan", "chest CT", box(0, 100)),
    Step("organ", "right lung", box(10, 40)),
    Step("lobe", "right lung upper lobe", box(20, 20)),
    Step("finding", "nodule", box(30)),
)
STEPS = st.builds(
    Step,
    st.sampled_from(["organ", "lobe", "finding"]),
    st.sampled_from(["right lung", "left lung", "right lung upper lobe", "nodule", "lung"]),
    st.one_of(st.none(), st.integers(0, 60).map(box)),
)


def shares(prediction, reference=TRACE):
    score = score_steps(reference, prediction)
    return score.factuality, score.completeness, score.efficiency, score.order, score.mean_overlap


def test_the_reference_itself() -> None:
    assert shares(TRACE) == (1, 1, 1, 1, 1)


def test_a_step_left_out_is_not_covered() -> None:
    assert shares(TRACE[:2]) == (1, 0.5, 1, 1, 0.5)


def test_a_repeated_step_is_not_effective() -> None:
    assert shares((*TRACE, TRACE[1])) == (1, 1, 0.8, 1, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        Step("organ", "left lung"),
        Step("finding", "pleural effusion"),
        Step("organ", "heart", box(10, 40)),
        Step("segment", "no such place"),
    ],
)
def test_a_wrong_step_is_not_right(wrong) -> None:
    factuality, completeness, *_ = shares((*TRACE, wrong))
    assert (factuality, completeness) == (0.8, 1)


def test_a_place_around_is_right_and_covers_nothing() -> None:
    assert shares((*TRACE[:3], Step("organ", "lung"), TRACE[3]))[:3] == (1, 1, 1)
    assert shares((Step("organ", "lung"),))[:2] == (1, 0)


def test_a_step_whose_box_lies_elsewhere_is_wrong() -> None:
    away = (*TRACE[:3], Step("finding", "nodule", box(80)))
    assert shares(away) == (0.75, 0.75, 1, 1, 0.75)


def test_a_step_without_a_box_is_right_and_has_no_overlap() -> None:
    named = (*TRACE[:3], Step("finding", "nodule"))
    assert shares(named) == (1, 1, 1, 1, 0.75)


def test_the_whole_scan_as_every_box_overlaps_little() -> None:
    lazy = [Step(step.level, step.name, box(0, 100)) for step in TRACE]
    assert shares(lazy)[4] < 0.3


def test_another_order() -> None:
    assert shares(TRACE[::-1])[3] == 0.25
    assert shares((TRACE[0], TRACE[2], TRACE[1], TRACE[3]))[3] == 0.75


def test_a_scan_is_the_scan_by_any_name() -> None:
    assert shares((Step("scan", "thorax"), *TRACE[1:]))[1] == 1


def test_empty_traces() -> None:
    assert shares(()) == (0, 0, 0, None, 0)
    with pytest.raises(ValueError, match="without steps"):
        score_steps((), TRACE)
    bare = [Step(step.level, step.name) for step in TRACE]
    assert shares(TRACE, bare)[4] is None


def test_overlap_by_masks_or_by_boxes() -> None:
    assert box_overlap(box(0), box(2)) == 8 / (64 + 64 - 8)
    assert box_overlap(None, box(2)) is None
    own = score_steps(TRACE, TRACE, lambda a, b: 0.5 if a == 3 else None)
    assert own.overlaps == (0, 0, 0, 0.5)


@given(st.lists(STEPS, max_size=8))
def test_laws(prediction) -> None:
    score = score_steps(TRACE, prediction)
    assert 0 <= score.right <= score.effective <= score.prediction
    assert 0 <= score.completeness <= 1
    assert len(score.matched) <= score.right
    assert all(0 <= overlap <= 1 for overlap in score.overlaps)
    twice = score_steps(TRACE, [*prediction, *prediction])
    assert (twice.right, twice.matched) == (score.right, score.matched)
    assert twice.efficiency == pytest.approx(score.efficiency / 2)


@given(st.lists(st.booleans(), min_size=64, max_size=64), st.integers(1, 2**64 - 1))
def test_masks_as_counted_voxel_by_voxel(cells, bits) -> None:
    first = np.array(cells).reshape(4, 4, 4)
    second = np.array([bits >> n & 1 for n in range(64)], bool).reshape(4, 4, 4)
    expected = (first & second).sum() / (first | second).sum()
    assert mask_overlap(RegionMask.of(first), RegionMask.of(second)) == pytest.approx(expected)


def test_empty_masks_do_not_overlap() -> None:
    empty = RegionMask.of(np.zeros((2, 2, 2), bool))
    assert mask_overlap(empty, empty) == 0
