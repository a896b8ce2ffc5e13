"""``groundct evaluate reasoning``: reasoning traces against a reference's."""

from __future__ import annotations

from pathlib import Path

import click

from groundct.benchmark.reasoning import (
    evaluate_reasoning,
    overlap_by_masks,
    read_traces,
    write_result,
)
from groundct.benchmark.reasoning.run import SHARES
from groundct.cli._evaluate._numbers import show_numbers
from groundct.cli._show import show_issues

_SHOWN_ISSUES = 20
_PLACE = click.Path(exists=True, path_type=Path)


@click.command("reasoning")
@click.option("--reference", required=True, type=_PLACE, help="A release, or JSON lines.")
@click.option("--prediction", required=True, type=_PLACE, help="A release, or JSON lines.")
@click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path),
    help="The result; a CSV with a row a trace is written beside it.",
)  # fmt: skip
@click.option("--masks", is_flag=True, help="Compare regions by voxels: two releases.")
@click.option("--seed", default=0, show_default=True, help="Seed of the intervals.")
def command(reference: Path, prediction: Path, output: Path, *, masks: bool, seed: int) -> None:
    """Score the steps of PREDICTION's traces against those of REFERENCE.

    A line of JSON has case_id, finding_id and steps, each with level (scan, organ, lobe, segment,
    finding), name and, when it states one, box {low, high} in voxels of the CT's stored grid.

    \b
    Examples:
      groundct evaluate reasoning --reference release/ --prediction mine.jsonl -o result.json
      groundct evaluate reasoning --reference release/ --prediction other/ --masks -o result.json
    """
    due, given = read_traces(reference), read_traces(prediction)
    overlap_of = overlap_by_masks(due, given) if masks else None
    result = evaluate_reasoning(due, given, overlap_of=overlap_of, seed=seed)
    paths = write_result(output, result)
    show_issues(result.issues, _SHOWN_ISSUES, err=True)
    click.echo(f"{result.summary['n']} traces, {result.summary['n_missing']} missing")
    show_numbers(result.summary, SHARES)
    for level, numbers in result.levels.items():
        click.echo(f"{level}: {numbers['n']} steps with a region")
        show_numbers(numbers, ("overlap",))
    click.echo(f"written: {', '.join(str(path) for path in paths)}")
