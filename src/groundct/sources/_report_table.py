"""One table of reports, row by row; which column is which is read off its headings, or said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from groundct.codecs._csv_text import is_blank
from groundct.codecs.csv_scan import CsvScan, ScannedRow, scan_csv
from groundct.core.issues import Issue, TableError
from groundct.core.report import UNSAID_LANGUAGE, Report
from groundct.sources._headings import (
    READ_SECTIONS,
    SECTION_COLUMNS,
    Columns,
    Wanted,
    columns_of,
)
from groundct.sources._names import case_id_of
from groundct.sources._reports import missing_values, missing_words
from groundct.sources._text_table import language_of_row


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
    columns: Columns
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
        columns = self.columns
        name = row.cells[columns.case]
        case_id = case_id_of(name)
        if is_blank(case_id):
            return Issue(
                code="row-without-name",
                where=where,
                what=f"its cell {columns.case!r} names no case{_saying(name)}.",
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
        language = language_of_row(row.cells, columns) or self.language or UNSAID_LANGUAGE
        report = columns.report_of(row.cells, language)
        if report is None:
            return Issue(
                code="no-report",
                where=where,
                what=f"its cells hold no text{_saying(*(row.cells[c] for c in columns.report))}.",
                remedy="Fill in the report, or delete the row.",
                case_id=case_id,
            )
        return ReportRow(row.number, where, name, case_id, report, columns.filled(row.cells))


def open_report_table(
    path: Path,
    *,
    encoding: str | None = None,
    language: str | None = None,
    wanted: Wanted | None = None,
) -> ReportTable:
    """Look a table of reports through: its columns, its rows' number, cases that stand in it twice.

    Args:
        path: A ``.csv`` or ``.tsv``, or either with ``.gz``.
        encoding: Its encoding, where the user says it.
        language: The language of reports whose row states none, where the user says it.
        wanted: The columns of the case and of the report, where the user says them.

    Raises:
        TableError: It cannot be read, has no column that names cases or none with reports or
            several that could be that, or no row.
    """
    scan = scan_csv(path, encoding=encoding)
    columns = columns_of(path, scan.headings, wanted=wanted)
    count, twice, wordless = _look_through(scan, columns)
    if not count:
        raise TableError.of(
            "no-rows", path, "the table has headings and no row.", "Give a table with reports."
        )
    found = (scan.encoding.issue,) if scan.encoding.issue else ()
    return ReportTable(
        scan=scan,
        columns=columns,
        language=language,
        count=count,
        twice=twice,
        issues=(*found, *_missing(path, columns), *missing_values(path, wordless)),
    )


def _look_through(
    scan: CsvScan, columns: Columns
) -> tuple[int, dict[str, int], Counter[tuple[str, str]]]:
    """How many rows there are, cases of several with their first row, and missing values."""
    first: dict[str, int] = {}
    twice: dict[str, int] = {}
    wordless: Counter[tuple[str, str]] = Counter()
    count = 0
    for row in scan.rows():
        count += 1
        if isinstance(row, Issue):
            continue
        wordless.update(missing_words((row.cells,), columns.report))
        case_id = case_id_of(row.cells[columns.case])
        if case_id in first:
            twice[case_id] = first[case_id]
        else:
            first[case_id] = row.number
    return count, twice, wordless


def _missing(path: Path, columns: Columns) -> Iterator[Issue]:
    """The sections of which a table of sections has no column."""
    if "other" in columns.report.values():
        return
    ct_rate = any(column in SECTION_COLUMNS for column in columns.report)
    for name, section in SECTION_COLUMNS.items():
        if section not in columns.report.values() and (ct_rate or section in READ_SECTIONS):
            yield Issue(
                code="missing-section-column",
                where=f"{path} line 1",
                what=f"there is no column {name if ct_rate else section}; the reports are read "
                "without it.",
                remedy="Add it where the reports have such a section.",
                severity="warning",
            )


def _saying(*cells: str) -> str:
    """What stands in cells that hold nothing, in words."""
    said = dict.fromkeys(cell.strip() for cell in cells if cell.strip())
    return f" ({', '.join(map(repr, said))})" if said else ""
