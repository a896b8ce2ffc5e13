"""The bar on stderr that every long command shows where a person looks on."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress


def stderr_bar(*, transient: bool = True) -> Progress:
    """What is done, how many, how fast (the task's field ``rate``), time gone and time left.

    Nothing is shown where stderr is no terminal. ``transient`` bars are wiped at their end.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.progress import TimeRemainingColumn as Remaining

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        Remaining(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=transient,
    )
