"""One build at a time on a workspace, and clear words when its disk does not take what is written.

The lock is the system's (``flock``): it goes with the process that holds it, however that ends.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from groundct.core.issues import WorkspaceError

LOCK: Final = ".lock"

_FULL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS))


def is_disk_full(problem: OSError) -> bool:
    """Whether the system refused to store more: disk, quota or file size, or a read-only disk."""
    return problem.errno in _FULL


@contextmanager
def hold(root: Path) -> Iterator[None]:
    """Hold a workspace for the time of a build; the folder is made when it is not there.

    Raises WorkspaceError ``workspace-in-use`` when another process holds it, ``cannot-write`` when
    the workspace cannot be written to, before or during the build.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        with (root / LOCK).open("a+", encoding="ascii") as lock:
            _take(root, lock.fileno())
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield
    except OSError as problem:
        if not is_disk_full(problem) and not _is_inside(root, problem.filename):
            raise
        raise WorkspaceError.of(
            "cannot-write",
            problem.filename or root,
            f"the workspace {root} cannot be written to: {problem.strerror or problem}.",
            "Make room or mend the permissions, then build again: finished cases are kept.",
        ) from problem


def _take(root: Path, lock: int) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as problem:
        holder = (root / LOCK).read_text(encoding="ascii") or "unknown"
        raise WorkspaceError.of(
            "workspace-in-use",
            root,
            f"another build (process {holder}) is writing to it.",
            "Wait until it has ended, or give another folder with -o.",
        ) from problem


def _is_inside(root: Path, name: object) -> bool:
    return isinstance(name, str | Path) and Path(name).absolute().is_relative_to(root.absolute())
