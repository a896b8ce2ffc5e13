"""One table of reports, row by row: CT-RATE's columns, or one column of free text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from groundct.codecs.csv_scan import CsvScan, ScannedRow, scan_csv
from groundct.core.issues import Issue, TableError
from groundct.core.report import UNSAID_LANGUAGE, Report
from groundct.sources._names import case_id_of
from groundct.sources._reports import SECTION_COLUMNS, report_of_free_text, report_of_sections
from groundct.sources._text_table import TEXT_COLUMNS, language_of_row

KEY_COLUMNS: Final = (
    "VolumeName",
    "Volumename",
    "AccessionNo",
    "AccessionNumber",
    "case_id",
    "volume",
    "file",
    "filename",
    "SeriesInstanceUID",
    "folder",
    "PatientID",
)
"""Headings that may name the case; the first of them that is there does."""

_READ_COLUMNS: Final = ("Findings_EN", "Impressions_EN")


@dataclass(frozen=True)
class ReportRow:
    """A row with a report.

    ``name`` is the key's cell as it is; ``columns`` says for each section from which column it
    came.
    """

    number: int
    where: str
    name: str
    case_id: str
    report: Report
    columns: tuple[str, ...]


@dataclass(frozen=True)
class ReportTable:
    """A table that holds reports, and what is to be told of it as a whole.

    ``count`` counts its rows; ``twice`` maps the id of a case with several rows to the first.
    """

    scan: CsvScan
    key: str
    text: str | None
    language: str | None
    count: int
    twice: Mapping[str, int]
    issues: tuple[Issue, ...]

    def rows(self) -> Iterator[ReportRow | Issue]:
        """Every row in order, or why it is set aside."""
        for row in self.scan.rows():
            yield row if isinstance(row, Issue) else self._read(row)

    def _read(self, row: ScannedRow) -> ReportRow | Issue:
        where = self.scan.where(row.number, row.line)
        name = row.cells[self.key]
        case_id = case_id_of(name)
        if not case_id:
            return Issue(
                code="row-without-name",
                where=where,
                what=f"its cell {self.key!r} is blank.",
                remedy="Fill in the name, or delete the row.",
            )
        if case_id in self.twice:
            return Issue(
                code="duplicated-row",
                where=where,
                what=f"{case_id} has several rows, the first of them row {self.twice[case_id]}, "
                "and it is unknown which is right.",
                remedy="Keep one row; until then none is read.",
                case_id=case_id,
            )
        language = language_of_row(row.cells) or self.language or UNSAID_LANGUAGE
        if self.text is not None:
            report = report_of_free_text(row.cells[self.text], language)
            columns: tuple[str, ...] = (self.text,)
        else:
            report = report_of_sections(row.cells, language)
            filled = {section.name for section in report.sections} if report else set()
            columns = tuple(c for c, section in SECTION_COLUMNS.items() if section in filled)
        if report is None:
            return Issue(
                code="no-report",
                where=where,
                what="its cells hold no text.",
                remedy="Fill in the report, or delete the row.",
                case_id=case_id,
            )
        return ReportRow(row.number, where, name, case_id, report, columns)


def open_report_table(
    path: Path, *, encoding: str | None = None, language: str | None = None
) -> ReportTable:
    """Look a table of reports through: its columns, its rows' number, cases that stand in it twice.

    Args:
        path: A ``.csv`` or ``.tsv``, or either with ``.gz``.
        encoding: Its encoding, where the user says it.
        language: The language of reports whose row states none, where the user says it.

    Raises:
        TableError: It cannot be read, has no column that names cases or none with reports, or no
            row.
    """
    scan = scan_csv(path, encoding=encoding)
    key = next((name for name in KEY_COLUMNS if name in scan.headings), None)
    text = next((name for name in TEXT_COLUMNS if name in scan.headings), None)
    sections = [name for name in _READ_COLUMNS if name in scan.headings]
    if sections:
        text = None
    if key is None or not (text or sections):
        raise TableError.of(
            "not-a-reports-table",
            f"{path} line 1",
            f"no column names the case ({', '.join(KEY_COLUMNS[:4])}, ...) or none holds reports "
            f"({', '.join((*_READ_COLUMNS, *TEXT_COLUMNS))}); there are {list(scan.headings)}.",
            "Use CT-RATE's columns, or rename yours; a table split at tabs must end in .tsv.",
        )
    count, twice = _count(scan, key)
    if not count:
        raise TableError.of(
            "no-rows", path, "the table has headings and no row.", "Give a table with reports."
        )
    found = (scan.encoding.issue,) if scan.encoding.issue else ()
    missing = () if text else tuple(_missing(path, scan.headings))
    return ReportTable(scan, key, text, language, count, twice, (*found, *missing))


def _count(scan: CsvScan, key: str) -> tuple[int, dict[str, int]]:
    """How many rows there are, and the cases that have several, each with its first row."""
    first: dict[str, int] = {}
    twice: dict[str, int] = {}
    count = 0
    for row in scan.rows():
        count += 1
        if isinstance(row, Issue):
            continue
        case_id = case_id_of(row.cells[key])
        if case_id in first:
            twice[case_id] = first[case_id]
        else:
            first[case_id] = row.number
    return count, twice


def _missing(path: Path, headings: tuple[str, ...]) -> Iterator[Issue]:
    for name in SECTION_COLUMNS:
        if name not in headings:
            yield Issue(
                code="missing-section-column",
                where=f"{path} line 1",
                what=f"there is no column {name}; the reports are read without it.",
                remedy="Add it where the reports have such a section.",
                severity="warning",
            )
