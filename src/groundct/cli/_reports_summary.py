"""What ``groundct reports`` tells at its end, and states in ``run.json``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import click

from groundct import __version__
from groundct.cli._show import plural, show_issues
from groundct.core.issues import Issue, errors
from groundct.core.plugins import load_plugin
from groundct.reports.tables.batch import Batch
from groundct.reports.tables.output import FILES, ISSUES
from groundct.sources._report_table import ReportTable
from groundct.vocabulary.findings import findings

_SHOWN_ISSUES = 40
_PRESENCES = ("present", "absent", "uncertain")


class Tally:
    """Adds batches up."""

    def __init__(self, table: ReportTable, extractor: str) -> None:
        self.table = table
        self.issues: list[Issue] = list(table.issues)
        self.counts: Counter[str] = Counter()
        self.bill: dict[str, float] = {}
        self._plugin = load_plugin("reports", extractor)

    def add(self, batch: Batch) -> None:
        """Count a batch."""
        self.counts.update(batch.counts)
        self.issues.extend(batch.issues)
        for name, number in batch.bill.items():
            self.bill[name] = self.bill.get(name, 0) + number

    @property
    def set_aside(self) -> int:
        """How many rows could not be read."""
        return self.counts["rows"] - self.counts["read"]

    def run(self) -> dict[str, Any]:
        """What was read by what, and the counts; the same for equal tables."""
        configuration = getattr(self._plugin, "configuration", dict)
        return {
            "groundct_version": __version__,
            "extractor": {
                "name": self._plugin.name,
                "version": self._plugin.version,
                # Asked for only when something was: it may need settings that a run did not.
                "configuration": dict(configuration()) if self.bill.get("asked", 0) else {},
            },
            "table": self.table.scan.path.name,
            "encoding": self.table.scan.encoding.name,
            "case_column": self.table.columns.case,
            "report_columns": list(self.table.columns.report),
            "language": self.table.language,
            "rows": self.counts["rows"],
            "read": self.counts["read"],
            "set_aside": self.set_aside,
            "sentences": self.counts["sentences"],
            "findings": self.counts["findings"],
            "findings_by_presence": {name: self.counts[name] for name in _PRESENCES},
            "labels": {name: self.counts[f"label {name}"] for name in findings().labels},
            "errors": dict(Counter(issue.code for issue in errors(self.issues))),
        }

    def as_json(self, out: Path, seconds: float) -> dict[str, Any]:
        """The outcome for scripts."""
        return {
            **self.run(),
            "output": str(out),
            "seconds": round(seconds, 2),
            "bill": self.bill,
            "issues": [issue.model_dump(mode="json") for issue in self.issues],
        }


def show_summary(tally: Tally, out: Path, seconds: float) -> None:
    """Print the outcome for people; what is wrong stands last."""
    counts, read = tally.counts, tally.counts["read"]
    click.echo(f"{tally.table.scan.path.name}: {tally.table.columns}")
    click.echo(
        f"{plural(read, 'report')} read, {tally.set_aside} set aside, {seconds:.1f} s, "
        f"{read / seconds:.0f} reports/s"
    )
    presence = ", ".join(f"{counts[name]} {name}" for name in _PRESENCES)
    click.echo(
        f"{plural(counts['sentences'], 'sentence')}, "
        f"{plural(counts['findings'], 'finding')}: {presence}"
    )
    click.echo("reports with each label:")
    names = findings().labels
    width = max(map(len, names))
    for name in names:
        count = counts[f"label {name}"]
        share = f"{count / read:6.1%}" if read else ""
        click.echo(f"  {name:{width}} {count:7d} {share}")
    if tally.bill:
        told = ", ".join(f"{n:g} {name}" for name, n in tally.bill.items() if n)
        click.echo(f"language model: {told or 'not asked'}")
    click.echo(f"{len(FILES)} files in {out}")
    if tally.issues:
        click.echo(f"{plural(len(tally.issues), 'issue')}, all of them in {out / ISSUES}:")
        show_issues(tally.issues, _SHOWN_ISSUES)
