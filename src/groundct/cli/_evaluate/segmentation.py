"""``groundct evaluate segmentation``: masks of findings against reference masks."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError

from groundct.benchmark.segmentation import (
    RunOptions,
    SegmentationResult,
    Settings,
    evaluate_segmentation,
    open_masks,
    with_dataset,
    write_result,
)
from groundct.benchmark.segmentation.result import HEADLINES, process_count, result_beside
from groundct.benchmark.segmentation.volumes import grids_of_cts
from groundct.cli._evaluate._numbers import show_numbers, shown
from groundct.cli._evaluate._progress import CaseProgress
from groundct.cli._evaluate._settings import wrong_command
from groundct.cli._show import show_issues

_SHOWN_ISSUES = 20
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_PLACE = click.Path(exists=True, path_type=Path)


@click.command("segmentation")
@click.option("--reference", required=True, type=_PLACE, help="Folder, zip or release.")
@click.option("--prediction", required=True, type=_PLACE, help="Folder, zip or release.")
@click.option("--dataset", type=_FILE, help="dataset.json with texts and categories of findings.")
@click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path),
    help="The result; a CSV and a page are written beside it.",
)  # fmt: skip
@click.option(
    "--protocol", type=click.Choice(["strict", "rexgroundingct"]), default="strict",
    show_default=True, help="The official scoring, or the same with its traps closed.",
)  # fmt: skip
@click.option(
    "--mode", type=click.Choice(["full", "global"]), default="full", show_default=True,
    help="Global leaves instances out.",
)  # fmt: skip
@click.option(
    "--partial-reference", is_flag=True,
    help="The reference names some instances only: no false positives are counted.",
)  # fmt: skip
@click.option(
    "--refused", type=click.Choice(["stop", "empty"]), default="stop", show_default=True,
    help="What becomes of a prediction that is refused: no result, or scored as empty.",
)  # fmt: skip
@click.option(
    "--instances", type=click.Choice(["components", "label"]), default="components",
    show_default=True, help="What an instance of the prediction is.",
)  # fmt: skip
@click.option("--connectivity", type=click.Choice(["6", "18", "26"]), default="18",
              show_default=True, help="Neighbours that make a component.")  # fmt: skip
@click.option("--matching", type=click.Choice(["greedy", "hungarian"]), default="greedy",
              show_default=True, help="How instances are matched one to one.")  # fmt: skip
@click.option("--match-by", type=click.Choice(["overlap", "centre"]), default="overlap",
              show_default=True, help="What tp, fp and fn go by.")  # fmt: skip
@click.option(
    "--surface", "surfaces", multiple=True,
    help="A surface metric by its name, such as hd95:max or nsd:border; repeatable.",
)  # fmt: skip
@click.option("--tolerance-mm", "tolerances_mm", multiple=True, type=float, default=(1.0, 2.0),
              show_default=True, help="Of surface Dice; repeatable.")  # fmt: skip
@click.option("--volumes", type=_PLACE, help="Folder of the CTs, whose affines masks inherit.")
@click.option("--metadata", type=_FILE,
              help="Table with VolumeName for slices by scanner, sex and age.")  # fmt: skip
@click.option("--seed", default=0, show_default=True, help="Seed of the intervals.")
@click.option("--workers", type=click.IntRange(1), default=None,
              help="Processes; as many as there are cores unless given.")  # fmt: skip
@click.option("--fresh", is_flag=True, help="Score every case again, also finished ones.")
def command(
    reference: Path,
    prediction: Path,
    dataset: Path | None,
    output: Path,
    volumes: Path | None,
    metadata: Path | None,
    **choices: Any,
) -> None:
    """Score the masks of PREDICTION against those of REFERENCE.

    Masks are (F, H, W, D) .nii.gz files named as the CTs, in a folder or a zip, or our releases;
    strict takes a map (H, W, D) where a scan has one finding, as groundct ground writes it.
    A run that is killed goes on where it stopped when it is started again.

    \b
    Examples:
      groundct evaluate segmentation --reference masks/ --prediction mine.zip -o result.json
      groundct evaluate segmentation --reference masks/ --prediction mine/ \\
          --dataset dataset.json --protocol rexgroundingct -o official.json
      groundct evaluate segmentation --reference release/ --prediction other/ \\
          --surface hd95:max --surface nsd:border -o result.json
    """
    settings = _settings(choices)
    truth, found = open_masks(reference), open_masks(prediction)
    if dataset is not None:
        truth = with_dataset(truth, dataset)
    journal = result_beside(output)
    if choices["fresh"]:
        journal.unlink(missing_ok=True)
    with CaseProgress(len(truth.places)) as progress:
        result = evaluate_segmentation(
            truth,
            found,
            settings,
            RunOptions(
                processes=choices["workers"] or process_count(),
                journal=journal,
                cts=grids_of_cts(volumes) if volumes else {},
                metadata=_metadata(metadata),
                tell=progress.tell,
            ),
        )
    paths = write_result(output, result)
    page = _write_page(output.with_suffix(".html"), result)
    journal.unlink(missing_ok=True)
    show_issues(result.issues, _SHOWN_ISSUES, err=True)
    _show(result)
    click.echo(f"written: {', '.join(str(path) for path in (*paths, page))}")
    sys.exit(0)


def _settings(choices: dict[str, Any]) -> Settings:
    rules = {
        "instances": choices["instances"],
        "connectivity": int(choices["connectivity"]),
        "matching": choices["matching"],
        "match_by": choices["match_by"],
        "partial": choices["partial_reference"],
    }
    names = ("protocol", "mode", "refused", "seed", "surfaces", "tolerances_mm")
    try:
        return Settings.model_validate({"instances": rules} | {n: choices[n] for n in names})
    except ValidationError as problem:
        raise wrong_command(problem) from problem


def _metadata(path: Path | None) -> Any:
    from groundct.benchmark.segmentation.slices import read_metadata

    return None if path is None else read_metadata(path)


def _write_page(path: Path, result: SegmentationResult) -> Path:
    from groundct.review.evaluation_page import write_evaluation_page

    write_evaluation_page(path, result)
    return path


def _show(result: SegmentationResult) -> None:
    click.echo(f"protocol {result.protocol}, mode {result.settings.mode}")
    show_numbers(result.summary, HEADLINES, _why_undefined(result))
    for name, surface in result.surfaces.items():
        number = shown(name, surface["mean"])
        click.echo(f"  {name:34s} {number}  of {surface['n_scored']} findings that have one")
    counts = {n: result.summary[n] for n in ("n_cases", "n_findings", "n_missing", "n_undefined")}
    click.echo("  " + ", ".join(f"{name} {count}" for name, count in counts.items()))


def _why_undefined(result: SegmentationResult) -> dict[str, str]:
    """The distance scores go by whether a category is focal, so that they want one."""
    if any(finding.category for finding in result.findings):
        return {}
    names = (name for name in HEADLINES if name.startswith("distance"))
    return dict.fromkeys(names, "no finding has a category: give --dataset")
