"""A folder of DICOM series and one reports table, and every fault told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from groundct.core.case import DicomSeries, is_safe_case_id
from groundct.core.issues import SourceError
from groundct.sources import detect_source
from groundct.sources.dicom_folder import PLUGIN

Write = Callable[..., Path]


def write_series(
    folder: Path,
    number: int = 1,
    *,
    patient: str = "P1",
    study: int = 1,
    slices: int = 4,
    **tags: str,
) -> str:
    """Write an axial series of 8 x 8 slices, 2 mm apart; its UID."""
    folder.mkdir(parents=True, exist_ok=True)
    uid = f"1.2.3.{number}"
    for k in range(slices):
        data = pydicom.Dataset()
        data.file_meta = FileMetaDataset()
        data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        data.file_meta.MediaStorageSOPClassUID = CTImageStorage
        data.file_meta.MediaStorageSOPInstanceUID = f"{uid}.{k}"
        data.SOPClassUID, data.SOPInstanceUID = CTImageStorage, f"{uid}.{k}"
        data.SeriesInstanceUID, data.StudyInstanceUID = uid, f"1.2.9.{study}"
        data.PatientID, data.AccessionNumber = patient, f"ACC{study}"
        data.Modality, data.ImageType = "CT", ["ORIGINAL", "PRIMARY", "AXIAL"]
        data.Rows = data.Columns = 8
        data.PixelSpacing, data.SliceThickness = [0.7, 0.7], "2.0"
        data.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        data.ImagePositionPatient = [0, 0, 2.0 * k]
        data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
        data.BitsAllocated, data.BitsStored, data.HighBit = 16, 16, 15
        data.PixelRepresentation = 1
        data.RescaleSlope, data.RescaleIntercept = "1", "0"
        data.PixelData = np.full((8, 8), -1000 + k, "<i2").tobytes()
        for tag, value in tags.items():
            setattr(data, tag, value)
        data.save_as(folder / f"{number}_{slices - k}.dcm", enforce_file_format=True)
    return uid


def codes(root: Path) -> list[str]:
    return [issue.code for issue in PLUGIN.read(root).issues]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("SeriesInstanceUID", "1.2.3.1"),
        ("AccessionNumber", "ACC1"),
        ("PatientID", "P1"),
        ("folder", "scan"),
        ("folder", "deep/scan/"),
        ("case_id", "deep_scan"),
    ],
)
def test_every_way_to_name_a_series(tmp_path: Path, write_csv: Write, key: str, value: str) -> None:
    uid = write_series(tmp_path / "deep/scan")
    write_csv(tmp_path / "reports.csv", [{key: value, "report": "Clear."}], f"{key},report")
    corpus = PLUGIN.read(tmp_path)
    assert corpus.issues == ()
    (case,) = corpus.cases
    assert (case.case_id, case.patient_id) == ("deep_scan", "P1")
    assert isinstance(case.volume, DicomSeries)
    assert (case.volume.series_uid, len(case.volume.files)) == (uid, 4)
    assert case.report is not None and case.report.text == "Clear."
    assert detect_source(tmp_path) == "dicom_folder"


def test_several_series_in_one_folder_have_ids_of_their_own(tmp_path: Path) -> None:
    write_series(tmp_path / "scan", 1)
    write_series(tmp_path / "scan", 2)
    write_series(tmp_path / "other", 3, patient="P2", study=2)
    names = [case.case_id for case in PLUGIN.read(tmp_path).cases]
    assert names[0] == "other" and len(set(names)) == 3
    assert all(name.startswith("scan_") for name in names[1:])
    (tmp_path / "scan" / "1_1.dcm").unlink()
    assert [case.case_id for case in PLUGIN.read(tmp_path).cases] == names


def test_a_patient_with_two_studies_gets_no_report(tmp_path: Path, write_csv: Write) -> None:
    write_series(tmp_path / "a", 1, study=1)
    write_series(tmp_path / "b", 2, study=2)
    write_csv(tmp_path / "r.csv", [{"PatientID": "P1", "report": "Clear."}], "PatientID,report")
    corpus = PLUGIN.read(tmp_path)
    assert [case.report for case in corpus.cases] == [None, None]
    assert [i.code for i in corpus.issues] == ["ambiguous-report", "no-report", "no-report"]


def test_two_series_of_one_study_share_its_report(tmp_path: Path, write_csv: Write) -> None:
    write_series(tmp_path / "a", 1)
    write_series(tmp_path / "b", 2)
    rows = [{"AccessionNumber": "ACC1", "report": "Clear."}]
    write_csv(tmp_path / "r.csv", rows, "AccessionNumber,report")
    corpus = PLUGIN.read(tmp_path)
    assert corpus.issues == ()
    assert all(case.report is not None for case in corpus.cases)


def test_a_series_with_a_gap_is_set_aside(tmp_path: Path) -> None:
    write_series(tmp_path / "good", 1)
    write_series(tmp_path / "bad", 2, slices=6)
    (tmp_path / "bad/2_3.dcm").unlink()
    corpus = PLUGIN.read(tmp_path)
    assert [case.case_id for case in corpus.cases] == ["good"]
    assert [i.case_id for i in corpus.issues if i.severity == "error"] == ["bad"]


def test_other_modalities_and_localizers_are_passed_over(tmp_path: Path) -> None:
    write_series(tmp_path / "ct", 1)
    write_series(tmp_path / "mr", 2, Modality="MR")
    write_series(tmp_path / "scout", 3, ImageType="DERIVED\\PRIMARY\\LOCALIZER")
    corpus = PLUGIN.read(tmp_path)
    assert [case.case_id for case in corpus.cases] == ["ct"]
    assert [i.code for i in corpus.issues] == ["no-ct-series", "no-ct-series", "no-reports-table"]


def test_a_row_for_no_series_is_told(tmp_path: Path, write_csv: Write) -> None:
    write_series(tmp_path / "a")
    rows = [{"folder": "a", "report": "Clear."}, {"folder": "b", "report": "Clear."}]
    write_csv(tmp_path / "r.csv", rows, "folder,report")
    assert codes(tmp_path) == ["report-without-volume"]


def test_two_tables_are_refused(tmp_path: Path, write_csv: Write) -> None:
    write_series(tmp_path / "a")
    for name in ("r.csv", "s.tsv"):
        write_csv(tmp_path / name, [{"folder": "a", "text": "T."}], "folder,text")
    with pytest.raises(SourceError, match="two-reports-tables"):
        PLUGIN.read(tmp_path)


def test_without_a_ct_series_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.bin").write_bytes(b"no DICOM")
    assert not PLUGIN.recognizes(tmp_path)
    with pytest.raises(SourceError, match="no-series"):
        PLUGIN.read(tmp_path)


def test_folders_of_any_name_give_ids_that_are_file_names(tmp_path: Path) -> None:
    for number, name in enumerate(
        ("Y\u0131lmaz Ay\u015fe CT", "Y\u0131lmaz Al\u0131 CT", "'; <b>"), start=1
    ):
        write_series(tmp_path / name, number, patient=f"P{number}", study=number)
    (tmp_path / "r.csv").write_text("folder,report\nY\u0131lmaz Ay\u015fe CT,Text.\n", "utf-8")
    cases = PLUGIN.read(tmp_path).cases
    assert len({case.case_id for case in cases}) == 3
    assert all(is_safe_case_id(case.case_id) for case in cases)
    (told,) = (case for case in cases if case.report is not None)
    assert told.patient_id == "P1"
