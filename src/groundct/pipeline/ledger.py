"""The ledger: what was built from what, so that running again does only what is missing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from groundct.core.issues import Issue, WorkspaceError
from groundct.core.value import Value

Status = Literal["built", "set_aside"]
_ISSUES = TypeAdapter(tuple[Issue, ...])

_SCHEMA = """
create table if not exists cases (
    case_id text primary key,
    key text not null,
    status text not null check (status in ('built', 'set_aside')),
    record_digest text not null,
    issues text not null,
    seconds real not null,
    peak_mib real not null
)
"""


class Entry(Value):
    """What became of a case. ``key`` digests its inputs and the settings."""

    case_id: str
    key: str
    status: Status
    record_digest: str = ""
    issues: tuple[Issue, ...] = ()
    seconds: float = 0.0
    peak_mib: float = 0.0


class Ledger:
    """A table in SQLite, one row a case; written by one process.

    Every method raises WorkspaceError ``broken-ledger`` when the file cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._open() as connection:
            connection.execute(_SCHEMA)

    def entries(self) -> dict[str, Entry]:
        """All entries by case id, in the order of the ids."""
        with self._open() as connection:
            rows = connection.execute(
                "select case_id, key, status, record_digest, issues, seconds, peak_mib"
                " from cases order by case_id"
            ).fetchall()
            return {
                row[0]: Entry(
                    case_id=row[0],
                    key=row[1],
                    status=row[2],
                    record_digest=row[3],
                    issues=_ISSUES.validate_json(row[4]),
                    seconds=row[5],
                    peak_mib=row[6],
                )
                for row in rows
            }

    def put(self, entry: Entry) -> None:
        """Write an entry, in place of an older one of the same case."""
        row = (
            entry.case_id,
            entry.key,
            entry.status,
            entry.record_digest,
            _ISSUES.dump_json(entry.issues).decode(),
            entry.seconds,
            entry.peak_mib,
        )
        with self._open() as connection:
            connection.execute("insert or replace into cases values (?, ?, ?, ?, ?, ?, ?)", row)

    def keep_only(self, case_ids: frozenset[str]) -> tuple[str, ...]:
        """Drop the entries of cases that the corpus no longer has; returns their ids."""
        gone = tuple(case_id for case_id in self.entries() if case_id not in case_ids)
        with self._open() as connection:
            connection.executemany("delete from cases where case_id = ?", [(c,) for c in gone])
        return gone

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._path)) as connection, connection:
                yield connection
        except (sqlite3.Error, ValidationError) as problem:
            raise WorkspaceError.of(
                "broken-ledger",
                self._path,
                f"the ledger cannot be used: {str(problem).splitlines()[0]}.",
                "Make room if the disk is full; else remove this file: the cases are built again.",
            ) from problem
