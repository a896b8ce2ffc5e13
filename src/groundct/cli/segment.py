"""``groundct segment``: the organ masks of one CT."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from groundct.cli._segment_output import Written, refuse_to_overwrite, write_folder, write_labels
from groundct.cli._show import plural, show_issues, show_json

_SHOWN_ABSTENTIONS = 20
_CONFIDENCE = "confidence"


@click.command("segment")
@click.argument("volume", type=click.Path(exists=True, path_type=Path))
@click.option(
    "-o", "--output", "out", required=True, type=click.Path(path_type=Path),
    help="labels.nii.gz, or with --layout radgenome a folder.",
)  # fmt: skip
@click.option(
    "--segmenter", "segmenters", multiple=True, default=("hu",), show_default=True,
    help="hu, masks, totalsegmentator, sat, oracle or a plug-in; where several are given, each "
    "mask is chosen by evidence.",
)  # fmt: skip
@click.option(
    "--option", "texts", multiple=True, metavar="KEY=VALUE",
    help="What a segmenter must be told; SEGMENTER:KEY=VALUE where several are given.",
)  # fmt: skip
@click.option(
    "--layout", default="labels", show_default=True, type=click.Choice(["labels", "radgenome"]),
    help="One label map with names beside it, or one <name>.nii.gz a structure.",
)  # fmt: skip
@click.option("--series", help="SeriesInstanceUID, where VOLUME is a folder of several.")
@click.option(
    "--picture/--no-picture", default=True, show_default=True, help="A PNG to look at, beside it."
)
@click.option("--force", is_flag=True, help="Write over what is there.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON on stdout.")
def command(  # noqa: PLR0913 - one parameter an option
    volume: Path, out: Path, segmenters: tuple[str, ...], texts: tuple[str, ...], layout: str,
    series: str | None, picture: bool, force: bool, as_json: bool,
) -> None:  # fmt: skip
    """Segment the organs of VOLUME: a .nii.gz, a .nii or a folder of DICOM.

    Writes a label map on the grid of the input (affine and axis order are the same), further layers
    labels_1.nii.gz, ... where structures overlap, names, volumes, methods and reasons in
    labels.json, and labels.png to look at. What cannot be known on this scan is left out and stands
    with its reason under "abstained".

    Ends with exit code 1 where the scan's content contradicts its header, as when left and right
    seem swapped, or is no chest in Hounsfield units: labels.json and labels.png say so too.

    \b
    Examples:
      groundct segment ct.nii.gz -o labels.nii.gz
      groundct segment dicom/ -o masks/ --layout radgenome
      groundct segment ct.nii.gz -o labels.nii.gz --segmenter masks --option folder=masks/
      groundct segment ct.nii.gz -o labels.nii.gz --segmenter totalsegmentator \\
          --option python=/opt/ts/bin/python --option weights=/data/weights
      groundct segment ct.nii.gz -o labels.nii.gz --segmenter hu --segmenter masks \\
          --option masks:folder=masks/
    """
    from groundct.anatomy import sentinel
    from groundct.anatomy._segment import load_segmenter
    from groundct.anatomy.choice.run import segment_by_all
    from groundct.cli._options import options_by_plugin
    from groundct.codecs.volumes import read_volume, require_ct, volume_reference

    started = time.perf_counter()
    names = tuple(dict.fromkeys(segmenters))
    given = options_by_plugin(names, texts)
    refuse_to_overwrite(out, layout, force=force)
    plugins = [load_segmenter(name, given[name]) for name in names]
    _say(f"reading {volume}")
    ct = read_volume(volume_reference(volume, series))
    require_ct(ct, volume)
    flagged = sentinel.flags(sentinel.look(ct), volume.name)
    show_issues(flagged, err=True)
    result = segment_by_all(ct, plugins, given, tell=_say)
    _say(f"writing {out}")
    written = (write_folder if layout == "radgenome" else write_labels)(
        out, ct, result, flagged, picture=picture
    )
    seconds = round(time.perf_counter() - started, 1)
    if as_json:
        show_json(_as_json(written, seconds))
    else:
        _show(written, seconds)
    sys.exit(1 if sentinel.contradicted(flagged) else 0)


def _say(text: str) -> None:
    click.echo(text, err=True)


def _show(written: Written, seconds: float) -> None:
    told = written.told
    click.echo(f"{'structure':48} {'volume':>13}  {_CONFIDENCE}  method")
    for structure in told.structures:
        sure = "" if structure.confidence is None else f"{structure.confidence:.2f}"
        note = f"  ({structure.note})" if structure.note else ""
        click.echo(
            f"{structure.name:48} {structure.volume_ml:10.2f} ml  {sure:>{len(_CONFIDENCE)}}  "
            f"{structure.method or ''}{note}"
        )
    click.echo(f"{_CONFIDENCE}: 0 to 1, the method's own and not calibrated; it is no Dice.")
    for abstention in told.abstained[:_SHOWN_ABSTENTIONS]:
        click.echo(f"{abstention.name:48} not given: {abstention.reason}")
    if len(told.abstained) > _SHOWN_ABSTENTIONS:
        click.echo(f"... and {len(told.abstained) - _SHOWN_ABSTENTIONS} more, in the JSON file")
    for line in written.unsure:
        click.echo(f"please look at {line}")
    click.echo(
        f"{plural(len(told.structures), 'structure')}, {len(told.abstained)} abstained from, "
        f"{seconds} s: {written.files[0]}"
    )


def _as_json(written: Written, seconds: float) -> Mapping[str, Any]:
    return {
        **written.told.model_dump(mode="json"),
        "files": [str(path) for path in written.files],
        "seconds": seconds,
    }
