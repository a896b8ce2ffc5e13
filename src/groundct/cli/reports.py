"""``groundct reports``: what reports say, as tables; and why a sentence is read as it is."""

from __future__ import annotations

import sys
import time
from contextlib import closing
from pathlib import Path
from typing import cast

import click

from groundct.cli._explain import show_explanations
from groundct.cli._options import require_language
from groundct.cli._reports_summary import Tally, show_summary
from groundct.cli._rows_progress import with_progress
from groundct.cli._show import show_json
from groundct.core.contracts import Extractor
from groundct.core.issues import Issue, TableError, WorkspaceError
from groundct.core.plugins import load_plugin
from groundct.core.report import UNSAID_LANGUAGE, Report
from groundct.reports._read import prepare, whole
from groundct.reports.explain import explain
from groundct.reports.rules import PLUGIN as RULES
from groundct.reports.tables.output import Output
from groundct.reports.tables.run import read_rows
from groundct.sources._headings import Wanted
from groundct.sources._report_table import ReportRow, ReportTable, open_report_table

EXIT_INTERRUPTED = 130


@click.command("reports")
@click.argument(
    "table", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "-o", "--output", "out", type=click.Path(path_type=Path), help="The folder to write to."
)
@click.option(
    "--extractor", default="rules", show_default=True,
    help="Report reader: rules, llm, hybrid, or a plug-in.",
)  # fmt: skip
@click.option(
    "--case-column",
    metavar="HEADING",
    help="The column that names the case, if none is recognised.",
)
@click.option(
    "--report-column", "report_columns", multiple=True, metavar="HEADING",
    help="The column that holds the report, or each of its sections; may be repeated.",
)  # fmt: skip
@click.option(
    "--language", help="Language of reports whose row states none (tr); else told from their words."
)
@click.option("--encoding", help="The table's encoding, where its bytes do not prove it.")
@click.option(
    "--workers", default=1, show_default=True, type=click.IntRange(1, 256),
    help="Processes; the tables are the same for any number.",
)  # fmt: skip
@click.option(
    "--explain", "sentence", metavar="SENTENCE",
    help="Show which entries of the vocabulary fire in a sentence, and what comes of it.",
)  # fmt: skip
@click.option("--case", "case_id", help="Explain every sentence of this case of TABLE.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON on stdout.")
def command(  # noqa: PLR0913 - one parameter an option
    table: Path | None, out: Path | None, extractor: str, case_column: str | None,
    report_columns: tuple[str, ...], language: str | None, encoding: str | None, workers: int,
    sentence: str | None, case_id: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Read the reports of TABLE: sentences, findings, 18 labels, RadGenome's region reports.

    TABLE is a CSV or TSV with CT-RATE's columns (VolumeName, Findings_EN, Impressions_EN, ...), or
    with a column that names the case (case_id, file, AccessionNumber, study_id, ...) and one of the
    report (report, text, ...) or one each of findings and impression. Capitals, spaces and
    underscores do not matter; the first line of the summary tells which columns were taken. A row
    that cannot be read is set aside with its number and the reason (issues.csv); the exit code is
    then 1.

    \b
    Examples:
      groundct reports train_reports.csv -o out/
      groundct reports reports.tsv -o out/ --language tr --workers 2
      groundct reports export.csv -o out/ --case-column Key --report-column Dictation
      groundct reports --explain "Pericardial effusion-thickening was not observed."
      groundct reports train_reports.csv --case train_1_a_1
    """
    plugin = cast(Extractor, load_plugin("reports", extractor))
    if language is not None:
        require_language(language, plugin.languages, extractor)
    if sentence is not None:
        _explain(whole(sentence, language or UNSAID_LANGUAGE), as_json=as_json)
        return
    if table is None:
        raise click.UsageError("name the table, or a sentence with --explain")
    wanted = Wanted(case_column, report_columns)
    opened = open_report_table(table, encoding=encoding, language=language, wanted=wanted)
    if case_id is not None:
        _explain(_row_of(opened, case_id).report, as_json=as_json)
    elif out is None:
        raise click.UsageError("name the folder to write to with -o")
    else:
        sys.exit(_write(opened, out, extractor, workers=workers, as_json=as_json))


def _write(table: ReportTable, out: Path, extractor: str, *, workers: int, as_json: bool) -> int:
    """Read all rows and write the tables; the exit code."""
    started = time.perf_counter()
    tally = Tally(table, extractor)
    try:
        rows = read_rows(table.rows(), extractor, workers)
        with Output(out) as output, closing(rows) as batches:
            output.tell(table.issues)
            for batch in with_progress(batches, table.count):
                output.add(batch)
                tally.add(batch)
            output.finish(tally.run())
    except KeyboardInterrupt:
        click.echo("\nstopped: nothing is written", err=True)
        return EXIT_INTERRUPTED
    except OSError as problem:
        raise WorkspaceError.of(
            "cannot-write",
            problem.filename or out,
            f"the tables cannot be written: {problem.strerror or problem}.",
            "Make room or mend the permissions, then run again.",
        ) from problem
    seconds = time.perf_counter() - started
    if as_json:
        show_json(tally.as_json(out, seconds))
    else:
        show_summary(tally, out, seconds)
    return 1 if tally.set_aside else 0


def _row_of(table: ReportTable, name: str) -> ReportRow:
    """The row of a case, by its id or its name; raises what is wrong with it."""
    for row in table.rows():
        if isinstance(row, Issue):
            if row.case_id == name:
                raise TableError(row)
        elif name in (row.case_id, row.name):
            return row
    raise click.UsageError(f"no case {name} in {table.scan.path}")


def _explain(report: Report, *, as_json: bool) -> None:
    extractor: Extractor = RULES
    explanations = explain(prepare(report, extractor).plain.report)
    if as_json:
        show_json([explanation.model_dump(mode="json") for explanation in explanations])
    else:
        show_explanations(explanations)
