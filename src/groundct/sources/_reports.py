"""Reports tables: CT-RATE's four columns, or one column of free text; cells are never changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from groundct.codecs.tables import read_csv_table
from groundct.core.issues import Issue, TableError
from groundct.core.report import Report, SectionName, report_of_columns
from groundct.sources._names import case_id_of

SECTION_COLUMNS: Final[Mapping[str, SectionName]] = {
    "ClinicalInformation_EN": "clinical_information",
    "Technique_EN": "technique",
    "Findings_EN": "findings",
    "Impressions_EN": "impression",
}
"""CT-RATE's columns, in the order in which a report is read."""

CT_RATE_KEY: Final = "VolumeName"


@dataclass(frozen=True)
class Reports:
    """The reports of some tables by case id, what could not be read, and the rows by case id."""

    by_case: Mapping[str, Report]
    rows: Mapping[str, Mapping[str, str]]
    issues: tuple[Issue, ...]


def report_of_sections(row: Mapping[str, str], language: str = "en") -> Report | None:
    """The report of a row with CT-RATE's columns, or None when all its cells are blank.

    A cell that says "Not given." is text as any other.
    """
    cells = [(name, row.get(column, "")) for column, name in SECTION_COLUMNS.items()]
    filled = [(name, cell) for name, cell in cells if cell.strip()]
    return report_of_columns(filled, language) if filled else None


def report_of_free_text(text: str, language: str = "en") -> Report | None:
    """A whole report in one cell, or None when it is blank.

    The text becomes one section, ``other``: its parts are not known here. Splitting it at its
    headings is the work of whoever reads reports, and may be done on the untouched text.
    """
    return report_of_columns([("other", text)], language) if text.strip() else None


def read_ct_rate_reports(paths: Iterable[Path]) -> Reports:
    """The reports of CT-RATE's tables; a volume with two different rows has none, and an issue."""
    reports: dict[str, Report] = {}
    rows: dict[str, Mapping[str, str]] = {}
    issues: list[Issue] = []
    twice: set[str] = set()
    for path in paths:
        try:
            table = read_csv_table(path, required=(CT_RATE_KEY, "Findings_EN", "Impressions_EN"))
        except TableError as problem:
            issues.extend(problem.issues)
            continue
        for number, row in enumerate(table, start=1):
            case_id = case_id_of(row[CT_RATE_KEY])
            if not case_id:
                issues.append(unnamed_row(path, number))
            elif case_id in rows:
                if rows[case_id] != row:
                    twice.add(case_id)
                    issues.append(duplicated_row(path, number, case_id))
            else:
                rows[case_id] = row
                report = report_of_sections(row)
                if report is not None:
                    reports[case_id] = report
    for case_id in twice:
        reports.pop(case_id, None)
    return Reports(reports, rows, tuple(issues))


def unnamed_row(path: Path, number: int) -> Issue:
    """The issue of a row whose key is blank; ``number`` counts rows after the heading from 1."""
    return Issue(
        code="row-without-name",
        where=f"{path} row {number}",
        what="the row names no volume.",
        remedy="Fill in the name, or delete the row.",
    )


def duplicated_row(path: Path, number: int, case_id: str) -> Issue:
    """The issue of a second, different row for a case; none of them is then used."""
    return Issue(
        code="duplicated-row",
        where=f"{path} row {number}",
        what=f"{case_id} has another row already, and it is unknown which is right.",
        remedy="Keep one row; until then the case has none.",
        case_id=case_id,
    )


def without_report(case_id: str, where: object) -> Issue:
    """The warning of a case whose volume is there and whose report is not."""
    return Issue(
        code="no-report",
        where=str(where),
        what="no row of a reports table names this volume, or its cells are blank.",
        remedy="Add its row to the table; the case is built without a report until then.",
        severity="warning",
        case_id=case_id,
    )


def without_volume(case_ids: Iterable[str], where: object) -> tuple[Issue, ...]:
    """One warning for all reports whose volume is not there: subsets of large sets are common."""
    names = sorted(case_ids)
    if not names:
        return ()
    shown = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
    return (
        Issue(
            code="report-without-volume",
            where=str(where),
            what=f"{len(names)} reports have no volume here: {shown}.",
            remedy="Fetch those volumes if they are wanted; the reports are passed over.",
            severity="warning",
        ),
    )
