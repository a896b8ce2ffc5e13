"""Tables written and read row group by row group, so that a release of any size fits in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from groundct.core.issues import Issue
from groundct.release._layout import table_path
from groundct.release._rows import Row
from groundct.release.schemas import SCHEMAS

ROWS_A_GROUP = 1 << 16
_BATCH_ROWS = 4096


class TableWriter:
    """All tables of a release, open for rows; equal rows in equal order give equal bytes."""

    def __init__(self, root: Path) -> None:
        (root / "tables").mkdir()
        self._writers = {
            name: pq.ParquetWriter(
                root / table_path(name),
                schema,
                version="2.6",
                compression="zstd",
                compression_level=3,
            )
            for name, schema in SCHEMAS.items()
        }
        self._waiting: dict[str, list[Row]] = {name: [] for name in SCHEMAS}
        self.counts = dict.fromkeys(SCHEMAS, 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for name, writer in self._writers.items():
            if kind is None:
                self._flush(name)
            writer.close()

    def add(self, name: str, rows: list[Row]) -> None:
        """Rows of a table, after those that it has; a missing or unknown column raises."""
        columns = set(SCHEMAS[name].names)
        for row in rows:
            if set(row) != columns:
                raise ValueError(f"{name}: row has columns {sorted(row)}, due {sorted(columns)}")
        self._waiting[name].extend(rows)
        self.counts[name] += len(rows)
        if len(self._waiting[name]) >= ROWS_A_GROUP:
            self._flush(name)

    def _flush(self, name: str) -> None:
        rows, self._waiting[name] = self._waiting[name], []
        if rows:
            table = pa.Table.from_pylist(rows, schema=SCHEMAS[name])
            self._writers[name].write_table(table, row_group_size=ROWS_A_GROUP)


def check_table(root: Path, name: str) -> Issue | None:
    """The problem of a table that cannot be read or has other columns than format 1.0."""
    path = table_path(name)
    try:
        schema = pq.read_schema(root / path)
    except (pa.ArrowException, OSError) as problem:
        return Issue(
            code="unreadable-table",
            where=path,
            what=f"it is no readable Parquet table: {problem}.",
            remedy="Copy the release again.",
        )
    if schema.equals(SCHEMAS[name]):
        return None
    due, found = (
        {f"{f.name}: {f.type}{'' if f.nullable else ' not null'}" for f in s}
        for s in (SCHEMAS[name], schema)
    )
    return Issue(
        code="schema-mismatch",
        where=path,
        what=f"missing columns {sorted(due - found)}, unknown columns {sorted(found - due)}"
        f"{'' if due != found else ', in another order'}.",
        remedy="Write the release again; its tables are not those of this format.",
    )


def read_rows(root: Path, name: str) -> Iterator[Row]:
    """The rows of a table, one by one."""
    with pq.ParquetFile(root / table_path(name)) as file:
        for batch in file.iter_batches(batch_size=_BATCH_ROWS):
            yield from batch.to_pylist()
