"""Progress on stderr: a live bar with rate and time left on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

import click

from groundct.cli._bar import stderr_bar
from groundct.pipeline.engine import Event


class BuildProgress:
    """Tells of a build's events; used as a context."""

    def __init__(self, total: int) -> None:
        self._live = sys.stderr.isatty()
        self._running: dict[str, str] = {}
        self._progress = stderr_bar(transient=False)
        self._task = self._progress.add_task("cases", total=total, rate="")

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def tell(self, event: Event) -> None:
        """Show an event."""
        if event.entry is None:
            self._running[event.case_id] = event.stage
            self._line(f"{event.case_id}: {event.stage}", always=False)
        else:
            self._running.pop(event.case_id, None)
            self._line(self._result(event), always=True)
        if self._live:
            self._update(event)

    def _update(self, event: Event) -> None:
        running = ", ".join(f"{case}: {stage}" for case, stage in sorted(self._running.items()))
        task = self._progress.tasks[0]
        rate = f"{task.speed * 60:.1f} cases/min" if task.speed else ""
        self._progress.update(self._task, description=running or "cases", rate=rate)
        if event.entry is not None:
            self._progress.update(self._task, completed=event.done)

    def _result(self, event: Event) -> str:
        entry = event.entry
        if entry is None:
            return ""
        word = {"built": "built", "set_aside": "SET ASIDE", "unchanged": "unchanged"}[event.stage]
        cost = (
            f" in {entry.seconds:.0f} s, {entry.peak_mib:.0f} MiB" if event.stage == "built" else ""
        )
        lines = [f"[{event.done}/{event.total}] {entry.case_id}: {word}{cost}"]
        if event.stage != "unchanged":
            lines += [f"    {issue.line()}" for issue in entry.issues]
        return "\n".join(lines)

    def _line(self, text: str, *, always: bool) -> None:
        if not self._live:
            click.echo(text, err=True)
        elif always:
            self._progress.console.print(text, markup=False, highlight=False, soft_wrap=True)
