"""A row of CSV as text: its delimiter, its quotes, and cells that no spreadsheet computes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from groundct.core.issues import Issue, TableError

MAX_CELL_CHARACTERS = 1 << 24
"""A longer cell is refused: it is a missing quote more often than a text."""

# A cell, in quotes when it begins with one, and the sign between it and the next.
_CELL = re.compile(r'(?:"(?:[^"]|"")*"|[^",;\r\n][^,;\r\n]*|)([,;]|)')

# The line that Excel reads before the headings, and writes where it is asked to.
_SEPARATOR = re.compile(r'[\r\n]*"?sep=([,;\t|])"?(?:\r|\n|$)', re.IGNORECASE)

# What pandas, R, databases and spreadsheets write where there is nothing.
_NOTHING = frozenset(
    ("", "nan", "-nan", "<na>", "na", "n/a", "#n/a", "#na", "none", "null", "nat", "nil", "\\n")
)
_LONGEST_NOTHING = max(map(len, _NOTHING))

# What a spreadsheet takes for a formula; the wide forms count where the system's language has them.
_FORMULA = re.compile(r"'*(?:\s*[=+\-@＝＋－＠]|[\t\r\n])")


def delimiter_written(path: Path) -> str:
    """Tab for ``.tsv``, comma for every other name; ``.gz`` behind it does not count."""
    return "\t" if path.name.lower().removesuffix(".gz").endswith(".tsv") else ","


def delimiter_of(path: Path, text: str) -> str:
    """Tab for TSV; for CSV a comma, or a semicolon where the heading row has only these.

    Spreadsheets write CSV with semicolons where the comma is the decimal mark. A first line
    ``sep=;`` says it for any table.
    """
    if said := _SEPARATOR.match(text):
        return said[1]
    written = delimiter_written(path)
    found = set()
    at = len(text) - len(text.lstrip("\r\n"))
    while (cell := _CELL.match(text, at)) and cell[1]:
        found.add(cell[1])
        at = cell.end()
    return ";" if written == "," and found == {";"} else written


def says_delimiter(cells: Sequence[str], delimiter: str) -> bool:
    """Whether a first row is Excel's line ``sep=;``, which is no part of the table."""
    return delimiter.join(cells).casefold() == f"sep={delimiter}"


def is_blank(cell: str) -> bool:
    """Whether a cell holds nothing: no text, or only a word for a missing value (``NaN``)."""
    said = cell.strip()
    return len(said) <= _LONGEST_NOTHING and said.casefold() in _NOTHING


def csv_line(cells: Sequence[str], delimiter: str, also_quoted: str = "") -> str:
    r"""Cells as one row that ends with ``\n``, quoted where they must be."""
    quoted = [csv_cell(cell, delimiter, also_quoted) for cell in cells]
    return (delimiter.join(quoted) or '""') + "\n"


def csv_cell(cell: str, delimiter: str, also_quoted: str = "") -> str:
    """A cell as it stands in a row of several, quoted where it must be."""
    # csv.writer leaves a lone carriage return unquoted, which readers take for a line end.
    for sign in '"\r\n' + delimiter + also_quoted:
        if sign in cell:
            return '"' + cell.replace('"', '""') + '"'
    return cell


def inert(cell: str) -> str:
    """A cell that no spreadsheet computes: an apostrophe before what would begin a formula.

    Cells that already begin with apostrophes and such a sign get one more, so that `plain` gives
    every cell back.
    """
    # By far the most begin with a letter or a digit.
    return "'" + cell if not cell[:1].isalnum() and _FORMULA.match(cell) else cell


def plain(cell: str) -> str:
    """The cell that `inert` was given."""
    return cell[1:] if cell[:1] == "'" and _FORMULA.match(cell) else cell


def checked_headings(path: Path, cells: Sequence[str], required: Sequence[str]) -> list[str]:
    """The names in a heading row; raises TableError with everything that is wrong with them.

    A nameless first column is what pandas writes for its index; whether another one may be left
    out, `nameless_cell` says of each row.
    """
    names = [cell.strip() for cell in cells]
    if not any(names):
        raise TableError.of(
            "no-headings", path, "the table has no heading row.", "Put headings in the first row."
        )
    issues = []
    for name in sorted({n for n in names if names.count(n) > 1 and n}):
        issues.append(
            Issue(
                code="duplicated-heading",
                where=f"{path} line 1",
                what=f"{names.count(name)} columns are called {name!r}.",
                remedy="Give every column its own heading.",
            )
        )
    missing = [name for name in dict.fromkeys(required) if name not in names]
    if missing:
        issues.extend(missing_columns(path, missing, names).issues)
    if issues:
        raise TableError(*issues)
    return names


def nameless_cell(
    path: Path, names: Sequence[str], line: int, cells: Sequence[str]
) -> Issue | None:
    """What is wrong where a column without a heading, which is passed over, holds a text."""
    for n, (name, cell) in enumerate(zip(names, cells, strict=True)):
        if n and not name and cell.strip():
            return Issue(
                code="nameless-column",
                where=f"{path} line 1",
                what=f"column {n + 1} has no heading, and line {line} holds {cell[:40]!r} in it.",
                remedy="Give the column a heading, or empty it.",
            )
    return None


def missing_columns(path: Path, missing: Sequence[str], present: Sequence[str]) -> TableError:
    """The error of a table without columns that are due."""
    lacking = ", ".join(missing)
    return TableError(
        Issue(
            code="missing-column",
            where=f"{path} line 1",
            what=f"{'columns' if len(missing) > 1 else 'the column'} {lacking} "
            f"{'are' if len(missing) > 1 else 'is'} not there; "
            f"there are {', '.join(name for name in present if name)}.",
            remedy="Use the table that this layout asks for, or rename its columns.",
        )
    )
