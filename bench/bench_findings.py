"""Measure hu_text's fourteen categories: findings that are there, and claims of what is not.

    python -m bench.bench_findings --phantoms 30 --seeds odd     phantoms, hit and Dice by category
    python -m bench.bench_findings --phantoms 30 --organs hu     the same in organs found by hu
    python -m bench.bench_findings [DATA]                        claims in the LIDC scans, by lobe

Bodies, findings and slices come from the seed as in bench_masks. In the first phantoms each
category that they lack is also claimed in a lobe without findings. In the scans every category is
claimed in each lobe; no radiologist reported most of it there, and what is answered is listed, to
be looked at. Constants were chosen while looking at even seeds and at both scans. Tables are
Markdown.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

from bench import DATA
from bench.bench_masks import seeds_of
from bench.masks_phantom import EMPTY, claimed, grounded, spec_of
from groundct.anatomy.composites import complete
from groundct.anatomy.hu import PLUGIN as HU
from groundct.codecs.nifti import read_nifti_volume
from groundct.core.case import NiftiVolume
from groundct.core.issues import DataError
from groundct.core.record import Grounded
from groundct.core.report import Finding, Reading, Span
from groundct.core.volume import LabelMap, Volume
from groundct.grounding.assign import GroundingRequest, ground
from groundct.grounding.hu_text import PLUGIN
from groundct.metrics.overlap import HIT_DICE
from groundct.phantom.make import Phantom, make_phantom
from groundct.phantom.spec import LOBES, PLEURAL, TYPES

SCANS = ("LIDC-IDRI-0001", "LIDC-IDRI-0003")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="?", type=Path, default=DATA)
    parser.add_argument("--phantoms", type=int, default=0, help="how many phantoms")
    parser.add_argument("--seeds", default="odd", help="even, odd, or the first seed")
    parser.add_argument("--width", type=int, default=224, help="voxels along i and j")
    parser.add_argument("--claims", type=int, default=5, help="phantoms with false claims, too")
    parser.add_argument("--organs", choices=("truth", "hu"), default="truth")
    options = parser.parse_args()
    if options.phantoms:
        seeds = seeds_of(options.seeds, options.phantoms)
        phantoms(seeds, options.width, options.organs, options.claims)
        return 0
    folder = options.data / "ct" / "lidc_idri"
    if not folder.is_dir():
        print(f"{folder} is absent: no claim was measured on real scans", file=sys.stderr)
        return 1
    for name in SCANS:
        scan(name, read_nifti_volume(NiftiVolume(path=folder / f"{name}.nii.gz")))
    return 0


def phantoms(seeds: list[int], width: int, organs: str, claimed_in: int) -> None:
    scores: dict[str, list[float]] = defaultdict(list)
    refused: dict[str, int] = defaultdict(int)
    claims: dict[str, list[float]] = defaultdict(list)
    started = time.process_time()
    for n, seed in enumerate(seeds):
        try:
            phantom = make_phantom(spec_of(seed, width))
        except DataError as error:
            print(f"seed {seed} is left out: {error}", file=sys.stderr)
            continue
        found = phantom.organs if organs == "truth" else complete(HU.segment(phantom.volume))
        for each in grounded(phantom, found):
            scores[each.category].append(each.dice)
            refused[each.category] += bool(each.reason)
        if n < claimed_in:
            for category, found_ml in absent(phantom, found, seed):
                claims[category].append(found_ml)
    print("| category | findings | hits | mean Dice | lowest | refused | false claims answered |")
    print("|---|---|---|---|---|---|---|")
    for category in (*PLUGIN.categories, "all"):
        keys = PLUGIN.categories if category == "all" else (category,)
        own = [value for key in keys for value in scores[key]]
        false = [value for key in keys for value in claims[key]]
        answered = f"{sum(ml > 0 for ml in false)}/{len(false)}"
        hits = f"{sum(v >= HIT_DICE for v in own)}"
        values = f"{np.mean(own):.2f} | {min(own):.2f}" if own else "- | -"
        none = sum(refused[key] for key in keys)
        print(f"| {category} | {len(own)} | {hits} | {values} | {none} | {answered} |")
    seconds = time.process_time() - started
    print(f"{len(seeds)} phantoms, organs: {organs}; {seconds:.0f} s of CPU in all.")


def absent(phantom: Phantom, organs: LabelMap, seed: int) -> list[tuple[str, float]]:
    """Millilitres that are answered to claims of the categories that a phantom lacks."""
    there = {placed.spec.category for placed in phantom.findings}
    sites = [placed.spec.site for placed in phantom.findings]
    free = [lobe for lobe in LOBES if not any(lobe.startswith(s) or s in lobe for s in sites)]
    free = [lobe for lobe in free if not any(site.startswith(lobe) for site in sites)]
    if "lung" in sites or not free:
        return []
    lobe = free[seed % len(free)]
    sides = {site.split()[0] for site in sites}
    taken = lobe.split()[0] in sides
    wanted = [c for c in PLUGIN.categories if c not in there and not (taken and c in PLEURAL)]
    answers = claims_ml(phantom.volume, organs, [(category, lobe) for category in wanted])
    return [(category, answers[category, lobe][0]) for category in wanted]


def scan(name: str, volume: Volume) -> None:
    organs = complete(HU.segment(volume))
    started = time.process_time()
    wanted = [(category, lobe) for category in PLUGIN.categories for lobe in LOBES]
    answers = claims_ml(volume, organs, wanted)
    seconds = (time.process_time() - started) / len(wanted)
    print(f"{name}: millilitres and confidence answered to a claim; {seconds:.1f} s of CPU each")
    print("| category | " + " | ".join(LOBES) + " |")
    print("|---|" + "---|" * len(LOBES))
    for category in PLUGIN.categories:
        own = [answers[category, lobe] for lobe in LOBES]
        cells = (f"{found_ml:.1f}, {sure:.2f}" if found_ml else "-" for found_ml, sure in own)
        print(f"| {category} | " + " | ".join(cells) + " |", flush=True)


def claims_ml(
    volume: Volume, organs: LabelMap, wanted: list[tuple[str, str]]
) -> dict[tuple[str, str], tuple[float, float]]:
    """Millilitres and confidence answered to claims of categories in lobes (or beside lungs)."""
    findings = tuple(claim(category, lobe) for category, lobe in wanted)
    reading = Reading(sentences=(), findings=findings)
    outcome = ground(GroundingRequest(volume, organs, EMPTY, reading, PLUGIN))
    sure = {
        g.target_id: g.confidence
        for g in outcome.groundings
        if isinstance(g, Grounded) and g.method == "candidate"
    }
    out = {}
    for key, finding in zip(wanted, findings, strict=True):
        mask, _ = claimed(outcome, finding.finding_id)
        found_ml = float(np.count_nonzero(mask)) * volume.geometry.voxel_volume_mm3 / 1000
        out[key] = found_ml, sure.get(finding.finding_id, 0.0)
    return out


def claim(category: str, lobe: str) -> Finding:
    """A finding of a category's default type in a lobe; of the pleura, on its side."""
    side = lobe.split()[0]
    pleural = category in PLEURAL
    path = "pleura/pleura" if pleural else f"lung/lung/{side} lung/{lobe}"
    kinds = {str(key): kinds[0] for key, kinds in TYPES.items()}
    return Finding.model_validate(
        {
            "finding_id": f"{category} {lobe}",
            "type": kinds[category],
            "category": category,
            "focal": category[0] != "1",
            "presence": "present",
            "span": Span(start=0, end=1),
            "standardized": kinds[category],
            "sentence_indices": (0,),
            "anatomy": (path,),
            "laterality": side,
        }
    )


if __name__ == "__main__":
    sys.exit(main())
