"""Headings as other programs write them: known loosely, refused where several could be meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from groundct.core.issues import TableError
from groundct.sources._headings import CASE_NAMES, Wanted, columns_of, letters, report_of_cells

HERE = Path("t.csv")


def found(headings: str, **wanted: object) -> tuple[str, dict[str, str]]:
    columns = columns_of(HERE, headings.split(","), wanted=Wanted(**wanted))
    return columns.case, dict(columns.report)


@pytest.mark.parametrize(
    ("headings", "case", "report"),
    [
        ("Case_ID,Report", "Case_ID", {"Report": "other"}),
        ("CASE ID,REPORT TEXT,Age", "CASE ID", {"REPORT TEXT": "other"}),
        ("StudyID,Findings", "StudyID", {"Findings": "findings"}),
        # MIMIC-CXR, split into sections by its own code
        ("study,impression,findings,last_paragraph,comparison", "study",
         {"findings": "findings", "impression": "impression"}),
        ("subject_id,study_id,text", "study_id", {"text": "other"}),
        # a form of REDCap, an export of a PACS, a spreadsheet
        ("record_id,redcap_event_name,report_text", "record_id", {"report_text": "other"}),
        ("Patient ID,Accession Number,Exam Description,Report Text", "Accession Number",
         {"Report Text": "other"}),
        ("MRN,Accession #,Narrative", "Accession #", {"Narrative": "other"}),
        ("ID,CT Report", "ID", {"CT Report": "other"}),
        ("Dosya,ID,BULGULAR,SONUÇ", "ID", {"BULGULAR": "findings", "SONUÇ": "impression"}),
        # what has always been known
        ("VolumeName,Findings_EN,Impressions_EN,report", "VolumeName",
         {"Findings_EN": "findings", "Impressions_EN": "impression"}),
        ("Volumename,findings_en", "Volumename", {"findings_en": "findings"}),
        ("PatientID,VolumeName,History,Indication,Findings", "VolumeName",
         {"History": "clinical_information", "Indication": "clinical_information",
          "Findings": "findings"}),
    ],
)  # fmt: skip
def test_headings_are_known_by_their_letters(
    headings: str, case: str, report: dict[str, str]
) -> None:
    assert found(headings) == (case, report)


@pytest.mark.parametrize(
    ("headings", "named"),
    [
        ("case_id,report,text", "'report', 'text'"),
        ("case_id,Report,report", "'Report', 'report'"),
        ("case_id,report,findings", "'report', 'findings'"),
        ("case_id,findings,impression,conclusion", "'impression', 'conclusion'"),
        ("case_id,Case ID,report", "'case_id', 'Case ID'"),
    ],
)
def test_of_several_none_is_taken(headings: str, named: str) -> None:
    with pytest.raises(TableError, match=f"ambiguous-columns.*{named} could each be meant"):
        found(headings)


def test_the_user_says_which_column_it_is() -> None:
    assert found("report,text,key", case="key", report=("text",)) == ("key", {"text": "other"})
    two = ("impression", "Findings")
    assert found("case_id,FINDINGS,Impression,conclusion", report=two) == (
        "case_id", {"FINDINGS": "findings", "Impression": "impression"},
    )  # fmt: skip
    with pytest.raises(TableError, match=r"missing-column.*no column 'kez'; there are 'key'"):
        found("key,report", case="kez")
    with pytest.raises(TableError, match=r"ambiguous-columns.*unknown which section 'Befund'"):
        found("case_id,Befund,Findings", report=("Befund", "Findings"))


@pytest.mark.parametrize(
    ("headings", "told"),
    [
        ("Name,Report", ["no column names the case"]),
        ("case_id,Reprot", ["no column holds the report", "'Reprot' is nearest, to report"]),
        ("image_id,age,gender", ["no column holds the report", "'image_id', 'age', 'gender'"]),
        ("Volum Name,Raport", ["names the case", "'Volum Name' is nearest, to VolumeName",
                               "holds the report", "'Raport' is nearest, to rapor"]),
        ("case_id;report", ["not divided where it should be", "sep=;"]),
        ("case_id\treport", ["not divided where it should be", ".tsv"]),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_with_what_was_seen(headings: str, told: list[str]) -> None:
    with pytest.raises(TableError, match="not-a-reports-table") as caught:
        found(headings)
    for words in told:
        assert words in str(caught.value)
    lacks_both = "names the case" in told and "holds the report" in told
    assert len(caught.value.issues) == 1 + lacks_both


def test_no_name_of_a_case_is_a_name_of_a_report() -> None:
    assert len({letters(name) for name in CASE_NAMES}) == len(CASE_NAMES)
    for name in CASE_NAMES:
        assert found(f"{name},report") == (name, {"report": "other"})


@pytest.mark.parametrize("word", ["NaN", "nan", "None", " NULL ", "N/A", "<NA>", "#N/A", ""])
def test_a_word_for_a_missing_value_is_no_report(word: str) -> None:
    columns = {"findings": "findings", "impression": "impression"}
    assert report_of_cells({"findings": word, "impression": word}, columns) is None
    report = report_of_cells({"findings": word, "impression": "Nodule."}, columns)
    assert report is not None and report.text == "Nodule."
    assert report_of_cells({"findings": f"{word} effusion."}, columns) is not None
