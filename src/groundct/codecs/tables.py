"""Tables: strict CSV and TSV in both directions, and Parquet written the same way each time.

The rules stand in ``docs/conventions.md``: UTF-8 with or without byte order mark, one heading row,
every row as long as it. All faults of a table are reported together.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from groundct.codecs._csv_text import (
    MAX_CELL_CHARACTERS,
    checked_headings,
    csv_line,
    delimiter_of,
    delimiter_written,
    inert,
    missing_columns,
    nameless_cell,
    plain,
    says_delimiter,
)
from groundct.codecs._files import read_bytes, write_bytes
from groundct.core.issues import Issue, TableError
from groundct.core.paths import AnyPath

if TYPE_CHECKING:
    import pyarrow as pa

MAX_TABLE_BYTES = 1 << 31
"""Larger tables are refused before they are read."""
MAX_ISSUES = 20
"""A table's further faults are counted, not listed."""

Row = dict[str, str]


def read_csv_table(
    path: AnyPath,
    *,
    required: Sequence[str] = (),
    key: Sequence[str] = (),
    inert_cells: bool = False,
) -> tuple[Row, ...]:
    """The rows of a table as heading -> cell, cells untouched; ``.tsv`` is split at tabs.

    Args:
        path: The table.
        required: Headings that must be there; others may be there too.
        key: Headings whose cells together must be different in every row.
        inert_cells: Whether the table was written with inert cells; they are given back as they
            were before.

    Raises:
        TableError: With every fault found, each with its row's line number in the file.
    """
    path = Path(path)
    text = _decode(path, read_bytes(path, TableError, MAX_TABLE_BYTES))
    records = _records(path, text)
    headings = checked_headings(path, next(records, (1, []))[1], (*required, *key))
    nameless = "" in headings[1:]
    faults = _Faults(path)
    rows: list[Row] = []
    seen: dict[tuple[str, ...], int] = {}
    for line, cells in records:
        if len(cells) != len(headings):
            faults.add(
                "ragged-row",
                line,
                f"the row has {len(cells)} cells where the heading has {len(headings)}.",
                "Quote cells that hold the delimiter or a line break.",
            )
            continue
        if nameless and (issue := nameless_cell(path, headings, line, cells)):
            raise TableError(issue)
        row = dict(zip(headings, map(plain, cells) if inert_cells else cells, strict=True))
        row.pop("", None)
        if key:
            cell = tuple(row[name] for name in key)
            first = seen.setdefault(cell, line)
            if first != line:
                faults.add(
                    "duplicated-key",
                    line,
                    f"{dict(zip(key, cell, strict=True))} stands in line {first} already.",
                    "Keep one of the rows.",
                )
        rows.append(row)
    faults.raise_any()
    return tuple(rows)


def read_csv_headings(path: AnyPath) -> tuple[str, ...]:
    """The headings of a table, without reading its rows; raises TableError."""
    path = Path(path)
    try:
        cells = _first_row(path)
    except OSError:
        cells = []
    if not cells:
        read_bytes(path, TableError, MAX_TABLE_BYTES)
    return tuple(name for name in checked_headings(path, cells, ()) if name)


def write_csv_table(
    path: AnyPath,
    headings: Sequence[str],
    rows: Iterable[Mapping[str, str]],
    *,
    inert_cells: bool = False,
) -> None:
    r"""Write rows in UTF-8 with ``\n`` line ends; read_csv_table gives the same rows back.

    With ``inert_cells`` no spreadsheet takes a cell for a formula: see ``docs/conventions.md``.

    Raises ValueError when a row's keys are not exactly the headings, or a cell holds NUL.
    """
    path = Path(path)
    delimiter = delimiter_written(path)
    # A semicolon there would be taken for the delimiter, and this mark for that of the file.
    lines = [csv_line(headings, delimiter, ";\ufeff")]
    for row in rows:
        if set(row) != set(headings):
            raise ValueError(f"row has columns {sorted(row)}, table has {sorted(headings)}")
        cells = [row[name] for name in headings]
        lines.append(csv_line([inert(c) for c in cells] if inert_cells else cells, delimiter))
    text = "".join(lines)
    if "\0" in text:
        raise ValueError("a cell holds a NUL character")
    write_bytes(path, [text.encode("utf-8")])


def write_parquet(path: AnyPath, table: pa.Table) -> None:
    """Write a table so that equal tables give equal bytes (for one version of pyarrow)."""
    path = Path(path)
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(
        table.combine_chunks(),
        sink,
        row_group_size=1 << 16,
        version="2.6",
        compression="zstd",
        compression_level=3,
    )
    write_bytes(path, [sink.getvalue().to_pybytes()])


def read_parquet(path: AnyPath, columns: Sequence[str] | None = None) -> pa.Table:
    """A table, or only some of its columns; raises TableError."""
    path = Path(path)
    import pyarrow as pa
    import pyarrow.parquet as pq

    data = read_bytes(path, TableError, MAX_TABLE_BYTES)
    try:
        file = pq.ParquetFile(pa.BufferReader(data))
        present = file.schema_arrow.names
        missing = [name for name in columns or () if name not in present]
        if missing:
            raise missing_columns(path, missing, present)
        return file.read(columns=None if columns is None else list(columns))
    except (pa.ArrowException, OSError) as problem:
        raise TableError.of(
            "not-parquet",
            path,
            f"the file is no readable Parquet table: {problem}.",
            "Copy the file again, or make it again.",
        ) from problem


def _first_row(path: Path) -> list[str]:
    """The first row that is not blank; of the file no more is read than about twice its length."""
    data = b""
    with path.open("rb") as stream:
        while True:
            more = stream.read(len(data)) + stream.readline()
            data += more
            try:
                for _, cells in _records(path, _decode(path, data)):
                    return cells
            except TableError as problem:
                # Quotes that are open at the end of a part may close in the next one.
                if not more or problem.issues[0].code != "broken-quoting":
                    raise
            if not more:
                return []


class _Faults:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._issues: list[Issue] = []
        self._count = 0

    def add(self, code: str, line: int, what: str, remedy: str) -> None:
        self._count += 1
        if self._count <= MAX_ISSUES:
            where = f"{self._path} line {line}"
            self._issues.append(Issue(code=code, where=where, what=what, remedy=remedy))

    def raise_any(self) -> None:
        if self._count > MAX_ISSUES:
            self._issues.append(
                Issue(
                    code="more-faults",
                    where=str(self._path),
                    what=f"{self._count - MAX_ISSUES} further rows have faults like these.",
                    remedy="Mend those listed and read again.",
                )
            )
        if self._issues:
            raise TableError(*self._issues)


def _decode(path: Path, data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise TableError.of("utf-16", path, "the table is in UTF-16.", "Save it as CSV in UTF-8.")
    if (at := data.find(b"\0")) >= 0:
        raise TableError.of(
            "nul-byte",
            f"{path} line {_line_of(data, at)}",
            f"byte {at} is NUL, which no text holds.",
            "Save the table as CSV in UTF-8.",
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = _line_of(data, problem.start)
        raise TableError.of(
            "not-utf-8",
            f"{path} line {line}",
            f"byte 0x{data[problem.start]:02x} at {problem.start} is not UTF-8.",
            "Save the table in UTF-8 (a Turkish table is often in cp1254); "
            "the encoding is not guessed.",
        ) from problem


def _line_of(data: bytes, at: int) -> int:
    return data.count(b"\n", 0, at) + 1


def _records(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """(line on which it starts, cells) for every row that is not blank."""
    # Python's own limit (131072) is less than a long report; it can only be set for the process.
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    delimiter = delimiter_of(path, text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start, first = 1, True
    try:
        for cells in reader:
            if cells and not (first and says_delimiter(cells, delimiter)):
                yield start, cells
            first = first and not cells
            start = reader.line_num + 1
    except csv.Error as problem:
        raise TableError.of(
            "broken-quoting",
            f"{path} line {start}",
            f"the row cannot be split into cells: {problem}.",
            'Quote cells with " and double every " inside them.',
        ) from problem
