"""A folder of NIfTI volumes and one reports table, and every fault told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from groundct.core.issues import SourceError, TableError
from groundct.sources._headings import report_of_cells
from groundct.sources.nifti_folder import PLUGIN

Write = Callable[..., Path]
TEXT = "Findings: a nodule, 5 mm.\nImpression: nodule."


def codes(corpus: object) -> list[str]:
    return [issue.code for issue in corpus.issues]  # type: ignore[attr-defined]


@pytest.mark.parametrize("key", ["case_id", "VolumeName", "volume", "file", "filename"])
@pytest.mark.parametrize(
    "name", ["scan7", "scan7.nii.gz", "deep/er/scan7.nii.gz", "deep\\scan7.nii"]
)
def test_every_way_to_name_a_volume(
    tmp_path: Path, write_nifti: Write, write_csv: Write, hu: np.ndarray, key: str, name: str
) -> None:
    write_nifti(tmp_path / "deep/er/scan7.nii.gz", hu)
    write_csv(tmp_path / "reports.csv", [{key: name, "report": TEXT}], f"{key},report")
    corpus = PLUGIN.read(tmp_path)
    assert corpus.issues == ()
    (case,) = corpus.cases
    assert (case.case_id, case.patient_id, case.split) == ("scan7", "scan7", None)
    assert case.report is not None and case.report.text == TEXT
    (section,) = case.report.sections
    assert section.name == "other" and section.span.of(case.report.text) == TEXT


def test_optional_columns_and_tabs(
    tmp_path: Path, write_nifti: Write, write_csv: Write, hu: np.ndarray
) -> None:
    write_nifti(tmp_path / "a.nii", hu)
    row = {"file": "a.nii", "text": "Metin.", "patient_id": "P1", "split": "test", "language": "tr"}
    write_csv(tmp_path / "reports.tsv", [row], "file,text,patient_id,split,language")
    (case,) = PLUGIN.read(tmp_path).cases
    assert (case.patient_id, case.split) == ("P1", "test")
    assert case.report is not None and case.report.language == "tr"


def test_ct_rate_columns_are_sections(
    tmp_path: Path, write_nifti: Write, write_csv: Write, hu: np.ndarray
) -> None:
    write_nifti(tmp_path / "a.nii.gz", hu)
    row = {"VolumeName": "a.nii.gz", "Findings_EN": "F.", "Impressions_EN": "I."}
    write_csv(tmp_path / "r.csv", [row], "VolumeName,Findings_EN,Impressions_EN")
    (case,) = PLUGIN.read(tmp_path).cases
    assert case.report is not None
    assert [s.name for s in case.report.sections] == ["findings", "impression"]


def test_a_byte_order_mark_is_no_part_of_the_heading(
    tmp_path: Path, write_nifti: Write, hu: np.ndarray
) -> None:
    write_nifti(tmp_path / "a.nii.gz", hu)
    (tmp_path / "r.csv").write_bytes(b"\xef\xbb\xbffile,report\na.nii.gz,Text.\n")
    (case,) = PLUGIN.read(tmp_path).cases
    assert case.report is not None and case.report.text == "Text."


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ("file,report\na.nii.gz,Text.,more\n", "ragged-row"),
        ("file,report\na.nii.gz,One.\na.nii.gz,Two.\n", "duplicated-row"),
        ("file,report\na.nii.gz,Text.\n,Whose?\n", "row-without-name"),
        ("file,report,split\na.nii.gz,Text.,holdout\n", "unknown-split"),
        ("file,report\na.nii.gz,Text.\nb.nii.gz,Text.\n", "report-without-volume"),
        ("file,report\nb.nii.gz,Text.\n", "no-report"),
        ("file,report\na.nii.gz,  \n", "no-report"),
        ('file,report\na.nii.gz,"Text.\n', "broken-quoting"),
        ("file,comment\na.nii.gz,Text.\n", "no-reports-table"),
        ("file,file,report\na,a,Text.\n", "no-reports-table"),
    ],
)
def test_faults_of_the_table_are_told(
    tmp_path: Path, write_nifti: Write, hu: np.ndarray, table: str, code: str
) -> None:
    write_nifti(tmp_path / "a.nii.gz", hu)
    (tmp_path / "reports.csv").write_text(table)
    corpus = PLUGIN.read(tmp_path)
    assert code in codes(corpus)
    assert [case.case_id for case in corpus.cases] == ["a"]
    if code in ("duplicated-row", "ragged-row"):
        assert corpus.cases[0].report is None


def test_the_same_row_twice_is_one_row(tmp_path: Path, write_nifti: Write, hu: np.ndarray) -> None:
    write_nifti(tmp_path / "a.nii.gz", hu)
    (tmp_path / "r.csv").write_text("file,report,split\n" + 2 * "a.nii.gz,Text.,Val\n")
    corpus = PLUGIN.read(tmp_path)
    assert corpus.issues == ()
    assert corpus.cases[0].report is not None
    assert corpus.cases[0].split == "validation"


def test_a_volume_that_cannot_be_trusted_is_set_aside(
    tmp_path: Path, write_nifti: Write, hu: np.ndarray
) -> None:
    write_nifti(tmp_path / "good.nii.gz", hu)
    (tmp_path / "bad.nii.gz").write_bytes(b"no gzip at all")
    write_nifti(tmp_path / "four.nii.gz", np.stack([hu, hu], axis=-1))
    corpus = PLUGIN.read(tmp_path)
    assert [case.case_id for case in corpus.cases] == ["good"]
    assert {"bad", "four"} == {i.case_id for i in corpus.issues if i.severity == "error"}


def test_two_volumes_of_one_name_are_set_aside(
    tmp_path: Path, write_nifti: Write, hu: np.ndarray
) -> None:
    write_nifti(tmp_path / "a.nii.gz", hu)
    write_nifti(tmp_path / "a.nii", hu)
    corpus = PLUGIN.read(tmp_path)
    assert corpus.cases == ()
    assert "two-volumes-one-name" in codes(corpus)


def test_where_folders_share_a_name_the_folders_are_part_of_it(
    tmp_path: Path, write_nifti: Write, write_csv: Write, hu: np.ndarray
) -> None:
    for folder in ("p1", "p2", "p3"):
        write_nifti(tmp_path / folder / "ct.nii.gz", hu)
    cells = ["p1/ct.nii.gz", "scans\\p2\\ct.nii.gz", "p9/ct.nii.gz", "ct.nii.gz"]
    rows = [{"file": cell, "report": f"Of {cell}."} for cell in cells]
    write_csv(tmp_path / "reports.csv", rows, "file,report")
    corpus = PLUGIN.read(tmp_path)
    texts = {case.case_id: case.report and case.report.text for case in corpus.cases}
    assert texts == {"p1_ct": f"Of {cells[0]}.", "p2_ct": f"Of {cells[1]}.", "p3_ct": None}
    assert codes(corpus) == ["report-without-volume", "no-report"]


def test_a_path_elsewhere_does_not_name_the_volume_at_the_root(
    tmp_path: Path, write_nifti: Write, write_csv: Write, hu: np.ndarray
) -> None:
    write_nifti(tmp_path / "ct.nii.gz", hu)
    write_nifti(tmp_path / "p1/ct.nii.gz", hu)
    write_csv(tmp_path / "r.csv", [{"file": "p2/ct.nii.gz", "report": "Whose?"}], "file,report")
    assert [case.report for case in PLUGIN.read(tmp_path).cases] == [None, None]


def test_of_a_subset_only_its_own_rows_count(
    tmp_path: Path, write_nifti: Write, write_csv: Write, hu: np.ndarray
) -> None:
    write_nifti(tmp_path / "p1/ct.nii.gz", hu)
    rows = [{"file": f"p{n}/ct.nii.gz", "report": f"Of p{n}."} for n in (1, 2, 3)]
    write_csv(tmp_path / "r.csv", rows, "file,report")
    corpus = PLUGIN.read(tmp_path)
    assert [case.report and case.report.text for case in corpus.cases] == ["Of p1."]
    write_csv(tmp_path / "r.csv", rows[1:], "file,report")
    corpus = PLUGIN.read(tmp_path)
    assert [case.report for case in corpus.cases] == [None]
    assert codes(corpus) == ["report-without-volume", "no-report"]


def test_label_maps_beside_the_cts_are_no_cases(
    tmp_path: Path, write_nifti: Write, hu: np.ndarray
) -> None:
    write_nifti(tmp_path / "images/a.nii.gz", hu)
    write_nifti(tmp_path / "labels/a.nii.gz", (hu > 0).astype(np.uint8))
    corpus = PLUGIN.read(tmp_path)
    assert [case.case_id for case in corpus.cases] == ["a"]
    told = next(issue for issue in corpus.issues if issue.code == "not-a-ct")
    assert told.severity == "warning" and "labels/a.nii.gz" in told.what


def test_label_maps_alone_are_refused(tmp_path: Path, write_nifti: Write, hu: np.ndarray) -> None:
    write_nifti(tmp_path / "a.nii.gz", (hu > 0).astype(np.uint8))
    with pytest.raises(SourceError, match="label maps"):
        PLUGIN.read(tmp_path)


def test_names_in_capitals_are_names(tmp_path: Path, write_nifti: Write, hu: np.ndarray) -> None:
    write_nifti(tmp_path / "a.nii.gz", hu).rename(tmp_path / "SCAN.NII.GZ")
    (tmp_path / "R.CSV").write_text("file,report\nSCAN.NII.GZ,Text.\n")
    (case,) = PLUGIN.read(tmp_path).cases
    assert case.case_id == "SCAN" and case.report is not None


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ("file,report\na,Text.\n".encode("utf-16"), "utf-16"),
        (b"file,report\n" + b"\xfe", None),
        ("dosya,rapor,\u00e7\n".encode("cp1254"), "not-utf-8"),
    ],
)
def test_a_table_whose_headings_cannot_be_read_is_told(
    tmp_path: Path, write_nifti: Write, hu: np.ndarray, table: bytes, code: str | None
) -> None:
    write_nifti(tmp_path / "a.nii.gz", hu)
    (tmp_path / "r.csv").write_bytes(table)
    told = codes(PLUGIN.read(tmp_path))
    assert told[:2] == ["no-reports-table", code] if code else "not-utf-8" in told


def test_a_table_of_a_spreadsheet_with_decimal_commas(
    tmp_path: Path, write_nifti: Write, hu: np.ndarray
) -> None:
    write_nifti(tmp_path / "a.nii.gz", hu)
    (tmp_path / "r.csv").write_bytes(
        b'\xef\xbb\xbffile;report;dose\r\na.nii.gz;"One, two; three.\r\nFour.";1,5\r\n'
    )
    (case,) = PLUGIN.read(tmp_path).cases
    assert case.report is not None and case.report.text == "One, two; three.\r\nFour."


def test_an_identity_affine_is_a_warning(
    tmp_path: Path, write_nifti: Write, hu: np.ndarray
) -> None:
    write_nifti(tmp_path / "a.nii.gz", hu, np.eye(4))
    corpus = PLUGIN.read(tmp_path)
    assert "identity-affine" in codes(corpus)
    assert len(corpus.cases) == 1


def test_two_tables_are_refused(
    tmp_path: Path, write_nifti: Write, write_csv: Write, hu: np.ndarray
) -> None:
    write_nifti(tmp_path / "a.nii.gz", hu)
    for name in ("one.csv", "two.csv"):
        write_csv(tmp_path / name, [{"file": "a", "report": "T."}], "file,report")
    with pytest.raises(SourceError, match="two-reports-tables"):
        PLUGIN.read(tmp_path)


def test_without_volumes_or_folder_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no-volumes"):
        PLUGIN.read(tmp_path)
    with pytest.raises(SourceError, match="no-folder"):
        PLUGIN.read(tmp_path / "absent")


def test_free_text_is_kept_to_the_letter() -> None:
    text = "  Bulgular: \t nodül.\r\n\r\nSonuç: nodül. "
    report = report_of_cells({"report": text}, {"report": "other"})
    assert report is not None and report.text == text
    assert report_of_cells({"report": " \n"}, {"report": "other"}) is None


@pytest.mark.parametrize(
    ("cell", "language"), [("", "und"), ("EN", "en"), ("en-US", "en"), (" tr ", "tr")]
)
def test_languages_are_written_in_many_ways(
    tmp_path: Path, write_nifti: Write, write_csv: Write, hu: np.ndarray, cell: str, language: str
) -> None:
    write_nifti(tmp_path / "a.nii.gz", hu)
    row = {"file": "a", "report": TEXT, "language": cell}
    write_csv(tmp_path / "r.csv", [row], "file,report,language")
    (case,) = PLUGIN.read(tmp_path).cases
    assert case.report is not None and case.report.language == language


@pytest.mark.parametrize("table", ["File,Report\na.nii.gz,Text.\n", "image_id;REPORT\na;Text.\n"])
def test_headings_in_other_letters(
    tmp_path: Path, write_nifti: Write, hu: np.ndarray, table: str
) -> None:
    write_nifti(tmp_path / "a.nii.gz", hu)
    (tmp_path / "r.csv").write_text(table)
    corpus = PLUGIN.read(tmp_path)
    assert corpus.cases[0].report is not None
    (issue,) = corpus.issues
    assert (issue.code, issue.severity) == ("columns-taken", "note")
    case, report = table.splitlines()[0].replace(";", ",").split(",")
    assert issue.what == f"{case!r} names the case, {report!r} holds the report."


def test_tables_that_are_no_reports_are_named_with_their_headings(
    tmp_path: Path, write_nifti: Write, hu: np.ndarray
) -> None:
    write_nifti(tmp_path / "a.nii.gz", hu)
    (tmp_path / "meta.csv").write_text("image_id;age\na;50\n")
    (issue,) = PLUGIN.read(tmp_path).issues
    assert issue.code == "no-reports-table"
    assert "meta.csv: no column holds the report" in issue.what and "'age'" in issue.what


def test_columns_that_could_each_be_the_report_are_refused(
    tmp_path: Path, write_nifti: Write, hu: np.ndarray
) -> None:
    write_nifti(tmp_path / "a.nii.gz", hu)
    (tmp_path / "r.csv").write_text("file,report,text\na.nii.gz,One.,Two.\n")
    with pytest.raises(TableError, match="ambiguous-columns"):
        PLUGIN.read(tmp_path)


def test_missing_values_are_no_reports_patients_or_splits(
    tmp_path: Path, write_nifti: Write, hu: np.ndarray
) -> None:
    for name in "ab":
        write_nifti(tmp_path / f"{name}.nii.gz", hu)
    (tmp_path / "r.csv").write_text("file,report,patient_id,split\na,NaN,nan,None\nb,Text.,P,\n")
    corpus = PLUGIN.read(tmp_path)
    assert [(case.patient_id, case.report is None) for case in corpus.cases] == [
        ("a", True), ("P", False),
    ]  # fmt: skip
    assert codes(corpus) == ["missing-value", "no-report"]
    assert "'NaN' in report (1)" in corpus.issues[0].what


def test_a_volume_of_two_rows_is_told_so(
    tmp_path: Path, write_nifti: Write, hu: np.ndarray
) -> None:
    write_nifti(tmp_path / "a.nii.gz", hu)
    (tmp_path / "r.csv").write_text("file,report\na,One.\na,Two.\n")
    corpus = PLUGIN.read(tmp_path)
    assert codes(corpus) == ["duplicated-row", "no-report"]
    assert "several rows" in corpus.issues[1].what


def test_a_row_that_names_another_folder_is_told(
    tmp_path: Path, write_nifti: Write, hu: np.ndarray
) -> None:
    for name in "abc":
        write_nifti(tmp_path / f"{name}.nii.gz", hu)
    here = tmp_path.name
    (tmp_path / "r.csv").write_text(
        f"file,report\n/data/x/a.nii.gz,A.\nb.nii.gz,B.\n{here}/c.nii.gz,C.\n"
    )
    corpus = PLUGIN.read(tmp_path)
    assert [case.report and case.report.text for case in corpus.cases] == ["A.", "B.", "C."]
    (issue,) = corpus.issues
    assert (issue.code, issue.severity) == ("other-folder", "note")
    assert "another folder in 1 row," in issue.what and "/data/x/a.nii.gz" in issue.what
