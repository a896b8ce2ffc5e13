"""CT-RATE's layout: reports, metadata, v1 and fixed volumes, and every fault told."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from groundct.core.issues import SourceError
from groundct.sources.ct_rate import PLUGIN

REPORTS = "VolumeName,ClinicalInformation_EN,Technique_EN,Findings_EN,Impressions_EN"
METADATA = "VolumeName,RescaleSlope,RescaleIntercept,XYSpacing,ZSpacing"
Write = Callable[..., Path]


def report(name: str, findings: str = "Lungs are clear.") -> dict[str, str]:
    return {
        "VolumeName": name,
        "ClinicalInformation_EN": "Not given.",
        "Technique_EN": "",
        "Findings_EN": findings,
        "Impressions_EN": "No abnormality.",
    }


def metadata(name: str, intercept: str = "-1024", xy: str = "[0.7, 0.8]") -> dict[str, str]:
    return {
        "VolumeName": name,
        "RescaleSlope": "1",
        "RescaleIntercept": intercept,
        "XYSpacing": xy,
        "ZSpacing": "2.5",
    }


@pytest.fixture
def root(tmp_path: Path, write_csv: Write) -> Path:
    write_csv(tmp_path / "radiology_text_reports/train_reports.csv", [
        report("train_1_a_1.nii.gz"), report("train_1_a_2.nii.gz"), report("train_2_a_1.nii.gz"),
    ], REPORTS)  # fmt: skip
    return tmp_path


def at(root: Path, name: str, fixed: str = "_fixed") -> Path:
    patient, scan = "_".join(name.split("_")[:2]), "_".join(name.split("_")[:3])
    return root / f"dataset/train{fixed}" / patient / scan / f"{name}.nii.gz"


def codes(corpus: object) -> list[str]:
    return [issue.code for issue in corpus.issues]  # type: ignore[attr-defined]


def test_a_fixed_volume_is_read_as_it_is(
    root: Path, write_nifti: Write, write_csv: Write, hu: np.ndarray
) -> None:
    write_nifti(at(root, "train_1_a_1"), hu)
    write_csv(root / "metadata/train_metadata.csv", [metadata("train_1_a_1.nii.gz")], METADATA)
    corpus = PLUGIN.read(root)
    (case,) = corpus.cases
    assert (case.case_id, case.patient_id, case.split) == ("train_1_a_1", "train_1", "train")
    assert case.volume is not None and case.volume.kind == "nifti"
    assert case.volume.rescale is None
    assert case.volume.stated_spacing_mm == (0.8, 0.7, 2.5)
    assert case.report is not None
    assert [s.name for s in case.report.sections] == [
        "clinical_information", "findings", "impression",
    ]  # fmt: skip
    assert case.report.sections[0].span.of(case.report.text) == "Not given."
    assert codes(corpus) == ["report-without-volume"]


@pytest.mark.parametrize("fixed", ["", "_fixed"])
@pytest.mark.parametrize("intercept", [-1024, -8192])
def test_raw_values_get_the_stated_rescale(
    root: Path, write_nifti: Write, write_csv: Write, hu: np.ndarray, intercept: int, fixed: str
) -> None:
    write_nifti(at(root, "train_1_a_1", fixed), (hu - intercept).astype(np.int16))
    write_csv(root / "meta.csv", [metadata("train_1_a_1.nii.gz", str(intercept))], METADATA)
    (case,) = PLUGIN.read(root).cases
    assert case.volume is not None and case.volume.kind == "nifti"
    assert case.volume.rescale == (1.0, float(intercept))


@pytest.mark.parametrize(("offset", "code"), [(1024, None), (0, "rescale-unknown")])
def test_a_header_that_scales_is_never_scaled_again(
    root: Path,
    write_nifti: Write,
    write_csv: Write,
    hu: np.ndarray,
    offset: int,
    code: str | None,
) -> None:
    """Raw values with a scale in the header are HU when read; HU with one are set aside."""
    path = write_nifti(at(root, "train_1_a_1", ""), (hu + offset).astype(np.int16))
    raw = bytearray(gzip.decompress(path.read_bytes()))
    raw[112:120] = np.array([1.0, -1024.0], "<f4").tobytes()
    path.write_bytes(gzip.compress(bytes(raw)))
    write_csv(root / "meta.csv", [metadata("train_1_a_1.nii.gz")], METADATA)
    corpus = PLUGIN.read(root)
    if code is None:
        assert corpus.cases[0].volume.rescale is None  # type: ignore[union-attr]
    else:
        assert not corpus.cases
        assert code in codes(corpus)


def test_what_cannot_be_known_is_set_aside(root: Path, write_nifti: Write, hu: np.ndarray) -> None:
    write_nifti(at(root, "train_1_a_1"), (hu + 1024).astype(np.int16))
    write_nifti(at(root, "train_1_a_2"), (hu - 1024).astype(np.int16))
    write_nifti(at(root, "train_2_a_1"), hu)
    corpus = PLUGIN.read(root)
    assert [case.case_id for case in corpus.cases] == ["train_2_a_1"]
    assert [(i.code, i.case_id) for i in corpus.issues] == [
        ("rescale-unknown", "train_1_a_1"), ("rescale-unknown", "train_1_a_2"),
    ]  # fmt: skip


def test_the_fixed_one_of_two_is_taken(root: Path, write_nifti: Write, hu: np.ndarray) -> None:
    write_nifti(at(root, "train_1_a_1", ""), (hu + 1024).astype(np.int16))
    write_nifti(at(root, "train_1_a_1"), hu)
    (case,) = PLUGIN.read(root).cases
    assert "train_fixed" in str(case.volume.path)  # type: ignore[union-attr]


def test_two_volumes_of_one_name_are_refused(
    root: Path, write_nifti: Write, hu: np.ndarray
) -> None:
    write_nifti(root / "a" / "train_1_a_1.nii.gz", hu)
    write_nifti(root / "b" / "train_1_a_1.nii.gz", hu)
    write_nifti(root / "b" / "train_2_a_1.nii.gz", hu)
    corpus = PLUGIN.read(root)
    assert [case.case_id for case in corpus.cases] == ["train_2_a_1"]
    assert codes(corpus)[0] == "two-volumes-one-name"


def test_head_scans_are_left_out(root: Path, write_nifti: Write, hu: np.ndarray) -> None:
    write_nifti(at(root, "train_1_a_1"), hu)
    write_nifti(at(root, "train_2_a_1"), hu)
    (root / "no_chest_train.txt").write_text("train_1_a_1.nii.gz\n\ntrain_9_a_1\n")
    corpus = PLUGIN.read(root)
    assert [case.case_id for case in corpus.cases] == ["train_2_a_1"]
    assert ("no-chest", "train_1_a_1") in [(i.code, i.case_id) for i in corpus.issues]


def test_a_header_that_contradicts_the_metadata_is_refused(
    root: Path, write_nifti: Write, write_csv: Write, hu: np.ndarray
) -> None:
    write_nifti(at(root, "train_1_a_1", ""), hu, np.diag([-1.0, -1.0, 1.0, 1.0]))
    write_csv(root / "meta.csv", [metadata("train_1_a_1.nii.gz")], METADATA)
    corpus = PLUGIN.read(root)
    assert not corpus.cases
    assert "spacing-contradicts-table" in codes(corpus)


def test_a_blank_header_is_refused_as_it_hides_the_sides(root: Path, hu: np.ndarray) -> None:
    image = nib.Nifti1Image(hu, None)
    path = at(root, "train_1_a_1", "")
    path.parent.mkdir(parents=True)
    nib.save(image, path)
    corpus = PLUGIN.read(root)
    assert not corpus.cases
    assert "no-orientation" in codes(corpus)


@pytest.mark.parametrize(
    ("cell", "value"),
    [("RescaleSlope", "one"), ("RescaleSlope", "0"), ("RescaleIntercept", "nan"),
     ("XYSpacing", "0.7"), ("XYSpacing", "[0.7]"), ("XYSpacing", "[0.7, 0]"), ("ZSpacing", "x")],
)  # fmt: skip
def test_a_bad_metadata_cell_is_told(
    root: Path, write_nifti: Write, write_csv: Write, hu: np.ndarray, cell: str, value: str
) -> None:
    write_nifti(at(root, "train_1_a_1"), hu)
    row = {**metadata("train_1_a_1.nii.gz"), cell: value}
    write_csv(root / "meta.csv", [row], METADATA)
    corpus = PLUGIN.read(root)
    assert "metadata-value" in codes(corpus)
    assert len(corpus.cases) == 1  # the values themselves are HU


def test_a_duplicated_report_gives_none(
    root: Path, write_nifti: Write, write_csv: Write, hu: np.ndarray
) -> None:
    write_nifti(at(root, "train_1_a_1"), hu)
    write_csv(root / "more.csv", [report("train_1_a_1.nii.gz", "Other.")], REPORTS)
    corpus = PLUGIN.read(root)
    assert corpus.cases[0].report is None
    assert {"duplicated-row", "no-report"} <= set(codes(corpus))


def test_a_broken_stream_is_told(root: Path, write_nifti: Write, hu: np.ndarray) -> None:
    path = write_nifti(at(root, "train_1_a_1"), hu)
    path.write_bytes(path.read_bytes()[:3000])
    corpus = PLUGIN.read(root)
    assert not corpus.cases
    assert corpus.issues[-1].case_id == "train_1_a_1"
    assert str(path) in corpus.issues[-1].where


def test_reports_alone_are_cases_without_volume(root: Path) -> None:
    corpus = PLUGIN.read(root)
    assert [case.volume for case in corpus.cases] == [None] * 3
    assert codes(corpus) == ["no-volumes"]


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no-cases"):
        PLUGIN.read(tmp_path)


def test_a_broken_reports_table_is_told_with_the_rest(
    root: Path, write_nifti: Write, hu: np.ndarray
) -> None:
    write_nifti(at(root, "train_1_a_1"), hu)
    table = root / "radiology_text_reports/train_reports.csv"
    table.write_text(table.read_text() + "train_3_a_1.nii.gz,only two\n")
    corpus = PLUGIN.read(root)
    assert "ragged-row" in codes(corpus)
    assert corpus.cases[0].report is None


def test_volumes_of_other_names_are_read_as_a_plain_folder(
    root: Path, write_nifti: Write, hu: np.ndarray
) -> None:
    write_nifti(root / "ct/scan7.nii.gz", hu)
    assert not PLUGIN.recognizes(root)
    write_nifti(at(root, "train_1_a_1"), hu)
    assert PLUGIN.recognizes(root)
    assert "volume-outside-scheme" in codes(PLUGIN.read(root))


def test_metadata_that_contradict_each_other_count_for_nothing(
    root: Path, write_nifti: Write, write_csv: Write, hu: np.ndarray
) -> None:
    write_nifti(at(root, "train_1_a_1"), (hu + 1024).astype(np.int16))
    name = "train_1_a_1.nii.gz"
    write_csv(root / "meta.csv", [metadata(name), metadata(name)], METADATA)
    assert len(PLUGIN.read(root).cases) == 1
    write_csv(root / "meta2.csv", [metadata(name, "-8192")], METADATA)
    corpus = PLUGIN.read(root)
    assert not corpus.cases
    assert {"duplicated-row", "rescale-unknown"} <= set(codes(corpus))
