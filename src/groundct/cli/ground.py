"""``groundct ground``: the voxels of what a free text states."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from groundct.cli._ground_output import numbered, refuse_to_overwrite, write_found
from groundct.cli._show import plural, show_issues, show_json
from groundct.core.volume import LabelMap, Volume
from groundct.grounding.prompt.found import FoundFinding


@click.command("ground")
@click.argument("volume", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--finding", "texts", required=True, multiple=True, metavar="TEXT",
    help='What a report says, such as "8 mm nodule in the right upper lobe"; may be repeated.',
)  # fmt: skip
@click.option(
    "-o", "--output", "out", required=True, type=click.Path(path_type=Path),
    help="mask.nii.gz; for several texts mask_1.nii.gz, mask_2.nii.gz, ...",
)  # fmt: skip
@click.option(
    "--anatomy", type=click.Path(exists=True, path_type=Path),
    help="Organ masks: labels.nii.gz of groundct segment, or a folder of <name>.nii.gz. "
    "Without it hu makes them.",
)  # fmt: skip
@click.option("--segmenter", default="hu_text", show_default=True, help="The finding segmenter.")
@click.option(
    "--option", "options", multiple=True, metavar="KEY=VALUE",
    help="What the finding segmenter must be told.",
)  # fmt: skip
@click.option("--language", default="en", show_default=True, help="The text's, ISO 639-1.")
@click.option("--series", help="SeriesInstanceUID, where VOLUME is a folder of several.")
@click.option(
    "--picture/--no-picture", default=True, show_default=True, help="A PNG to look at, beside it."
)
@click.option("--force", is_flag=True, help="Write over what is there.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON on stdout.")
def command(  # noqa: PLR0913 - one parameter an option
    volume: Path, texts: tuple[str, ...], out: Path, anatomy: Path | None, segmenter: str,
    options: tuple[str, ...], language: str, series: str | None, picture: bool, force: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Find in VOLUME (a .nii.gz, a .nii or a folder of DICOM) what a text states.

    Writes a 3-D instance map on the grid of the input (affine and axis order are the same): 0 is
    background, 1 the surest instance, and so on. mask.json has each instance's volume, axes, place
    and confidence, mask.png three planes through each. Where nothing is drawn the map is empty,
    and the reason stands in mask.json. The text is data: nothing in it is carried out.

    Ends with exit code 1 where the scan's content contradicts its header, as when left and right
    seem swapped: every side in the answer is then the header's, and mask.json and mask.png say so.

    \b
    Examples:
      groundct ground ct.nii.gz --finding "34 mm mass in the left lower lobe" -o mask.nii.gz
      groundct ground ct.nii.gz --finding "pleural effusion on the right" \\
          --anatomy labels.nii.gz -o effusion.nii.gz
      groundct ground ct.nii.gz --finding "6 mm nodule, right upper lobe" \\
          --finding "emphysema in both lungs" -o findings.nii.gz
    """
    from groundct.anatomy.sentinel import contradicted
    from groundct.cli._options import options_by_plugin
    from groundct.codecs.volumes import read_volume, volume_reference
    from groundct.grounding.prompt import finder, read_prompt

    started = time.perf_counter()
    paths = numbered(out, len(texts))
    refuse_to_overwrite(paths, force=force)
    for text in texts:
        read_prompt(text, language)  # what cannot be read is refused before the volume is read
    told = options_by_plugin((segmenter,), options)[segmenter]
    _say(f"reading {volume}")
    ct = read_volume(volume_reference(volume, series))
    organs = _organs(anatomy, ct)
    look = finder(ct, organs, segmenter=segmenter, options=told, language=language)
    all_found: list[FoundFinding] = []
    for path, text in zip(paths, texts, strict=True):
        _say(f"looking for {text!r}")
        found = look(text)
        write_found(path, ct, found, picture=picture)
        all_found.append(found)
    seconds = round(time.perf_counter() - started, 1)
    if as_json:
        answers = [
            found.answered.model_dump(mode="json") | {"mask": str(path)}
            for path, found in zip(paths, all_found, strict=True)
        ]
        show_json({"answers": answers, "seconds": seconds})
    else:
        for path, found in zip(paths, all_found, strict=True):
            _show(path, found)
        _say(f"{seconds} s")
    flagged = all_found[0].issues
    show_issues(flagged, err=True)
    sys.exit(1 if contradicted(flagged) else 0)


def _organs(anatomy: Path | None, ct: Volume) -> LabelMap:
    from groundct.anatomy._segment import organs_of

    if anatomy is None:
        _say("segmenting organs with hu")
        return organs_of(ct)
    return organs_of(ct, "masks", {"folder": str(anatomy)})


def _show(path: Path, found: FoundFinding) -> None:
    click.echo(f"{path}: {plural(len(found.instances), 'instance')} for {found.text!r}")
    for each in found.instances:
        click.echo(
            f"  {each.label}  {each.type}  {each.long_axis_mm:.1f} x {each.short_axis_mm:.1f} mm  "
            f"{each.volume_ml:.2f} ml  {found.where(each)}  confidence {each.confidence:.2f}"
        )
    for looked in found.looked_for:
        if looked.reason:
            click.echo(f"  no mask for {looked.finding.standardized!r}: {looked.reason}")


def _say(text: str) -> None:
    click.echo(text, err=True)
