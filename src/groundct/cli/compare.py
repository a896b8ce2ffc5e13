"""``groundct compare``: results of one task beside one another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

_COMMON_STEMS = ("result", "results")


@click.command("compare")
@click.argument("results", nargs=-1, required=True, metavar="[NAME=]RESULT...")
@click.option(
    "-o",
    "--output",
    "out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder to write: ranking.json, ranking.csv, ranking.html.",
)
@click.option(
    "--metric",
    "metrics",
    multiple=True,
    help="A metric of the combined ranking; give it once for each. Default: the task's usual ones.",
)
@click.option(
    "--costs",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV: model, seconds_per_case, memory_gib, parameters_million; empty cells are unknown.",
)
@click.option("--draws", default=2000, show_default=True, type=click.IntRange(100, 100_000))
@click.option("--permutations", default=10_000, show_default=True, type=click.IntRange(100, 10**6))
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0))
def command(
    results: tuple[str, ...],
    out: Path,
    metrics: tuple[str, ...],
    costs: Path | None,
    **drawing: int,
) -> None:
    """Rank results of `groundct evaluate` with the uncertainty of their ranks.

    All must be of one task, reference and protocol; mixed ones are refused. A model that lacks
    findings counts as having predicted nothing there.

    \b
    Examples:
      groundct compare a/result.json b/result.json c/result.json -o ranking
      groundct compare ours=result.json theirs.json --costs costs.csv -o ranking
    """
    from groundct.benchmark.compare.by_metric import Resampling
    from groundct.benchmark.compare.compare import compare
    from groundct.benchmark.compare.costs import read_costs
    from groundct.benchmark.compare.read import read_results
    from groundct.benchmark.compare.write import write_ranking
    from groundct.review.comparison_page import write_comparison_page

    places = named(results)
    read = read_results(places)
    ranking = compare(
        read,
        metrics=metrics,
        efficiency=read_costs(costs, [name for name, _ in places]) if costs else (),
        how=Resampling(**drawing),
    )
    write_ranking(out, ranking)
    write_comparison_page(out / "ranking.html", ranking)
    for one in ranking.combined.standings:
        low, high = one.rank_ci95
        click.echo(f"{one.rank:>3}  {one.model}  (rank {low} to {high} in 95 % of draws)")
    for note in ranking.notes:
        click.echo(f"note: {note}")
    click.echo(f"{out / 'ranking.html'}")


def named(results: Sequence[str]) -> list[tuple[str, Path]]:
    """Names and paths; without a name the file's own, or its folder's where files are alike."""
    given = [_split(words) for words in results]
    stems = [path.stem for _, path in given]
    return [
        (name or (_folder(path) if _alike(path.stem, stems) else path.stem), path)
        for name, path in given
    ]


def _split(words: str) -> tuple[str, Path]:
    name, equals, path = words.partition("=")
    return (name, Path(path)) if equals and not Path(words).exists() else ("", Path(words))


def _alike(stem: str, stems: Sequence[str]) -> bool:
    return stem in _COMMON_STEMS or stems.count(stem) > 1


def _folder(path: Path) -> str:
    return path.absolute().parent.name or path.stem
