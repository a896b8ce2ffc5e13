"""Measure the bones and the wall of hu: numbers of vertebrae and ribs, and Dice where truth is.

    python -m bench.bench_masks_bones [DATA]                     real scans (../shared/data)
    python -m bench.bench_masks_bones --phantoms 6 --seeds odd   Dice by name in phantoms
    python -m bench.bench_masks_bones [DATA] --pictures DIR      ribs and vertebrae with numbers

Phantoms of even seeds and both LIDC scans were looked at while rules were chosen. Without DATA the
real scans are not measured, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

from bench import DATA
from bench.bones_pictures import draw
from bench.bones_scenes import Found, find, numbers
from groundct.anatomy._hu.bone.label_regions import region_of, widened
from groundct.anatomy._hu.bone.levels import find_levels
from groundct.anatomy._hu.bone.spine import find_spine
from groundct.anatomy._hu.bone.spine_curve import spine_curve, straightened
from groundct.anatomy._hu.bone.vertebrae import part_vertebrae
from groundct.anatomy._hu.grid import working
from groundct.anatomy._hu.wall.body import find_body
from groundct.codecs.nifti import read_nifti_labels, read_nifti_volume
from groundct.core.case import NiftiVolume
from groundct.core.geometry import Geometry
from groundct.core.volume import Volume
from groundct.metrics.overlap import dice
from groundct.phantom.make import make_phantom
from groundct.phantom.spec import PhantomSpec

LIDC = ("LIDC-IDRI-0001", "LIDC-IDRI-0003")
CROP = "totalsegmentator/aorta_report"
PIECES = ((0, 95), (45, 1000), (30, 95))
OFF_SLICES = 3.0
"""How far a vertebra's middle may move when its neighbours are cut away; a level is 9 slices."""


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="?", type=Path, default=DATA)
    parser.add_argument("--phantoms", type=int, default=0, help="how many phantoms")
    parser.add_argument("--seeds", choices=("even", "odd"), default="odd")
    parser.add_argument("--pictures", type=Path, help="write pictures of the real scans here")
    options = parser.parse_args()
    if options.phantoms:
        phantoms(range(int(options.seeds == "odd"), 2 * options.phantoms, 2))
        return 0
    ct = options.data / "ct"
    if not ct.is_dir():
        print(f"{ct} is absent: no real scan was measured", file=sys.stderr)
        return 1
    for case in LIDC:
        volume = read_nifti_volume(NiftiVolume(path=ct / "lidc_idri" / f"{case}.nii.gz"))
        found = timed(case, volume)
        if found is not None:
            table(found)
            pieces(found)
            if options.pictures is not None:
                draw(found, case, options.pictures)
    crop(ct / CROP)
    return 0


def timed(case: str, volume: Volume) -> Found | None:
    started = time.process_time()
    found = find(volume)
    if found is None:
        print(f"\n### {case}: no chest found")
        return None
    print(
        f"\n### {case}\n\nBones {found.bones_s:.1f} s, wall {found.wall_s:.1f} s, painting "
        f"{found.paint_s:.1f} s, all with lungs {time.process_time() - started:.1f} s of CPU.\n"
    )
    return found


def table(found: Found) -> None:
    """Vertebrae by number with their ribs' volumes."""
    labels = found.labels
    ml = labels.geometry.voxel_volume_mm3 / 1000
    print("| level | vertebra ml | left rib ml | right rib ml |\n|---|---|---|---|")
    for level, names in numbers():
        if not any(name in labels.names for name in names):
            continue
        row = [
            f"{np.count_nonzero(labels.mask(name)) * ml:.1f}" if name in labels.names else "-"
            for name in names
        ]
        print(f"| {level} | {' | '.join(row)} |")
    others = [s for s in labels.segments if not s.name.startswith(("left rib ", "right rib "))]
    text = [
        f"{s.name} {np.count_nonzero(labels.mask(s.name)) * ml:.0f}"
        for s in others
        if "vertebrae " not in s.name
    ]
    print("\nml: " + ", ".join(text))
    for why in labels.abstained:
        print(f"- {why.name}: {why.reason}")


def pieces(whole: Found) -> None:
    """Whether pieces of the scan get the numbers of the whole: each level's middle slice."""
    print("\n| slices | numbers of the whole | others | by name |\n|---|---|---|---|")
    told = middles(whole, 0)
    slices = whole.volume.geometry.shape[2]
    for first, last in PIECES:
        volume = piece(whole.volume, first, min(last, slices))
        found = find(volume)
        given = {} if found is None else middles(found, first)
        pairs = [(name, abs(given[name] - told.get(name, -99))) for name in sorted(given)]
        right = [name for name, off in pairs if off <= OFF_SLICES]
        print(
            f"| {first} to {min(last, slices)} | {len(right)} | {len(given) - len(right)} "
            f"| {', '.join(given) or 'none'} |",
            flush=True,
        )


def middles(found: Found, first: int) -> dict[str, float]:
    """The middle slice of each vertebra, in slices of the whole scan; those at the ends are cut."""
    out = {}
    for level, names in numbers():
        if names[0] in found.labels.names:
            held = np.flatnonzero(found.labels.mask(names[0]).any(axis=(0, 1)))
            if held.size and held[0] > 0 and held[-1] + 1 < found.volume.geometry.shape[2]:
                out[level] = first + float(held.mean())
    return out


def piece(volume: Volume, first: int, last: int) -> Volume:
    """Some slices of a scan."""
    geometry = volume.geometry
    matrix = geometry.matrix
    matrix[:3, 3] = geometry.world_from_index((0, 0, first))
    part = Geometry.of((*geometry.shape[:2], last - first), matrix)
    return Volume(volume.hu[:, :, first:last], part, part)


def crop(folder: Path) -> None:
    """Dice of the vertebra that meets the published T12 most, in a crop without whole lungs."""
    volume = read_nifti_volume(NiftiVolume(path=folder / "ct_cropped.nii.gz"))
    truth = np.not_equal(read_nifti_labels(folder / "vertebrae_T12.nii.gz").labels, 0)
    grid = working(volume)
    body = find_body(grid)
    spine = find_spine(grid, body) if body is not None else None
    if spine is None:
        print("\nTotalSegmentator's crop: no spine found")
        return
    curve = spine_curve(grid, spine.centers)
    straight = straightened(grid, curve)
    levels = find_levels(straight)
    assert levels is not None
    cells = widened(part_vertebrae(grid, spine, curve, levels, straight).cells)
    bone = truth | (volume.hu > 100)
    scores = []
    for cell in range(1, int(cells.max()) + 1):
        region = region_of(grid, cells, (cell,))
        if region is not None:
            scores.append(dice(truth, region.dense(volume.hu.shape) & bone))
    print(
        f"\nTotalSegmentator's aorta crop, T12: Dice {max(scores):.3f} with the vertebra that meets"
        f" it most, of {len(scores)} found (their numbers are not known there)"
    )


def phantoms(seeds: range) -> None:
    """Dice by name: median, lowest, in how many; and names that were missed."""
    scores: dict[str, list[float]] = defaultdict(list)
    missed: dict[str, int] = defaultdict(int)
    for seed in seeds:
        spec = {"seed": seed, "shape": (256, 256, 128), "sex": ("male", "female")[seed // 2 % 2]}
        phantom = make_phantom(PhantomSpec.model_validate(spec))
        found = find(phantom.volume)
        if found is None:
            print(f"seed {seed}: no chest found")
            continue
        for segment in found.labels.segments:
            if segment.name in phantom.organs.names:
                truth = phantom.organs.mask(segment.name)
                if truth.any():
                    scores[segment.name].append(dice(truth, found.labels.mask(segment.name)))
        for why in found.labels.abstained:
            if why.name in phantom.organs.names and phantom.organs.mask(why.name).any():
                missed[why.name] += 1
    print("| structure | median Dice | lowest | n | abstained |\n|---|---|---|---|---|")
    for name in sorted(scores | missed):
        own = scores[name]
        figures = f"{np.median(own):.3f} | {min(own):.3f}" if own else "- | -"
        print(f"| {name} | {figures} | {len(own)} | {missed[name]} |")


if __name__ == "__main__":
    sys.exit(main())
