"""A disk that is full: a small one in memory for root, a limit of file size for others."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from faults._builds import build, require, require_equal

SIZES_KIB = (16, 1500, 5000, 9300)


def full_disk(corpus: Path, whole: Path, due: dict[str, str]) -> Iterator[str]:
    """Each size ends the build with words; with room, the next build leaves what is due."""
    for size_kib in SIZES_KIB:
        workspace = whole.with_name(f"full-{size_kib}")
        with _limited(workspace, size_kib) as kind:
            ended = build(corpus, workspace)
            require(ended.code in (1, 3) and "Do:" in ended.text, f"{ended.code}: {ended.text}")
            parts = [p.name for p in workspace.rglob(".*") if p.suffix in (".part", ".old")]
            require(not parts, f"left over: {parts}")
            shutil.copytree(workspace, whole.with_name(f"room-{size_kib}"))
        again = build(corpus, whole.with_name(f"room-{size_kib}"))
        require(again.code == 0, f"with room again: {again.code}: {again.text}")
        require_equal(whole.with_name(f"room-{size_kib}"), due)
        kept = again.text.count(": unchanged")
        codes = ", ".join(dict.fromkeys(ended.codes))
        yield f"{kind} of {size_kib} KiB: exit {ended.code}, {codes}; then {kept} kept, all equal"


@contextmanager
def _limited(folder: Path, size_kib: int) -> Iterator[str]:
    """A folder that takes no more than this."""
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={size_kib}k", "tmpfs"]
    if os.geteuid() == 0 and not subprocess.run(["mount", *options, str(folder)]).returncode:
        try:
            yield "disk"
        finally:
            subprocess.run(["umount", str(folder)], check=True)
        return
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_kib * 1024 // 8, limits[1]))
    try:
        yield "files at most an eighth"
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
