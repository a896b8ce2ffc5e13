"""groundct ground: an instance map on the input's grid, what is said of it, and a picture."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from groundct.cli.ground import command
from groundct.codecs.nifti import write_nifti_volume
from groundct.codecs.segmentations import Origin, scan_digest, write_segmentation
from groundct.core.issues import DataError
from groundct.core.volume import LabelMap, Volume
from groundct.phantom.make import make_phantom
from groundct.phantom.spec import FindingSpec, PhantomSpec
from groundct.review._drawing import GAP_PX, WARNING
from groundct.review.finding_sheet import _PLACE, MARGIN_PX, PANEL_PX

TEXT = "20 mm nodule in the right lower lobe"


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Volume, LabelMap]:
    folder = tmp_path_factory.mktemp("case")
    placed = FindingSpec(category="2d", site="right lung lower lobe", size_mm=20, seed=1)
    phantom = make_phantom(PhantomSpec(seed=2, shape=(128, 128, 72), findings=(placed,)))
    write_nifti_volume(folder / "ct.nii.gz", phantom.volume)
    write_segmentation(folder / "labels.nii.gz", phantom.organs)
    return folder, phantom.volume, phantom.organs


def _run(folder: Path, out: Path, *args: str) -> Result:
    base = [str(folder / "ct.nii.gz"), "--anatomy", str(folder / "labels.nii.gz"), "-o", str(out)]
    return CliRunner().invoke(command, [*base, *args])


def test_a_mask_a_json_file_and_a_picture_are_left(case: Any, tmp_path: Path) -> None:
    folder, _, _ = case
    result = _run(folder, tmp_path / "mask.nii.gz", "--finding", TEXT)
    assert result.exit_code == 0, result.output
    ct, mask = (nibabel.load(p) for p in (folder / "ct.nii.gz", tmp_path / "mask.nii.gz"))
    assert np.array_equal(ct.affine, mask.affine)
    assert mask.shape == ct.shape
    voxels = np.asarray(mask.dataobj)
    assert voxels.dtype == np.uint8
    told = json.loads((tmp_path / "mask.json").read_text())
    (instance,) = told["instances"]
    assert set(np.unique(voxels)) == {0, instance["label"]}
    assert instance["voxels"] == np.count_nonzero(voxels)
    low, high = instance["box"]["low"], instance["box"]["high"]
    where = np.argwhere(voxels)
    assert (tuple(low), tuple(high)) == (tuple(where.min(0)), tuple(where.max(0) + 1))
    world = ct.affine @ [*where.mean(0), 1]
    assert instance["centroid_mm"] == pytest.approx(world[:3], abs=0.01)
    assert instance["lies_in"] == "right lung lower lobe"
    assert told["text"] == TEXT
    assert told["mask"] == "mask.nii.gz"
    assert (tmp_path / "mask.png").stat().st_size > 1000


def test_what_is_not_there_leaves_an_empty_map_and_the_reason(case: Any, tmp_path: Path) -> None:
    result = _run(case[0], tmp_path / "mask.nii.gz", "--finding", "No nodule.", "--json")
    assert result.exit_code == 0, result.output
    assert not np.asarray(nibabel.load(tmp_path / "mask.nii.gz").dataobj).any()
    told = json.loads((tmp_path / "mask.json").read_text())
    assert told["instances"] == []
    assert "not there" in told["reason"]
    printed = json.loads(result.stdout)
    assert printed["answers"][0]["reason"] == told["reason"]


def test_a_picture_without_a_mask_shows_where_was_looked(case: Any, tmp_path: Path) -> None:
    folder, _, _ = case
    looked = ("--finding", "large left pleural effusion")
    assert _run(folder, tmp_path / "mask.nii.gz", *looked).exit_code == 0
    assert json.loads((tmp_path / "mask.json").read_text())["instances"] == []
    picture = np.asarray(Image.open(tmp_path / "mask.png").convert("RGB"))
    assert picture.shape[0] > PANEL_PX
    y, x = np.nonzero((picture == _PLACE).all(axis=2))
    outline = y > picture.shape[0] - MARGIN_PX - PANEL_PX
    assert np.count_nonzero(outline) > 300
    # The place is in the middle of each of three panels.
    for panel in range(3):
        start = MARGIN_PX + panel * (PANEL_PX + GAP_PX)
        own = x[outline & (x >= start) & (x < start + PANEL_PX)] - start
        assert abs((own.min() + own.max()) / 2 - PANEL_PX / 2) < PANEL_PX / 8


def test_several_texts_are_numbered(case: Any, tmp_path: Path) -> None:
    more = ("--finding", TEXT, "--finding", "no effusion", "--no-picture")
    result = _run(case[0], tmp_path / "mask.nii.gz", *more)
    assert result.exit_code == 0, result.output
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "mask_1.json", "mask_1.nii.gz", "mask_2.json", "mask_2.nii.gz",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code"), [("hello there", "no-finding-in-text"), (" ", "empty-text")]
)
def test_a_text_without_a_finding_is_refused(
    case: Any, tmp_path: Path, text: str, code: str
) -> None:
    result = _run(case[0], tmp_path / "mask.nii.gz", "--finding", text)
    assert isinstance(result.exception, DataError)
    assert result.exception.issues[0].code == code
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def mirrored(case: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same scan with its voxels mirrored under the header as it was."""
    _, volume, organs = case
    folder = tmp_path_factory.mktemp("mirrored")
    write_nifti_volume(folder / "ct.nii.gz", replace(volume, hu=volume.hu[::-1]))
    write_segmentation(folder / "labels.nii.gz", organs)
    return folder


def test_a_mirrored_scan_is_told_of_in_all_that_is_left(
    mirrored: Path, case: Any, tmp_path: Path
) -> None:
    text = ("--finding", "20 mm nodule in the left lower lobe")
    upright = _run(case[0], tmp_path / "upright.nii.gz", *text)
    assert (upright.exit_code, "left-right" in upright.output) == (0, False)
    assert json.loads((tmp_path / "upright.json").read_text())["issues"] == []
    result = _run(mirrored, tmp_path / "mask.nii.gz", *text)
    assert result.exit_code == 1, result.output
    assert "warning [left-right-flipped]" in result.stderr
    assert "(left and right are in doubt)" in result.stdout
    told = json.loads((tmp_path / "mask.json").read_text())
    assert told["sides_in_doubt"] is True
    assert [issue["code"] for issue in told["issues"]] == ["left-right-flipped"]
    assert len(told["instances"]) == 1
    with Image.open(tmp_path / "mask.png") as picture:
        assert WARNING in {color for _, color in picture.convert("RGB").getcolors(1 << 24) or ()}
    printed = _run(mirrored, tmp_path / "again.nii.gz", *text, "--json", "--no-picture")
    assert printed.exit_code == 1
    assert json.loads(printed.stdout)["answers"][0]["sides_in_doubt"] is True


def test_labels_of_another_scan_on_an_equal_grid_are_refused(
    mirrored: Path, case: Any, tmp_path: Path
) -> None:
    folder, volume, organs = case
    own = Origin(scan=scan_digest(volume))
    write_segmentation(tmp_path / "labels.nii.gz", organs, own)
    base = ["--anatomy", str(tmp_path / "labels.nii.gz"), "--no-picture", "--finding", TEXT]
    paths = {name: str(tmp_path / f"{name}.nii.gz") for name in ("taken", "refused")}
    taken = [str(folder / "ct.nii.gz"), *base, "-o", paths["taken"]]
    assert CliRunner().invoke(command, taken).exit_code == 0
    refused = CliRunner().invoke(
        command, [str(mirrored / "ct.nii.gz"), *base, "-o", paths["refused"]]
    )
    assert isinstance(refused.exception, DataError)
    assert refused.exception.issues[0].code == "masks-of-another-scan"
    assert not Path(paths["refused"]).exists()


def test_nothing_is_written_over_without_force(case: Any, tmp_path: Path) -> None:
    (tmp_path / "mask.json").write_text("mine")
    out = tmp_path / "mask.nii.gz"
    refused = _run(case[0], out, "--finding", "no nodule")
    assert isinstance(refused.exception, DataError)
    assert (tmp_path / "mask.json").read_text() == "mine"
    assert _run(case[0], out, "--finding", "no nodule", "--force").exit_code == 0
    bad = _run(case[0], tmp_path / "mask.png", "--finding", "no nodule", "--force")
    assert isinstance(bad.exception, DataError)
