"""``groundct phantom``: a corpus of synthetic chests with their truth."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import click

from groundct.cli._show import plural

if TYPE_CHECKING:
    from groundct.cli._phantom_case import CaseJob, CaseResult
    from groundct.phantom.corpus import Contrast, Wording
    from groundct.phantom.spec import Category

_COLUMNS: Final = {
    "clinical_information": "ClinicalInformation_EN",
    "technique": "Technique_EN",
    "findings": "Findings_EN",
    "impression": "Impressions_EN",
}
_WIDTHS: Final = {"full": 512, "half": 256, "small": 128}
_DEPTH_MM: Final = 320.0
_SMALL_SLICE_MM: Final = 3.2


@click.command("phantom")
@click.option("-o", "--output", "out", required=True, type=click.Path(path_type=Path))
@click.option("-n", "--count", default=3, show_default=True, type=click.IntRange(1, 10_000))
@click.option("--seed", default=0, show_default=True, help="Equal seeds give equal files.")
@click.option(
    "--size",
    type=click.Choice(list(_WIDTHS)),
    default="small",
    show_default=True,
    help="512, 256 or 128 voxels across 400 mm.",
)
@click.option(
    "--slice-mm",
    type=click.FloatRange(0.5, 10),
    help="Slice thickness; 1 mm by default, 3.2 mm with --size small.",
)
@click.option(
    "--shape",
    nargs=3,
    type=click.IntRange(16, 1024),
    help="Voxels along i, j and k instead of a size; the whole thorax is always in view.",
)
@click.option(
    "--findings",
    default="mixed",
    show_default=True,
    help="mixed, none, or codes such as 2d,2e to draw from.",
)
@click.option(
    "--contrast",
    type=click.Choice(["none", "venous", "arterial", "mixed"]),
    default="none",
    show_default=True,
)
@click.option(
    "--register",
    "wording",
    type=click.Choice(["mixed", "translated", "american", "plain"]),
    default="mixed",
    show_default=True,
    help="How reports are worded.",
)
@click.option("--jobs", default=1, show_default=True, type=click.IntRange(1, 64))
def command(  # noqa: PLR0913 - one parameter an option
    out: Path,
    count: int,
    seed: int,
    size: str,
    slice_mm: float | None,
    shape: tuple[int, int, int] | None,
    findings: str,
    contrast: str,
    wording: str,
    jobs: int,
) -> None:
    """Write synthetic chests with findings, their reports and their truth.

    OUT/corpus is a folder of NIfTI with a reports table, to build from; OUT/truth holds organs,
    lung segments, findings, calcifications and devices as label maps, and what each report says;
    OUT/montage.png shows the cases. Cases that are there already are kept.

    \b
    Examples:
      groundct phantom -o phantoms -n 5
      groundct phantom -o large --size full --slice-mm 1.25 --contrast mixed -n 100 --jobs 2
    """
    import numpy as np

    from groundct.cli._phantom_case import CaseJob, write_montage
    from groundct.codecs.tables import write_csv_table
    from groundct.phantom.corpus import Wishes, corpus_specs
    from groundct.phantom.spec import PhantomSpec

    usual_mm = _SMALL_SLICE_MM if size == "small" else 1.0
    across, thick_mm = _WIDTHS[size], slice_mm or usual_mm
    like = PhantomSpec(
        shape=shape or (across, across, round(_DEPTH_MM / thick_mm)),
        slice_mm=slice_mm if shape else thick_mm,
    )
    wishes = Wishes(_categories(findings), cast("Contrast", contrast), cast("Wording", wording))
    specs = corpus_specs(count, np.random.default_rng(seed), like, wishes)
    cases = tuple(
        CaseJob(f"phantom_{seed}_{number:04d}", spec, out) for number, spec in enumerate(specs)
    )
    rows: dict[str, dict[str, str]] = {}
    for done, result in enumerate(_results(cases, jobs), start=1):
        kept = ", kept" if result.kept else ""
        click.echo(f"[{done}/{count}] {result.case_id}{kept}", err=True)
        for line in result.left_out:
            click.echo(f"    left out: {line}", err=True)
        rows[result.case_id] = _row(result)
    table = out / "corpus" / "reports.csv"
    write_csv_table(table, ["VolumeName", *_COLUMNS.values()], [rows[c.case_id] for c in cases])
    write_montage(cases)
    click.echo(f"{plural(count, 'case')} in {out / 'corpus'}, their truth in {out / 'truth'}")


def _categories(findings: str) -> tuple[Category, ...]:
    from groundct.phantom.spec import TYPES

    if findings in ("mixed", "none"):
        return tuple(TYPES) if findings == "mixed" else ()
    codes = tuple(code.strip() for code in findings.split(","))
    if unknown := [code for code in codes if code not in TYPES]:
        raise click.BadParameter(
            f"{', '.join(unknown)}: there are mixed, none, or {', '.join(TYPES)}.",
            param_hint="--findings",
        )
    return tuple(code for code in TYPES if code in codes)


def _results(cases: tuple[CaseJob, ...], jobs: int) -> Iterator[CaseResult]:
    """The results as they come."""
    from concurrent.futures import ProcessPoolExecutor, as_completed

    from groundct.cli._phantom_case import make_case

    if jobs == 1:
        yield from map(make_case, cases)
        return
    with ProcessPoolExecutor(jobs) as pool:
        for future in as_completed([pool.submit(make_case, case) for case in cases]):
            yield future.result()


def _row(result: CaseResult) -> dict[str, str]:
    report = result.report
    cells = {_COLUMNS.get(s.name, ""): s.span.of(report.text) for s in report.sections}
    return {
        "VolumeName": f"{result.case_id}.nii.gz",
        **{column: cells.get(column, "") for column in _COLUMNS.values()},
    }
