"""``groundct reports``: what reports say, as tables."""

from __future__ import annotations

import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from groundct import __version__
from groundct.cli._rows_progress import with_progress
from groundct.cli._show import plural, show_issues, show_json
from groundct.core.issues import Issue, errors
from groundct.core.plugins import load_plugin
from groundct.reports.tables.output import FILES, Output
from groundct.reports.tables.run import read_rows
from groundct.sources._report_table import ReportTable, open_report_table
from groundct.vocabulary.findings import findings

EXIT_INTERRUPTED = 130
_SHOWN_ISSUES = 40


@click.command("reports")
@click.argument(
    "table", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "-o", "--output", "out", type=click.Path(path_type=Path), help="The folder to write to."
)
@click.option("--extractor", default="rules", show_default=True, help="Report reader.")
@click.option("--language", help="Language of reports whose row states none (a code such as tr).")
@click.option("--encoding", help="The table's encoding, where its bytes do not prove it.")
@click.option(
    "--workers", default=1, show_default=True, type=click.IntRange(1, 256),
    help="Processes; the tables are the same for any number.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON on stdout.")
def command(
    table: Path | None, out: Path | None, extractor: str, language: str | None,
    encoding: str | None, workers: int, as_json: bool,
) -> None:  # fmt: skip
    """Read the reports of TABLE: sentences, findings, 18 labels, RadGenome's region reports.

    TABLE is a CSV or TSV with CT-RATE's columns (VolumeName, Findings_EN, Impressions_EN, ...), or
    with a column that names the case and one called report, text or report_text. A row that cannot
    be read is set aside with its number and the reason (issues.csv); the exit code is then 1.

    \b
    Examples:
      groundct reports train_reports.csv -o out/
      groundct reports reports.tsv -o out/ --language tr --workers 2
    """
    if table is None or out is None:
        raise click.UsageError("name the table and, with -o, the folder to write to")
    started = time.perf_counter()
    plugin = load_plugin("reports", extractor)
    opened = open_report_table(table, encoding=encoding, language=language)
    counts: Counter[str] = Counter()
    issues: list[Issue] = list(opened.issues)
    try:
        with Output(out) as output, closing(read_rows(opened.rows(), extractor, workers)) as read:
            output.tell(opened.issues)
            for batch in with_progress(read, opened.count):
                output.add(batch)
                counts.update(batch.counts)
                issues.extend(batch.issues)
            summary = _summary(opened, counts, issues)
            output.finish(
                {
                    **summary,
                    "groundct_version": __version__,
                    "extractor": {"name": plugin.name, "version": plugin.version},
                    "table": table.name,
                    "language": language,
                }
            )
    except KeyboardInterrupt:
        click.echo("\nstopped: nothing is written", err=True)
        sys.exit(EXIT_INTERRUPTED)
    seconds = time.perf_counter() - started
    if as_json:
        found = [issue.model_dump(mode="json") for issue in issues]
        show_json({**summary, "output": str(out), "seconds": round(seconds, 2), "issues": found})
    else:
        _show(summary, issues, out, seconds)
    sys.exit(1 if summary["set_aside"] else 0)


def _summary(table: ReportTable, counts: Counter[str], issues: list[Issue]) -> dict[str, Any]:
    names = findings().labels
    return {
        "encoding": table.scan.encoding.name,
        "rows": counts["rows"],
        "read": counts["read"],
        "set_aside": counts["rows"] - counts["read"],
        "sentences": counts["sentences"],
        "findings": counts["findings"],
        "findings_by_presence": {p: counts[p] for p in ("present", "absent", "uncertain")},
        "labels": {name: counts[f"label {name}"] for name in names},
        "errors": dict(Counter(issue.code for issue in errors(issues))),
    }


def _show(summary: dict[str, Any], issues: list[Issue], out: Path, seconds: float) -> None:
    """Print the outcome for people."""
    presence = ", ".join(f"{n} {name}" for name, n in summary["findings_by_presence"].items())
    click.echo(
        f"{plural(summary['read'], 'report')} read, {summary['set_aside']} set aside, "
        f"{seconds:.1f} s, {summary['read'] / seconds:.0f} reports/s"
    )
    click.echo(f"{plural(summary['sentences'], 'sentence')}")
    click.echo(f"{plural(summary['findings'], 'finding')}: {presence}")
    click.echo("reports with each label:")
    width = max(map(len, summary["labels"]))
    for name, count in summary["labels"].items():
        share = count / summary["read"] if summary["read"] else 0.0
        click.echo(f"  {name:{width}}  {count:6d}  {share:6.1%}")
    if issues:
        click.echo(f"{plural(len(issues), 'issue')}, all of them in {out / 'issues.csv'}:")
        show_issues(issues, _SHOWN_ISSUES)
    click.echo(f"{len(FILES)} files in {out}")
