"""Some rows of a table, read in one go: what goes into every output, ready to be written."""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Protocol, cast, runtime_checkable

import pyarrow as pa

from groundct.codecs._csv_text import csv_cell, inert
from groundct.core.contracts import Extractor
from groundct.core.issues import DataError, Issue
from groundct.core.plugins import load_plugin
from groundct.core.report import Reading, Report, rewritten
from groundct.core.value import Value
from groundct.reports._draft import Draft, draft_of
from groundct.reports._read import Prepared, prepare
from groundct.reports.contradictions import impossible_places
from groundct.reports.labels import labels_of_findings
from groundct.reports.sections import READ_FOR_FINDINGS
from groundct.reports.tables.rows import (
    ReadReport,
    Row,
    finding_rows,
    region_rows,
    report_row,
    sentence_rows,
)
from groundct.reports.tables.schemas import SCHEMAS
from groundct.sources._report_table import ReportRow


@dataclass(frozen=True)
class Batch:
    """Rows of the Parquet tables, lines of the CSV tables, issues, counts, and what it cost."""

    tables: dict[str, pa.Table]
    lines: dict[str, str]
    issues: tuple[Issue, ...]
    counts: Counter[str]
    bill: Counter[str]


@runtime_checkable
class ReadsMany(Protocol):
    """An extractor that reads several reports at a time."""

    def read_many(self, reports: Iterable[Report]) -> Iterator[Reading | DataError]:
        """Readings in the order given; a report that is refused gives its error."""


@runtime_checkable
class Drafts(Protocol):
    """An extractor that can leave the spans of its readings where they are."""

    def draft_many(self, reports: Sequence[Report]) -> Iterable[Draft | Exception]:
        """Drafts of what ``extract`` gives, in order; a report that fails gives its error."""


@runtime_checkable
class Costs(Protocol):
    """An extractor that keeps an account; all fields of the bill are numbers."""

    def bill(self) -> Value:
        """What it has cost until now."""


def read_batch(rows: Iterable[ReportRow | Issue], extractor: str) -> Batch:
    """Read rows in their order; one that cannot be read becomes an issue that names it.

    Raises DataError for what would keep every report from being read, such as a server that is not
    set up.
    """
    plugin = cast(Extractor, load_plugin("reports", extractor))
    tables: dict[str, list[Row]] = {name: [] for name in SCHEMAS}
    labels: list[str] = []
    regions: list[str] = []
    issues: list[Issue] = []
    counted: list[str] = []
    before = _bill(plugin)
    # All are read before the first is told: one kind of work after another is the quicker way.
    results = tuple(_results(tuple(rows), plugin))
    for result in map(_told, results):
        if not isinstance(result, _Told):
            issues.extend(result)
            continue
        for name, own in result.tables.items():
            tables[name].extend(own)
        issues.extend(result.issues)
        labels.append(result.labels)
        regions.append(result.regions)
        counted += result.counted
    counts = Counter(counted)
    for name, number in (
        ("rows", len(results)),
        ("read", len(tables["reports"])),
        ("sentences", len(tables["sentences"])),
        ("findings", len(tables["findings"])),
    ):
        counts[name] = number
    bill = _bill(plugin)
    bill.subtract(before)
    return Batch(
        tables={name: _table(name, own) for name, own in tables.items()},
        lines={"labels": "".join(labels), "region_report": "".join(regions)},
        issues=tuple(issues),
        counts=counts,
        bill=bill,
    )


class _Said(NamedTuple):
    """A row, its report, and what the extractor read in it."""

    row: ReportRow
    prepared: Prepared
    draft: Draft


class _Told(NamedTuple):
    """What one row gives to a batch; ``counted`` are its findings' presences and its labels."""

    tables: dict[str, list[Row]]
    labels: str
    regions: str
    issues: tuple[Issue, ...]
    counted: list[str]


def _told(result: _Said | tuple[Issue, ...]) -> _Told | tuple[Issue, ...]:
    """What was read in a row, for the tables; or why there is nothing."""
    if not isinstance(result, _Said):
        return result
    row = result.row
    try:
        read = _read_report(result)
        issues = [_at(row, issue) for issue in (*result.prepared.plain.issues, *_impossible(read))]
        if not any(s.section in READ_FOR_FINDINGS for s in read.draft.sentences):
            issues.append(_nothing_said(row))
        found = [draft.finding for draft in read.draft.findings]
        on = labels_of_findings(found)
        name = _cell(row.name)
        return _Told(
            tables={
                "reports": [report_row(read)],
                "sentences": list(sentence_rows(read)),
                "findings": list(finding_rows(read)),
            },
            labels=",".join([name, *["01"[value] for value in on.values()]]) + "\n",
            regions="".join([f"{name},{_cell(a)},{_cell(b)}\n" for a, b in region_rows(read)]),
            issues=tuple(issues),
            counted=[
                *[finding.presence for finding in found],
                *[f"label {label}" for label, value in on.items() if value],
            ],
        )
    except Exception as problem:  # as below
        return _issues(row, problem)


def _results(
    rows: tuple[ReportRow | Issue, ...], plugin: Extractor
) -> Iterator[_Said | tuple[Issue, ...]]:
    """What was read in each row, or why it was not."""
    opened = [row if isinstance(row, Issue) else (row, _prepared(row, plugin)) for row in rows]
    reports = [
        one[1].plain.report
        for one in opened
        if isinstance(one, tuple) and isinstance(one[1], Prepared)
    ]
    readings = _extracted(plugin, reports)
    for one in opened:
        if isinstance(one, Issue):
            yield (one,)
            continue
        row, prepared = one
        result = next(readings) if isinstance(prepared, Prepared) else prepared
        if isinstance(prepared, Prepared) and isinstance(result, Draft):
            yield _Said(row, prepared, result)
        elif isinstance(result, Exception):
            yield _issues(row, result)


def _prepared(row: ReportRow, plugin: Extractor) -> Prepared | Exception:
    try:
        return prepare(row.report, plugin)
    except Exception as problem:  # one report must not end the work on all others
        return problem


def _extracted(plugin: Extractor, reports: list[Report]) -> Iterator[Draft | Exception]:
    """What the extractor says of each report, several at a time if it can do that."""
    if isinstance(plugin, ReadsMany):
        for report, reading in zip(reports, plugin.read_many(reports), strict=True):
            yield _draft(reading, report) if isinstance(reading, Reading) else reading
        return
    if isinstance(plugin, Drafts):
        yield from plugin.draft_many(reports)
        return
    for report in reports:
        try:
            yield _draft(plugin.extract(report), report)
        except Exception as problem:  # as above
            yield problem


def _draft(reading: Reading, report: Report) -> Draft:
    return draft_of(reading, [rewritten(sentence, report.text) for sentence in reading.sentences])


def _bill(plugin: Extractor) -> Counter[str]:
    """What an extractor that costs something has cost until now."""
    return Counter(plugin.bill().model_dump()) if isinstance(plugin, Costs) else Counter()


def _read_report(said: _Said) -> ReadReport:
    """What goes into the tables; a free text is one cell, however many sections it has."""
    row, prepared, draft = said.row, said.prepared, said.draft
    sections = prepared.report.sections
    free = [section.name for section in row.report.sections] == ["other"]
    if prepared.plain.origin is not None:
        told = prepared.tell(draft.reading())
        draft = draft_of(told, [sentence.standardized for sentence in draft.sentences])
    return ReadReport(
        number=row.number,
        name=row.name,
        case_id=row.case_id,
        report=prepared.report,
        columns=row.columns * len(sections) if free else row.columns,
        offsets=tuple(0 if free else section.span.start for section in sections),
        draft=draft,
    )


@lru_cache(maxsize=1 << 12)
def _cell(text: str) -> str:
    """A cell of a table that spreadsheets may open."""
    return csv_cell(inert(text), ",")


def _table(name: str, rows: list[Row]) -> pa.Table:
    schema = SCHEMAS[name]
    columns = zip(*rows, strict=True) if rows else ((),) * len(schema)
    arrays = [pa.array(c, kind) for c, kind in zip(columns, schema.types, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def _impossible(read: ReadReport) -> tuple[Issue, ...]:
    clashing = [
        text
        for sentence, text in zip(read.draft.sentences, read.texts, strict=True)
        if sentence.clashes is not False and sentence.section in READ_FOR_FINDINGS
    ]
    return impossible_places(clashing, read.report.language) if clashing else ()


def _nothing_said(row: ReportRow) -> Issue:
    return Issue(
        code="nothing-said",
        where=row.where,
        what="its findings and impression hold no sentence: it has no findings and no labels.",
        remedy="Look at the row; leave it out where labels of 0 would mislead.",
        severity="warning",
        case_id=row.case_id,
    )


def _at(row: ReportRow, issue: Issue) -> Issue:
    return issue.model_copy(update={"where": row.where, "case_id": row.case_id})


def _issues(row: ReportRow, problem: Exception) -> tuple[Issue, ...]:
    """Why a row could not be read."""
    if isinstance(problem, DataError):
        return tuple(_at(row, issue) for issue in problem.issues)
    told = traceback.extract_tb(problem.__traceback__)[-1:]
    place = "".join(f" ({frame.name}, line {frame.lineno})" for frame in told)
    return (
        Issue(
            code="internal-error",
            where=row.where,
            what=f"{type(problem).__name__}: {problem}{place}.",
            remedy="This is a fault of groundct: please report it, with the text if you may.",
            case_id=row.case_id,
        ),
    )
