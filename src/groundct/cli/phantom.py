"""``groundct phantom``: a corpus of synthetic chests with their truth."""

from __future__ import annotations

import json
from pathlib import Path

import click
import numpy as np

from groundct.cli._show import plural
from groundct.codecs.label_maps import write_label_map
from groundct.codecs.nifti import write_nifti_volume
from groundct.codecs.tables import write_csv_table
from groundct.core.volume import label_map_of_masks
from groundct.phantom.corpus import corpus_specs
from groundct.phantom.make import Phantom, make_phantom
from groundct.phantom.spec import PhantomSpec

_COLUMNS = {
    "clinical_information": "ClinicalInformation_EN",
    "technique": "Technique_EN",
    "findings": "Findings_EN",
    "impression": "Impressions_EN",
}


@click.command("phantom")
@click.option("-o", "--output", "out", required=True, type=click.Path(path_type=Path))
@click.option("--count", default=3, show_default=True, type=click.IntRange(1, 10_000))
@click.option("--seed", default=0, show_default=True, help="Equal seeds give equal files.")
@click.option(
    "--shape",
    nargs=3,
    type=click.IntRange(16, 1024),
    default=(128, 128, 100),
    show_default=True,
    help="Voxels along i, j and k; the whole thorax is always in view.",
)
def command(out: Path, count: int, seed: int, shape: tuple[int, int, int]) -> None:
    """Write synthetic chests with findings, their reports and their truth.

    OUT/corpus is a folder of NIfTI with a reports table, to build from; OUT/truth holds organs,
    lung segments and findings as label maps, and what each report says.

    \b
    Examples:
      groundct phantom -o phantoms --count 5
      groundct phantom -o large --shape 512 512 300 --count 1
    """
    like = PhantomSpec(shape=shape)
    rows: list[dict[str, str]] = []
    for number, spec in enumerate(corpus_specs(count, np.random.default_rng(seed), like)):
        case_id = f"phantom_{seed}_{number:04d}"
        click.echo(f"[{number + 1}/{count}] {case_id}", err=True)
        phantom = make_phantom(spec)
        write_nifti_volume(out / "corpus" / "volumes" / f"{case_id}.nii.gz", phantom.volume)
        _write_truth(out / "truth" / case_id, phantom)
        rows.append(_row(case_id, phantom))
    write_csv_table(out / "corpus" / "reports.csv", ["VolumeName", *_COLUMNS.values()], rows)
    click.echo(f"{plural(count, 'case')} in {out / 'corpus'}, their truth in {out / 'truth'}")


def _row(case_id: str, phantom: Phantom) -> dict[str, str]:
    cells = {
        _COLUMNS.get(s.name, ""): s.span.of(phantom.report.text) for s in phantom.report.sections
    }
    return {
        "VolumeName": f"{case_id}.nii.gz",
        **{column: cells.get(column, "") for column in _COLUMNS.values()},
    }


def _write_truth(folder: Path, phantom: Phantom) -> None:
    write_label_map(folder, "organs", phantom.organs)
    write_label_map(folder, "segments", phantom.segments)
    named = [
        (f"{placed.finding_id}.{n}", mask)
        for placed in phantom.findings
        for n, mask in enumerate(placed.masks, start=1)
    ]
    volume = phantom.volume
    write_label_map(folder, "findings", label_map_of_masks(named, volume.geometry, volume.stored))
    truth = {
        "spec": phantom.spec.model_dump(mode="json"),
        "reading": phantom.reading.model_dump(mode="json"),
    }
    text = json.dumps(truth, indent=2, sort_keys=True, ensure_ascii=False)
    (folder / "truth.json").write_text(text + "\n", encoding="utf-8")
