"""``groundct compare``: results of one task beside one another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundct.core.issues import WorkspaceError

if TYPE_CHECKING:
    from groundct.benchmark.compare.cuts import Cut
    from groundct.benchmark.compare.ranking import Ranking

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
@click.option(
    "--reference",
    type=click.Path(exists=True, path_type=Path),
    help="The reference's masks: hard findings are shown as pictures.",
)
@click.option(
    "--prediction",
    "predictions",
    multiple=True,
    metavar="NAME=PLACE",
    help="A model's masks for the pictures; give it once for each.",
)
@click.option(
    "--volumes",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the CTs, shown behind the masks.",
)
@click.option("--draws", default=2000, show_default=True, type=click.IntRange(100, 100_000))
@click.option("--permutations", default=10_000, show_default=True, type=click.IntRange(100, 10**6))
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0))
@click.option("--force", is_flag=True, help="Write over a ranking that is there.")
def command(  # noqa: PLR0913 - one parameter an option
    results: tuple[str, ...],
    out: Path,
    metrics: tuple[str, ...],
    costs: Path | None,
    reference: Path | None,
    predictions: tuple[str, ...],
    volumes: Path | None,
    *,
    force: bool,
    **drawing: int,
) -> None:
    """Rank results of `groundct evaluate` with the uncertainty of their ranks.

    All must be of one task, reference and protocol; mixed ones are refused. A model that lacks
    findings counts as having predicted nothing there.

    \b
    Examples:
      groundct compare a/result.json b/result.json c/result.json -o ranking
      groundct compare ours=result.json theirs.json --costs costs.csv -o ranking
      groundct compare ours=a.json theirs=b.json -o ranking --reference masks/ \\
          --prediction ours=a.zip --prediction theirs=b/ --volumes scans/
    """
    from groundct.benchmark.compare.by_metric import Resampling
    from groundct.benchmark.compare.compare import compare
    from groundct.benchmark.compare.costs import read_costs
    from groundct.benchmark.compare.read import read_results
    from groundct.benchmark.compare.write import RANKING, write_ranking
    from groundct.review.comparison_page import write_comparison_page

    if (out / RANKING).exists() and not force:
        raise WorkspaceError.of(
            "output-exists",
            out / RANKING,
            "it is there already.",
            "Name another folder, or write over it with --force.",
        )
    places = named(results)
    masks = _masks_by_name(predictions, [name for name, _ in places])
    if masks and reference is None:
        raise click.UsageError("--prediction shows pictures, which need --reference as well.")
    read = read_results(places)
    ranking = compare(
        read,
        metrics=metrics,
        efficiency=read_costs(costs, [name for name, _ in places]) if costs else (),
        how=Resampling(**drawing),
    )
    if reference and ranking.task != "segmentation":
        raise click.UsageError(f"--reference shows masks; the results are of {ranking.task}.")
    cuts = _cuts(ranking, reference, masks, volumes) if reference else {}
    write_ranking(out, ranking)
    write_comparison_page(out / "ranking.html", ranking, cuts)
    by_tests = Counter(one.rank_by_tests for one in ranking.combined.standings)
    for one in ranking.combined.standings:
        low, high = one.rank_ci95
        tied = "=" * (by_tests[one.rank_by_tests] > 1)
        click.echo(
            f"{one.rank:>3}  {one.model}  (rank {low} to {high} in 95 % of draws, "
            f"{one.rank_by_tests}{tied} by tests)"
        )
    for note in ranking.notes:
        click.echo(f"note: {note}")
    click.echo(f"{out / 'ranking.html'}")


def _masks_by_name(words: Sequence[str], names: Sequence[str]) -> dict[str, Path]:
    places = {}
    for one in words:
        name, equals, path = one.partition("=")
        if not equals or name not in names:
            known = ", ".join(names)
            raise click.UsageError(f"--prediction {one}: NAME=PLACE is due, NAME of {known}.")
        places[name] = Path(path)
    return places


def _cuts(
    ranking: Ranking, reference: Path, masks: Mapping[str, Path], volumes: Path | None
) -> dict[tuple[str, str], Cut]:
    from groundct.benchmark.compare.cuts import cts_below, cuts_of
    from groundct.benchmark.segmentation.inputs import open_masks

    return cuts_of(
        dict.fromkeys((hard.case, hard.item) for hard in (*ranking.worst, *ranking.disputed)),
        open_masks(reference),
        {name: open_masks(path) for name, path in masks.items()},
        cts_below(volumes) if volumes else {},
    )


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
