"""How steady hu's lobes are, and whether its fissures lie on the visible lines.

    python -m bench.bench_masks_lobes [DATA] [--pictures DIR]

No real scan here has lobes drawn by people. Each LIDC scan is made worse (thicker slices, noise, no
bronchi to go by), and its lobes are compared with those of the scan as it is. Pictures show
sagittal planes twice, plain and with the lobes' borders. DATA is ../shared/data unless given;
without it the exit code is 1.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from PIL import Image
from scipy import ndimage

from bench import DATA
from bench.masks_real import LIDC
from groundct.anatomy._hu.airway.airway_tree import Branch
from groundct.anatomy._hu.airway.airways import find_airways
from groundct.anatomy._hu.bone.spine import find_spine
from groundct.anatomy._hu.grid import Working, to_working, working
from groundct.anatomy._hu.lobe.lobes import LungLobes, Side, find_lobes
from groundct.anatomy._hu.lung.lung_structures import lung_structures
from groundct.anatomy._hu.lung.lungs import find_lungs
from groundct.anatomy._hu.structure import Structure
from groundct.anatomy._hu.wall.body import find_body
from groundct.codecs.nifti import read_nifti_volume
from groundct.core.case import NiftiVolume
from groundct.core.volume import BoolArray, RegionMask, Volume
from groundct.imaging.resample import resample_linear, resample_mask, working_geometry
from groundct.metrics.overlap import dice

SIDES: tuple[Side, Side] = ("left", "right")
WORSE = (
    ("no bronchi", 0.0, 0, False),
    ("noise of 60 HU", 0.0, 60, True),
    ("5 mm slices", 5.0, 0, True),
    ("8 mm slices", 8.0, 0, True),
    ("5 mm slices, noise of 30 HU, no bronchi", 5.0, 30, False),
)
"""What is done to a scan: slices of so many mm, added noise in HU, whether bronchi are used."""

PLANES = {"left": (0.55, 0.4, 0.25), "right": (0.35, 0.5, 0.7)}
WINDOW = (-1000.0, -600.0)
PIXEL_MM = 0.9


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="?", type=Path, default=DATA)
    parser.add_argument("--pictures", type=Path)
    options = parser.parse_args()
    folder = options.data / "ct" / "lidc_idri"
    if not folder.is_dir():
        print(f"{folder} is absent: nothing was measured", file=sys.stderr)
        return 1
    print("| scan, lung | made worse by | Dice of lobes, upper to lower | fissures seen |")
    print("|---|---|---|---|")
    for case in LIDC:
        scan(folder / f"{case}.nii.gz", case, options.pictures)
    return 0


def scan(path: Path, case: str, pictures: Path | None) -> None:
    volume = read_nifti_volume(NiftiVolume(path=path))
    grid = working(volume)
    body = find_body(grid)
    airways = find_airways(grid, body) if body is not None else None
    if body is None or airways is None:
        print(f"| {case} | no airways found | - | - |")
        return
    lungs = find_lungs(grid, body, airways, find_spine(grid, body))
    masks = {s.name: s.mask for s in lung_structures(grid, lungs) if isinstance(s, Structure)}
    for side in SIDES:
        lung = masks[f"{side} lung"]
        if not isinstance(lung, RegionMask):
            continue
        found = find_lobes(grid, side, lung, airways.branches)
        if isinstance(found, str):
            print(f"| {case}, {side} | as it is | {found} | - |")
            continue
        print(f"| {case}, {side} | as it is | - | {seen(found)} |")
        for name, slices_mm, noise_hu, with_bronchi in WORSE:
            branches = airways.branches if with_bronchi else ()
            outcome = compare(grid, lung, found, (slices_mm, noise_hu, branches))
            print(f"| {case}, {side} | {name} | {outcome} |", flush=True)
        if pictures is not None:
            pictures.mkdir(parents=True, exist_ok=True)
            draw(volume, lung, to_full(grid, found)).save(pictures / f"{case}_{side}_fissures.png")


def seen(found: LungLobes) -> str:
    fissures = [found.oblique, *([found.horizontal] if found.horizontal is not None else [])]
    return ", ".join(f"{fissure.share_seen:.0%}" for fissure in fissures)


def compare(
    grid: Working,
    lung: RegionMask,
    found: LungLobes,
    worse: tuple[float, float, tuple[Branch, ...]],
) -> str:
    """Dice of each lobe, and how much of the fissures was still seen."""
    slices_mm, noise_hu, branches = worse
    full = grid.volume.geometry
    target = working_geometry(full, (*full.spacing_mm[:2], max(slices_mm, full.spacing_mm[2])))
    hu = resample_linear(grid.volume.hu, full, target)
    hu += np.random.default_rng(0).normal(0, noise_hu, hu.shape).astype(np.float32)
    whole = lung.dense(full.shape)
    own = RegionMask.of(resample_mask(whole, full, target))
    made = Volume(np.asfortranarray(np.rint(hu).astype(np.int16)), target, target)
    coarse = working(made)
    again = find_lobes(coarse, found.side, own, branches)
    if isinstance(again, str):
        return f"{again} | -"
    inside = to_working(grid, lung)
    values = [
        dice(mask & inside, resample_mask(again.lobes[n], coarse.geometry, grid.geometry) & inside)
        for n, mask in found.lobes.items()
    ]
    return f"{', '.join(f'{v:.3f}' for v in values)} | {seen(again)}"


def to_full(grid: Working, found: LungLobes) -> list[BoolArray]:
    full = grid.volume.geometry
    return [resample_mask(mask, grid.geometry, full) for mask in found.lobes.values()]


def draw(volume: Volume, lung: RegionMask, lobes: list[BoolArray]) -> Image.Image:
    """Three sagittal planes of a lung, plain above, with the lobes' borders below."""
    side = "left" if lung.offset[0] < volume.geometry.shape[0] // 4 else "right"
    steps = [s / PIXEL_MM for s in volume.geometry.spacing_mm[1:]]
    columns = []
    low, high = WINDOW
    for share in PLANES[side]:
        at = lung.offset[0] + int(share * lung.voxels.shape[0])
        box = (slice(at - 1, at + 2), *lung.slices[1:])
        grey = ndimage.zoom(volume.hu[box].mean(axis=0), steps, order=1)
        value = np.clip((grey - low) / (high - low), 0, 1)[..., None] * 255 * np.ones(3)
        marked = value.copy()
        inside = ndimage.zoom(lung.voxels[at - lung.offset[0]], steps, order=0)
        for n, lobe in enumerate(lobes):
            own = ndimage.zoom(lobe[(at, *lung.slices[1:])], steps, order=0)
            rim = own & ~ndimage.binary_erosion(own) & inside
            rim &= ndimage.binary_erosion(inside, iterations=3)
            rim = ndimage.binary_dilation(rim)
            marked[rim] = ((255, 210, 60), (90, 200, 255), (255, 90, 160))[n]
        pair = [a.transpose(1, 0, 2)[::-1] for a in (value, marked)]
        columns.append(np.vstack([pair[0], np.zeros((3, pair[0].shape[1], 3)), pair[1]]))
    picture = Image.fromarray(np.hstack(columns).astype(np.uint8))
    return picture.quantize(96, method=Image.Quantize.FASTOCTREE)


if __name__ == "__main__":
    sys.exit(main())
