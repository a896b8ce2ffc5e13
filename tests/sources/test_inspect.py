"""What is said of paths that are no datasets, and of cases that no release could hold."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from groundct.core.issues import SourceError
from groundct.sources import inspect_corpus

Write = Callable[..., Path]


def code_of(path: Path) -> str:
    with pytest.raises(SourceError) as caught:
        inspect_corpus(path)
    return caught.value.issues[0].code


def test_a_file_an_empty_folder_and_nothing(
    tmp_path: Path, write_nifti: Write, hu: np.ndarray
) -> None:
    file = write_nifti(tmp_path / "scans/a.nii.gz", hu)
    (tmp_path / "empty").mkdir()
    assert code_of(file) == "not-a-folder"
    assert code_of(tmp_path / "empty") == "unknown-source"
    assert code_of(tmp_path / "absent") == "no-folder"


def test_ids_that_a_release_cannot_hold_are_set_aside_before_the_build(
    tmp_path: Path, write_nifti: Write, hu: np.ndarray
) -> None:
    for name in ("good", "with space", "UP", "up"):
        write_nifti(tmp_path / f"{name}.nii.gz", hu)
    corpus = inspect_corpus(tmp_path)
    assert [case.case_id for case in corpus.cases] == ["UP", "good"]
    told = [(i.code, i.case_id) for i in corpus.issues if i.severity == "error"]
    assert told == [("doubled-case", "up"), ("unsafe-case-id", "with space")]


def test_a_folder_that_cannot_be_listed_is_an_error(
    tmp_path: Path, write_nifti: Write, hu: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_nifti(tmp_path / "a.nii.gz", hu)
    (tmp_path / "closed").mkdir()
    scandir = os.scandir

    def refusing(path: str) -> Iterator[os.DirEntry[str]]:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    assert code_of(tmp_path) == "unreadable-folder"


def test_volumes_of_other_formats_are_told(
    tmp_path: Path, write_nifti: Write, hu: np.ndarray
) -> None:
    write_nifti(tmp_path / "a.nii.gz", hu)
    (tmp_path / "b.nrrd").write_bytes(b"NRRD0004")
    told = [issue for issue in inspect_corpus(tmp_path).issues if issue.code == "format-not-read"]
    assert [issue.severity for issue in told] == ["warning"] and "b.nrrd" in told[0].what


def test_a_text_longer_than_any_report_is_set_aside(
    tmp_path: Path, write_nifti: Write, write_csv: Write, hu: np.ndarray
) -> None:
    lengths = {"a": 50_000, "b": 50_001}
    for name in lengths:
        write_nifti(tmp_path / f"{name}.nii.gz", hu)
    rows = [{"file": name, "report": "x" * length} for name, length in lengths.items()]
    write_csv(tmp_path / "r.csv", rows, "file,report")
    corpus = inspect_corpus(tmp_path)
    assert [case.case_id for case in corpus.cases] == ["a"]
    told = [(i.code, i.case_id) for i in corpus.issues if i.severity == "error"]
    assert told == [("report-too-long", "b")]


def test_a_patient_in_two_splits_is_told_before_the_build_and_left_out(
    tmp_path: Path, write_nifti: Write, write_csv: Write, hu: np.ndarray
) -> None:
    said = {"a": ("p1", "train"), "b": ("p1", "test"), "c": ("p2", "test"), "d": ("p2", ""),
            "e": ("p3", ""), "f": ("p1", "")}  # fmt: skip
    for name in said:
        write_nifti(tmp_path / f"{name}.nii.gz", hu)
    rows = [
        {"file": name, "report": "Clear.", "patient_id": patient, "split": split}
        for name, (patient, split) in said.items()
    ]
    write_csv(tmp_path / "r.csv", rows, "file,report,patient_id,split")
    corpus = inspect_corpus(tmp_path)
    # a case without a split has that of its patient
    assert {c.case_id: c.split for c in corpus.cases} == {"c": "test", "d": "test", "e": None}
    told = [i for i in corpus.issues if i.severity == "error"]
    assert [(i.code, i.case_id) for i in told] == [("patient-in-two-splits", c) for c in "abf"]
    assert "p1" in told[0].where and "b in test, a in train" in told[0].what
