"""Measure lungs, airways and vessels of hu: python -m bench.bench_masks_lungs [DATA] [--seeds 4].

LIDC scans: every reader's mark of every nodule inside the lungs, and how much of it is taken for
vessel; the airway tree. CIP thorax: Dice of the lungs and of the airway against its labels.
Lung-PET-CT-Dx: how much dense tissue of the tumour's boxes is inside a lung. Phantoms: Dice, and
findings inside the lungs; rules were adjusted on even seeds, odd ones were not looked at. Only the
stages for these structures run. DATA is ../shared/data unless given; without it only phantoms are
measured and the exit code is 1. With --pictures DIR the trees and borders are drawn.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench import DATA
from bench.masks_lungs_pictures import draw_borders, draw_trees
from bench.masks_real import AIRWAY, CIP_SIDES, LIDC
from groundct.anatomy._hu.airway.airway_structures import airway_structures
from groundct.anatomy._hu.airway.airways import Airways, find_airways
from groundct.anatomy._hu.bone.spine import find_spine
from groundct.anatomy._hu.grid import working
from groundct.anatomy._hu.lung.lung_structures import lung_structures, lung_vessels
from groundct.anatomy._hu.lung.lungs import find_lungs
from groundct.anatomy._hu.structure import Structure
from groundct.anatomy._hu.wall.body import find_body
from groundct.codecs.nifti import read_nifti_labels, read_nifti_volume
from groundct.codecs.volumes import read_volume
from groundct.core.case import DicomSeries, NiftiVolume
from groundct.core.geometry import Geometry
from groundct.core.volume import BoolArray, RegionMask, Volume, volume_from_stored
from groundct.metrics.overlap import dice
from groundct.phantom.make import make_phantom
from groundct.phantom.spec import FindingSpec, PhantomSpec

SHAPE = (256, 256, 128)
DENSE_HU = -100
SERIES = "1.3.6.1.4.1.14519.5.2.1.6655.2359.207154000096236603057216610983"
FINDINGS = (
    FindingSpec(category="2e", site="left lung", size_mm=25),
    FindingSpec(category="2b", site="right lung lower lobe", size_mm=90),
    FindingSpec(category="2c", site="right lung upper lobe", size_mm=45),
    FindingSpec(category="2d", type="mass", site="left lung upper lobe", size_mm=35),
)


@dataclass(frozen=True)
class Found:
    """Masks by name on the full grid, notes, and the airways."""

    masks: dict[str, RegionMask]
    notes: dict[str, str]
    airways: Airways | None
    cpu_s: float

    def mask(self, name: str, volume: Volume) -> BoolArray:
        """A structure on the scan's grid; empty where it was not found."""
        shape = volume.geometry.shape
        region = self.masks.get(name)
        return np.zeros(shape, dtype=np.bool_) if region is None else region.dense(shape)

    def lungs(self, volume: Volume) -> BoolArray:
        """Both lungs on the scan's grid."""
        return self.mask("left lung", volume) | self.mask("right lung", volume)


def find(volume: Volume) -> Found:
    started = time.process_time()
    grid = working(volume)
    body = find_body(grid)
    if body is None:
        return Found({}, {}, None, 0.0)
    airways = find_airways(grid, body)
    spine = find_spine(grid, body)
    sides = lung_structures(grid, find_lungs(grid, body, airways, spine))
    stage = (*airway_structures(grid, airways), *sides, lung_vessels(grid, sides, airways))
    structures = [s for s in stage if isinstance(s, Structure)]
    masks = {s.name: s.mask for s in structures if isinstance(s.mask, RegionMask)}
    notes = {s.name: s.note for s in structures if s.note}
    return Found(masks, notes, airways, time.process_time() - started)


def lidc(folder: Path, pictures: Path | None) -> None:
    print(
        "| scan | reader | nodule | voxels | inside a lung | taken for vessel |\n"
        + "|---" * 6
        + "|"
    )
    trees = []
    for case in LIDC:
        volume = read_nifti_volume(NiftiVolume(path=folder / f"{case}.nii.gz"))
        found = find(volume)
        lungs, vessel = found.lungs(volume), found.mask("lung vessel", volume)
        for reader in (1, 2, 3, 4):
            marks = read_nifti_labels(folder / f"{case}_nodules_reader{reader}.nii.gz").labels
            for label in np.unique(marks[marks > 0]):
                at = marks == label
                print(
                    f"| {case} | {reader} | {label} | {at.sum()} | {lungs[at].mean():.1%} "
                    f"| {vessel[at].mean():.1%} |"
                )
        trees.append((case, volume, found))
        if pictures is not None:
            draw_trees(found.masks, volume, pictures / f"airways_{case}.png")
    print("\n| scan | branches | generations | length mm | vessel ml | CPU s | not found |")
    print("|---" * 7 + "|")
    for case, volume, found in trees:
        tree_row(case, volume, found)


def tree_row(case: str, volume: Volume, found: Found) -> None:
    branches = () if found.airways is None else found.airways.branches
    length = sum(
        float(np.linalg.norm(np.diff(b.points_mm, axis=0), axis=1).sum()) for b in branches
    )
    depth = max((b.generation for b in branches), default=0)
    ml = found.mask("lung vessel", volume).sum() * volume.geometry.voxel_volume_mm3 / 1000
    named = {name for name in found.masks if "bronchus" in name}
    print(
        f"| {case} | {len(branches)} | {depth} | {length:.0f} | {ml:.0f} | {found.cpu_s:.1f} "
        f"| {8 - len(named)} of 8 bronchi |"
    )


def read_nrrd(path: Path) -> tuple[np.ndarray, Geometry]:
    import SimpleITK as sitk  # noqa: N813

    image = sitk.ReadImage(str(path))
    array = sitk.GetArrayFromImage(image).transpose(2, 1, 0)
    affine = np.eye(4)
    affine[:3, :3] = np.array(image.GetDirection()).reshape(3, 3) * image.GetSpacing()
    affine[:3, 3] = image.GetOrigin()
    return array, Geometry.of(array.shape, np.diag([-1.0, -1, 1, 1]) @ affine)


def cip(folder: Path) -> None:
    array, grid = read_nrrd(folder / "ct-64.nrrd")
    volume = volume_from_stored(array.astype(np.int16), grid)
    found = find(volume)
    labels = volume_from_stored(read_nrrd(folder / "lm-64.nrrd")[0].astype(np.int16), grid).hu
    print("\n| CIP thorax | Dice |\n|---|---|")
    sides = {name: np.isin(labels & 0xFF, regions) for name, regions in CIP_SIDES.items()}
    for name, truth in sides.items():
        print(f"| {name} | {dice(found.mask(name, volume), truth):.3f} |")
    both = np.logical_or.reduce(list(sides.values()))
    print(f"| both lungs | {dice(found.lungs(volume), both):.3f} |")
    print(f"| airway | {dice(found.mask('airway', volume), labels == AIRWAY):.3f} |")


def tumour(folder: Path, pictures: Path | None) -> None:
    files = tuple(sorted((folder / "A0002_B40f_8mm_dicom").glob("*.dcm")))
    volume = read_volume(DicomSeries(series_uid=SERIES, files=files))
    found = find(volume)
    lungs = found.lungs(volume)
    width, depth, _ = volume.geometry.shape
    inside = total = 0
    with (folder / "A0002_boxes.csv").open() as stream:
        for row in csv.DictReader(stream):
            k = round(float(volume.geometry.index_from_world((0, 0, float(row["z_mm"])))[2]))
            x0, x1, y0, y1 = (int(float(row[c])) for c in ("xmin", "xmax", "ymin", "ymax"))
            box = (slice(width - 1 - x1, width - x0), slice(depth - 1 - y1, depth - y0), k)
            dense = volume.hu[box] > DENSE_HU
            inside, total = inside + int((lungs[box] & dense).sum()), total + int(dense.sum())
    print(f"\nLung-PET-CT-Dx A0002: {inside / total:.0%} of what is dense in the tumour's boxes")
    print(f"(which reach into the mediastinum) is inside a lung; {found.notes}")
    if pictures is not None:
        draw_borders(found.masks, volume, pictures / "lungs_mass.png")


def phantoms(count: int) -> None:
    for rest, title in ((0, "even seeds"), (1, "odd seeds")):
        values: dict[str, list[float]] = defaultdict(list)
        for seed in range(rest, count, 2):
            phantom = make_phantom(PhantomSpec(seed=seed, shape=SHAPE, findings=FINDINGS))
            found = find(phantom.volume)
            for name in ("left lung", "right lung", "trachea", "bronchie"):
                mask = found.mask(name, phantom.volume)
                values[f"Dice of {name}"].append(dice(phantom.organs.mask(name), mask))
            lungs = found.lungs(phantom.volume)
            vessel = found.mask("lung vessel", phantom.volume)
            for finding in phantom.findings:
                name, size = finding.spec.drawn_type, sum(m.count for m in finding.masks)
                for what, mask in (("a lung", lungs), ("lung vessel", vessel)):
                    hits = sum(int((mask[m.slices] & m.voxels).sum()) for m in finding.masks)
                    values[f"{name} inside {what}"].append(hits / size)
        print(f"\n| phantom, {title} | median | lowest | highest | n |\n|---|---|---|---|---|")
        for name, own in values.items():
            print(
                f"| {name} | {np.median(own):.3f} | {min(own):.3f} | {max(own):.3f} | {len(own)} |"
            )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="?", type=Path, default=DATA)
    parser.add_argument("--seeds", type=int, default=4, help="phantoms, from seed 0; 0 for none")
    parser.add_argument("--pictures", type=Path, help="draw trees and borders here")
    options = parser.parse_args()
    if options.pictures is not None:
        options.pictures.mkdir(parents=True, exist_ok=True)
    ct = options.data / "ct"
    if ct.is_dir():
        lidc(ct / "lidc_idri", options.pictures)
        cip(ct / "chest_imaging_platform")
        tumour(ct / "lung_pet_ct_dx", options.pictures)
    if options.seeds:
        phantoms(options.seeds)
    if not ct.is_dir():
        print(f"{ct} is absent: no real scan was measured", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
