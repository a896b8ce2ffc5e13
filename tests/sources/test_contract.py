"""Every source that is found keeps the contract of its family; detection names the right one."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundct.core.issues import DataError, SourceError
from groundct.core.plugins import UnknownPluginError, plugin_names
from groundct.sources import detect_source, inspect_corpus, load_source

NAMES = plugin_names("sources")
Write = Callable[..., Path]


def test_the_own_sources_are_found() -> None:
    assert set(NAMES) >= {
        "ct_rate", "dicom_folder", "nifti_folder", "radgenome", "rexgroundingct",
    }  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_it_tells_of_itself(name: str) -> None:
    source = load_source(name)
    assert source.name == name
    assert source.version and source.description and "\n" not in source.description


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_folder_is_not_its_own_and_refused(name: str, tmp_path: Path) -> None:
    source = load_source(name)
    assert not source.recognizes(tmp_path)
    assert not source.recognizes(tmp_path / "absent")
    for path in (tmp_path, tmp_path / "absent"):
        with pytest.raises(DataError) as caught:
            source.read(path)
        assert all(i.code and i.where and i.what and i.remedy for i in caught.value.issues)


@pytest.mark.parametrize("name", NAMES)
def test_unreadable_tables_and_volumes_raise_nothing_untyped(name: str, tmp_path: Path) -> None:
    for file in ("train_1_a_1.nii.gz", "reports.csv", "train_region_report.csv", "dataset.json",
                 "a.dcm", "no_chest_train.txt", "seg_train_1_a_1/lung.nii.gz"):  # fmt: skip
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_bytes(bytes(range(256)))
    try:
        corpus = load_source(name).read(tmp_path)
    except DataError as problem:
        assert problem.issues
    else:
        assert corpus.issues


TABLES = (
    "reports.csv",
    "reports.tsv",
    "radgenome_files/train_region_report.csv",
    "radgenome_files/train_vqa_presence.csv",
    "metadata.csv",
)
HEADINGS = (
    b"VolumeName,Findings_EN,Impressions_EN\n",
    b"file,report\n",
    b"Volumename,Anatomy,Sentence\n",
    b"Volumename,Anatomy,Finding,Presence\n",
    b"VolumeName,RescaleSlope,RescaleIntercept,XYSpacing,ZSpacing\n",
    b"",
)
LINES = st.sampled_from(
    [b"train_1_a_1.nii.gz,lung,x,Yes.\n", b",,\n", b'"', b"\xff", b"\0", b"a,b\n", b"\n",
     b"train_1_a_1,1,-1024,[0.7],2\n", b"train_1_a_1,1,nan,{},x\n", b"train_1_a_1,T\n"]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(NAMES),
    st.sampled_from(TABLES),
    st.sampled_from(HEADINGS),
    st.lists(LINES, max_size=5),
)
def test_no_table_raises_anything_untyped(
    name: str, table: str, heading: bytes, lines: list[bytes]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / table
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(heading + b"".join(lines))
        try:
            corpus = load_source(name).read(Path(folder))
        except DataError as problem:
            assert all(i.where and i.remedy for i in problem.issues)
        else:
            assert all(i.where and i.remedy for i in corpus.issues)


def layout(name: str, root: Path, write_nifti: Write, write_csv: Write, hu: np.ndarray) -> None:
    volume = "train_1_a_1.nii.gz"
    if name != "reports_only":
        write_nifti(root / "x" / volume, hu)
    reports = [{"VolumeName": volume, "Findings_EN": "Clear.", "Impressions_EN": ""}]
    if name in ("ct_rate", "radgenome", "rexgroundingct", "reports_only"):
        write_csv(root / "reports.csv", reports, "VolumeName,Findings_EN,Impressions_EN")
    if name in ("radgenome", "rexgroundingct"):
        rows = [{"Volumename": volume, "Disorders": "none"}]
        write_csv(root / "radgenome_files/train_case_disorders.csv", rows, "Volumename,Disorders")
    if name == "rexgroundingct":
        data = {"train": [{"name": volume, "findings": {"0": "A nodule."}}]}
        (root / "dataset.json").write_text(json.dumps(data))


@pytest.mark.parametrize("name", ["nifti_folder", "ct_rate", "radgenome", "rexgroundingct"])
def test_the_most_particular_layout_wins(
    name: str, tmp_path: Path, write_nifti: Write, write_csv: Write, hu: np.ndarray
) -> None:
    layout(name, tmp_path, write_nifti, write_csv, hu)
    assert detect_source(tmp_path) == name
    corpus = inspect_corpus(tmp_path)
    assert corpus.source == name
    assert [case.case_id for case in corpus.cases] == ["train_1_a_1"]
    assert corpus == inspect_corpus(tmp_path, name)
    assert type(corpus).model_validate_json(corpus.model_dump_json()) == corpus


def test_a_source_can_be_named(
    tmp_path: Path, write_nifti: Write, write_csv: Write, hu: np.ndarray
) -> None:
    layout("ct_rate", tmp_path, write_nifti, write_csv, hu)
    assert inspect_corpus(tmp_path, "nifti_folder").source == "nifti_folder"
    with pytest.raises(UnknownPluginError, match="ct_rate"):
        inspect_corpus(tmp_path, "ct_rates")


def test_what_no_source_knows_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("nothing")
    with pytest.raises(SourceError, match="unknown-source"):
        detect_source(tmp_path)
    with pytest.raises(SourceError, match="no-folder"):
        detect_source(tmp_path / "absent")
