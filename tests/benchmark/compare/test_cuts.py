"""Cuts of findings: the plane, the part, turned predictions, missing ones, the CT behind."""

from __future__ import annotations

import nibabel as nib
import numpy as np
import pytest
from tests.benchmark.made import (
    AFFINE,
    SHAPE,
    reference_block,
    save,
    weak_block,
    write_reference,
    write_weak,
)

from groundct.benchmark.compare.cuts import cts_below, cuts_of
from groundct.benchmark.segmentation import open_masks
from groundct.core.issues import GridError

CASE = "train_1_a_1"
KEYS = [(CASE, "0"), (CASE, "1"), ("train_3_b_2", "0")]


def ras_plane(block):
    """The plane with most voxels of a mask stored as L, P, S, turned to R, A, S."""
    turned = block[::-1, ::-1]
    k = int(np.argmax((turned > 0).sum((0, 1))))
    return turned[:, :, k] > 0, k


def part_around(mask, step_mm):
    out = []
    for axis in (0, 1):
        hit = np.flatnonzero(mask.any(1 - axis))
        low, high = hit[0], hit[-1] + 1
        room = round(max(20 / step_mm, (high - low) / 2))
        out.append(slice(max(0, low - room), min(mask.shape[axis], high + room)))
    return tuple(out)


@pytest.fixture
def places(tmp_path):
    return write_reference(tmp_path / "reference"), write_weak(tmp_path / "weak")


def test_the_plane_with_most_of_the_reference_is_shown_in_ras_order(places):
    reference, weak = (open_masks(place) for place in places)
    cuts = cuts_of(KEYS, reference, {"weak": weak}, {})
    assert set(cuts) == set(KEYS)
    for (case, item), cut in cuts.items():
        mask, k = ras_plane(reference_block(case)[int(item)])
        part = part_around(mask, 0.8)
        assert np.array_equal(cut.reference, mask[part])
        theirs = weak_block(case)[int(item)][::-1, ::-1, k] > 0
        assert np.array_equal(cut.predictions["weak"], theirs[part])
        assert cut.oriented and cut.hu is None
        assert cut.spacing_mm == pytest.approx((0.8, 0.8))


def test_a_prediction_in_another_order_is_shown_at_its_place(places, tmp_path):
    turned = np.ascontiguousarray(weak_block(CASE)[:, ::-1])
    affine = AFFINE.copy()
    affine[0] = [0.8, 0, 0, AFFINE[0, 3] - 0.8 * (SHAPE[0] - 1)]
    save(tmp_path / "turned" / f"{CASE}.nii.gz", turned, affine)
    masks = {"weak": open_masks(places[1]), "turned": open_masks(tmp_path / "turned")}
    cut = cuts_of(KEYS[:1], open_masks(places[0]), masks, {})[KEYS[0]]
    assert np.array_equal(cut.predictions["turned"], cut.predictions["weak"])


def test_missing_broken_and_misplaced_predictions_have_no_mask(places, tmp_path):
    (tmp_path / "none").mkdir()
    save(tmp_path / "none" / "other.nii.gz", weak_block(CASE))
    save(tmp_path / "far" / f"{CASE}.nii.gz", weak_block(CASE)[:, :20])
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / f"{CASE}.nii.gz").write_bytes(b"no nifti")
    masks = {name: open_masks(tmp_path / name) for name in ("none", "far", "broken")}
    cut = cuts_of(KEYS[:1], open_masks(places[0]), masks, {})[KEYS[0]]
    assert cut.predictions == {"none": None, "far": None, "broken": None}


def test_the_ct_lies_behind_and_one_of_another_shape_is_refused(places, tmp_path):
    hu = np.arange(np.prod(SHAPE), dtype=np.int16).reshape(SHAPE) % 1000
    (tmp_path / "scans").mkdir()
    path = tmp_path / "scans" / f"{CASE}.nii.gz"
    nib.save(nib.Nifti1Image(hu, AFFINE), path)
    reference = open_masks(places[0])
    cut = cuts_of(KEYS[:1], reference, {}, cts_below(tmp_path / "scans"))[KEYS[0]]
    mask, k = ras_plane(reference_block(CASE)[0])
    assert np.array_equal(cut.hu, hu[::-1, ::-1, k][part_around(mask, 0.8)])
    nib.save(nib.Nifti1Image(hu[:20], AFFINE), path)
    with pytest.raises(GridError, match="mask-shape"):
        cuts_of(KEYS[:1], reference, {}, cts_below(tmp_path / "scans"))


def test_without_an_affine_it_is_said_that_the_order_is_not_known(tmp_path):
    save(tmp_path / "bare" / f"{CASE}.nii.gz", reference_block(CASE), np.eye(4))
    cut = cuts_of(KEYS[:1], open_masks(tmp_path / "bare"), {}, {})[KEYS[0]]
    assert not cut.oriented
