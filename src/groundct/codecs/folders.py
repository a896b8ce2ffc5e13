"""Walk below a folder, through links too, each real folder once."""

from __future__ import annotations

import os
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
