"""A whole case from disk to all scores, beside public tools in the same run.

``python -m bench.bench_case [--repeats 5] [--no-peers]``. The case is that of `bench_official`:
512 x 512 x 320 voxels, 10 findings of 1 to 20 instances, here as one gzip member of level 6, as
most programs write. Ours: overlap, instances, volumes, diameters, HD95 and surface Dice, in a warm
process, and in a fresh one for its memory. Peers, where installed: nibabel + panoptica with the
same metrics; nibabel + scipy's components + MONAI's HD95 and surface Dice on crops. Scores that
both give under one convention are compared; exits with 1 when they differ.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from bench.bench_official import CATEGORIES, SPACING_MM, make_case, write_dataset
from groundct.benchmark.segmentation import Settings, open_masks
from groundct.benchmark.segmentation.score import Job, score_case
from groundct.codecs.mask_runs import read_mask_runs
from groundct.imaging.components import bounding_slices
from groundct.metrics.official import InstanceRules
from groundct.metrics.surface import surface_metrics_of_runs

CASE = "train_1_a_1"
NAMES = ("hd95:max", "hd95:pooled", "nsd:border", "nsd:mean")
TOLERANCE_MM = 1.0
IN_VOXELS = "hd95:pooled in voxels"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", help="not used: the case is synthetic")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--memory", type=Path, help="only score this folder, and print the peak")
    arguments = parser.parse_args()
    if arguments.memory:
        return memory(arguments.memory)
    with tempfile.TemporaryDirectory() as scratch:
        return beside(Path(scratch), arguments.repeats, [] if arguments.no_peers else PEERS)


def beside(root: Path, repeats: int, peers: list[tuple[str, tuple[str, ...], Peer]]) -> int:
    make_case(root, CASE, CATEGORIES, seed=1)
    write_dataset(root / "reference", {f"{CASE}.nii.gz": len(CATEGORIES)})
    paths = [root / side / f"{CASE}.nii.gz" for side in ("prediction", "reference")]
    for path in paths:
        path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()), 6, mtime=0))
    print(
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; seconds, the least of the runs\n"
    )
    print("| from two files to all scores | wall | processor |\n|---|---|---|")
    job = case_job(root)
    ours, score = timed(lambda: score_case(job), repeats)
    print(f"| groundct, {job.threads} threads | {ours[0]:.2f} | {ours[1]:.2f} |", flush=True)
    different = 0
    for name, modules, peer in peers:
        missing = [m for m in modules if importlib.util.find_spec(m) is None]
        if missing:
            print(f"| {name}: not installed: {', '.join(missing)} | | |")
            continue
        said = " + ".join(f"{module} {version(module)}" for module in modules)
        theirs, values = timed(lambda peer=peer: peer(*paths), 1)
        ratios = " and ".join(f"{a / b:.0f}" for a, b in zip(theirs, ours, strict=True))
        print(f"| {said} | {theirs[0]:.1f} | {theirs[1]:.1f} | x {ratios}", flush=True)
        own = [{**row.surfaces, "dice": row.dice} for row in score.findings]
        for row, distance in zip(own, pooled_in_voxels(paths), strict=True):
            row[IN_VOXELS] = distance
        different += apart(own, values)
    subprocess.run([sys.executable, "-m", "bench.bench_case", "--memory", str(root)], check=True)
    return int(different > 0)


def case_job(root: Path) -> Job:
    # Every voxel counts, as in the tools beside.
    rules = InstanceRules(min_voxels=1, max_instances=None)
    settings = Settings(surfaces=NAMES, tolerances_mm=(TOLERANCE_MM,), instances=rules)
    sides = [open_masks(root / side) for side in ("reference", "prediction")]
    return Job(CASE, "train_1", sides[0], sides[1], settings, threads=2)


def memory(root: Path) -> int:
    score_case(case_job(root))
    # What getrusage says begins with the memory of the process that started this one.
    lines = Path("/proc/self/status").read_text().splitlines()
    (peak,) = (int(line.split()[1]) >> 10 for line in lines if line.startswith("VmHWM:"))
    print(f"\nmost memory of a fresh process that scores the case: {peak} MiB")
    return 0


def timed(work: Callable[[], Any], repeats: int) -> tuple[tuple[float, float], Any]:
    """The least seconds of the wall and of the processor, and what the last run gave."""
    wall = processor = float("inf")
    out = None
    for _ in range(repeats):
        start = time.perf_counter(), time.process_time()
        out = work()
        wall = min(wall, time.perf_counter() - start[0])
        processor = min(processor, time.process_time() - start[1])
    return (wall, processor), out


def pooled_in_voxels(paths: list[Path]) -> list[float]:
    sides = (read_mask_runs(path).findings for path in reversed(paths))
    unit = (1.0, 1.0, 1.0)
    return [
        surface_metrics_of_runs(*pair, unit, names=("hd95:pooled",))["hd95:pooled"]
        for pair in zip(*sides, strict=True)
    ]


def apart(own: list[dict[str, float]], values: list[dict[str, float]]) -> int:
    """Prints how far a tool's values are from ours; how many names are further than rounding."""
    worst: dict[str, float] = {}
    for ours, theirs in zip(own, values, strict=True):
        for name, value in theirs.items():
            worst[name] = max(worst.get(name, 0.0), abs(value - ours[name]))
    print("  largest difference: " + ", ".join(f"{n} {d:.1e}" for n, d in worst.items()))
    # MONAI interpolates percentiles in 32 bits.
    return sum(difference > 1e-4 for difference in worst.values())


def with_panoptica(prediction: Path, reference: Path) -> list[dict[str, float]]:
    """Components, matching by overlap, instances' and the whole finding's metrics."""
    import nibabel
    from panoptica import (
        ConnectedComponentsInstanceApproximator,
        InputType,
        Metric,
        NaiveThresholdMatching,
        Panoptica_Evaluator,
    )

    wanted = [Metric.DSC, Metric.HD95, Metric.NSD]
    evaluator = Panoptica_Evaluator(
        expected_input=InputType.SEMANTIC,
        instance_approximator=ConnectedComponentsInstanceApproximator(),
        instance_matcher=NaiveThresholdMatching(matching_metric=Metric.DSC, matching_threshold=0.2),
        instance_metrics=wanted,
        global_metrics=wanted,
    )
    sides = [np.asarray(nibabel.load(path).dataobj) > 0 for path in (prediction, reference)]
    out = []
    for pair in zip(*sides, strict=True):
        masks = [mask.astype(np.uint8) for mask in pair]
        (result,) = evaluator.evaluate(*masks, voxelspacing=SPACING_MM).values()
        found = result.to_dict()
        # Of whole masks it measures in voxels, whatever the spacing.
        out.append(
            {"dice": float(found["global_bin_dsc"]), IN_VOXELS: float(found["global_bin_hd95"])}
        )
    return out


def with_monai(prediction: Path, reference: Path) -> list[dict[str, float]]:
    """Components of scipy at 18 neighbours, overlaps, MONAI's HD95 and surface Dice on crops."""
    import nibabel
    from scipy import ndimage

    from bench.surface_peers import monai_hd95_and_nsd

    near = ndimage.generate_binary_structure(3, 2)
    sides = [np.asarray(nibabel.load(path).dataobj) > 0 for path in (prediction, reference)]
    out = []
    for guess, truth in zip(*sides, strict=True):
        instances = [ndimage.label(mask, near)[0] for mask in (truth, guess)]
        columns = int(instances[1].max()) + 1
        np.bincount((instances[0].astype(np.int64) * columns + instances[1]).ravel())
        box = bounding_slices(truth | guess, margin=1)
        out.append(monai_hd95_and_nsd(truth[box], guess[box], SPACING_MM))
    return out


Peer = Callable[[Path, Path], list[dict[str, float]]]
PEERS: list[tuple[str, tuple[str, ...], Peer]] = [
    ("panoptica", ("nibabel", "panoptica"), with_panoptica),
    ("MONAI", ("nibabel", "scipy", "monai"), with_monai),
]

if __name__ == "__main__":
    warnings.simplefilter("ignore")
    sys.exit(main())
