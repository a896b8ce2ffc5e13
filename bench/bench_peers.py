"""Scores of masks held against public tools, each under its own convention, on random pairs.

``python -m bench.bench_peers [--pairs 2000]`` in an environment that has the tools (none of them is
a dependency: surface-distance, medpy, panoptica, SimpleITK, MONAI, scipy, cc3d). Prints for each
tool and name how many values were compared, how many differ by more than 1e-9 (1e-5 of MONAI, which
counts in 32 bits), and by how much at most. Every value that differs is told, with its reason where
the reason could be shown: MONAI's percentile is taken once more in 32 bits, of all pairs of voxels.
Exits with 1 when a difference has no reason, or a tool is missing. No data are read.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
from fuzz._brute import distances_mm

from bench import overlap_peers, surface_peers
from bench.surface_golden import SEED, random_pair
from groundct.core.geometry import Geometry
from groundct.core.volume import LabelMap, Segment
from groundct.imaging.runs import Runs
from groundct.metrics.components import component_runs
from groundct.metrics.official import InstanceRules, score_masks
from groundct.metrics.organs import organ_scores
from groundct.metrics.surface import SURFACE_METRICS, surface_metrics
from groundct.metrics.surface.pair import Pair

TOLERANCES_MM = (0.5, 1.0, 2.0)
ROUNDING = {"monai": 1e-5}
EXACT = 1e-9
SHOWN = 10


@dataclass
class Column:
    """Values of one tool and name: how many, the largest difference, and which pairs differ."""

    values: int = 0
    largest: float = 0.0
    different: list[str] = field(default_factory=list)
    unexplained: int = 0

    def differs(self, theirs: float | str, ours: float | None, allowed: float) -> bool:
        """Count a value of the tool beside ours."""
        self.values += 1
        if isinstance(theirs, str) or ours is None:
            return True
        self.largest = max(self.largest, abs(theirs - ours))
        return abs(theirs - ours) > allowed


def reason(tool: str, name: str, theirs: float | str, masks, spacing_mm) -> str:
    """Why a tool's value differs; empty where that is not known."""
    if isinstance(theirs, str):
        return ""
    if (tool, name) == ("surface-distance", "hd95:surfel"):
        return _at_the_boundary(theirs, masks, spacing_mm)
    if (tool, name) != ("monai", "hd95:max"):
        return ""
    import torch

    sides = [torch.from_numpy(d.astype(np.float32)) for d in distances_mm(*masks, spacing_mm)]
    rounded = max(float(torch.quantile(side, 0.95)) for side in sides)
    return "the percentile in 32 bits" if abs(rounded - theirs) <= 1e-6 * theirs else ""


def _at_the_boundary(theirs: float, masks, spacing_mm) -> str:
    """Whether exactly 95 % of an area lie up to a distance, and the tool takes the one behind."""
    pair = Pair.of(*masks, spacing_mm)
    behind = []
    exact = False
    for mm, (_, areas) in zip(pair.surfels_mm, pair.surfels, strict=True):
        order = np.argsort(mm, kind="stable")
        share = np.cumsum(areas[order]) / areas.sum()
        exact |= bool((np.abs(share - 0.95) < 1e-12).any())
        at = min(int(np.searchsorted(share, 0.95 + 1e-12)), len(mm) - 1)
        behind.append(float(mm[order[at]]))
    same = exact and abs(max(behind) - theirs) <= EXACT
    return "exactly 95 % of the area lie before it, which it decides by rounding" if same else ""


def our_surfaces(reference, prediction, spacing_mm) -> dict[str, float | None]:
    return surface_metrics(
        reference, prediction, spacing_mm, names=SURFACE_METRICS, tolerances_mm=TOLERANCES_MM
    )


def our_overlaps(reference, prediction, spacing_mm) -> dict[str, float | None]:
    """Dice, numbers of components, and instances matched as panoptica does."""
    grid = Geometry.of(reference.shape, np.eye(4))
    organ = (Segment(name="finding", parts=((0, 1),)),)
    maps = [LabelMap((m.astype(np.uint8),), organ, grid, grid) for m in (reference, prediction)]
    values: dict[str, float | None] = {"dice": organ_scores(*maps).scores[0].dice}
    for reach in (6, 18, 26):
        parts = component_runs(Runs.of(prediction), reach)
        values[f"components:{reach}"] = parts.n_labels
        values[f"labels of components:{reach}"] = overlap_peers.labels_by_voxel(parts.dense())
    labels = component_runs(Runs.of(reference), 26).dense()
    rules = InstanceRules(connectivity=26, min_voxels=1, max_instances=None)
    found = score_masks(labels, prediction, spacing_mm, focal=None, rules=rules).instances
    return values | {"tp": found.tp, "fp": found.fp, "fn": found.fn}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", help="not used: the pairs are random")
    parser.add_argument("--pairs", type=int, default=2000)
    given = parser.parse_args()
    versions = surface_peers.installed() | overlap_peers.installed()
    absent = sorted({*surface_peers.TOOLS, *overlap_peers.TOOLS} - set(versions))
    print("tools: " + ", ".join(f"{name} {v}" for name, v in sorted(versions.items())))
    if absent:
        print(f"not installed, so not compared: {', '.join(absent)}", file=sys.stderr)
    columns: dict[tuple[str, str], Column] = defaultdict(Column)
    rng = np.random.default_rng([SEED, 2])
    pairs = 0
    while pairs < given.pairs:
        reference, prediction, spacing = random_pair(rng)
        if not (reference.any() and prediction.any()):
            continue
        pairs += 1
        ours = our_surfaces(reference, prediction, spacing)
        ours |= our_overlaps(reference, prediction, spacing)
        if pairs % 100 == 0:
            print(f"{pairs} pairs", file=sys.stderr, flush=True)
        for peers in (surface_peers, overlap_peers):
            for tool in peers.TOOLS.keys() & versions.keys():
                theirs = peers.values_of(tool, reference, prediction, spacing, TOLERANCES_MM)
                for name, value in theirs.items():
                    column = columns[tool, name]
                    if column.differs(value, ours[name], ROUNDING.get(tool, EXACT)):
                        why = reason(tool, name, value, (reference, prediction), spacing)
                        column.unexplained += not why
                        told = f"pair {pairs}: {value}, ours {ours[name]}: {why or 'unexplained'}"
                        column.different.append(told)
    print(f"{pairs} random pairs\n")
    print("| tool | name | values | differ | at most |\n|---|---|---|---|---|")
    for (tool, name), column in sorted(columns.items()):
        many = len(column.different)
        print(f"| {tool} | `{name}` | {column.values} | {many} | {column.largest:.1e} |")
    different = {key: column.different for key, column in columns.items() if column.different}
    for (tool, name), found in sorted(different.items()):
        print(f"\n{tool} {name} differs in {len(found)}:")
        print("\n".join(f"  {words}" for words in found[:SHOWN]))
    return int(bool(absent) or any(column.unexplained for column in columns.values()))


if __name__ == "__main__":
    sys.exit(main())
