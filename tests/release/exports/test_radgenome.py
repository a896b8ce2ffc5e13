"""Record -> RadGenome's layout -> its source: the same rows, voxels and affines."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from groundct.codecs.radgenome import COLUMNS, table_path
from groundct.core.issues import ReleaseError
from groundct.core.record import OrganStatus
from groundct.core.volume import to_stored
from groundct.release.exports._contract import ExportOptions, ReleasedCase
from groundct.release.exports.radgenome import PLUGIN, composite_members, radgenome_case
from groundct.sources.radgenome import PLUGIN as SOURCE

Case = Callable[..., ReleasedCase]
RIGHT = "lung/lung/right lung"


def test_the_source_reads_back_the_same_rows_and_names(
    oriented: ReleasedCase, tmp_path: Path
) -> None:
    PLUGIN.export([oriented], tmp_path, ExportOptions())
    corpus = SOURCE.read(tmp_path)
    (case,) = corpus.cases
    stated = radgenome_case(oriented, "train")
    assert (case.case_id, case.split) == ("train_7_a_1", "train")
    assert case.published.rows == stated.rows
    assert tuple(name for name, _ in case.published.organ_masks) == stated.organ_names
    assert tuple(name for name, _ in case.published.region_masks) == stated.region_names
    assert [i.code for i in corpus.issues] == ["no-reports-table"]


def test_voxels_and_affines_are_equal_to_the_bit(oriented: ReleasedCase, tmp_path: Path) -> None:
    PLUGIN.export([oriented], tmp_path, ExportOptions())
    organs = oriented.organs
    assert organs is not None
    (case,) = SOURCE.read(tmp_path).cases
    for name, path in case.published.organ_masks:
        image = nib.load(path)
        expected = to_stored(organs.mask(name), organs.stored)
        assert np.array_equal(np.asanyarray(image.dataobj), expected)
        assert np.array_equal(image.affine, organs.stored.matrix)
        assert image.header.get_data_dtype() == np.uint8
    for name, path in case.published.region_masks:
        union = np.logical_or.reduce([organs.mask(m) for m in composite_members(organs, name)])
        assert np.array_equal(
            np.asanyarray(nib.load(path).dataobj), to_stored(union, organs.stored)
        )


def test_rows_are_as_radgenome_writes_them(case: Case) -> None:
    rows = [(row.table, row.values) for row in radgenome_case(case(), "train").rows]
    assert rows == [
        ("region_report", (RIGHT, "Two nodules in the right lung, 5 mm.")),
        ("region_report", ("lung/lung/left lung", 'Possible "atelectasis", left.')),
        ("region_report", ("pleura/pleura", 'Possible "atelectasis", left.')),
        ("region_report", ("", "No effusion.")),
        ("case_disorders", ("nodule, scar",)),
        ("vqa_abnormality", ("lung", "nodule, scar")),
        ("vqa_abnormality", ("pleura/pleura", "no findings")),
        ("vqa_presence", (RIGHT, "nodule", "Yes.")),
        ("vqa_presence", ("pleura/pleura", "pleural effusion", "No.")),
        ("vqa_location", (RIGHT, "nodule")),
        ("vqa_location", ("lung/lung/left lung", "nodule")),
        ("vqa_size", (RIGHT, "nodule", "5 mm")),
        ("vqa_size", (RIGHT, "nodule", "5x3 mm")),
    ]


def test_headings_are_the_published_ones(case: Case, tmp_path: Path) -> None:
    PLUGIN.export([case()], tmp_path, ExportOptions())
    for table, columns in COLUMNS.items():
        text = table_path(tmp_path, "train", table).read_text()
        assert text.startswith(",".join(("Volumename", *columns)) + "\n")
    assert not table_path(tmp_path, "validation", "vqa_size").exists()


def test_empty_and_not_segmented_differ(case: Case, tmp_path: Path) -> None:
    exported = PLUGIN.export([case()], tmp_path, ExportOptions())
    folder = tmp_path / "train_anatomy_mask/seg_train_7_a_1"
    assert {p.name for p in folder.iterdir()} == {
        "left lung.nii.gz", "right lung.nii.gz", "trachea.nii.gz",
    }  # fmt: skip
    assert not np.asanyarray(nib.load(folder / "trachea.nii.gz").dataobj).any()
    assert [i.code for i in exported.issues] == ["name-outside-layout"]
    assert "body" in exported.issues[0].what


def test_names_outside_the_layout_are_told_once_for_all_cases(case: Case, tmp_path: Path) -> None:
    released = case()
    record = released.record.changed(case_id="train_8_a_1")
    other = replace(released, record=record)
    exported = PLUGIN.export([released, other], tmp_path, ExportOptions())
    (issue,) = exported.issues
    assert "structures of 2 cases" in issue.what and len(issue.line()) < 400
    notes = json.loads((tmp_path / "export.json").read_text())
    assert set(notes["names_outside_layout"]) == {"train_7_a_1", "train_8_a_1"}
    assert "body" in notes["names_outside_layout"]["train_8_a_1"]


def test_a_composite_tells_its_members(case: Case, tmp_path: Path) -> None:
    PLUGIN.export([case()], tmp_path, ExportOptions())
    folder = tmp_path / "train_region_mask/seg_train_7_a_1"
    assert {p.name for p in folder.iterdir()} == {"lung.nii.gz", "trachea and bronchie.nii.gz"}
    assert '"trachea and bronchie": [\n        "trachea"' in (tmp_path / "export.json").read_text()


def test_the_identity_affine_is_an_option(case: Case, tmp_path: Path) -> None:
    PLUGIN.export([case()], tmp_path, ExportOptions(identity_affine=True))
    path = tmp_path / "train_anatomy_mask/seg_train_7_a_1/left lung.nii.gz"
    assert np.array_equal(nib.load(path).affine, np.eye(4))


def test_equal_cases_give_equal_bytes(case: Case, tmp_path: Path) -> None:
    for name in ("one", "two"):
        PLUGIN.export([case()], tmp_path / name, ExportOptions())
    files = sorted(p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*.*"))
    assert files
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_a_case_without_volume_has_rows_alone(case: Case, tmp_path: Path) -> None:
    PLUGIN.export([replace(case(), organs=None, regions=None)], tmp_path, ExportOptions())
    (read,) = SOURCE.read(tmp_path).cases
    assert read.published.organ_masks == ()
    assert len(read.published.rows) == 13


@pytest.mark.parametrize(
    ("split", "folder"), [("train", "train"), ("validation", "valid"), ("test", "test")]
)
def test_splits(case: Case, tmp_path: Path, split: str, folder: str) -> None:
    PLUGIN.export([case(case_id="scan_7", split=split)], tmp_path, ExportOptions())
    assert (tmp_path / f"{folder}_anatomy_mask/seg_scan_7").is_dir()
    assert (tmp_path / f"radgenome_files/{split}_region_report.csv").is_file()
    (read,) = SOURCE.read(tmp_path).cases
    assert (read.case_id, read.split) == ("scan_7", split)


def test_another_split_is_refused(case: Case, tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="split-outside-layout"):
        PLUGIN.export([case(split="holdout")], tmp_path, ExportOptions())


@pytest.mark.parametrize(
    ("name", "status"),
    [("left lung", "empty"), ("trachea", "segmented"), ("heart", "segmented"), ("aorta", "empty")],
)
def test_masks_that_contradict_the_record_are_refused(case: Case, name: str, status: str) -> None:
    released = case()
    kept = tuple(organ for organ in released.record.organs if organ.name != name)
    organs = (*kept, OrganStatus.model_validate({"name": name, "status": status}))
    record = released.record.model_copy(update={"organs": organs})
    with pytest.raises(ReleaseError, match="mask-contradicts-record"):
        radgenome_case(replace(released, record=record), "train")
