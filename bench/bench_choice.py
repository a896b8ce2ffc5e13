"""Measure the choice among answers: python -m bench.bench_choice [DATA] [--seeds 2].

For each structure of a phantom's truth, and of ``hu`` on the LIDC scans where DATA (../shared/data
unless given) has them, the mask stands beside a spoilt copy of itself: moved by 8 mm, grown by 4
mm, shrunk by 4 mm, mirrored, with holes, or half of it lost. Both claim the same method, and the
spoilt one comes first, so that nothing but what is measured can tell them apart. Told are the share
of structures whose better mask was taken, and of spoilt masks that stood alone and were refused.
Without DATA only phantoms are measured, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bench import DATA
from groundct.anatomy import segment
from groundct.anatomy.choice import choose
from groundct.codecs.volumes import read_volume, volume_reference
from groundct.core.geometry import Geometry
from groundct.core.volume import BoolArray, LabelMap, RegionMask, Volume, label_map_of_masks
from groundct.imaging.components import bounding_slices
from groundct.imaging.distances import dilate_mm, erode_mm
from groundct.imaging.resample import resample_label_map, resample_volume, working_geometry
from groundct.phantom.make import make_phantom
from groundct.phantom.spec import PhantomSpec

Spoil = Callable[[BoolArray, Geometry], BoolArray]
LEAST_ML = 2.0
"""Smaller structures are left out: a few voxels of the working grid cannot be measured."""
SCANS = ("LIDC-IDRI-0001", "LIDC-IDRI-0003")


def moved(mask: BoolArray, grid: Geometry) -> BoolArray:
    steps = [round(8.0 / 3**0.5 / spacing) for spacing in grid.spacing_mm]
    return np.roll(mask, steps, axis=(0, 1, 2))


def grown(mask: BoolArray, grid: Geometry) -> BoolArray:
    return dilate_mm(mask, 4.0, grid.spacing_mm)


def shrunk(mask: BoolArray, grid: Geometry) -> BoolArray:
    small = erode_mm(mask, 4.0, grid.spacing_mm)
    return small if small.any() else erode_mm(mask, 2.0, grid.spacing_mm)


def mirrored(mask: BoolArray, _grid: Geometry) -> BoolArray:
    return mask[::-1].copy(order="F")


def holed(mask: BoolArray, _grid: Geometry) -> BoolArray:
    return mask & (np.random.default_rng(0).random(mask.shape) > 0.2)


def halved(mask: BoolArray, _grid: Geometry) -> BoolArray:
    out = mask.copy(order="F")
    if (box := bounding_slices(mask)) is not None:
        out[:, :, (box[2].start + box[2].stop) // 2 :] = False
    return out


SPOILERS: dict[str, Spoil] = {
    "moved 8 mm": moved,
    "grown 4 mm": grown,
    "shrunk 4 mm": shrunk,
    "mirrored": mirrored,
    "holed": holed,
    "half lost": halved,
}


def measured(volume: Volume, labels: LabelMap) -> dict[str, tuple[int, int, int, int]]:
    """For each way to spoil: chosen right, structures, refused alone, structures."""
    voxel_ml = volume.geometry.voxel_volume_mm3 / 1000
    masks = {name: labels.mask(name) for name in labels.names}
    masks = {n: m for n, m in masks.items() if np.count_nonzero(m) * voxel_ml >= LEAST_ML}
    good = as_map(volume, masks)
    out = {}
    for words, spoil in SPOILERS.items():
        bad = {n: spoil(m, volume.geometry) for n, m in masks.items()}
        if words == "mirrored":  # a structure on the middle looks the same
            bad = {n: m for n, m in bad.items() if n.startswith(("left ", "right "))}
        bad = {n: m for n, m in bad.items() if m.any()}
        spoilt = as_map(volume, bad)
        both = {c.name: c.taken for c in choose({"bad": spoilt, "good": good}, volume).chosen}
        # A composite of members that are taken elsewhere is made anew, and has no choice.
        told = [n for n in bad if n in both]
        alone = {c.name: c.taken for c in choose({"bad": spoilt}, volume).chosen}
        out[words] = (
            sum(both[n] == "good" for n in told),
            len(told),
            sum(alone.get(n, "") is None for n in bad),
            len(bad),
        )
    return out


def as_map(volume: Volume, masks: dict[str, BoolArray]) -> LabelMap:
    named = [(name, RegionMask.of(mask)) for name, mask in masks.items()]
    labels = label_map_of_masks(named, volume.geometry, volume.stored)
    segments = tuple(s.changed(method="model") for s in labels.segments)
    return LabelMap(labels.layers, segments, labels.geometry, labels.stored)


def show(title: str, results: list[dict[str, tuple[int, int, int, int]]]) -> None:
    total: dict[str, np.ndarray[tuple[int], np.dtype[np.int64]]] = defaultdict(
        lambda: np.zeros(4, dtype=np.int64)
    )
    for result in results:
        for words, counts in result.items():
            total[words] += counts
    print(f"\n{title}\n{'spoilt':14} {'better mask taken':>20} {'refused alone':>16}")
    for words, (right, pairs, refused, alone) in total.items():
        print(f"{words:14} {right:8} of {pairs:4} {right / max(pairs, 1):.2f} "
              f"{refused:7} of {alone:4}")  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", nargs="?", type=Path, default=DATA)
    parser.add_argument("--seeds", type=int, default=2)
    arguments = parser.parse_args()
    for rest, title in ((0, "phantoms, even seeds"), (1, "phantoms, odd seeds")):
        results = []
        for seed in range(rest, arguments.seeds, 2):
            phantom = make_phantom(PhantomSpec(seed=seed, shape=(128, 128, 96)))
            results.append(measured(phantom.volume, phantom.organs))
        show(title, results)
    missing = False
    for name in SCANS:
        path = arguments.data / "ct/lidc_idri" / f"{name}.nii.gz"
        if not path.is_file():
            print(f"{path} is absent", file=sys.stderr)
            missing = True
            continue
        volume = read_volume(volume_reference(path))
        labels = segment(volume)
        grid = working_geometry(volume.geometry, 2.0)
        show(name, [measured(resample_volume(volume, grid), resample_label_map(labels, grid))])
    return int(missing)


if __name__ == "__main__":
    sys.exit(main())
