"""Accepted answers in SQLite: one transaction each, shared by threads and processes."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from groundct.core.value import digest, digest_bytes
from groundct.reports.language_model.failures import failed

_WAIT_S: Final = 60.0
_SCHEMA: Final = (
    "create table if not exists answers (key text primary key, content text not null,"
    " digest text not null, configuration text not null)",
    "create table if not exists configurations (digest text primary key, content text not null)",
)


class AnswerCache:
    """Answers by the digest of what was asked; only its owner may read the file.

    Every method raises LanguageModelError ``broken-cache`` when the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as problem:
            raise failed("broken-cache", str(path), f"{problem.strerror}.") from None
        with self._open() as connection:
            for statement in _SCHEMA:
                connection.execute(statement)

    def get(self, key: str) -> str | None:
        """The answer under a key; None when there is none, or not the one that was put there."""
        with self._open() as connection:
            row = connection.execute(
                "select content, digest from answers where key = ?", (key,)
            ).fetchone()
        if row is None or not isinstance(row[0], str):
            return None
        return row[0] if _digest(row[0]) == row[1] else None

    def put(self, key: str, content: str, configuration: str) -> None:
        """Keep an accepted answer, and the canonical JSON of the configuration that gave it."""
        name = digest(configuration)
        row = (key, content, _digest(content), name)
        with self._open() as connection:
            connection.execute(
                "insert or ignore into configurations values (?, ?)", (name, configuration)
            )
            connection.execute("insert or replace into answers values (?, ?, ?, ?)", row)

    def __len__(self) -> int:
        """How many answers are kept."""
        with self._open() as connection:
            return int(connection.execute("select count(*) from answers").fetchone()[0])

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._path, timeout=_WAIT_S)) as connection, connection:
                yield connection
        except sqlite3.Error as problem:
            said = str(problem).splitlines()[0]
            raise failed("broken-cache", str(self._path), f"{said}.") from None


def _digest(content: str) -> str:
    return digest_bytes(content.encode("utf-8", "surrogatepass"))
