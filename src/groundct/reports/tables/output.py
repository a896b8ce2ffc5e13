"""The folder that the tables are written to: it appears whole, and takes only its own place."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TextIO

import pyarrow as pa
import pyarrow.parquet as pq

from groundct.codecs._csv_text import csv_line, inert
from groundct.codecs.folders import take_place
from groundct.codecs.radgenome import COLUMNS, VOLUME_COLUMN
from groundct.core.issues import Issue, WorkspaceError
from groundct.reports.tables.batch import Batch
from groundct.reports.tables.schemas import SCHEMAS
from groundct.vocabulary.findings import findings

FORMAT: Final = "groundct-reports 1.0"
RUN: Final = "run.json"
ISSUES: Final = "issues.csv"
PARQUET: Final = {name: f"{name}.parquet" for name in SCHEMAS}
CSV: Final = {"labels": "labels.csv", "region_report": "region_report.csv"}
FILES: Final = frozenset((RUN, ISSUES, *PARQUET.values(), *CSV.values()))
_GROUP_BYTES: Final = 1 << 23
"""Rows wait for a group of this size; all are held in memory until then."""


class Output:
    """Writes the files of a run to a folder beside ``out``, which takes its name at the end.

    Used as a context. Equal batches give equal bytes (for one version of pyarrow).
    """

    def __init__(self, out: Path) -> None:
        """Raises WorkspaceError when ``out`` holds anything that no run has written."""
        self._out = out.absolute()
        _check_target(self._out)
        self._out.parent.mkdir(parents=True, exist_ok=True)
        self._draft = self._out.with_name(f".{self._out.name}.{os.getpid()}.part")
        self._waiting: dict[str, list[pa.Table]] = {name: [] for name in SCHEMAS}
        self._bytes = dict.fromkeys(SCHEMAS, 0)

    def __enter__(self) -> Self:
        shutil.rmtree(self._draft, ignore_errors=True)
        self._draft.mkdir()
        self._writers = {
            name: pq.ParquetWriter(
                self._draft / PARQUET[name],
                schema,
                version="2.6",
                compression="zstd",
                compression_level=3,
            )
            for name, schema in SCHEMAS.items()
        }
        self._csv = {
            "labels": self._open(CSV["labels"], ("VolumeName", *findings().labels)),
            "region_report": self._open(
                CSV["region_report"], (VOLUME_COLUMN, *COLUMNS["region_report"])
            ),
            "issues": self._open(ISSUES, tuple(Issue.model_fields)),
        }
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            for stream in (*self._writers.values(), *self._csv.values()):
                stream.close()
            if kind is None:
                take_place(self._draft, self._out)
        finally:
            shutil.rmtree(self._draft, ignore_errors=True)

    def add(self, batch: Batch) -> None:
        """Write what is in a batch, after those before it."""
        for name, table in batch.tables.items():
            self._waiting[name].append(table)
            self._bytes[name] += table.nbytes
            if self._bytes[name] >= _GROUP_BYTES:
                self._flush(name)
        for name, lines in batch.lines.items():
            self._csv[name].write(lines)
        self.tell(batch.issues)

    def tell(self, issues: tuple[Issue, ...]) -> None:
        """Write issues, after those before them."""
        for issue in issues:
            cells = [inert(str(value or "")) for value in issue.model_dump().values()]
            self._csv["issues"].write(csv_line(cells, ","))

    def finish(self, run: Mapping[str, Any]) -> None:
        """Write the last rows, and what was read by what (``run.json``)."""
        for name in self._waiting:
            self._flush(name)
        text = json.dumps({"format": FORMAT, **run}, indent=2, sort_keys=True, ensure_ascii=False)
        (self._draft / RUN).write_text(text + "\n", encoding="utf-8")

    def _open(self, name: str, headings: tuple[str, ...]) -> TextIO:
        stream = (self._draft / name).open("w", encoding="utf-8", newline="")
        stream.write(csv_line(headings, ","))
        return stream

    def _flush(self, name: str) -> None:
        parts, self._waiting[name] = self._waiting[name], []
        self._bytes[name] = 0
        if any(len(part) for part in parts):
            table = pa.concat_tables(parts).combine_chunks()
            self._writers[name].write_table(table, row_group_size=max(len(table), 1))


def _check_target(out: Path) -> None:
    if not out.exists() and not out.is_symlink():
        return
    if out.is_symlink() or not out.is_dir():
        raise WorkspaceError.of(
            "target-not-a-folder", out, "it is a file or a link.", "Give a new folder's name."
        )
    found = {entry.name for entry in out.iterdir()}
    if found and not _is_run(out / RUN):
        raise WorkspaceError.of(
            "target-not-a-run",
            out,
            "the folder is not empty and no run of this command has written it.",
            "Give a new folder's name, or empty the folder yourself.",
        )
    if extra := sorted(found - FILES):
        raise WorkspaceError.of(
            "target-has-other-files",
            out,
            f"the folder also holds what no run wrote: {extra[:5]}.",
            "Move those files away; writing again would delete them.",
        )


def _is_run(path: Path) -> bool:
    try:
        return bool(json.loads(path.read_bytes())["format"] == FORMAT)
    except (OSError, ValueError, KeyError, TypeError):
        return False
