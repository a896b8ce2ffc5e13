"""Folders: walked below, through links too, and put in the place of older ones."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path


def walk_folders(
    root: Path, onerror: Callable[[OSError], None] | None = None
) -> Iterator[tuple[Path, list[str], list[str]]]:
    """``os.walk`` that follows links: (folder, names of its folders, names of its files).

    Folders come in the order of their names; changing the list of names leaves folders out. A
    folder that several links lead to is walked once, so that a circle of links ends.
    """
    seen: set[Path] = set()
    for folder, names, files in os.walk(root, onerror=onerror, followlinks=True):
        here = Path(folder)
        real = here.resolve()
        if real in seen:
            names[:] = []
            continue
        seen.add(real)
        names.sort()
        yield here, names, files


def take_place(draft: Path, out: Path) -> None:
    """Put a finished draft in the place of ``out``; the older one comes back when that fails."""
    if not out.exists():
        draft.rename(out)
        return
    older = out.with_name(f".{out.name}.{os.getpid()}.old")
    out.rename(older)
    try:
        draft.rename(out)
    except OSError:
        older.rename(out)
        raise
    shutil.rmtree(older)
