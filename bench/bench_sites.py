"""Measure the sites that are drawn where a label map has no lobes: python -m bench.bench_sites.

Phantoms of six seeds, the truth's lungs: Dice of each lobe and of the 18 segments against the
phantom's own. Planes and shares were chosen from typical anatomy and fitted to no seed.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from groundct.anatomy.sites import approximate_lobes, approximate_segments
from groundct.core.volume import BoolArray
from groundct.phantom.make import make_phantom
from groundct.phantom.spec import PhantomSpec

SEEDS = range(6)
SHAPE = (160, 160, 100)


def dice(a: BoolArray, b: BoolArray) -> float:
    total = int(a.sum()) + int(b.sum())
    return 2 * int((a & b).sum()) / total if total else float("nan")


table: dict[str, list[float]] = defaultdict(list)
for seed in SEEDS:
    phantom = make_phantom(PhantomSpec(seed=seed, shape=SHAPE))
    for name, region in approximate_lobes(phantom.organs).items():
        table[name].append(dice(phantom.organs.mask(name), region.dense(SHAPE)))
    for name, region in approximate_segments(phantom.organs).items():
        table["18 segments"].append(dice(phantom.segments.mask(name), region.dense(SHAPE)))
print("| site | mean Dice | lowest |\n|---|---|---|")
for name, values in table.items():
    print(f"| {name} | {np.mean(values):.3f} | {min(values):.3f} |")
