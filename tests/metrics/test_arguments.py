"""A mask is one mask however its voxels are typed, for every metric; what is none is refused."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from groundct.core.geometry import Geometry
from groundct.core.volume import LabelMap, Segment
from groundct.imaging.runs import Runs
from groundct.metrics.airway import airway_tree, score_airway
from groundct.metrics.arguments import ArgumentError
from groundct.metrics.labels import label_counts
from groundct.metrics.official import InstanceRules, score_finding, score_masks
from groundct.metrics.organs import joint_counts, organ_scores
from groundct.metrics.overlap import dice, hit
from groundct.metrics.surface import surface_metrics, surface_metrics_of_runs
from groundct.metrics.volumes import diameter_mm, mesh_size, size_errors, volume_ml

SHAPE = (6, 5, 7)
MM = (0.7, 0.8, 2.5)
TYPES = (np.uint8, np.uint16, np.uint32, np.int8, np.int16, np.int64, np.uint64)


def tree_facts(mask, spacing_mm):
    return [array.tolist() for array in dataclasses.astuple(airway_tree(mask, spacing_mm))]


OF_PAIRS = {
    "dice": lambda a, b, mm: dice(a, b),
    "hit": lambda a, b, mm: hit(a, b),
    "score_masks": lambda a, b, mm: score_masks(a, b, mm, focal=False),
    "score_masks_raw": lambda a, b, mm: score_masks(
        a, b, mm, focal=True, rules=InstanceRules(filtered=False)
    ),
    "score_airway": score_airway,
    "score_airway_of_all": lambda a, b, mm: score_airway(a, b, mm, largest_only=False),
    "surface_metrics": surface_metrics,
    "size_errors": size_errors,
}
OF_ONE = {
    "airway_tree": tree_facts,
    "volume_ml": volume_ml,
    "diameter_mm": diameter_mm,
    "mesh_size": mesh_size,
}
ALL = OF_PAIRS | {
    name: lambda a, b, mm, own=own: (own(a, mm), own(b, mm)) for name, own in OF_ONE.items()
}
OF_LABELS = {"joint_counts": lambda a, b, mm: joint_counts(a, b)}
masks = hnp.arrays(np.bool_, SHAPE)


@pytest.mark.parametrize("name", ALL)
@settings(max_examples=12)
@given(masks, masks, st.sampled_from(TYPES), st.sampled_from(TYPES), st.integers(1, 127))
def test_a_mask_is_the_same_in_every_type_of_whole_numbers(name, a, b, ours, theirs, value):
    due = ALL[name](a, b, MM)
    assert ALL[name](a.astype(ours), b.astype(theirs), MM) == due
    if name != "surface_metrics":  # whose sums add up the same distances in another order
        assert ALL[name](a, b.astype(theirs) * theirs(value), MM) == due


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("order", ["C", "F"])
def test_nor_does_the_order_in_memory_count(name, order):
    a, b = (np.random.default_rng(n).random(SHAPE) < 0.5 for n in (1, 2))
    own = [np.array(mask, np.uint8, order=order) for mask in (a, b)]
    assert ALL[name](*own, MM) == ALL[name](a, b, MM)


@given(masks, masks, st.sampled_from(TYPES))
def test_surfaces_of_labels_are_those_of_the_whole_mask(a, b, kind):
    labelled = (a * (1 + np.arange(SHAPE[0]) % 3)[:, None, None]).astype(kind)
    assert surface_metrics(labelled, b, MM) == pytest.approx(surface_metrics(a, b, MM))


@given(hnp.arrays(np.bool_, SHAPE), hnp.arrays(np.uint8, SHAPE))
def test_joint_counts_take_a_mask_as_the_label_one(a, b):
    own, due = joint_counts(a, b), joint_counts(a.astype(np.uint8), b)
    assert own.table.tolist() == due.table.tolist()
    own, due = joint_counts(b, a), joint_counts(b.astype(np.int64), a.astype(np.int16))
    assert own.table.tolist() == due.table.tolist()


@given(hnp.arrays(np.bool_, (4, 3)), hnp.arrays(np.bool_, (4, 3)), st.sampled_from(TYPES))
def test_label_counts_take_zeros_and_ones(a, b, kind):
    assert label_counts(a.astype(kind), b).tolist() == label_counts(a, b).tolist()
    assert label_counts(a, b.astype(kind)).tolist() == label_counts(a, b).tolist()


@pytest.mark.parametrize(
    "bad",
    [np.array([[0, 2]]), np.array([[0, -1]]), np.array([[0.0, 1.0]]), np.array([True, False])],
)
def test_label_counts_refuse_what_is_neither(bad):
    good = np.array([[True, False]])
    for pair in ((bad, good), (good, bad)):
        with pytest.raises(ArgumentError, match="labels"):
            label_counts(*pair)


NO_MASKS = {
    "probabilities": (np.full(SHAPE, 1e-6), "float64.*array > 0.5"),
    "floats of nibabel": (np.ones(SHAPE), "float64.*astype"),
    "negative": (np.full(SHAPE, -1, np.int16), "from -1 to -1; labels are 0 to 65535"),
    "too large": (np.full(SHAPE, 70_000), "70000"),
    "another shape": (np.ones((6, 5, 6), np.uint8), r"differ: \(6, 5, 7\) and \(6, 5, 6\)"),
    "no array": (LabelMap((), (), *[Geometry.of(SHAPE, np.eye(4))] * 2), "of type LabelMap"),
    "words": (np.full(SHAPE, "yes"), "array of <U3"),
}


@pytest.mark.parametrize("name", OF_PAIRS | OF_LABELS)
@pytest.mark.parametrize("kind", NO_MASKS)
def test_what_is_no_mask_is_refused_by_all(name, kind):
    bad, said = NO_MASKS[kind]
    call = (OF_PAIRS | OF_LABELS)[name]
    with pytest.raises(ArgumentError, match=f"(?s)(prediction|shapes).*{said}"):
        call(np.ones(SHAPE, np.uint8), bad, MM)
    with pytest.raises(ArgumentError):
        call(bad, np.ones(SHAPE, np.uint8), MM)


@pytest.mark.parametrize("name", OF_ONE)
@pytest.mark.parametrize("kind", [kind for kind in NO_MASKS if kind != "another shape"])
def test_what_is_no_mask_is_refused_by_those_of_one_mask(name, kind):
    with pytest.raises(ArgumentError):
        OF_ONE[name](NO_MASKS[kind][0], MM)


@pytest.mark.parametrize("axes", [(4,), (4, 4), (2, 2, 2, 2)])
@pytest.mark.parametrize("name", sorted({*ALL, *OF_LABELS} - {"dice", "hit", "surface_metrics"}))
def test_masks_have_three_axes(name, axes):
    flat = np.ones(axes, np.uint8)
    with pytest.raises(ArgumentError, match=r"an array \(i, j, k\) is due"):
        (ALL | OF_LABELS)[name](flat, flat, MM)


@pytest.mark.parametrize("name", sorted(set(ALL) - {"dice", "hit"}))
@pytest.mark.parametrize(
    "mm", [1.0, (1, 1), (1, 1, 1, 1), (0, 1, 1), (1, -1, 1), (1, 1, np.nan), (1, np.inf, 1), "abc"]
)
def test_a_spacing_is_three_lengths(name, mm):
    full = np.ones(SHAPE, bool)
    with pytest.raises(ArgumentError, match="3 spacings over 0 mm are due"):
        ALL[name](full, full, mm)


@pytest.mark.parametrize("mm", [(1, 1), (1, 0, 1), 2.0])
def test_so_it_is_for_sparse_masks(mm):
    runs = Runs.of(np.ones(SHAPE, np.uint8))
    with pytest.raises(ArgumentError, match="3 spacings"):
        score_finding(runs, runs, mm, focal=None)
    with pytest.raises(ArgumentError, match="3 spacings"):
        surface_metrics_of_runs(runs, runs, mm)


def test_spacings_may_be_arrays_and_lists():
    full = np.ones(SHAPE, bool)
    assert volume_ml(full, np.array(MM)) == volume_ml(full, list(MM)) == volume_ml(full, MM)


@given(hnp.arrays(np.uint8, SHAPE, elements=st.integers(0, 3)), st.sampled_from(TYPES))
def test_organ_scores_take_layers_of_any_whole_type(labels, kind):
    grid = Geometry.of(SHAPE, np.eye(4))
    names = tuple(Segment(name=f"s{n}", parts=((0, n),)) for n in (1, 2, 3))
    own, other = (
        LabelMap((layer,), names, grid, grid) for layer in (labels, labels[::-1].astype(kind))
    )
    due = LabelMap((labels[::-1],), names, grid, grid)
    assert organ_scores(own, other) == organ_scores(own, due)
