"""Reading whole files with typed errors, and writing them so that no half file is ever seen."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from groundct.core.issues import DataError

_MIB = 1 << 20


def read_bytes(path: Path, error: type[DataError], limit: int) -> bytes:
    """The bytes of a file of at most ``limit`` bytes; ``error`` when it cannot be read."""
    _require_file(path, error)
    try:
        size = path.stat().st_size
        if size > limit:
            raise error.of(
                "file-too-large",
                path,
                f"the file has {size} bytes; at most {limit} are read.",
                "Check that this is the right file.",
            )
        data = path.read_bytes()
    except OSError as problem:
        raise unreadable(path, error, problem) from problem
    if not data:
        raise error.of(
            "empty-file", path, "the file has no bytes.", "Copy or download the file again."
        )
    return data


def unreadable(path: Path, error: type[DataError], problem: OSError) -> DataError:
    """The error for a file that the system does not let us read."""
    return error.of(
        "unreadable-file",
        path,
        f"the file cannot be read: {problem.strerror or problem}.",
        "Check the permissions and the disk.",
    )


def write_bytes(path: Path, parts: Iterable[bytes | bytearray]) -> None:
    """Write parts one after the other; the file appears under its name only when complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with draft.open("wb", buffering=_MIB) as stream:
            for part in parts:
                stream.write(part)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _require_file(path: Path, error: type[DataError]) -> None:
    if path.is_file():
        return
    what = "is a folder or a device, not a file." if path.exists() else "does not exist."
    raise error.of("no-such-file", path, f"the path {what}", "Give the path of an existing file.")
