"""Volumes, label maps and region masks keep their voxels and their grid."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from groundct.core.geometry import Geometry
from groundct.core.issues import NotSegmentedError
from groundct.core.names import UnknownNameError
from groundct.core.volume import (
    Abstention,
    LabelMap,
    RegionMask,
    Segment,
    Volume,
    label_map_of_masks,
    require_label_map,
    require_volume,
    to_stored,
    volume_from_stored,
)

RAS = Geometry.of((3, 4, 5), np.diag([1.0, 1, 2, 1]))
LPS = Geometry.of((3, 4, 5), np.diag([-1.0, -1, 2, 1]))
masks = hnp.arrays(np.bool_, (3, 4, 5))


def test_a_volume_is_held_in_ras_and_goes_back_to_its_own_order():
    stored = np.arange(60, dtype=np.int16).reshape(3, 4, 5)
    volume = volume_from_stored(stored, LPS)
    assert volume.geometry.orientation == "RAS"
    assert volume.hu[0, 0, 0] == stored[2, 3, 0]
    np.testing.assert_array_equal(to_stored(volume.hu, LPS), stored)


def test_a_volume_of_another_grid_order_or_type_is_refused():
    hu = np.zeros((3, 4, 5), dtype=np.int16)
    with pytest.raises(ValueError, match="held in RAS"):
        Volume(hu, LPS, LPS)
    with pytest.raises(ValueError, match="differ"):
        Volume(hu[:2], RAS, RAS)
    with pytest.raises(ValueError, match="not the stored grid"):
        Volume(hu, RAS, Geometry.of((3, 4, 5), np.diag([1.0, 1, 3, 1])))
    with pytest.raises(TypeError, match="int16"):
        Volume(hu.astype(np.float32), RAS, RAS)  # type: ignore[arg-type]


@given(masks)
def test_a_region_mask_rebuilds_the_mask(mask):
    region = RegionMask.of(mask)
    np.testing.assert_array_equal(region.dense(mask.shape), mask)
    assert region.count == mask.sum()


@given(st.lists(masks, min_size=1, max_size=5))
def test_packing_masks_loses_no_voxel_however_they_overlap(parts):
    named = [(f"m{n}", RegionMask.of(mask)) for n, mask in enumerate(parts)]
    packed = label_map_of_masks(named, RAS, RAS)
    for (name, _), mask in zip(named, parts, strict=True):
        np.testing.assert_array_equal(packed.mask(name), mask)


def test_empty_and_not_segmented_are_two_different_values():
    empty = label_map_of_masks([("liver", RegionMask.of(np.zeros((3, 4, 5), bool)))], RAS, RAS)
    assert not empty.mask("liver").any()
    with pytest.raises(NotSegmentedError, match="spleen"):
        empty.mask("spleen")


@pytest.mark.parametrize("name", ["Left Lung", "lung_left", "left  lung", "LUNG LEFT"])
def test_a_name_written_otherwise_is_no_structure_that_was_not_segmented(name):
    with pytest.raises(UnknownNameError, match=r"unknown-name.*Did you mean 'left lung'\?") as seen:
        LUNGS.mask(name)
    assert isinstance(seen.value, LookupError) and not isinstance(seen.value, NotSegmentedError)


def test_why_a_structure_is_abstained_from_is_told():
    with pytest.raises(NotSegmentedError, match=r"left kidney: .*nothing of its form is in view\."):
        LUNGS.mask("left kidney")
    with pytest.raises(UnknownNameError, match="'left kidney'"):
        LUNGS.mask("kidney_left")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("lung", "like it are 'left lung', 'right lung'"),
        ("vertebrae_L1", r"like it are 'lumbar vertebrae 1 \(l1\)'"),
        ("left lunge", "like it are 'left lung'"),
        ("nope", r"none of the 3 structures of the label map\. .*groundct anatomy 'nope'"),
    ],
)
def test_what_no_mask_answers_for_is_told_with_names_that_are_like_it(name, said):
    with pytest.raises(NotSegmentedError, match=said):
        LUNGS.mask(name)


LUNGS = LabelMap(
    (np.zeros((3, 4, 5), np.uint8),),
    tuple(
        Segment(name=name, parts=((0, n + 1),))
        for n, name in enumerate(["left lung", "right lung", "lumbar vertebrae 1 (l1)"])
    ),
    RAS,
    RAS,
    (Abstention(name="left kidney", reason="nothing of its form is in view"),),
)


def test_what_people_see_is_one_line_without_voxels():
    volume = volume_from_stored(np.zeros((3, 4, 5), np.int16), LPS)
    assert repr(volume) == "Volume(3 x 4 x 5 of 1 x 1 x 2 mm, stored as LPS)"
    assert repr(LUNGS) == (
        "LabelMap(3 structures, 1 abstained from, 3 x 4 x 5 of 1 x 1 x 2 mm, stored as RAS)"
    )
    region = RegionMask.of(np.pad(np.ones((1, 2, 1), bool), 1))
    assert repr(region) == "RegionMask(2 voxels in 1 x 2 x 1 at (1, 1, 1))"


@pytest.mark.parametrize("given", [np.zeros((3, 4, 5)), "ct.nii.gz", None])
def test_what_is_no_volume_is_refused_with_how_to_make_one(given):
    with pytest.raises(TypeError, match=r"a Volume is due, got \w+: read_volume.*from_stored"):
        require_volume(given)
    with pytest.raises(TypeError, match=r"a LabelMap is due, got \w+: segment.*read_segmentation"):
        require_label_map(given)


def test_a_region_of_numbers_is_refused():
    with pytest.raises(TypeError, match="bool, got uint8: say mask != 0"):
        RegionMask.of(np.ones((3, 4, 5), np.uint8))


def test_a_segment_that_points_nowhere_is_refused():
    layer = np.zeros((3, 4, 5), np.uint8)
    with pytest.raises(ValueError, match="points at"):
        LabelMap((layer,), (Segment(name="lung", parts=((1, 1),)),), RAS, RAS)
    with pytest.raises(ValueError, match="share a name"):
        twice = Segment(name="lung", parts=((0, 1),))
        LabelMap((layer,), (twice, twice), RAS, RAS)
