"""The reports table of a plain folder: which column names the case, which hold the text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from groundct.codecs._csv_text import is_blank
from groundct.codecs.tables import read_csv_headings, read_csv_table
from groundct.core.issues import Issue, SourceError, TableError
from groundct.core.report import UNSAID_LANGUAGE, Report
from groundct.sources._headings import Columns, columns_of
from groundct.sources._names import SPLITS
from groundct.sources._reports import duplicated_row, missing_values, missing_words, unnamed_row
from groundct.sources._walk import Tree

_SHOWN: Final = 3


@dataclass(frozen=True)
class TextRow:
    """What a row of the table says of a case beside its report; None for what it does not.

    ``name`` is the cell that names the case, as it stands.
    """

    name: str | None
    patient_id: str | None
    split: str | None


NO_ROW: Final = TextRow(None, None, None)
"""What a case has that no row speaks of."""


@dataclass(frozen=True)
class TextTable:
    """Reports and rows by the table's key, and every problem found in it.

    ``key`` is what the column that names the case is known as and ``path`` the table's
    file; None without a table. ``twice`` holds the keys of several different rows: none is read.
    """

    reports: Mapping[str, Report]
    rows: Mapping[str, TextRow]
    issues: tuple[Issue, ...]
    key: str | None = None
    path: Path | None = None
    twice: frozenset[str] = frozenset()


def text_table_of(
    tree: Tree, case_names: Sequence[str], key_of: Callable[[str], str], example: str
) -> TextTable:
    """The one reports table of a folder; an empty one, with a warning, where there is none.

    ``example`` is the heading that the warning proposes. Raises SourceError when several tables
    could be the one, TableError when several columns of the only one could hold the report.
    """
    found: dict[Path, Columns] = {}
    refused: dict[Path, TableError] = {}
    unreadable: list[Issue] = []
    for path in tree.tables:
        try:
            headings = read_csv_headings(path)
        except TableError as problem:
            unreadable.extend(i.model_copy(update={"severity": "warning"}) for i in problem.issues)
            continue
        try:
            found[path] = columns_of(path, headings, case_names)
        except TableError as problem:
            refused[path] = problem
    if len(found) > 1:
        raise SourceError.of(
            "two-reports-tables",
            tree.root,
            f"{', '.join(path.name for path in found)} could each be the reports table.",
            "Keep one of them in the folder.",
        )
    for path, columns in found.items():
        return read_text_table(path, columns, key_of)
    for refusal in refused.values():
        if any(issue.code == "ambiguous-columns" for issue in refusal.issues):
            raise refusal
    return TextTable({}, {}, (_no_table(tree, example, refused), *unreadable))


def _taken(path: Path, columns: Columns) -> Issue:
    return Issue(
        code="columns-taken",
        where=str(path),
        what=f"{columns}.",
        remedy="Nothing, if that is so; else call the columns case_id and report.",
        severity="note",
    )


def _no_table(tree: Tree, example: str, refused: Mapping[Path, TableError]) -> Issue:
    """The warning of a folder without a reports table, and why none of its tables is one."""
    seen = [
        f" {path.name}: {issue.what.rstrip('.')}."
        for path, problem in refused.items()
        for issue in problem.issues
    ]
    more = f" And {len(seen) - _SHOWN} more." if len(seen) > _SHOWN else ""
    return Issue(
        code="no-reports-table",
        where=str(tree.root),
        what="no table here has a column that names the scans and one that holds reports."
        f"{''.join(seen[:_SHOWN])}{more}",
        remedy=f"Add a CSV with the columns {example} and report"
        f"{', or call the columns of yours so' if seen else ''}.",
        severity="warning",
    )


def read_text_table(path: Path, columns: Columns, key_of: Callable[[str], str]) -> TextTable:
    """Read a reports table.

    ``key_of`` turns a cell into the key. A key of two different rows has none of
    them, and an issue; a split that is none of the field's is told and left out.
    """
    try:
        table = read_csv_table(path)
    except TableError as problem:
        return TextTable({}, {}, problem.issues)
    reports: dict[str, Report] = {}
    rows: dict[str, TextRow] = {}
    first: dict[str, Mapping[str, str]] = {}
    issues = [] if columns.as_documented else [_taken(path, columns)]
    issues.extend(missing_values(path, missing_words(table, columns.report)))
    twice: set[str] = set()
    for number, row in enumerate(table, start=1):
        name = key_of(row[columns.case])
        if is_blank(name):
            issues.append(unnamed_row(path, number))
            continue
        if name in first:
            if first[name] != row:
                twice.add(name)
                issues.append(duplicated_row(path, number, name))
            continue
        first[name] = row
        split = _cell(row, columns.split)
        rows[name] = TextRow(
            name=row[columns.case],
            patient_id=_cell(row, columns.patient),
            split=SPLITS.get((split or "").lower()),
        )
        if split and rows[name].split is None:
            issues.append(_unknown_split(path, number, split))
        report = columns.report_of(row, language_of_row(row, columns) or UNSAID_LANGUAGE)
        if report is not None:
            reports[name] = report
    for name in twice:
        del rows[name]
        reports.pop(name, None)
    return TextTable(reports, rows, tuple(issues), columns.case_name, path, frozenset(twice))


def language_of_row(row: Mapping[str, str], columns: Columns) -> str | None:
    """The language code that a row states, without its region ("tr-TR" is "tr"); None for none."""
    return re.split("[-_]", (_cell(row, columns.language) or "").lower())[0] or None


def _cell(row: Mapping[str, str], column: str | None) -> str | None:
    """What a cell says, without spaces around it; None where nothing stands there."""
    return None if column is None or is_blank(row[column]) else row[column].strip()


def _unknown_split(path: Path, number: int, split: str) -> Issue:
    return Issue(
        code="unknown-split",
        where=f"{path} row {number}",
        what=f"split {split!r} is none of {', '.join(SPLITS)}.",
        remedy="Rename it; the case is in no split until then.",
        severity="warning",
    )
