"""``groundct inspect``: what a dataset on disk is, and what is wrong with it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from groundct.cli._show import plural, show_issues, show_json
from groundct.core.issues import errors
from groundct.sources._inspect import inspect_corpus

_SHOWN_ISSUES = 40
_SHOWN_CASES = 20


@click.command("inspect")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--source", help="Read PATH as this format instead of recognising it.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def command(path: Path, source: str | None, as_json: bool) -> None:
    """Say which dataset PATH is, how many cases it has, and what is wrong with each.

    Reads names, tables and headers; voxels are checked when a case is built. Ends with exit code
    1 when a case has an error.

    \b
    Examples:
      groundct inspect examples/lidc-0003
      groundct inspect scans/ --source dicom_folder --json
    """
    corpus = inspect_corpus(path, source)
    wrong = errors(corpus.issues)
    if as_json:
        show_json(corpus.model_dump(mode="json"))
    else:
        with_report = sum(case.report is not None for case in corpus.cases)
        with_volume = sum(case.volume is not None for case in corpus.cases)
        click.echo(f"{path}: {corpus.source}")
        click.echo(
            f"{plural(len(corpus.cases), 'case')}: {with_volume} with a volume, "
            f"{with_report} with a report"
        )
        for case in corpus.cases[:_SHOWN_CASES]:
            click.echo(f"  {case.case_id} (patient {case.patient_id})")
        if len(corpus.cases) > _SHOWN_CASES:
            click.echo(f"  ... and {len(corpus.cases) - _SHOWN_CASES} more")
        click.echo(f"{plural(len(corpus.issues), 'issue')}, {plural(len(wrong), 'error')}")
        show_issues(corpus.issues, _SHOWN_ISSUES)
    sys.exit(1 if wrong else 0)
