"""The reports table of a plain folder: which column names the case, which hold the text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from groundct.codecs.tables import read_csv_headings, read_csv_table
from groundct.core.issues import Issue, SourceError, TableError
from groundct.core.report import UNSAID_LANGUAGE, Report
from groundct.sources._names import SPLITS
from groundct.sources._reports import (
    SECTION_COLUMNS,
    duplicated_row,
    report_of_free_text,
    report_of_sections,
    unnamed_row,
)
from groundct.sources._walk import Tree, headings_of

TEXT_COLUMNS: Final = ("report", "text", "report_text")


@dataclass(frozen=True)
class TextTable:
    """Reports and whole rows by the table's key, and every problem found in it.

    ``key`` is the column that names the case and ``path`` the table's file; None without a table.
    """

    reports: Mapping[str, Report]
    rows: Mapping[str, Mapping[str, str]]
    issues: tuple[Issue, ...]
    key: str | None = None
    path: Path | None = None


def text_table_of(
    tree: Tree, key_columns: Sequence[str], key_of: Callable[[str], str], example: str
) -> TextTable:
    """The one reports table of a folder; an empty one, with a warning, where there is none.

    ``example`` is the heading that the warning proposes. Raises SourceError when several tables
    could be the one.
    """
    paths = _text_tables(tree, key_columns)
    if len(paths) > 1:
        raise SourceError.of(
            "two-reports-tables",
            tree.root,
            f"{', '.join(p.name for p in paths)} could each be the reports table.",
            "Keep one of them in the folder.",
        )
    if paths:
        return read_text_table(paths[0], key_columns, key_of)
    missing = Issue(
        code="no-reports-table",
        where=str(tree.root),
        what="no table here has a column that names the scans and one that holds reports.",
        remedy=f"Add a CSV with the columns {example} and report.",
        severity="warning",
    )
    return TextTable({}, {}, (missing, *_unreadable_tables(tree)))


def _text_tables(tree: Tree, key_columns: Sequence[str]) -> tuple[Path, ...]:
    """The tables that have a key column and a column of text."""
    texts = {*TEXT_COLUMNS, *SECTION_COLUMNS}
    return tuple(
        path
        for path in tree.tables
        if set(headings_of(path)) & set(key_columns) and set(headings_of(path)) & texts
    )


def _unreadable_tables(tree: Tree) -> tuple[Issue, ...]:
    """Why tables cannot be read, as warnings: one of them may be the reports table looked for."""
    issues: list[Issue] = []
    for path in tree.tables:
        try:
            read_csv_headings(path)
        except TableError as problem:
            issues.extend(i.model_copy(update={"severity": "warning"}) for i in problem.issues)
    return tuple(issues)


def read_text_table(
    path: Path, key_columns: Sequence[str], key_of: Callable[[str], str]
) -> TextTable:
    """Read a reports table; the first key column of ``key_columns`` that is there is the key.

    ``key_of`` turns a cell into the key. A key of two different rows has none of
    them, and an issue; a split that is none of the field's is told and left out.
    """
    try:
        table = read_csv_table(path)
    except TableError as problem:
        return TextTable({}, {}, problem.issues)
    headings = headings_of(path)
    key = next(column for column in key_columns if column in headings)
    text = next((column for column in TEXT_COLUMNS if column in headings), None)
    reports: dict[str, Report] = {}
    rows: dict[str, Mapping[str, str]] = {}
    issues: list[Issue] = []
    twice: set[str] = set()
    for number, row in enumerate(table, start=1):
        name = key_of(row[key])
        if not name:
            issues.append(unnamed_row(path, number))
            continue
        if name in rows:
            if rows[name] != row:
                twice.add(name)
                issues.append(duplicated_row(path, number, name))
            continue
        rows[name] = row
        if row.get("split") and split_of_row(row) is None:
            issues.append(_unknown_split(path, number, row["split"]))
        language = language_of_row(row) or UNSAID_LANGUAGE
        report = (
            report_of_free_text(row[text], language)
            if text is not None
            else report_of_sections(row, language)
        )
        if report is not None:
            reports[name] = report
    for name in twice:
        del rows[name]
        reports.pop(name, None)
    return TextTable(reports, rows, tuple(issues), key, path)


def language_of_row(row: Mapping[str, str]) -> str | None:
    """The language code that a row states, without its region ("tr-TR" is "tr"); None for none."""
    return re.split("[-_]", row.get("language", "").strip().lower())[0] or None


def split_of_row(row: Mapping[str, str]) -> str | None:
    """The split that a row states, as it is called here; None for none and for unknown ones."""
    return SPLITS.get(row.get("split", "").strip().lower())


def _unknown_split(path: Path, number: int, split: str) -> Issue:
    return Issue(
        code="unknown-split",
        where=f"{path} row {number}",
        what=f"split {split!r} is none of {', '.join(SPLITS)}.",
        remedy="Rename it; the case is in no split until then.",
        severity="warning",
    )
