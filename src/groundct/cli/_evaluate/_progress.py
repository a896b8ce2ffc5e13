"""Progress over scored cases on stderr: a bar on a terminal, lines elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

import click

from groundct.benchmark.segmentation.score import CaseScore
from groundct.cli._bar import stderr_bar

_SECONDS_A_LINE = 10.0


class CaseProgress:
    """Tells of finished cases; used as a context."""

    def __init__(self, total: int) -> None:
        self._live = sys.stderr.isatty()
        self._start = self._told = time.monotonic()
        self._bar = stderr_bar()
        self._task = self._bar.add_task("cases", total=total, rate="")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def tell(self, score: CaseScore, done: int, total: int) -> None:
        """Show that a case is done."""
        self._bar.update(self._task, completed=done, description=score.case.case)
        now = time.monotonic()
        if not self._live and (done == total or now - self._told >= _SECONDS_A_LINE):
            self._told = now
            click.echo(f"{done} of {total} cases, {now - self._start:.0f} s", err=True)
