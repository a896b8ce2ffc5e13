"""Detection and airways: time of large inputs, and the same numbers from public tools.

``python -m bench.bench_detection [DATA]``; DATA is ``../shared/data`` unless given. Candidates and
trees are synthetic. FROC is set against scikit-learn's ``roc_curve``, which LUNA16's evaluation
calls, and centrelines against scikit-image's ``skeletonize`` where they are installed. DATA gives
LIDC's annotations: one reader against another. ``--coverage`` adds how often intervals hold the
truth in 300 simulated sets (two minutes). Exits with 1 when numbers differ, or without DATA.
"""

from __future__ import annotations

import csv
import importlib
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from scipy import ndimage

from bench import DATA
from groundct.benchmark.detection import (
    DetectionSettings,
    evaluate_detection,
    read_candidate_table,
    read_reference_table,
)
from groundct.benchmark.detection.run import NAMES, scores_of
from groundct.imaging.thinning import centreline
from groundct.metrics.airway import airway_tree, score_airway
from groundct.metrics.detection import RATES, Marks, sensitivities_at

SCANS, NODULES = 888, 1186
"""As many as LUNA16 has."""
SETS = 300


def main() -> int:
    words = [word for word in sys.argv[1:] if word != "--coverage"]
    data = Path(words[0]) if words else DATA
    with tempfile.TemporaryDirectory() as scratch:
        for candidates in (20_000, 1_000_000):
            large(Path(scratch), candidates)
        wrong = against_roc_curve()
        against_skeletonize()
        if "--coverage" in sys.argv:
            coverage()
        return int(wrong or readers(Path(scratch), data))


def large(root: Path, many: int) -> None:
    rng = np.random.default_rng(0)
    scans = [f"1.2.{n}" for n in range(SCANS)]
    of = rng.integers(0, SCANS, NODULES)
    centres = rng.uniform(-150, 150, (NODULES, 3))
    found = rng.random(NODULES) < 0.9
    case = np.concatenate([of[found], rng.integers(0, SCANS, many - found.sum())])
    place = np.concatenate([centres[found], rng.uniform(-150, 150, (many - found.sum(), 3))])
    sure = np.concatenate([rng.beta(4, 1.5, found.sum()), rng.beta(1.2, 4, many - found.sum())])
    axes = "seriesuid,coordX,coordY,coordZ"
    lines = [f"{scans[s]},{x},{y},{z},8" for s, (x, y, z) in zip(of, centres, strict=True)]
    (root / "ref.csv").write_text("\n".join([f"{axes},diameter_mm", *lines]))
    lines = [
        f"{scans[s]},{x:.2f},{y:.2f},{z:.2f},{c:.6f}"
        for s, (x, y, z), c in zip(case, place, sure, strict=True)
    ]
    (root / "pred.csv").write_text("\n".join([f"{axes},probability", *lines]))
    (root / "scans.csv").write_text("\n".join(scans))
    start = time.perf_counter()
    reference = read_reference_table(root / "ref.csv", "lps", scans=root / "scans.csv")
    prediction = read_candidate_table(root / "pred.csv", "lps")
    read = time.perf_counter() - start
    result = evaluate_detection(reference, prediction)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{many} candidates in {SCANS} scans: read {read:.2f} s, scored with 2,000 draws "
        f"{result.seconds:.2f} s, CPM {result.summary['cpm']:.4f}, peak {peak:.0f} MiB"
    )


def against_roc_curve() -> bool:
    metrics = peer("sklearn.metrics")
    if metrics is None:
        return False
    rng = np.random.default_rng(1)
    worst, rounded = 0.0, 0
    for _ in range(2000):
        n, references, scans = rng.integers(5, 200), int(rng.integers(1, 60)), rng.integers(1, 30)
        is_hit = rng.random(n) < 0.3
        is_hit[np.flatnonzero(is_hit)[references:]] = False
        is_hit[0], is_hit[1] = True, False
        confidence = rng.integers(0, 40, n) / 40
        references = max(references, int(is_hit.sum()))
        fpr, tpr, _ = metrics.roc_curve(is_hit, confidence)
        false, found = fpr * (n - is_hit.sum()), tpr * is_hit.sum() / references
        due = np.interp(RATES, np.rint(false) / scans, found)
        rounded += bool((abs(due - np.interp(RATES, false / scans, found)) > 1e-9).any())
        own = sensitivities_at(
            Marks(
                confidence, is_hit, np.zeros(n, np.int64), np.array([float(references)]),
                np.array([float(scans)]),
            ),
            curve="interpolated",
        )  # fmt: skip
        worst = max(worst, float(abs(own - due).max()))
    print(f"sensitivities of 2,000 random curves, largest difference to roc_curve {worst:.1e}")
    print(f"  without rounding its false positives to whole numbers, {rounded} curves would differ")
    return worst > 1e-9


def coverage() -> None:
    rng = np.random.default_rng(11)
    truth = np.mean([sensitivities_at(simulated(rng, 40_000)) for _ in range(5)], axis=0)
    true = [*truth, truth.mean()]
    inside = np.zeros(len(NAMES))
    for seed in range(SETS):
        own = scores_of(simulated(rng, 200), DetectionSettings(seed=seed))
        ends = [own["ci95"][name] for name in NAMES]
        inside += [low <= value <= high for value, (low, high) in zip(true, ends, strict=True)]
    told = ", ".join(f"{n} {s:.3f}" for n, s in zip(NAMES, inside / SETS, strict=True))
    print(f"{SETS} sets of 200 scans, 95 % intervals hold the truth in a share of: {told}")


def simulated(rng: np.random.Generator, scans: int) -> Marks:
    """Scans differ in how many nodules and false positives they have, and in how hard they are."""
    references = rng.poisson(rng.gamma(2, 0.7, scans))
    ease = rng.normal(0, 0.8, scans)
    of = np.repeat(np.arange(scans), references)
    of = of[rng.random(len(of)) < 0.92]
    false = np.repeat(np.arange(scans), rng.poisson(rng.gamma(3, 4, scans)))
    sure = np.concatenate(
        [rng.normal(1.6, 1, len(of)) + ease[of], rng.normal(-0.6, 1, len(false)) + ease[false] / 2]
    )
    is_hit = np.arange(len(sure)) < len(of)
    cluster = np.concatenate([of, false])
    return Marks(sure, is_hit, cluster, references.astype(float), np.ones(scans))


def against_skeletonize() -> None:
    morphology = peer("skimage.morphology")
    tree = made_tree()
    start = time.perf_counter()
    ours = centreline(tree)
    took = time.perf_counter() - start
    print(f"tree of {tree.sum()} voxels: centreline of {ours.sum()} voxels in {took:.1f} s")
    spacing = (0.7, 0.7, 1.0)
    parsed = airway_tree(tree, spacing)
    rough = ndimage.binary_opening(tree, iterations=3)
    score = score_airway(tree, rough, spacing, tree=parsed)
    print(
        f"  {parsed.n_branches} branches, {parsed.length_mm.sum():.0f} mm; without thin branches "
        f"it finds {score.length_detected:.3f} of the length and {score.branches_detected:.3f} "
        "of the branches"
    )
    if morphology is None:
        return
    start = time.perf_counter()
    theirs = morphology.skeletonize(tree)
    took = time.perf_counter() - start
    near = ndimage.distance_transform_edt(~ours)[theirs]
    print(
        f"  skeletonize: {theirs.sum()} voxels in {took:.1f} s, 95 % of them within "
        f"{np.quantile(near, 0.95):.1f} voxels of ours, all within {near.max():.1f}"
    )
    share = (theirs & rough).sum() / theirs.sum()
    print(
        f"  length found along its centreline {share:.3f}, ours {score.length_detected_voxels:.3f}"
    )


def made_tree() -> np.ndarray:
    """Five generations of forks, the trunk 9 voxels thick in radius."""
    shape = (220, 160, 220)
    seeds = np.zeros(shape, np.uint8)
    nodes = [((110.0, 80.0, 215.0), np.array([0.0, 0.0, -1.0]), 60.0, 9.0)]
    mask = np.zeros(shape, bool)
    for level in range(5):
        after = []
        for start, way, length, radius in nodes:
            line = np.array(start) + np.linspace(0, length, 200)[:, None] * way
            line = line[((line >= 0) & (line < np.array(shape) - 1)).all(axis=1)]
            seeds[:] = 1
            seeds[tuple(np.rint(line).astype(int).T)] = 0
            mask |= ndimage.distance_transform_edt(seeds) <= radius
            across = np.array([1.0, 0, 0]) if level % 2 == 0 else np.array([0, 1.0, 0])
            for sign in (-1, 1):
                turned = way + sign * across * (0.9 if level < 2 else 0.7)
                turned /= np.linalg.norm(turned)
                after.append((tuple(line[-1]), turned, length * 0.65, max(radius * 0.65, 1.2)))
        nodes = after
    return mask


def readers(root: Path, data: Path) -> bool:
    path = data / "ct/lidc_idri/lidc_nodule_annotations.csv"
    if not path.is_file():
        print(f"absent: {path}", file=sys.stderr)
        return True
    with path.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    head = "seriesuid,coordX,coordY,coordZ"
    parts: dict[str, list[str]] = {}
    for row in rows:
        x, y, z = row["centroid_lps_mm"].split()
        parts.setdefault(row["reader"], []).append(
            f"{row['patient']},{x},{y},{z},{row['pylidc_diameter_mm']},{row['subtlety']}"
        )
    for reader, lines in sorted(parts.items()):
        table = "\n".join([f"{head},diameter_mm,probability", *lines])
        (root / f"{reader}.csv").write_text(table)
    reference = read_reference_table(root / "1.csv", "lps")
    settings = DetectionSettings(draws=10)
    for reader in sorted(parts):
        for told in ("lps", "ras"):
            result = evaluate_detection(
                reference, read_candidate_table(root / f"{reader}.csv", told), settings
            )
            own = result.summary
            flipped = any(i.code == "coordinates-look-flipped" for i in result.issues)
            print(
                f"LIDC reader {reader} against 1, told {told}: {own['n_detected']} of "
                f"{own['n_references']} found, {own['n_false_positives']} others, "
                f"{'warned of the coordinates' if flipped else 'no warning'}"
            )
    return False


def peer(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        print(f"{name}: not installed")
        return None


if __name__ == "__main__":
    sys.exit(main())
