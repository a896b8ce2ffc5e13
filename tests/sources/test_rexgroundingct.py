"""ReXGroundingCT's files and masks, with and without CTs, and every fault told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest

from groundct.codecs.rexgroundingct import RexEntry
from groundct.core.issues import SourceError, TableError
from groundct.sources.rexgroundingct import PLUGIN, patients_in_two_splits

Write = Callable[..., Path]
SHAPE = (24, 20, 12)


def entry(name: str = "train_1_a_1.nii.gz", **changes: Any) -> dict[str, Any]:
    return {
        "name": name,
        "findings": {"0": "A nodule.", "1": "Ground glass."},
        "entity_counts": {"0": 1, "1": 2},
        "shape": list(SHAPE),
        "pixels": {"0": 8, "1": 16},
        "categories": {"0": "2d", "1": "2c"},
        "protocol": "protocol1",
        **changes,
    }


def write_json(root: Path, name: str = "dataset.json", **splits: list[Any]) -> Path:
    path = root / name
    path.write_text(json.dumps(splits))
    return path


def write_mask(path: Path, findings: int = 2, shape: tuple[int, ...] = SHAPE) -> Path:
    mask = np.zeros((findings, *shape), np.uint8)
    mask[0, 1:3, 1:3, 1:3] = 1
    if findings > 1:
        mask[1, 4:6, 4:6, 4:6] = 1
        mask[1, 8:10, 8:10, 8:10] = 2
    path.parent.mkdir(parents=True, exist_ok=True)
    nib.save(nib.Nifti1Image(mask, np.eye(4)), path)
    return path


@pytest.fixture
def root(tmp_path: Path, write_nifti: Write, hu: np.ndarray) -> Path:
    write_json(tmp_path, train=[entry()])
    write_mask(tmp_path / "segmentations/train_1_a_1.nii.gz")
    write_nifti(tmp_path / "ct/train_1_a_1.nii.gz", hu)
    return tmp_path


def codes(root: Path) -> list[str]:
    return [issue.code for issue in PLUGIN.read(root).issues]


def test_findings_masks_and_ct_are_joined(root: Path) -> None:
    corpus = PLUGIN.read(root)
    assert corpus.issues == ()
    (case,) = corpus.cases
    assert (case.case_id, case.patient_id, case.split) == ("train_1_a_1", "train_1", "train")
    assert case.volume is not None and "ct" in str(case.volume.path)  # type: ignore[union-attr]
    assert case.published.finding_masks == root / "segmentations/train_1_a_1.nii.gz"
    assert case.published.protocol == "protocol1"
    second = case.published.findings[1]
    assert second.model_dump() == {
        "index": 1, "text": "Ground glass.", "category": "2c", "entity_count": 2, "voxels": 16,
    }  # fmt: skip


def test_the_challenge_form_is_read(tmp_path: Path) -> None:
    bare = {"name": "train_2_a_1.nii.gz", "findings": {"0": "A nodule."}}
    write_json(tmp_path, "MICCAI_challenge_dataset.json", val=[entry()], test=[bare])
    assert PLUGIN.recognizes(tmp_path)
    corpus = PLUGIN.read(tmp_path)
    assert [(c.case_id, c.split) for c in corpus.cases] == [
        ("train_1_a_1", "validation"), ("train_2_a_1", "test"),
    ]  # fmt: skip
    finding = corpus.cases[1].published.findings[0]
    assert (finding.category, finding.entity_count, finding.voxels) == (None, None, None)
    assert [(i.code, i.severity) for i in corpus.issues] == [
        ("no-finding-masks", "warning"), ("no-finding-masks", "note"),
    ]  # fmt: skip


def test_of_two_files_one_is_read_and_the_other_told(root: Path) -> None:
    other = write_json(root, "MICCAI_challenge_dataset.json", val=[entry("train_5_a_1.nii.gz")])
    assert codes(root) == ["another-dataset-file"]
    assert [c.case_id for c in PLUGIN.read(other).cases] == ["train_5_a_1"]


def test_a_mask_without_its_ct_cannot_be_placed(root: Path) -> None:
    (root / "ct/train_1_a_1.nii.gz").unlink()
    assert codes(root) == ["mask-without-volume"]


@pytest.mark.parametrize(
    ("findings", "shape", "expected"),
    [
        (3, SHAPE, ["finding-count"]),
        (2, (24, 20, 11), ["mask-shape", "mask-shape"]),
        (2, (20, 24, 12), ["mask-shape", "mask-shape"]),
    ],
)
def test_a_mask_that_does_not_fit_is_not_used(
    root: Path, findings: int, shape: tuple[int, ...], expected: list[str]
) -> None:
    write_mask(root / "segmentations/train_1_a_1.nii.gz", findings, shape)
    corpus = PLUGIN.read(root)
    assert [i.code for i in corpus.issues] == expected
    assert corpus.cases[0].published.finding_masks is None


def test_a_missing_mask_is_told(root: Path) -> None:
    (root / "segmentations/train_1_a_1.nii.gz").unlink()
    assert codes(root) == ["no-finding-masks"]


def test_a_broken_mask_header_is_told(root: Path) -> None:
    path = root / "segmentations/train_1_a_1.nii.gz"
    path.write_bytes(path.read_bytes()[:40])
    found = PLUGIN.read(root)
    assert found.cases[0].published.finding_masks is None
    assert any(str(path) in i.where and i.severity == "error" for i in found.issues)


def test_two_masks_of_one_name_are_told(root: Path) -> None:
    write_mask(root / "old/train_1_a_1.nii.gz")
    assert codes(root) == ["two-volumes-one-name", "no-finding-masks"]


def test_patients_in_two_splits_are_told(root: Path) -> None:
    write_json(root, train=[entry()], val=[entry("train_1_b_1.nii.gz")])
    assert codes(root)[0] == "patient-in-two-splits"
    same = [RexEntry(name=f"train_3_{s}_1.nii.gz", split="train", findings=()) for s in "ab"]
    assert patients_in_two_splits(tuple(same)) == {}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"findings": {}}, "no-findings"),
        ({"findings": {"0": "A.", "2": "B."}}, "finding-keys"),
        ({"findings": {"0": "A.", "1": " "}}, "empty-finding"),
        ({"entity_counts": {"0": 1}}, "part-keys"),
        ({"entity_counts": {"0": 1, "1": -1}}, "part-value"),
        ({"pixels": {"0": 1.5, "1": 1}}, "part-value"),
        ({"pixels": [1, 2]}, "part-keys"),
        ({"categories": {"0": "2d", "1": None}}, "part-value"),
        ({"shape": [24, 20]}, "entry-shape"),
        ({"shape": [24, 20, 0]}, "entry-shape"),
        ({"protocol": 1}, "entry-protocol"),
        ({"name": ""}, "no-name"),
    ],
)
def test_a_malformed_entry_is_set_aside(root: Path, changes: dict[str, Any], code: str) -> None:
    write_json(root, train=[entry(), entry("train_2_a_1.nii.gz") | changes])
    corpus = PLUGIN.read(root)
    assert [c.case_id for c in corpus.cases] == ["train_1_a_1"]
    assert code in [i.code for i in corpus.issues]
    assert all("dataset.json" in i.where and i.remedy for i in corpus.issues)


def test_a_name_named_twice_is_set_aside(root: Path) -> None:
    write_json(root, train=[entry(), entry("train_2_a_1.nii.gz")], val=[entry("train_2_a_1")])
    corpus = PLUGIN.read(root)
    assert [c.case_id for c in corpus.cases] == ["train_1_a_1"]
    assert "duplicated-entry" in [i.code for i in corpus.issues]


def test_an_unknown_category_is_told_and_kept(root: Path) -> None:
    write_json(root, train=[entry(categories={"0": "2d", "1": "99z"})])
    assert codes(root) == ["unknown-category"]
    assert PLUGIN.read(root).cases[0].published.findings[1].category == "99z"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "not-json"),
        ("[]", "no-splits"),
        ("{}", "no-splits"),
        ('{"training": []}', "unknown-split"),
        ('{"train": {}}', "unknown-split"),
        ("\xff", "not-json"),
        ("", "empty-file"),
    ],
)
def test_a_file_that_is_no_dataset_is_refused(tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / "dataset.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(TableError) as caught:
        PLUGIN.read(tmp_path)
    assert caught.value.issues[0].code == code


def test_another_projects_dataset_json_is_not_taken(tmp_path: Path) -> None:
    write_json(tmp_path, training=[{"image": "a.nii.gz"}])
    assert not PLUGIN.recognizes(tmp_path)
    with pytest.raises(SourceError, match="no-dataset-file"):
        PLUGIN.read(tmp_path / "absent")
