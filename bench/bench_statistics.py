"""How often 95 % intervals hold the truth, how often tests cry wolf, and what both cost.

Run: ``python -m bench.bench_statistics``; no data are read, a DATA argument is ignored. Findings
are drawn from a made-up population whose truth is known (2,000,000 patients): patients have 1 to 8
findings that are alike, those with many are harder, and 35 % of Dice are 0.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from groundct.metrics.statistics.bootstrap import (
    cluster_sums,
    drawn_sums,
    interval_of,
    mean_interval,
    ratio,
    ratio_interval,
)
from groundct.metrics.statistics.multiplicity import holm
from groundct.metrics.statistics.paired import permutation_p, permutation_ps, wilcoxon

RUNS = 2000
SIZES = (10, 20, 30, 50, 100, 300)
Floats = NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], tuple[Floats, Floats, NDArray[np.intp]]]


def skills(rng: np.random.Generator, patients: int) -> tuple[Floats, NDArray[np.intp]]:
    """How well each finding is segmented (0..1, 0 for 35 %), and its patient."""
    sizes = np.minimum(rng.geometric(0.45, patients), 8)
    owner = np.repeat(np.arange(patients), sizes)
    margin = rng.normal(size=patients)[owner] + rng.normal(size=owner.size)
    share = ndtr((margin - 0.15 * (sizes[owner] - 3)) / np.sqrt(2))
    return 0.95 * np.clip((share - 0.35) / 0.65, 0, None) ** 1.5, owner


def dice(rng: np.random.Generator, patients: int):
    values, owner = skills(rng, patients)
    return values, np.ones(owner.size), owner


def hits(rng: np.random.Generator, patients: int):
    values, owner = skills(rng, patients)
    return (values >= 0.1).astype(float), np.ones(owner.size), owner


def f1(rng: np.random.Generator, patients: int):
    values, owner = skills(rng, patients)
    instances = 1 + rng.poisson(0.8, owner.size)
    tp = rng.binomial(instances, values)
    fp = rng.poisson(0.9, owner.size)
    return 2.0 * tp, 1.0 * (tp + fp + instances), owner


def distances(rng: np.random.Generator, patients: int):
    values, owner = skills(rng, patients)
    return np.exp(2 - values + 0.8 * rng.normal(size=owner.size)), np.ones(owner.size), owner


KINDS: dict[str, Draw] = {
    "mean Dice": dice,
    "hit rate": hits,
    "F1 of pooled counts": f1,
    "mean distance, heavy tail": distances,
}


def coverage(draw: Draw, patients: int, truth: float) -> tuple[float, float]:
    """Percent of intervals with the truth inside: ours, and of plain percentiles."""
    rng = np.random.default_rng(patients)
    ours = plain = 0
    for run in range(RUNS):
        above, below, owner = draw(rng, patients)
        sums = np.stack([np.bincount(owner, c, patients) for c in (above, below)], axis=1)
        drawn = drawn_sums(sums, seed=run)
        interval = interval_of(sums, drawn, ratio)
        ours += interval is not None and interval[0] <= truth <= interval[1]
        low, high = np.nanquantile(ratio(drawn), [0.025, 0.975])
        plain += low <= truth <= high
    return 100 * ours / RUNS, 100 * plain / RUNS


def false_alarms(patients: int, runs: int = 1000) -> tuple[float, float, float]:
    """Percent of runs of equal models with p <= .05: permutation, Wilcoxon, any of 10 pairs."""
    rng = np.random.default_rng(patients)
    one = signed = any_of_ten = 0
    for run in range(runs):
        values, owner = skills(rng, patients)
        noisy = np.clip(values + rng.normal(0, 0.15, (5, owner.size)) * (values > 0), 0, 1)
        clusters = owner.astype(str).tolist()
        sums = [cluster_sums(np.stack([v, np.ones(v.size)], 1), clusters) for v in noisy]
        one += permutation_p(sums[0], sums[1], permutations=999, seed=run) <= 0.05
        means = [ratio(own) for own in sums]
        signed += wilcoxon(means[0] - means[1]).p_value <= 0.05
        pairs = list(combinations(range(5), 2))
        p = permutation_ps(
            np.stack([sums[a] for a, _ in pairs]),
            np.stack([sums[b] for _, b in pairs]),
            permutations=999,
            seed=run,
        )
        any_of_ten += holm(p).min() <= 0.05
    return tuple(100 * count / runs for count in (one, signed, any_of_ten))


def seconds(work: Callable[[int], object]) -> str:
    """Wall and processor, the best of five of each, every one with a seed of its own.

    Draws are kept for the next interval of the same seed and patients.
    """
    times = []
    for seed in range(5):
        start = time.perf_counter(), time.process_time()
        work(seed)
        times.append((time.perf_counter() - start[0], time.process_time() - start[1]))
    wall, processor = (min(column) for column in zip(*times, strict=True))
    return f"{wall:.3f} | {processor:.3f}"


def main() -> int:
    rng = np.random.default_rng(1)
    print(f"Percent of {RUNS:,} intervals (95 %, 2,000 draws) that hold the truth;")
    print("in brackets: plain percentiles of the same draws\n")
    print(f"| patients | {' | '.join(KINDS)} |\n|---|{'---|' * len(KINDS)}")
    truths = {}
    for name, draw in KINDS.items():
        above, below, _ = draw(rng, 2_000_000)
        truths[name] = above.sum() / below.sum()
    for patients in SIZES:
        cells = [coverage(draw, patients, truths[name]) for name, draw in KINDS.items()]
        words = " | ".join(f"{ours:.1f} ({plain:.1f})" for ours, plain in cells)
        print(f"| {patients} | {words} |", flush=True)
    print("\nPercent of 1,000 runs of equal models with p <= 0.05\n")
    print("| patients | permutation | Wilcoxon | any of 10 pairs, Holm |\n|---|---|---|---|")
    for patients in (10, 30, 100):
        words = " | ".join(f"{share:.1f}" for share in false_alarms(patients))
        print(f"| {patients} | {words} |", flush=True)

    values, clusters = rng.random((6, 900)), [f"p{n}" for n in rng.integers(0, 500, 900)]
    alone = [f"p{n}" for n in range(900)]
    tp, fp = rng.integers(0, 4, (2, 6, 900)).astype(float)
    print("\n| work | wall, s | processor, s |\n|---|---|---|")
    for name, owners in (("500 patients", clusters), ("900 patients", alone)):
        own = seconds(lambda seed, o=owners: [mean_interval(v, o, seed=seed) for v in values])
        print(f"| means, 2,000 draws x 6 models x 900 findings, {name} | {own} |")
        own = seconds(
            lambda seed, o=owners: [
                ratio_interval(a, a + b, o, seed=seed) for a, b in zip(tp, fp, strict=True)
            ]
        )
        print(f"| the same of ratios of counts | {own} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
