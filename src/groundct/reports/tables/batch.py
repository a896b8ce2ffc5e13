"""Some rows of a table, read in one go: what goes into every output, ready to be written."""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

import pyarrow as pa

from groundct.codecs._csv_text import csv_line, inert
from groundct.core.contracts import Extractor
from groundct.core.issues import DataError, Issue
from groundct.core.plugins import load_plugin
from groundct.core.report import Reading
from groundct.reports._read import Prepared, prepare
from groundct.reports.labels import labels_of
from groundct.reports.tables.rows import (
    ReadReport,
    Row,
    finding_rows,
    region_rows,
    report_row,
    sentence_rows,
    standardized_sentences,
)
from groundct.reports.tables.schemas import SCHEMAS
from groundct.sources._report_table import ReportRow


@dataclass(frozen=True)
class Batch:
    """The rows of the Parquet tables, lines of the CSV tables, issues, and counts for people."""

    tables: dict[str, pa.Table]
    lines: dict[str, str]
    issues: tuple[Issue, ...]
    counts: Counter[str]


def read_batch(rows: Iterable[ReportRow | Issue], extractor: str) -> Batch:
    """Read rows in their order; one that cannot be read becomes an issue that names it."""
    plugin = cast(Extractor, load_plugin("reports", extractor))
    tables: dict[str, list[Row]] = {name: [] for name in SCHEMAS}
    labels: list[str] = []
    regions: list[str] = []
    issues: list[Issue] = []
    counts: Counter[str] = Counter()
    for row in rows:
        counts["rows"] += 1
        if isinstance(row, Issue):
            issues.append(row)
            continue
        try:
            prepared = prepare(row.report, plugin)
            reading = plugin.extract(prepared.plain.report)
        except DataError as problem:
            issues.extend(_at(row, issue) for issue in problem.issues)
            continue
        except Exception as problem:  # one report must not end the work on all others
            issues.append(_internal(row, problem))
            continue
        issues.extend(_at(row, issue) for issue in prepared.plain.issues)
        read = _read_report(row, prepared, reading)
        tables["reports"].append(report_row(read))
        tables["sentences"].extend(sentence_rows(read))
        tables["findings"].extend(finding_rows(read))
        on = labels_of(read.reading)
        labels.append(csv_line([inert(row.name), *("01"[value] for value in on.values())], ","))
        regions.extend(csv_line([inert(c) for c in cells], ",") for cells in region_rows(read))
        _count(counts, read.reading, on)
    return Batch(
        tables={name: _table(name, own) for name, own in tables.items()},
        lines={"labels": "".join(labels), "region_report": "".join(regions)},
        issues=tuple(issues),
        counts=counts,
    )


def _read_report(row: ReportRow, prepared: Prepared, reading: Reading) -> ReadReport:
    """A row and what was read in it; a free text is one cell, however many sections it has."""
    sections = prepared.report.sections
    free = [section.name for section in row.report.sections] == ["other"]
    return ReadReport(
        number=row.number,
        name=row.name,
        case_id=row.case_id,
        report=prepared.report,
        columns=row.columns * len(sections) if free else row.columns,
        offsets=tuple(0 if free else section.span.start for section in sections),
        reading=prepared.tell(reading),
        standardized=standardized_sentences(reading, prepared.plain.report.text),
    )


def _table(name: str, rows: list[Row]) -> pa.Table:
    schema = SCHEMAS[name]
    columns = zip(*rows, strict=True) if rows else ((),) * len(schema)
    arrays = [pa.array(c, kind) for c, kind in zip(columns, schema.types, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def _count(counts: Counter[str], reading: Reading, labels: dict[str, bool]) -> None:
    counts["read"] += 1
    counts["sentences"] += len(reading.sentences)
    counts["findings"] += len(reading.findings)
    counts.update(finding.presence for finding in reading.findings)
    counts.update(f"label {name}" for name, value in labels.items() if value)


def _at(row: ReportRow, issue: Issue) -> Issue:
    return issue.model_copy(update={"where": row.where, "case_id": row.case_id})


def _internal(row: ReportRow, problem: Exception) -> Issue:
    place = traceback.extract_tb(problem.__traceback__)[-1]
    return Issue(
        code="internal-error",
        where=row.where,
        what=f"{type(problem).__name__}: {problem} ({place.name}, line {place.lineno}).",
        remedy="This is a fault of groundct: please report it with the report's text, if you may.",
        case_id=row.case_id,
    )
