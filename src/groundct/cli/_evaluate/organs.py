"""``groundct evaluate organs``: organ masks against those of a reference."""

from __future__ import annotations

from pathlib import Path

import click
from pydantic import ValidationError

from groundct.benchmark.organs import (
    OrganResult,
    OrganSettings,
    evaluate_organs,
    open_organs,
    write_result,
)
from groundct.benchmark.organs.run import AIRWAY_NAMES, HEADLINES
from groundct.cli._evaluate._numbers import show_numbers
from groundct.cli._show import show_issues

_SHOWN_ISSUES = 20
_PLACE = click.Path(exists=True, path_type=Path)


@click.command("organs")
@click.option("--reference", required=True, type=_PLACE,
              help="A label map, a folder of masks, a folder of cases, or a release.")  # fmt: skip
@click.option("--prediction", required=True, type=_PLACE, help="The same of the prediction.")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path),
              help="The result; a CSV with a row a structure is written beside it.")  # fmt: skip
@click.option("--structure", "structures", multiple=True,
              help="Score only this name; repeatable.")  # fmt: skip
@click.option("--surface", "surfaces", multiple=True,
              help="A surface metric by its name, such as hd95:max; repeatable.")  # fmt: skip
@click.option("--tolerance-mm", "tolerances_mm", multiple=True, type=float, default=(1.0, 2.0),
              show_default=True, help="Of surface Dice; repeatable.")  # fmt: skip
@click.option("--airway", is_flag=False, flag_value="airway", default=None,
              help="Score tree length and branches of this name (airway).")  # fmt: skip
@click.option("--seed", default=0, show_default=True, help="Seed of the intervals.")
def command(  # noqa: PLR0913 - one parameter an option
    reference: Path, prediction: Path, output: Path, structures: tuple[str, ...],
    surfaces: tuple[str, ...], tolerances_mm: tuple[float, ...], airway: str | None, seed: int,
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
    """
    try:
        settings = OrganSettings(
            structures=structures, surfaces=surfaces, tolerances_mm=tolerances_mm, airway=airway,
            seed=seed,
        )  # fmt: skip
    except ValidationError as problem:
        raise click.UsageError(problem.errors()[0]["msg"]) from problem
    result = evaluate_organs(
        open_organs(reference),
        open_organs(prediction),
        settings,
        tell=lambda case: click.echo(f"scoring {case}", err=True),
    )
    paths = write_result(output, result)
    show_issues(result.issues, _SHOWN_ISSUES, err=True)
    _show(result)
    click.echo(f"written: {', '.join(str(path) for path in paths)}")


def _show(result: OrganResult) -> None:
    summary = result.summary
    counts = ("n_cases", "n_structures", "n_scored", "n_undefined", "n_missing")
    click.echo(", ".join(f"{name} {summary[name]}" for name in counts))
    surfaces = [name for name in summary if ":" in name]
    show_numbers(summary, (*HEADLINES, *surfaces))
    for name, numbers in result.structures.items():
        dice = "not defined" if numbers["dice"] is None else f"{numbers['dice']:.4f}"
        click.echo(
            f"  {name:52s} {dice}  {numbers['volume_error_ml']:+10.2f} ml"
            + (f"  {numbers['n_missing']} missing" if numbers["n_missing"] else "")
        )
    if result.airways:
        click.echo("airway tree:")
        show_numbers(result.airways, AIRWAY_NAMES)
