"""groundct segment: what it writes, what it says, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from groundct.cli.main import cli
from groundct.codecs.label_maps import write_label_map
from groundct.codecs.nifti import write_nifti_volume
from groundct.codecs.radgenome import write_masks
from groundct.codecs.segmentations import read_segmentation
from groundct.core.issues import DataError
from groundct.phantom.make import make_phantom
from groundct.phantom.spec import PhantomSpec
from groundct.review._drawing import WARNING


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``ct.nii.gz`` and its ``truth``."""
    folder = tmp_path_factory.mktemp("scan")
    phantom = make_phantom(PhantomSpec(seed=2, shape=(80, 80, 60)))
    write_nifti_volume(folder / "ct.nii.gz", phantom.volume)
    write_label_map(folder / "truth", "organs", phantom.organs)
    write_label_map(folder / "truth", "segments", phantom.segments)
    write_masks(folder / "masks", phantom.organs, ("left lung", "right lung", "liver"))
    return folder


def run(scan: Path, out: Path, *more: str, segmenter: Sequence[str] = ()) -> Result:
    chosen = segmenter or ("--segmenter", "oracle", "--option", f"truth={scan / 'truth'}")
    volume = str(scan / "ct.nii.gz")
    arguments = ["segment", volume, "-o", str(out), *chosen, *more]
    return CliRunner().invoke(cli, arguments, catch_exceptions=True)


def fault(result: Result) -> str:
    assert isinstance(result.exception, DataError), result.output
    return result.exception.issues[0].code


def test_it_writes_labels_names_and_a_picture_on_the_grid_of_the_input(
    scan: Path, tmp_path: Path
) -> None:
    result = run(scan, tmp_path / "labels.nii.gz")
    assert result.exit_code == 0, result.output
    head, *rows = (line.split() for line in result.stdout.splitlines())
    assert head == ["structure", "volume", "confidence", "method"]
    assert any(row[:2] == ["left", "lung"] and "ml" in row for row in rows)
    given, written = nib.load(scan / "ct.nii.gz"), nib.load(tmp_path / "labels.nii.gz")
    assert np.array_equal(given.affine, written.affine) and given.shape == written.shape
    labels = read_segmentation(tmp_path / "labels.nii.gz")
    assert {"left lung", "lung", "pleura"} <= set(labels.names)
    told = json.loads((tmp_path / "labels.json").read_text())
    assert told["made_by"][0]["name"] == "oracle"
    with Image.open(tmp_path / "labels.png") as picture:
        assert picture.width > 1000


def test_radgenomes_layout_has_a_file_a_structure(scan: Path, tmp_path: Path) -> None:
    result = run(scan, tmp_path / "out", "--layout", "radgenome", "--no-picture")
    assert result.exit_code == 0, result.output
    lung = np.asarray(nib.load(tmp_path / "out" / "lung.nii.gz").dataobj)
    sides = [
        np.asarray(nib.load(tmp_path / "out" / f"{side} lung.nii.gz").dataobj)
        for side in ("left", "right")
    ]
    assert set(np.unique(lung)) == {0, 1}
    assert np.array_equal(lung, sides[0] | sides[1])
    told = json.loads((tmp_path / "out" / "segmentation.json").read_text())
    files = {path.name for path in (tmp_path / "out").glob("*.nii.gz")}
    assert {f"{each['name']}.nii.gz" for each in told["structures"]} == files
    again = run(
        scan, tmp_path / "again.nii.gz", "--no-picture",
        segmenter=("--segmenter", "masks", "--option", f"folder={tmp_path / 'out'}"),
    )  # fmt: skip
    assert again.exit_code == 0, again.output
    found = read_segmentation(tmp_path / "again.nii.gz")
    assert np.count_nonzero(found.mask("lung")) == lung.sum()


def test_several_segmenters_are_chosen_from_and_the_reason_stands_in_the_file(
    scan: Path, tmp_path: Path
) -> None:
    both = (
        "--segmenter", "masks", "--option", f"masks:folder={scan / 'masks'}",
        "--segmenter", "oracle", "--option", f"oracle:truth={scan / 'truth'}",
    )  # fmt: skip
    result = run(scan, tmp_path / "labels.nii.gz", "--json", segmenter=both)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert [part["name"] for part in told["made_by"]] == ["masks", "oracle", "choice"]
    reasons = {choice["name"]: choice["reason"] for choice in told["notes"]["choices"]}
    assert "Dice" in reasons["left lung"]
    assert told["files"][0].endswith("labels.nii.gz")


def test_what_is_there_is_not_written_over_unless_asked(scan: Path, tmp_path: Path) -> None:
    out = tmp_path / "labels.nii.gz"
    (tmp_path / "labels_1.nii.gz").write_bytes(b"mine")
    assert fault(run(scan, out, "--no-picture")) == "output-exists"
    (tmp_path / "labels_7.nii.gz").write_bytes(b"of an older run")
    (tmp_path / "labels_old.nii.gz").write_bytes(b"mine")
    assert run(scan, out, "--no-picture", "--force").exit_code == 0
    assert not (tmp_path / "labels_7.nii.gz").exists()
    assert (tmp_path / "labels_old.nii.gz").read_bytes() == b"mine"
    assert fault(run(scan, out, "--no-picture")) == "output-exists"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (("--segmenter", "oracle"), "missing-option"),
        (("--segmenter", "oracle", "--option", "truth"), "bad-option"),
        (("--segmenter", "oracle", "--option", "truth=x", "--option", "truth=y"), "option-twice"),
        (("--segmenter", "hu", "--option", "colour=red"), "no-options"),
        (("--segmenter", "hu", "--option", "oracle:truth=x"), "whose-option"),
        (("--segmenter", "hu", "--segmenter", "oracle", "--option", "truth=x"), "whose-option"),
    ],
)
def test_wrong_options_are_refused(
    scan: Path, tmp_path: Path, more: Sequence[str], code: str
) -> None:
    assert fault(run(scan, tmp_path / "labels.nii.gz", segmenter=more)) == code
    assert not list(tmp_path.iterdir())


def test_wrong_outputs_are_refused(scan: Path, tmp_path: Path) -> None:
    assert fault(run(scan, tmp_path / "labels.mha")) == "not-a-nifti-name"
    (tmp_path / "folder.nii.gz").mkdir()
    assert fault(run(scan, tmp_path / "folder.nii.gz")) == "a-folder"
    (tmp_path / "file").write_text("x")
    assert fault(run(scan, tmp_path / "file", "--layout", "radgenome")) == "not-a-folder"


def test_a_truth_of_another_scan_is_refused(scan: Path, tmp_path: Path) -> None:
    spec = tmp_path / "spec.json"
    spec.write_text(PhantomSpec(seed=2, shape=(40, 40, 30)).model_dump_json())
    other = ("--segmenter", "oracle", "--option", f"truth={spec}")
    assert fault(run(scan, tmp_path / "labels.nii.gz", segmenter=other)) == "grid-mismatch"
    spec.write_text("[]")
    assert fault(run(scan, tmp_path / "labels.nii.gz", segmenter=other)) == "no-phantom-truth"


def test_a_label_map_in_place_of_a_ct_is_refused(tmp_path: Path) -> None:
    labels = np.zeros((6, 6, 6), dtype=np.int16)
    labels[2:4] = 3
    nib.save(nib.Nifti1Image(labels, np.eye(4)), tmp_path / "ct.nii.gz")
    arguments = ["segment", str(tmp_path / "ct.nii.gz"), "-o", str(tmp_path / "labels.nii.gz")]
    assert fault(CliRunner().invoke(cli, arguments)) == "not-a-ct"


def test_a_folder_without_a_ct_is_refused(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    arguments = ["segment", str(tmp_path / "in"), "-o", str(tmp_path / "labels.nii.gz")]
    assert fault(CliRunner().invoke(cli, arguments)) == "no-series"


def mirrored(scan: Path, to: Path) -> Path:
    """A folder like ``scan`` whose CT has its voxels mirrored under the header as it was."""
    given = nib.load(scan / "ct.nii.gz")
    to.mkdir()
    turned = np.asarray(given.dataobj)[::-1]
    nib.save(nib.Nifti1Image(turned, given.affine, given.header), to / "ct.nii.gz")
    (to / "truth").symlink_to(scan / "truth")
    return to


def test_a_mirrored_scan_ends_with_1_and_is_told_of_in_all_that_is_left(
    scan: Path, tmp_path: Path
) -> None:
    turned = mirrored(scan, tmp_path / "turned")
    result = run(turned, tmp_path / "labels.nii.gz")
    assert result.exit_code == 1, result.output
    assert "warning [left-right-flipped]" in result.stderr
    told = json.loads((tmp_path / "labels.json").read_text())
    assert [issue["code"] for issue in told["issues"]] == ["left-right-flipped"]
    with Image.open(tmp_path / "labels.png") as picture:
        assert WARNING in {color for _, color in picture.convert("RGB").getcolors(1 << 24) or ()}


@pytest.mark.parametrize("layout", ["labels", "radgenome"])
def test_masks_that_groundct_made_of_another_scan_are_refused(
    scan: Path, tmp_path: Path, layout: str
) -> None:
    out = tmp_path / ("labels.nii.gz" if layout == "labels" else "folder")
    assert run(scan, out, "--no-picture", "--layout", layout).exit_code == 0
    masks = ("--segmenter", "masks", "--option", f"folder={out}")
    turned = mirrored(scan, tmp_path / "turned")
    refused = run(turned, tmp_path / "other.nii.gz", "--no-picture", segmenter=masks)
    assert fault(refused) == "masks-of-another-scan"
    assert run(scan, tmp_path / "own.nii.gz", "--no-picture", segmenter=masks).exit_code == 0


def test_values_that_are_no_hounsfield_units_end_with_1(scan: Path, tmp_path: Path) -> None:
    given = nib.load(scan / "ct.nii.gz")
    (tmp_path / "scaled").mkdir()
    hu = (np.asarray(given.dataobj) / 1000).astype(np.int16)
    nib.save(nib.Nifti1Image(hu, given.affine), tmp_path / "scaled" / "ct.nii.gz")
    (tmp_path / "scaled" / "truth").symlink_to(scan / "truth")
    result = run(tmp_path / "scaled", tmp_path / "labels.nii.gz", "--no-picture")
    assert result.exit_code == 1, result.output
    assert "[not-hounsfield]" in result.stderr
