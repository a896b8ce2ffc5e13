"""``groundct vocabulary``: what the report reader knows, as a page for people."""

from __future__ import annotations

from pathlib import Path

import click

from groundct.review.vocabulary_page import vocabulary_summary, write_vocabulary_page


@click.command("vocabulary")
@click.option(
    "-o",
    "--output",
    "out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The HTML file to write.",
)
@click.option("--language", default="en", show_default=True, help="Whose words: en, ...")
def command(out: Path, language: str) -> None:
    """Write the vocabulary of the extractor rules as one page that needs no Python to read.

    Findings with every phrase that names them, labels, negations and doubts, places, sizes: each
    row with the id or line by which a correction can be proposed.

    \b
    Examples:
      groundct vocabulary -o vocabulary.html
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    write_vocabulary_page(out, language)
    click.echo(f"{out}: {vocabulary_summary(language)}")
