"""Measure the hu_text finding segmenter through grounding as a whole.

    python -m bench.bench_grounding [../shared/data] [--only lidc|effusion]

LIDC nodules: a finding with the readers' mean diameter and the side, against the readers' masks;
then the same without a size. Effusions: phantoms of five depths at three noises, organs from the
``hu`` segmenter; constants were chosen while looking at even seeds. All categories on phantoms, and
claims of what is not there, are measured by bench_findings.
"""

from __future__ import annotations

import argparse
import csv
import resource
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from bench import DATA
from groundct.anatomy.hu import PLUGIN as HU
from groundct.codecs.nifti import read_nifti_labels, read_nifti_volume
from groundct.core.case import NiftiVolume
from groundct.core.record import Grounded
from groundct.core.report import Finding, Measurement, Reading, Report, Span
from groundct.core.volume import BoolArray, LabelMap, Volume
from groundct.grounding.assign import GroundingOutcome, GroundingRequest, ground
from groundct.grounding.hu_text import PLUGIN
from groundct.metrics.overlap import dice
from groundct.phantom.make import Phantom, make_phantom
from groundct.phantom.spec import SIDES, FindingSpec, PhantomSpec

CASES = ("LIDC-IDRI-0001", "LIDC-IDRI-0003")
EFFUSIONS_MM = (10.0, 18.0, 30.0, 45.0, 60.0)
NOISES_HU = (12.0, 18.0, 30.0)
SHAPE = (192, 192, 96)
EMPTY = Report(text="", sections=())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, default=DATA)
    parser.add_argument("--only", choices=("lidc", "effusion"))
    options = parser.parse_args()
    status = 0
    if options.only in (None, "effusion"):
        effusion_table()
    if options.only in (None, "lidc"):
        folder = options.data / "ct" / "lidc_idri"
        if folder.is_dir():
            lidc_table(folder)
        else:
            print(f"{folder} is absent: the LIDC nodules are not measured.", file=sys.stderr)
            status = 1
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the whole run, segmenter included: {peak_mib:.0f} MiB")
    return status


def lidc_table(folder: Path) -> None:
    print("LIDC nodules (development data: constants were chosen while looking at them)")
    print(
        "case            nodule  size_mm    dice_2of4  dice_readers             confidence  cpu_s"
    )
    rows = list(csv.DictReader((folder / "lidc_nodule_annotations.csv").open()))
    for case in CASES:
        volume = read_nifti_volume(NiftiVolume(path=folder / f"{case}.nii.gz"))
        organs = HU.segment(volume)
        agreed = read_nifti_labels(folder / f"{case}_nodules_2of4.nii.gz").labels
        readers = [
            read_nifti_labels(folder / f"{case}_nodules_reader{n}.nii.gz").labels
            for n in range(1, 5)
        ]
        own = [row for row in rows if row["patient"] == case]
        for label in sorted({int(row["nodule_label"]) for row in own}):
            mine = [row for row in own if int(row["nodule_label"]) == label]
            size = float(np.mean([float(row["pylidc_diameter_mm"]) for row in mine]))
            x_lps = float(mine[0]["centroid_lps_mm"].split()[0])
            side = "left" if side_is_left(x_lps, volume) else "right"
            haze = float(np.mean([float(row["texture"]) for row in mine])) < 2.5
            for stated in (size, None):
                found = nodule(side, stated, "ground_glass" if haze else "nodule")
                outcome, seconds = grounded(
                    volume, organs, Reading(sentences=(), findings=(found,))
                )
                mask, confidence = union(outcome, "f1")
                each = " ".join(
                    f"{dice(r == label, mask):.2f}" for r in readers if (r == label).any()
                )
                best = dice(agreed == label, mask) if (agreed == label).any() else float("nan")
                kind = f"{stated:.1f}" if stated else "none"
                print(
                    f"{case}  {label}{' haze' if haze else '':<6} {kind:>7}    {best:9.2f}  "
                    f"{each:<24} {confidence:9.2f} {seconds:7.1f}",
                    flush=True,
                )


def side_is_left(x_lps_mm: float, volume: Volume) -> bool:
    """The annotations are in LPS: x grows to the left; compared with the grid's own middle."""
    middle = volume.geometry.world_from_index([(n - 1) / 2 for n in volume.geometry.shape])
    return -x_lps_mm < middle[0]


def nodule(side: str, size_mm: float | None, kind: str) -> Finding:
    span = Span(start=0, end=1)
    sizes = (Measurement(span=span, values_mm=(size_mm,)),) if size_mm else ()
    return Finding.model_validate(
        {
            "finding_id": "f1",
            "type": kind,
            "category": "2d" if kind == "nodule" else "2c",
            "focal": True,
            "presence": "present",
            "span": span,
            "standardized": kind,
            "sentence_indices": (0,),
            "anatomy": (f"lung/lung/{side} lung",),
            "laterality": side,
            "measurements": sizes,
            "count": 1,
        }
    )


def effusion_table() -> None:
    """Effusions of five depths on both sides, at three noises; and what the free side claims.

    Odd seeds: the even ones of this series were looked at while constants were chosen.
    """
    print("Phantom effusions, odd seeds: Dice, confidence; on the other side: ml, confidence")
    for n, (size, side) in enumerate((size, side) for size in EFFUSIONS_MM for side in SIDES):
        placed = FindingSpec(category="2e", site=side, size_mm=size, seed=n)
        noise = NOISES_HU[n % len(NOISES_HU)]
        spec = PhantomSpec(seed=2 * n + 1, shape=SHAPE, noise_hu=noise, findings=(placed,))
        phantom = make_phantom(spec)
        organs = HU.segment(phantom.volume)
        outcome, seconds = grounded(phantom.volume, organs, phantom.reading)
        (made,) = phantom.findings
        mask, confidence = union(outcome, made.finding_id)
        other = "left" if side.startswith("right") else "right"
        change = {"category": "2e", "anatomy": ("pleura/pleura",)}
        claim = nodule(other, None, "pleural_effusion").model_copy(update=change)
        reading = Reading(sentences=(), findings=(claim,))
        false, sure = union(grounded(phantom.volume, organs, reading)[0], "f1")
        found = dice(truth_of(phantom, made), mask)
        false_ml = np.count_nonzero(false) * phantom.volume.geometry.voxel_volume_mm3 / 1000
        print(
            f"  {size:.0f} mm {side:<10} noise {noise:.0f}: {found:.2f}"
            f" {confidence:.2f}; {false_ml:.0f} ml {sure:.2f}; {seconds:.1f} s",
            flush=True,
        )


def truth_of(phantom: Phantom, placed: Any) -> BoolArray:
    out = np.zeros(phantom.volume.geometry.shape, dtype=np.bool_, order="F")
    for mask in placed.masks:
        out[mask.slices] |= mask.voxels
    return out


def grounded(volume: Volume, organs: LabelMap, reading: Reading) -> tuple[GroundingOutcome, float]:
    start = time.process_time()
    outcome = ground(GroundingRequest(volume, organs, EMPTY, reading, PLUGIN))
    return outcome, time.process_time() - start


def union(outcome: GroundingOutcome, finding_id: str) -> tuple[BoolArray, float]:
    """The voxels of a finding's candidates (none when it has only its place), and how sure."""
    out = np.zeros(outcome.masks.geometry.shape, dtype=np.bool_, order="F")
    for grounding in outcome.groundings:
        if (
            isinstance(grounding, Grounded)
            and (grounding.target, grounding.target_id) == ("finding", finding_id)
            and grounding.method == "candidate"
        ):
            for region_id in grounding.region_ids:
                out |= outcome.masks.mask(region_id)
            return out, grounding.confidence
    return out, 0.0


if __name__ == "__main__":
    sys.exit(main())
