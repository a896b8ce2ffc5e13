"""Digests of input files, kept by path, size and time of change, so that they are read once."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

from groundct.codecs.volumes import volume_digest
from groundct.core.case import VolumeReference
from groundct.core.issues import DataError
from groundct.core.value import digest, digest_bytes

_SCHEMA = "create table if not exists contents (files text primary key, digest text not null)"


class Contents:
    """Digests of files and series; kept in the ledger's database.

    A file whose bytes changed while its size and time of change did not is taken for unchanged;
    ``recheck`` reads everything again.
    """

    def __init__(self, database: Path, *, recheck: bool = False) -> None:
        self._database = database
        self._recheck = recheck
        database.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(database)) as connection, connection:
            connection.execute(_SCHEMA)

    def of_volume(self, reference: VolumeReference) -> str:
        """The digest of a volume's file or series; what is unreadable has a digest of its own."""
        files = (reference.path,) if reference.kind == "nifti" else reference.files
        return self._kept(files, lambda: volume_digest(reference))

    def of_file(self, path: Path) -> str:
        """The digest of a file."""
        return self._kept((path,), lambda: digest_bytes(path.read_bytes()))

    def _kept(self, files: Iterable[Path], compute: Callable[[], str]) -> str:
        try:
            stats = [(str(path.absolute()), path.stat()) for path in files]
            signature = digest([[name, s.st_size, s.st_mtime_ns] for name, s in stats])
            known = None if self._recheck else self._look_up(signature)
            found = known or compute()
        except (DataError, OSError) as error:  # the build will say so; a mended file has another
            return f"unreadable: {error}"
        if known is None:
            with closing(sqlite3.connect(self._database)) as connection, connection:
                connection.execute(
                    "insert or replace into contents values (?, ?)", (signature, found)
                )
        return found

    def _look_up(self, signature: str) -> str | None:
        with closing(sqlite3.connect(self._database)) as connection:
            row = connection.execute(
                "select digest from contents where files = ?", (signature,)
            ).fetchone()
        return str(row[0]) if row else None
