"""groundct ground: an instance map on the input's grid, what is said of it, and a picture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
from click.testing import CliRunner, Result

from groundct.cli.ground import command
from groundct.codecs.nifti import write_nifti_volume
from groundct.codecs.segmentations import write_segmentation
from groundct.core.issues import DataError
from groundct.core.volume import LabelMap, Volume
from groundct.phantom.make import make_phantom
from groundct.phantom.spec import FindingSpec, PhantomSpec

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


def test_nothing_is_written_over_without_force(case: Any, tmp_path: Path) -> None:
    (tmp_path / "mask.json").write_text("mine")
    out = tmp_path / "mask.nii.gz"
    refused = _run(case[0], out, "--finding", "no nodule")
    assert isinstance(refused.exception, DataError)
    assert (tmp_path / "mask.json").read_text() == "mine"
    assert _run(case[0], out, "--finding", "no nodule", "--force").exit_code == 0
    bad = _run(case[0], tmp_path / "mask.png", "--finding", "no nodule", "--force")
    assert isinstance(bad.exception, DataError)
