"""A table read row by row: what is wrong with a row sets that row aside, not the table.

`groundct.codecs.tables.read_csv_table` is for tables that must be right as a whole; this is for
large ones of which the sound rows are wanted. Cells are untouched. Memory does not grow with the
table's length.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from groundct.codecs._csv_text import (
    MAX_CELL_CHARACTERS,
    checked_headings,
    delimiter_of,
    nameless_cell,
    says_delimiter,
)
from groundct.codecs._encodings import Encoding, encoding_of
from groundct.codecs._files import unreadable
from groundct.core.issues import Issue, TableError
from groundct.core.paths import AnyPath

MAX_BYTES = 1 << 34
"""Larger tables, unpacked, are refused."""
_BLOCK = 1 << 20
_Record = tuple[int, int, list[str] | csv.Error]


@dataclass(frozen=True)
class ScannedRow:
    """A row: heading -> cell, its number after the heading from 1, and its first line from 1."""

    number: int
    line: int
    cells: dict[str, str]


@dataclass(frozen=True)
class CsvScan:
    """A table whose headings are sound; `rows` reads it from its start each time."""

    path: Path
    headings: tuple[str, ...]
    delimiter: str
    encoding: Encoding

    def rows(self) -> Iterator[ScannedRow | Issue]:
        """Every row in order, or why it is set aside; blank lines are neither."""
        named = [(n, name) for n, name in enumerate(self.headings) if name]
        number = 0
        with _open_text(self.path, self.encoding) as stream:
            records = _records(stream, self.delimiter)
            next(records, None)
            for first, last, cells in records:
                number += 1
                fault = self._fault(number, (first, last), cells)
                if fault is not None:
                    yield fault
                elif not isinstance(cells, csv.Error):
                    yield ScannedRow(number, first, {name: cells[n] for n, name in named})

    def where(self, number: int, line: int) -> str:
        """How a row is named: its number among the rows, and its first line in the file."""
        return f"{self.path} row {number} (line {line})"

    def _fault(
        self, number: int, lines: tuple[int, int], cells: list[str] | csv.Error
    ) -> Issue | None:
        where = self.where(number, lines[0])
        if isinstance(cells, csv.Error):
            to = f"lines {lines[0]} to {lines[1]}" if lines[1] > lines[0] else f"line {lines[0]}"
            return Issue(
                code="broken-quoting",
                where=where,
                what=f"{to} cannot be split into cells: {cells}.",
                remedy='Quote cells with " and double every " inside them.',
            )
        if len(cells) != len(self.headings):
            return Issue(
                code="ragged-row",
                where=where,
                what=f"the row has {len(cells)} cells where the heading has {len(self.headings)}.",
                remedy="Quote cells that hold the delimiter or a line break.",
            )
        if self.encoding.clean:
            return None
        for name, cell in zip(self.headings, cells, strict=True):
            if "\0" in cell:
                return Issue(
                    code="nul-byte",
                    where=where,
                    what=f"column {name!r} holds a NUL character, which no text does.",
                    remedy="Write the cell again without it.",
                )
            if not _is_text(cell):
                return Issue(
                    code="not-utf-8",
                    where=where,
                    what=f"column {name!r} holds bytes that are not UTF-8.",
                    remedy="Save the table in UTF-8, or say its encoding.",
                )
        return None


def scan_csv(
    path: AnyPath, *, required: Sequence[str] = (), encoding: str | None = None
) -> CsvScan:
    """Open a table (``.csv``, ``.tsv``, either with ``.gz``) after a look at all of its bytes.

    Args:
        path: The table.
        required: Headings that must be there; others may be there too.
        encoding: Its encoding, where the user says it; else what its bytes prove.

    Raises:
        TableError: It cannot be read at all, or its headings are at fault.
    """
    path = Path(path)
    if not path.is_file():
        what = "is a folder or a device, not a file." if path.exists() else "does not exist."
        raise TableError.of(
            "no-such-file", path, f"the path {what}", "Give the path of an existing file."
        )
    # Python's own limit (131072) is less than a long report; it can only be set for the process.
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    try:
        found = encoding_of(path, _blocks(path), encoding)
        with _open_text(path, found) as stream:
            delimiter = delimiter_of(path, stream.read(_BLOCK))
        with _open_text(path, found) as stream:
            first = next(_records(stream, delimiter), (1, 1, []))[2]
    except OSError as problem:
        raise unreadable(path, TableError, problem) from problem
    if isinstance(first, csv.Error):
        raise TableError.of(
            "broken-quoting",
            f"{path} line 1",
            f"the heading row cannot be split into cells: {first}.",
            'Quote headings with " and double every " inside them.',
        )
    if not found.clean and not all(_is_text(cell) for cell in first):
        raise TableError.of(
            "not-utf-8",
            f"{path} line 1",
            "the heading row holds bytes that are not UTF-8.",
            "Save the table in UTF-8, or say its encoding.",
        )
    names = checked_headings(path, first, required)
    if "" in names[1:]:
        with _open_text(path, found) as stream:
            _require_empty(path, names, _records(stream, delimiter))
    return CsvScan(path, tuple(names), delimiter, found)


def _require_empty(path: Path, names: Sequence[str], records: Iterator[_Record]) -> None:
    """Raise TableError where a column without a heading holds anything."""
    next(records, None)
    for line, _, cells in records:
        if isinstance(cells, csv.Error) or len(cells) != len(names):
            continue
        if issue := nameless_cell(path, names, line, cells):
            raise TableError(issue)


def _records(stream: io.TextIOBase, delimiter: str) -> Iterator[_Record]:
    """(first line, last line, cells or what is wrong) of every row that is not blank."""
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    heading_is_due = True
    while True:
        first = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            yield first, reader.line_num, problem
            continue
        if cells and not (heading_is_due and says_delimiter(cells, delimiter)):
            yield first, reader.line_num, cells
        heading_is_due = heading_is_due and not cells


def _is_text(cell: str) -> bool:
    try:
        cell.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _open(path: Path) -> BinaryIO:
    if path.name.lower().endswith(".gz"):
        return cast(BinaryIO, gzip.open(path, "rb"))
    return path.open("rb")


def _open_text(path: Path, encoding: Encoding) -> io.TextIOWrapper:
    return io.TextIOWrapper(_open(path), encoding.name, encoding.errors, newline="")


def _blocks(path: Path) -> Iterator[bytes]:
    """All bytes of a file, unpacked; raises TableError when they are too many or cut off."""
    total = 0
    with _open(path) as stream:
        while True:
            try:
                block = stream.read(_BLOCK)
            except (EOFError, zlib.error, gzip.BadGzipFile) as problem:
                raise TableError.of(
                    "broken-gzip", path, f"it cannot be unpacked: {problem}.", "Copy it again."
                ) from problem
            if not block:
                return
            total += len(block)
            if total > MAX_BYTES:
                raise TableError.of(
                    "file-too-large",
                    path,
                    f"the table has more than {MAX_BYTES} bytes.",
                    "Check that this is the right file, or cut it into several.",
                )
            yield block
