"""``groundct export``: a release in another dataset's layout."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import click

from groundct.cli._show import plural, show_issues, show_json
from groundct.core.plugins import load_plugin, plugin_names
from groundct.release.exports._contract import Exporter, ExportOptions
from groundct.release.read import read_release

_SHOWN_ISSUES = 40


@click.command("export")
@click.argument("release", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--to", "layout", required=True, help="The layout; --to list names them all.")
@click.option(
    "-o", "--output", "out", type=click.Path(path_type=Path), help="The folder to write to."
)
@click.option(
    "--identity-affine",
    is_flag=True,
    help="Write masks with the identity as affine, as the published files have it.",
)
@click.option("--json", "as_json", is_flag=True, help="Print files and issues as JSON.")
def command(
    release: Path, layout: str, out: Path | None, identity_affine: bool, as_json: bool
) -> None:
    """Write RELEASE in the exact layout of another dataset.

    Masks are written on the CT's grid with the CT's affine, voxel for voxel.

    \b
    Examples:
      groundct export workspace/release --to radgenome -o out/
      groundct export workspace/release --to rexgroundingct -o out/ --identity-affine
    """
    if layout == "list":
        for name in plugin_names("exports"):
            click.echo(f"{name}: {load_plugin('exports', name).description}")
        return
    if out is None:
        raise click.UsageError("name the folder to write to with -o")
    exporter = cast(Exporter, load_plugin("exports", layout))
    cases = read_release(release).cases()
    exported = exporter.export(cases, out, ExportOptions(identity_affine=identity_affine))
    if as_json:
        show_json(exported.model_dump(mode="json"))
        return
    show_issues(exported.issues, _SHOWN_ISSUES)
    click.echo(f"{plural(len(exported.files), 'file')} in {out}")
