"""The manifest: every file with its SHA-256, what made them, and the digest of it all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import ValidationError

from groundct.core.issues import ReleaseError
from groundct.core.paths import AnyPath
from groundct.core.record import FORMAT_VERSION, Component
from groundct.core.value import Value, digest
from groundct.release._layout import MANIFEST

FORMAT: Final = "groundct-release"
_BLOCK_BYTES = 1 << 20


class FileEntry(Value):
    """A file of the release: its path with forward slashes, SHA-256 in hex, and size."""

    path: str
    sha256: str
    bytes: int


class Manifest(Value):
    """What a release consists of. ``configuration`` is the plain data it was built with.

    ``left_out`` are cases that were given and contradict themselves; the issues say how.
    ``digest`` is the digest of all other fields: the release's identity. No time stands in it.
    """

    format: Literal["groundct-release"] = FORMAT
    format_version: Literal["1.0"] = FORMAT_VERSION
    groundct_version: str
    configuration: dict[str, Any]
    components: tuple[Component, ...]
    counts: dict[str, int]
    left_out: tuple[str, ...] = ()
    files: tuple[FileEntry, ...]
    digest: str

    def computed_digest(self) -> str:
        """The digest that the other fields give."""
        return digest(self.model_dump(mode="json", exclude={"digest"}))


def file_entry(root: Path, path: str) -> FileEntry:
    """A file's entry, read in blocks."""
    sha = hashlib.sha256()
    size = 0
    with (root / path).open("rb") as stream:
        while block := stream.read(_BLOCK_BYTES):
            sha.update(block)
            size += len(block)
    return FileEntry(path=path, sha256=sha.hexdigest(), bytes=size)


def files_under(root: Path) -> Iterator[str]:
    """All files and links below a folder, but the manifest: sorted, with forward slashes."""
    found = (path for path in root.rglob("*") if path.is_symlink() or not path.is_dir())
    yield from sorted(p for p in (f.relative_to(root).as_posix() for f in found) if p != MANIFEST)


def write_manifest(root: AnyPath, manifest: Manifest) -> None:
    """Write the manifest; the same values give the same bytes."""
    root = Path(root)
    data = manifest.model_dump(mode="json")
    text = json.dumps(data, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
    (root / MANIFEST).write_bytes((text + "\n").encode("utf-8"))


def read_manifest(root: AnyPath) -> Manifest:
    """The manifest of a release.

    Raises ReleaseError: ``no-manifest``, ``not-a-release``, ``unknown-format-version``,
    ``bad-manifest``.
    """
    root = Path(root)
    path = root / MANIFEST
    try:
        data = json.loads(path.read_bytes())
    except FileNotFoundError as problem:
        raise ReleaseError.of(
            "no-manifest", path, "the folder has no manifest.", "Give the folder of a release."
        ) from problem
    except (OSError, ValueError) as problem:
        raise ReleaseError.of(
            "bad-manifest", path, f"it cannot be read: {problem}.", "Copy the release again."
        ) from problem
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise ReleaseError.of(
            "not-a-release",
            path,
            f"it is not the manifest of a {FORMAT}.",
            "Give the folder of a release.",
        )
    if data.get("format_version") != FORMAT_VERSION:
        raise ReleaseError.of(
            "unknown-format-version",
            path,
            f"format {data.get('format_version')!r}; this program reads {FORMAT_VERSION}.",
            "Use the program's version that wrote it, or a later one.",
        )
    try:
        return Manifest.model_validate(data)
    except ValidationError as problem:
        fault = problem.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise ReleaseError.of(
            "bad-manifest", path, f"field {where}: {fault['msg']}.", "Copy the release again."
        ) from problem
