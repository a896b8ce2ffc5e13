"""CT-RATE's tables of reports, and what is told of rows and volumes without a counterpart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from groundct.codecs._csv_text import is_blank
from groundct.codecs.tables import read_csv_table
from groundct.core.issues import Issue, TableError
from groundct.core.names import first_few
from groundct.core.report import Report
from groundct.sources._headings import SECTION_COLUMNS, report_of_cells
from groundct.sources._names import case_id_of

CT_RATE_KEY: Final = "VolumeName"


@dataclass(frozen=True)
class Reports:
    """The reports of some tables by case id, what could not be read, and the rows by case id.

    ``twice`` names the cases that several different rows speak of; none of them is read.
    """

    by_case: Mapping[str, Report]
    rows: Mapping[str, Mapping[str, str]]
    issues: tuple[Issue, ...]
    twice: frozenset[str]


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
        issues.extend(missing_values(path, missing_words(table, SECTION_COLUMNS)))
        for number, row in enumerate(table, start=1):
            case_id = case_id_of(row[CT_RATE_KEY])
            if is_blank(case_id):
                issues.append(unnamed_row(path, number))
            elif case_id in rows:
                if rows[case_id] != row:
                    twice.add(case_id)
                    issues.append(duplicated_row(path, number, case_id))
            else:
                rows[case_id] = row
                report = report_of_cells(row, SECTION_COLUMNS)
                if report is not None:
                    reports[case_id] = report
    for case_id in twice:
        reports.pop(case_id, None)
    return Reports(reports, rows, tuple(issues), frozenset(twice))


def missing_words(
    rows: Iterable[Mapping[str, str]], columns: Iterable[str]
) -> Counter[tuple[str, str]]:
    """How often each column says with a word that it holds nothing: (column, word) -> cells."""
    return Counter(
        (column, row[column].strip())
        for row in rows
        for column in columns
        if column in row and is_blank(row[column]) and row[column].strip()
    )


def missing_values(path: Path, words: Mapping[tuple[str, str], int]) -> tuple[Issue, ...]:
    """One warning for all cells of reports that hold nothing but a word for a missing value."""
    if not words:
        return ()
    told = ", ".join(f"{word!r} in {column} ({n})" for (column, word), n in words.items())
    return (
        Issue(
            code="missing-value",
            where=str(path),
            what=f"cells say that there is no text: {told}. They are read as blank.",
            remedy="Nothing, if these words are no reports; else write them as a sentence.",
            severity="warning",
        ),
    )


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


def without_report(case_id: str, where: object, twice: Collection[str]) -> Issue:
    """The warning of a case whose volume is there and whose report is not.

    ``twice`` are cases whose rows contradict each other.
    """
    what = "no row of a reports table names this volume, or its cells are blank."
    remedy = "Add its row to the table"
    if case_id in twice:
        what = "several rows of a reports table name this volume, and none of them is read."
        remedy = "Keep one of them"
    return Issue(
        code="no-report",
        where=str(where),
        what=what,
        remedy=f"{remedy}; the case is built without a report until then.",
        severity="warning",
        case_id=case_id,
    )


def without_volume(case_ids: Iterable[str], where: object) -> tuple[Issue, ...]:
    """One warning for all reports whose volume is not there: subsets of large sets are common."""
    names = sorted(case_ids)
    if not names:
        return ()
    return (
        Issue(
            code="report-without-volume",
            where=str(where),
            what=f"{len(names)} reports have no volume here: {first_few(names)}.",
            remedy="Fetch those volumes if they are wanted; the reports are passed over.",
            severity="warning",
        ),
    )
