"""How often 95 % intervals hold the truth, how often tests cry wolf, and what both cost.

Run: ``python -m bench.bench_statistics``; no data are read, a DATA argument is ignored. Findings
are drawn from made-up populations whose truth is known (2,000,000 patients): patients have 1 to 8
findings that are alike. Of the shares, those of patients with many findings are lower, and 35 % of
Dice are 0. The method for amounts was chosen on the first four of them; nobody had looked at the
other three then. ``--sizes 10 20`` and ``--runs`` shorten it.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
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
from groundct.metrics.statistics.studentised import with_products

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


def alike(rng: np.random.Generator, patients: int, spread: float, own: float):
    """Lognormal amounts: a spread between patients, and one among the findings of each."""
    owner = np.repeat(np.arange(patients), np.minimum(rng.geometric(0.45, patients), 8))
    amounts = np.exp(
        1 + spread * rng.normal(size=patients)[owner] + own * rng.normal(size=owner.size)
    )
    return amounts, np.ones(owner.size), owner


def heavy(rng: np.random.Generator, patients: int):
    return alike(rng, patients, 0.6, 1.0)


def failures(rng: np.random.Generator, patients: int):
    """A few mm, but for 8 % of findings that lie 20 to 80 mm off, most in the same patients."""
    amounts, ones, owner = alike(rng, patients, 0.3, 0.4)
    lost = rng.random(patients)[owner] + rng.random(owner.size) < 0.4
    return np.where(lost, rng.uniform(20, 80, owner.size), amounts), ones, owner


def errors(rng: np.random.Generator, patients: int):
    """Signed, as those of volumes, and as often too small as heavy ones are too large."""
    amounts, ones, owner = alike(rng, patients, 0.6, 1.0)
    return amounts * np.where(rng.random(owner.size) < 0.3, 1, -0.5), ones, owner


def volumes(rng: np.random.Generator, patients: int):
    """Absolute error over volume, sum over sum."""
    amounts, _, owner = alike(rng, patients, 0.5, 0.9)
    return amounts * np.abs(rng.normal(0.1, 0.2, owner.size)), amounts, owner


def exponential(rng: np.random.Generator, patients: int):
    owner = np.repeat(np.arange(patients), np.minimum(rng.geometric(0.45, patients), 8))
    scale = (1 + rng.exponential(1, patients))[owner]
    return scale * rng.exponential(1, owner.size), np.ones(owner.size), owner


def pareto(rng: np.random.Generator, patients: int):
    """One finding a patient; the fourth moment is infinite."""
    return 1 + rng.pareto(3, patients), np.ones(patients), np.arange(patients)


SHARES: dict[str, Draw] = {"mean Dice": dice, "hit rate": hits, "F1 of pooled counts": f1}
AMOUNTS: dict[str, Draw] = {
    "distances": distances,
    "distances, heavier": heavy,
    "distances, 8 % lost": failures,
    "signed errors": errors,
    "error over volume": volumes,
    "exponential": exponential,
    "Pareto 3": pareto,
}


def coverage(patients: int, runs: int, truths: dict[str, float]) -> dict[str, tuple[float, float]]:
    """Percent of intervals with the truth inside: ours, and of plain percentiles."""
    rng = np.random.default_rng(patients)
    held = {name: np.zeros(2) for name in truths}
    for run in range(runs):
        for name, truth in truths.items():
            above, below, owner = (SHARES | AMOUNTS)[name](rng, patients)
            sums = np.stack([np.bincount(owner, c, patients) for c in (above, below)], axis=1)
            unbounded = name in AMOUNTS
            drawn = drawn_sums(with_products(sums) if unbounded else sums, seed=run)
            interval = interval_of(sums, drawn, ratio, unbounded=unbounded)
            plain = np.nanquantile(ratio(drawn), [0.025, 0.975])
            for n, ends in enumerate((interval, plain)):
                held[name][n] += ends is not None and ends[0] <= truth <= ends[1]
    return {name: (100 * ours / runs, 100 * plain / runs) for name, (ours, plain) in held.items()}


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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", help="not used: the populations are made up")
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    given = parser.parse_args()
    show_coverage(given.runs, given.sizes)
    show_false_alarms()
    show_seconds()
    return 0


def show_coverage(runs: int, sizes: Sequence[int]) -> None:
    rng = np.random.default_rng(1)
    print(f"Percent of {runs:,} intervals (95 %, 2,000 draws) that hold the truth;")
    print("in brackets: plain percentiles of the same draws\n")
    truths = {}
    for name, draw in (SHARES | AMOUNTS).items():
        above, below, _ = draw(rng, 2_000_000)
        truths[name] = above.sum() / below.sum()
    print(f"| patients | {' | '.join(truths)} |\n|---|{'---|' * len(truths)}")
    for patients in sizes:
        cells = coverage(patients, runs, truths).values()
        words = " | ".join(f"{ours:.1f} ({plain:.1f})" for ours, plain in cells)
        print(f"| {patients} | {words} |", flush=True)


def show_false_alarms() -> None:
    print("\nPercent of 1,000 runs of equal models with p <= 0.05\n")
    print("| patients | permutation | Wilcoxon | any of 10 pairs, Holm |\n|---|---|---|---|")
    for patients in (10, 30, 100):
        words = " | ".join(f"{share:.1f}" for share in false_alarms(patients))
        print(f"| {patients} | {words} |", flush=True)


def show_seconds() -> None:
    rng = np.random.default_rng(2)
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
        own = seconds(lambda seed, o=owners: [mean_interval(9 * v, o, seed=seed) for v in values])
        print(f"| the same of means of amounts | {own} |")


if __name__ == "__main__":
    sys.exit(main())
