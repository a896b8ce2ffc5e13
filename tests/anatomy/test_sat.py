"""SAT by its command line, with a stand-in of the same options and file formats in its place."""

from collections.abc import Callable, Mapping
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from groundct.anatomy._external.naming import names_of
from groundct.anatomy._external.sat_files import given_grid, read_masks, write_given
from groundct.anatomy.choice.evidence import dice
from groundct.anatomy.sat import PLUGIN
from groundct.core.geometry import Geometry
from groundct.core.issues import DataError
from groundct.core.options import OptionError
from groundct.core.volume import Volume
from groundct.imaging.components import bounding_slices
from groundct.imaging.distances import dilate_mm
from groundct.imaging.resample import resample_linear
from groundct.phantom.make import make_phantom
from groundct.phantom.spec import PhantomSpec

Chest = Callable[[str], Volume]
Told = Callable[[str], Mapping[str, str]]


@pytest.fixture
def told(sat_options: Callable[[Path, str], Mapping[str, str]], tmp_path: Path) -> Told:
    return lambda mood: sat_options(tmp_path, mood)


@pytest.mark.parametrize("orientation", ["LPS", "PIR"])
def test_masks_come_back_to_where_they_were_seen(
    chest: Chest, told: Told, orientation: str
) -> None:
    volume = chest(orientation)
    found = PLUGIN.configured(told("")).segment(volume)
    truth = make_phantom(PhantomSpec(seed=1, shape=(56, 56, 44), orientation=orientation)).organs
    around = dilate_mm(truth.mask("lung"), 10.0, volume.geometry.spacing_mm)
    for side in ("left", "right"):
        own, due = found.mask(f"{side} lung") & around, truth.mask(f"{side} lung")
        # A voxel of 7 mm at the border may fall on either side; the whole may not move.
        assert dice(own, due) > 0.75
        away = np.argwhere(own).mean(axis=0) - np.argwhere(due).mean(axis=0)
        assert (abs(away) < 0.5).all()
    assert {segment.method for segment in found.segments} == {"model"}


def test_what_it_does_not_find_is_abstained_from(chest: Chest, told: Told) -> None:
    options = {**told(""), "classes": "left lung+spleen"}
    found = PLUGIN.configured(options).segment(chest("LPS"))
    assert found.names == ("left lung",)
    assert [each.name for each in found.abstained] == ["spleen"]


@pytest.mark.parametrize(
    ("mood", "code"),
    [
        ("flipped", "sat-moved-the-image"),
        ("cropped", "sat-moved-the-image"),
        ("fail", "tool-failed"),
        ("fetch", "weights-missing"),
        ("other backbone", "weights-do-not-fit"),
        ("other model", "weights-do-not-fit"),
    ],
)
def test_what_cannot_be_placed_or_fails_is_refused(
    chest: Chest, told: Told, mood: str, code: str
) -> None:
    with pytest.raises(DataError) as caught:
        PLUGIN.configured(told(mood)).segment(chest("LPS"))
    assert caught.value.issues[0].code == code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"code": "/no/such/folder"}, "no-folder"),
        ({"checkpoint": "/no/such/file"}, "no-file"),
        ({"classes": "left lung+brain"}, "unknown-class"),
        ({"batch": "many"}, "bad-option"),
        ({"checkpoint": ""}, "missing-option"),
    ],
)
def test_wrong_options_are_refused(told: Told, change: Mapping[str, str], code: str) -> None:
    with pytest.raises(OptionError) as caught:
        PLUGIN.configured({**told(""), **change})
    assert caught.value.issues[0].code == code


def test_the_given_grid_covers_the_scan_at_one_by_one_by_three_mm() -> None:
    scan = Geometry.of((512, 512, 133), np.diag([0.7, 0.7, 2.5, 1.0]))
    grid = given_grid(scan)
    assert grid.spacing_mm == pytest.approx((1.0, 1.0, 3.0))
    corners = np.array([scan.corners_mm().min(axis=0), scan.corners_mm().max(axis=0)])
    inner = np.array([grid.corners_mm().min(axis=0), grid.corners_mm().max(axis=0)])
    assert (abs(inner - corners) <= np.array([1.0, 1.0, 3.0])).all()


def test_a_mask_ends_where_sat_cut_the_image_away(tmp_path: Path) -> None:
    # An odd step, so that the cut falls between the scan's voxels.
    frame = Geometry.of((40, 40, 40), np.diag([1.64, 1.64, 2.5, 1.0]))
    hu = np.full((40, 40, 40), -1000, dtype=np.int16, order="F")
    hu[:, 12:30, :] = 40
    hu[18:22, 18:22, 18:22] = 400
    volume = Volume(hu, frame, frame)
    grid = given_grid(frame)
    given = write_given(tmp_path, volume, [["left lung"]])
    body = given > 0
    box = bounding_slices(body)
    assert box is not None and box[1].start > 0
    out = tmp_path / "results" / "group0"
    (out / "seg_ct").mkdir(parents=True)
    seen = given[box].astype(np.float32)
    for path, voxels in (("img_ct", seen), ("seg_ct/left lung", np.ones_like(seen))):
        nib.save(nib.Nifti1Image(voxels, np.eye(4)), out / f"{path}.nii.gz")
    mask = read_masks(tmp_path / "results", given, volume, [["left lung"]])["left lung"]
    whole = np.zeros(given.shape, dtype=np.bool_)
    whole[box] = True
    due = resample_linear(whole, grid, frame) >= 0.5
    assert np.array_equal(mask.dense(frame.shape), due)


def test_a_class_that_is_part_of_no_structure_makes_none() -> None:
    assert set(names_of("sat", ("left lung", "brain"), "ct").structures) == {"left lung"}
