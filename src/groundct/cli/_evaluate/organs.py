"""``groundct evaluate organs``: organ masks against those of a reference."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError

from groundct.benchmark.organs import (
    OrganMasks,
    OrganResult,
    OrganSettings,
    evaluate_organs,
    open_organs,
    write_result,
)
from groundct.benchmark.organs.run import AIRWAY_NAMES, HEADLINES
from groundct.cli._evaluate._numbers import show_numbers
from groundct.cli._evaluate._settings import wrong_command
from groundct.cli._show import show_issues

_SHOWN_ISSUES = 20
_SHOWN_STRUCTURES = 20
_PLACE = click.Path(exists=True, path_type=Path)


@click.command("organs")
@click.option("--reference", required=True, type=_PLACE,
              help="A label map, a folder of masks, a folder of cases, or a release.")  # fmt: skip
@click.option("--prediction", required=True, type=_PLACE, help="The same of the prediction.")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path),
              help="The result; a CSV (a row a structure) and a page stand beside it.")  # fmt: skip
@click.option("--structure", "structures", multiple=True,
              help="Score only this name; repeatable.")  # fmt: skip
@click.option("--surface", "surfaces", multiple=True,
              help="A surface metric by its name, such as hd95:max; repeatable.")  # fmt: skip
@click.option("--tolerance-mm", "tolerances_mm", multiple=True, type=float, default=(1.0, 2.0),
              show_default=True, help="Of surface Dice; repeatable.")  # fmt: skip
@click.option("--airway", is_flag=False, flag_value="airway", default=None,
              help="Score tree length and branches of this name (airway).")  # fmt: skip
@click.option("--volumes", type=click.Path(exists=True, file_okay=False, path_type=Path),
              help="Folder of the CTs: the page shows the worst structures on them.")  # fmt: skip
@click.option("--seed", default=0, show_default=True, help="Seed of the intervals.")
def command(  # noqa: PLR0913 - one parameter an option
    reference: Path, prediction: Path, output: Path, structures: tuple[str, ...],
    surfaces: tuple[str, ...], tolerances_mm: tuple[float, ...], airway: str | None,
    volumes: Path | None, seed: int,
) -> None:  # fmt: skip
    """Score the organ masks of PREDICTION against REFERENCE, name by name.

    What the reference has and the prediction lacks is scored as empty and counted as missing.
    Masks on the same grid in another order of axes are brought over; another grid is refused.

    \b
    Examples:
      groundct evaluate organs --reference truth.nii.gz --prediction labels.nii.gz -o result.json
      groundct evaluate organs --reference radgenome/ --prediction mine/ \\
          --surface hd95:max --surface nsd:border -o result.json
      groundct evaluate organs --reference release/ --prediction other/ --airway -o result.json
      groundct evaluate organs --reference truth/ --prediction mine/ --volumes scans/ -o result.json
    """
    try:
        settings = OrganSettings(
            structures=structures, surfaces=surfaces, tolerances_mm=tolerances_mm, airway=airway,
            seed=seed,
        )  # fmt: skip
    except ValidationError as problem:
        raise wrong_command(problem) from problem
    truth, found = open_organs(reference), open_organs(prediction)
    result = evaluate_organs(
        truth,
        found,
        settings,
        tell=lambda case: click.echo(f"scoring {case}", err=True),
    )
    paths = (*write_result(output, result), _write_page(output, result, (truth, found), volumes))
    show_issues(result.issues, _SHOWN_ISSUES, err=True)
    _show(result)
    click.echo(f"written: {', '.join(str(path) for path in paths)}")


def _write_page(
    output: Path, result: OrganResult, masks: tuple[OrganMasks, OrganMasks], volumes: Path | None
) -> Path:
    from groundct.benchmark.compare.cuts import cts_below
    from groundct.benchmark.organs.cuts import cuts_of, worst_rows
    from groundct.review.organs_page import write_organs_page

    cuts = cuts_of(worst_rows(result.rows), *masks, cts_below(volumes)) if volumes else {}
    if volumes and not cuts:
        click.echo(f"no CT in {volumes} is named as one of the cases: no pictures", err=True)
    page = output.with_suffix(".html")
    write_organs_page(page, result, cuts)
    return page


def _show(result: OrganResult) -> None:
    summary = result.summary
    counts = ("n_cases", "n_structures", "n_scored", "n_undefined", "n_missing")
    click.echo(", ".join(f"{name} {summary[name]}" for name in counts))
    surfaces = [name for name in summary if ":" in name]
    show_numbers(summary, (*HEADLINES, *surfaces))
    _show_structures(result.structures)
    if result.airways:
        click.echo("airway tree:")
        show_numbers(result.airways, AIRWAY_NAMES)


def _show_structures(structures: Mapping[str, Mapping[str, Any]]) -> None:
    """The structures of least Dice, and how many more stand in the files."""
    worst = sorted(
        structures.items(), key=lambda one: (one[1]["dice"] is None, one[1]["dice"] or 0.0)
    )
    click.echo(f"  {'structure, worst first':52s} {'Dice':>11s}  {'volume error':>13s}")
    for name, numbers in worst[:_SHOWN_STRUCTURES]:
        dice = "not defined" if numbers["dice"] is None else f"{numbers['dice']:.4f}"
        click.echo(
            f"  {name:52s} {dice:>11s}  {numbers['volume_error_ml']:+10.2f} ml"
            + (f"  {numbers['n_missing']} missing" if numbers["n_missing"] else "")
        )
    if len(worst) > _SHOWN_STRUCTURES:
        click.echo(f"  ... and {len(worst) - _SHOWN_STRUCTURES} more, in the files")
