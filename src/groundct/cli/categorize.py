"""``groundct categorize``: the ontology code of each finding of a table."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Final

import click

from groundct.cli._options import require_language
from groundct.cli._show import plural, show_issues
from groundct.codecs._csv_text import is_blank, missing_columns, plain
from groundct.codecs.csv_scan import scan_csv
from groundct.codecs.tables import write_csv_table
from groundct.core.issues import Issue, TableError, WorkspaceError
from groundct.reports.labels import categorize
from groundct.sources._headings import letters
from groundct.vocabulary.languages import read_languages

FINDING: Final = "finding"
PREDICTED: Final = "predicted_category"
_SHOWN_ISSUES = 40


@click.command("categorize")
@click.argument("table", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "-o", "--output", "out", required=True, type=click.Path(dir_okay=False, path_type=Path),
    help="The table to write; split at tabs when its name ends in .tsv.",
)  # fmt: skip
@click.option("--language", default="en", show_default=True, help="Language of the findings.")
@click.option("--encoding", help="The table's encoding, where its bytes do not prove it.")
def command(table: Path, out: Path, language: str, encoding: str | None) -> None:
    """Write TABLE again with the ontology code of each cell of its column finding.

    The codes are ReXGroundingCT's ("2d"); the new column is called predicted_category. A blank
    cell gets none and is told; rows that cannot be read are left out, and the exit code is then 1.

    \b
    Example:
      groundct categorize findings.tsv -o categories.tsv
    """
    require_language(language, read_languages(), "categorize")
    if out.exists() and out.samefile(table):
        raise WorkspaceError.of(
            "output-is-input",
            out,
            "it is the table that is read, and would be written over.",
            "Name another output.",
        )
    scan = scan_csv(table, encoding=encoding)
    finding = _finding_column(table, scan.headings)
    if PREDICTED in scan.headings:
        raise TableError.of(
            "column-there-already",
            f"{table} line 1",
            f"the table has a column {PREDICTED!r} already.",
            "Rename or delete that column.",
        )
    issues: list[Issue] = [scan.encoding.issue] if scan.encoding.issue else []
    names = [name for name in scan.headings if name]
    rows: list[dict[str, str]] = []
    for row in scan.rows():
        if isinstance(row, Issue):
            issues.append(row)
            continue
        cells = {name: plain(cell) for name, cell in row.cells.items()}
        blank = is_blank(cells[finding])
        if blank:
            issues.append(_blank(scan.where(row.number, row.line), cells[finding]))
        code = "" if blank else categorize(cells[finding], language)
        rows.append({**cells, PREDICTED: code})
    write_csv_table(out, (*names, PREDICTED), rows, inert_cells=True)
    found = Counter(row[PREDICTED] for row in rows if row[PREDICTED])
    told = ", ".join(f"{code} {n}" for code, n in found.most_common())
    show_issues(issues, _SHOWN_ISSUES, err=True)
    click.echo(f"{plural(len(rows), 'finding')} in {out}: {told or 'none with a code'}")
    sys.exit(1 if any(issue.severity == "error" for issue in issues) else 0)


def _finding_column(table: Path, headings: tuple[str, ...]) -> str:
    """The heading called finding, in whatever letters; raises TableError for none or several."""
    found = [name for name in headings if letters(name) == FINDING]
    if not found:
        raise missing_columns(table, (FINDING,), headings)
    if len(found) > 1:
        raise TableError.of(
            "ambiguous-columns",
            f"{table} line 1",
            f"the columns {', '.join(map(repr, found))} could each be meant.",
            "Rename all but one.",
        )
    return found[0]


def _blank(where: str, cell: str) -> Issue:
    said = f" ({cell.strip()!r})" if cell.strip() else ""
    return Issue(
        code="empty-finding",
        where=where,
        what=f"its cell {FINDING!r} holds no finding{said}; it gets no code.",
        remedy="Fill in the finding, or delete the row.",
        severity="warning",
    )
