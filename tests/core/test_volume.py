"""Volumes, label maps and region masks keep their voxels and their grid."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from groundct.core.geometry import Geometry
from groundct.core.issues import NotSegmentedError
from groundct.core.volume import (
    LabelMap,
    RegionMask,
    Segment,
    Volume,
    label_map_of_masks,
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


def test_a_segment_that_points_nowhere_is_refused():
    layer = np.zeros((3, 4, 5), np.uint8)
    with pytest.raises(ValueError, match="points at"):
        LabelMap((layer,), (Segment(name="lung", parts=((1, 1),)),), RAS, RAS)
    with pytest.raises(ValueError, match="share a name"):
        twice = Segment(name="lung", parts=((0, 1),))
        LabelMap((layer,), (twice, twice), RAS, RAS)
