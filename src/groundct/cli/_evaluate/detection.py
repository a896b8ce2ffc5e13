"""``groundct evaluate detection``: candidates with a confidence against references."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError

from groundct.benchmark.detection import (
    Candidates,
    DetectionSettings,
    References,
    candidate_masks,
    evaluate_detection,
    read_candidate_table,
    read_reference_table,
    reference_masks,
    write_result,
)
from groundct.benchmark.detection.run import NAMES
from groundct.cli._evaluate._numbers import show_numbers
from groundct.cli._evaluate._settings import wrong_command
from groundct.cli._show import show_issues
from groundct.core.geometry import Geometry

_SHOWN_ISSUES = 20
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_PLACE = click.Path(exists=True, path_type=Path)
_TABLES = (".csv", ".tsv", ".csv.gz", ".tsv.gz")
_SYSTEM = click.Choice(["lps", "ras"])


@click.command("detection")
@click.option("--reference", required=True, type=_PLACE,
              help="A table of centres and diameters, masks, or a release.")  # fmt: skip
@click.option("--prediction", required=True, type=_PLACE,
              help="A table of candidates, or masks with --scores.")  # fmt: skip
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path),
              help="The result; a CSV and the curve are written beside it.")  # fmt: skip
@click.option("--coordinates", type=_SYSTEM,
              help="System of the tables' coordinates; LUNA16's is LPS.")  # fmt: skip
@click.option("--prediction-coordinates", type=_SYSTEM,
              help="System of the prediction's table, where it is another.")  # fmt: skip
@click.option("--scans", type=_FILE, help="All scans, one a line; those without findings count.")
@click.option("--excluded", type=_FILE, help="Table of findings that are held against nobody.")
@click.option("--scores", type=_FILE, help="Confidence of every instance of predicted masks.")
@click.option("--dataset", type=_FILE, help="dataset.json with texts and categories of findings.")
@click.option("--volumes", type=_PLACE, help="Folder of the CTs, whose affines masks inherit.")
@click.option("--protocol", type=click.Choice(["strict", "luna16"]), default="strict",
              show_default=True, help="LUNA16's evaluation, or its traps closed.")  # fmt: skip
@click.option("--hit", type=click.Choice(["distance", "iou", "dice"]), default="distance",
              show_default=True, help="What makes a candidate a hit.")  # fmt: skip
@click.option("--threshold", default=0.1, show_default=True, help="The least IoU or Dice of a hit.")
@click.option("--duplicates", type=click.Choice(["ignored", "false-positive"]), default="ignored",
              show_default=True, help="What a finding's further candidates are.")  # fmt: skip
@click.option("--most-per-scan", type=click.IntRange(1),
              help="The most candidates of a scan that are looked at.")  # fmt: skip
@click.option("--seed", default=0, show_default=True, help="Seed of the intervals.")
def command(reference: Path, prediction: Path, output: Path, **choices: Any) -> None:
    """Score the candidates of PREDICTION against REFERENCE: FROC curve and CPM.

    Tables name the scan in seriesuid, VolumeName or case_id, the place in coordX, coordY, coordZ
    (mm) or x_min, y_min, z_min, x_max, y_max, z_max; a reference has diameter_mm, a candidate
    probability or confidence. Tables say nothing of their coordinates: --coordinates does.

    \b
    Examples:
      groundct evaluate detection --reference annotations.csv --prediction candidates.csv \\
          --coordinates lps --scans seriesuids.csv --excluded annotations_excluded.csv \\
          -o result.json
      groundct evaluate detection --reference masks/ --prediction candidates.csv \\
          --coordinates ras --volumes cts/ -o result.json
      groundct evaluate detection --reference masks/ --prediction mine/ --scores scores.csv \\
          --hit iou --threshold 0.1 -o result.json
    """
    settings = _settings(choices)
    cts = _grids(choices["volumes"])
    truth = _reference(reference, cts, settings, choices)
    found = _prediction(prediction, cts, settings, choices)
    result = evaluate_detection(truth, found, settings, cts=cts)
    paths = write_result(output, result)
    show_issues(result.issues, _SHOWN_ISSUES, err=True)
    click.echo(f"protocol {result.protocol}, hits by {settings.hit}")
    show_numbers(result.summary, (*NAMES, "sensitivity", "false_positives_per_scan"))
    counts = ("n_scans", "n_references", "n_detected", "n_candidates", "n_missing")
    click.echo("  " + ", ".join(f"{name} {result.summary[name]}" for name in counts))
    click.echo(f"written: {', '.join(str(path) for path in paths)}")


def _settings(choices: dict[str, Any]) -> DetectionSettings:
    names = ("protocol", "hit", "threshold", "duplicates", "most_per_scan", "seed")
    try:
        return DetectionSettings.model_validate({name: choices[name] for name in names})
    except ValidationError as problem:
        raise wrong_command(problem) from problem


def _reference(
    path: Path, cts: dict[str, Geometry], settings: DetectionSettings, choices: dict[str, Any]
) -> References:
    if _is_table(path):
        return read_reference_table(
            path,
            _system(path, choices["coordinates"]),
            excluded=choices["excluded"],
            scans=choices["scans"],
        )
    for name in ("scans", "excluded"):
        if choices[name] is not None:
            raise click.UsageError(f"--{name} goes with a table of references.")
    from groundct.benchmark.segmentation import open_masks, with_dataset

    masks = open_masks(path)
    if choices["dataset"] is not None:
        masks = with_dataset(masks, choices["dataset"])
    return reference_masks(masks, cts, keep=settings.hit != "distance")


def _prediction(
    path: Path, cts: dict[str, Geometry], settings: DetectionSettings, choices: dict[str, Any]
) -> Candidates:
    if _is_table(path):
        told = choices["prediction_coordinates"] or choices["coordinates"]
        return read_candidate_table(path, _system(path, told))
    if choices["scores"] is None:
        raise click.UsageError("Predicted masks need --scores, a table of their confidence.")
    from groundct.benchmark.segmentation import open_masks

    return candidate_masks(
        open_masks(path), choices["scores"], cts, keep=settings.hit != "distance"
    )


def _is_table(path: Path) -> bool:
    return path.is_file() and path.name.lower().endswith(_TABLES)


def _system(path: Path, told: str | None) -> Any:
    if told is None:
        raise click.UsageError(
            f"{path} does not say whether its coordinates are LPS or RAS: give --coordinates."
        )
    return told


def _grids(volumes: Path | None) -> dict[str, Geometry]:
    if volumes is None:
        return {}
    from groundct.benchmark.segmentation.volumes import grids_of_cts

    return grids_of_cts(volumes)
