"""All rows of a table through an extractor, in one process or several, in the table's order."""

from __future__ import annotations

import gc
import multiprocessing
import signal
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice

from groundct.core.issues import Issue, WorkspaceError
from groundct.reports.tables.batch import Batch, read_batch
from groundct.sources._report_table import ReportRow

BATCH_ROWS = 256
_AHEAD = 3


def read_rows(
    rows: Iterable[ReportRow | Issue], extractor: str, workers: int = 1
) -> Generator[Batch]:
    """Batches in the order of the rows; equal whatever the number of ``workers`` is.

    Closing the generator ends the processes. No more rows are held than the workers need next.

    Raises WorkspaceError when a process is ended from outside.
    """
    batches = _batches(rows)
    if workers == 1:
        with _no_collection():
            for batch in batches:
                yield read_batch(batch, extractor)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_begin) as pool:
        waiting: deque[Future[Batch]] = deque()
        try:
            for batch in batches:
                waiting.append(pool.submit(read_batch, batch, extractor))
                while waiting and (waiting[0].done() or len(waiting) > workers * _AHEAD):
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as problem:
            raise WorkspaceError.of(
                "worker-lost",
                "reports",
                "the system ended a worker, as it does when memory runs out.",
                "Run again with fewer workers.",
            ) from problem
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _batches(rows: Iterable[ReportRow | Issue]) -> Iterator[tuple[ReportRow | Issue, ...]]:
    stream = iter(rows)
    while batch := tuple(islice(stream, BATCH_ROWS)):
        yield batch


def _begin() -> None:
    """Ctrl-C reaches every process of the terminal; the parent alone acts on it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()  # as in `_no_collection`


@contextmanager
def _no_collection() -> Iterator[None]:
    """Values hold no circles, so that looking for them among millions of values is time lost."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()  # nor is anything to be found when Python ends
        if on:
            gc.enable()
