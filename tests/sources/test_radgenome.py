"""RadGenome's tables and mask folders, with or without CTs, and its known faults."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from groundct.core.case import PublishedRow
from groundct.core.issues import SourceError
from groundct.sources import detect_source, inspect_corpus
from groundct.sources.radgenome import PLUGIN, contradictory_keys

Write = Callable[..., Path]
CASE = "train_1_a_1"
RIGHT_UPPER = "lung/lung/right lung/right lung upper lobe"


@pytest.fixture
def root(tmp_path: Path, write_csv: Write, write_nifti: Write) -> Path:
    tables = tmp_path / "radgenome_files"
    name = f"{CASE}.nii.gz"
    write_csv(tables / "train_region_report.csv", [
        {"Volumename": name, "Anatomy": RIGHT_UPPER, "Sentence": "A nodule, 5 mm."},
        {"Volumename": CASE, "Anatomy": "", "Sentence": "Taken without contrast."},
    ], "Volumename,Anatomy,Sentence")  # fmt: skip
    write_csv(tables / "train_vqa_presence.csv", [
        {"Volumename": name, "Anatomy": "lung/lung", "Finding": "nodule", "Presence": "Yes."},
    ], "Volumename,Anatomy,Finding,Presence")  # fmt: skip
    mask = np.zeros((24, 20, 12), np.uint8)
    for structure in ("left lung", "right lung", "lung"):
        write_nifti(tmp_path / f"train_anatomy_mask/seg_{CASE}/{structure}.nii.gz", mask)
    write_nifti(tmp_path / f"train_region_mask/seg_{CASE}/lung.nii.gz", mask)
    return tmp_path


def codes(root: Path) -> list[str]:
    return [issue.code for issue in PLUGIN.read(root).issues]


def test_annotations_without_cts_are_read(root: Path) -> None:
    corpus = PLUGIN.read(root)
    (case,) = corpus.cases
    assert (case.case_id, case.patient_id, case.split) == (CASE, "train_1", "train")
    assert case.volume is None and case.report is None
    assert [name for name, _ in case.published.organ_masks] == ["left lung", "lung", "right lung"]
    assert [name for name, _ in case.published.region_masks] == ["lung"]
    assert case.published.rows == (
        PublishedRow(table="region_report", values=(RIGHT_UPPER, "A nodule, 5 mm.")),
        PublishedRow(table="region_report", values=("", "Taken without contrast.")),
        PublishedRow(table="vqa_presence", values=("lung/lung", "nodule", "Yes.")),
    )
    assert [i.code for i in corpus.issues] == ["no-reports-table"]


def test_cts_and_reports_beside_are_taken(
    root: Path, write_nifti: Write, write_csv: Write, hu: np.ndarray
) -> None:
    write_nifti(root / f"ct/{CASE}.nii.gz", hu)
    write_csv(root / "reports.csv", [
        {"VolumeName": f"{CASE}.nii.gz", "Findings_EN": "A nodule.", "Impressions_EN": ""},
    ], "VolumeName,Findings_EN,Impressions_EN")  # fmt: skip
    (case,) = PLUGIN.read(root).cases
    assert case.volume is not None
    assert case.report is not None and case.report.text == "A nodule."
    assert detect_source(root) == "radgenome"
    assert inspect_corpus(root).issues == ()


def test_a_preprocessed_ct_with_identity_affine_is_not_taken(
    root: Path, write_nifti: Write, hu: np.ndarray
) -> None:
    write_nifti(root / f"train_preprocessed/{CASE}.nii.gz", hu, np.eye(4))
    corpus = PLUGIN.read(root)
    assert corpus.cases[0].volume is None
    assert "identity-affine" in [i.code for i in corpus.issues if i.severity == "error"]


def test_a_mask_on_another_grid_is_told_by_inspect(
    root: Path, write_nifti: Write, hu: np.ndarray
) -> None:
    write_nifti(root / f"ct/{CASE}.nii.gz", hu, np.diag([0.8, 0.7, 2.5, 1.0]))
    found = [i.code for i in inspect_corpus(root).issues]
    assert found.count("mask-not-on-grid") == 2


def append(root: Path, table: str, *lines: str) -> None:
    path = root / "radgenome_files" / table
    path.write_text(path.read_text() + "".join(f"{line}\n" for line in lines))


def test_contradictory_answers_are_told_and_kept(root: Path) -> None:
    append(root, "train_vqa_presence.csv", f"{CASE}.nii.gz,lung/lung,nodule,No.")
    assert "contradictory-presence" in codes(root)
    assert len(PLUGIN.read(root).cases[0].published.rows) == 4


def test_the_same_finding_elsewhere_is_no_contradiction() -> None:
    def row(place: str, presence: str) -> PublishedRow:
        return PublishedRow(table="vqa_presence", values=(place, "nodule", presence))

    assert (
        contradictory_keys([row("lung", "Yes."), row("pleura", "No."), row("lung", "Yes.")]) == ()
    )
    assert contradictory_keys([row("lung", "Yes."), row("lung", "No.")]) == (("lung", "nodule"),)


@pytest.mark.parametrize(
    ("table", "line", "code"),
    [
        ("train_region_report.csv", f"{CASE},lungs/left,Text.", "unknown-anatomy-path"),
        ("train_region_report.csv", f"{CASE},,Taken without contrast.", "duplicated-rows"),
        ("train_region_report.csv", "train_2_a_1,,Text.", "no-mask-folder"),
        ("train_region_report.csv", "train_2_a_1,Text.", "ragged-row"),
    ],
)
def test_faults_of_rows_are_told(root: Path, table: str, line: str, code: str) -> None:
    append(root, table, line)
    assert code in codes(root)


def test_a_case_in_both_splits_is_told(root: Path, write_csv: Write) -> None:
    write_csv(
        root / "radgenome_files/validation_case_disorders.csv",
        [{"Volumename": CASE, "Disorders": "nodule"}],
        "Volumename,Disorders",
    )
    assert "case-in-two-splits" in codes(root)


def test_a_missing_column_is_told(root: Path, write_csv: Write) -> None:
    write_csv(
        root / "radgenome_files/train_vqa_size.csv",
        [{"Volumename": CASE, "Anatomy": "lung"}],
        "Volumename,Anatomy",
    )
    assert "missing-column" in codes(root)


def test_an_unknown_structure_is_told(root: Path, write_nifti: Write) -> None:
    mask = np.zeros((24, 20, 12), np.uint8)
    write_nifti(root / f"train_anatomy_mask/seg_{CASE}/lung of the left.nii.gz", mask)
    assert "unknown-structure" in codes(root)


def test_two_masks_of_one_name_are_told(root: Path, write_nifti: Write) -> None:
    mask = np.zeros((24, 20, 12), np.uint8)
    write_nifti(root / f"more_anatomy_mask/seg_{CASE}/lung.nii.gz", mask)
    assert "two-masks-one-name" in codes(root)


def test_tables_without_any_mask_are_told_once(root: Path) -> None:
    for file in root.glob("train_*_mask/*/*"):
        file.unlink()
    for folder in root.glob("train_*_mask/*"):
        folder.rmdir()
    append(root, "train_region_report.csv", "train_2_a_1,,Text.")
    assert codes(root).count("no-masks") == 1
    assert "no-mask-folder" not in codes(root)


def test_a_folder_without_any_of_it_is_refused(tmp_path: Path) -> None:
    assert not PLUGIN.recognizes(tmp_path)
    with pytest.raises(SourceError, match="no-cases"):
        PLUGIN.read(tmp_path)
