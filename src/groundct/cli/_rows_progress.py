"""Progress over the rows of a table on stderr, where a person looks on."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from groundct.cli._bar import stderr_bar
from groundct.reports.tables.batch import Batch


def with_progress(batches: Iterable[Batch], total: int) -> Iterator[Batch]:
    """The batches, with a bar, the rate and the time left on a terminal."""
    if not sys.stderr.isatty():
        yield from batches
        return
    with stderr_bar() as progress:
        task = progress.add_task("reports", total=total, rate="")
        for batch in batches:
            yield batch
            speed = progress.tasks[0].speed
            progress.update(
                task,
                advance=batch.counts["rows"],
                rate=f"{speed:.0f} reports/s" if speed else "",
            )
