"""Measure hu on the real scans: volumes, names, nodules in lungs and lobes, the labelled thorax."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import numpy as np

from groundct.anatomy.composites import complete
from groundct.anatomy.hu import PLUGIN as HU
from groundct.codecs.nifti import read_nifti_labels, read_nifti_volume
from groundct.core.case import NiftiVolume
from groundct.core.geometry import Geometry
from groundct.core.volume import LabelMap, volume_from_stored
from groundct.metrics.overlap import dice
from groundct.vocabulary.anatomy import anatomy

LIDC = ("LIDC-IDRI-0001", "LIDC-IDRI-0003")
LOBES = (
    "left lung upper lobe",
    "left lung lower lobe",
    "right lung upper lobe",
    "right lung middle lobe",
    "right lung lower lobe",
)
READING = {
    ("LIDC-IDRI-0001", 1): "left lung lower lobe",
    ("LIDC-IDRI-0003", 1): "left lung lower lobe",
    ("LIDC-IDRI-0003", 2): "left lung lower lobe",
    ("LIDC-IDRI-0003", 3): "left lung upper lobe",
    ("LIDC-IDRI-0003", 4): "right lung upper lobe",
}
"""The lobe of each marked nodule, by our own look at where the fissures run."""

AIRWAY = 512
CIP_SIDES = {"left lung": (9, 10, 11), "right lung": (12, 13, 14)}
"""Regions of the labelled thorax, in the low byte of a label: thirds of each lung."""


def measure(ct: Path, pictures: Path | None) -> None:
    """Print the tables of every scan that is there; draw overlays where a folder is given."""
    for case in LIDC:
        lidc(ct / "lidc_idri", case, pictures)
    cip(ct / "chest_imaging_platform", pictures)


def lidc(folder: Path, case: str, pictures: Path | None) -> None:
    volume = read_nifti_volume(NiftiVolume(path=folder / f"{case}.nii.gz"))
    started, cpu = time.perf_counter(), time.process_time()
    found = HU.segment(volume)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    found = complete(found)
    print(f"\n### {case}, {' x '.join(map(str, volume.hu.shape))}\n")
    print(f"{cpu:.1f} s of CPU, {wall:.1f} s, peak {peak:.2f} GiB with the scan.\n")
    names(found)
    nodules(folder, case, found)
    if pictures is not None:
        from bench.masks_pictures import draw

        draw(volume, found, case, pictures)


def names(found: LabelMap) -> None:
    structures = anatomy().structures
    ml = found.geometry.voxel_volume_mm3 / 1000
    there = [segment for segment in found.segments if segment.parts]
    published = [s for s in there if s.name in structures and not structures[s.name].own]
    print(f"{len(published)} of RadGenome's names and {len(there) - len(published)} others.\n")
    print("| structure | ml | method | confidence | note |")
    print("|---|---|---|---|---|")
    for segment in sorted(there, key=lambda each: each.name):
        volume_ml = np.count_nonzero(found.mask(segment.name)) * ml
        sure = "-" if segment.confidence is None else f"{segment.confidence:.2f}"
        print(f"| {segment.name} | {volume_ml:.1f} | {segment.method} | {sure} | {segment.note} |")
    for each in found.abstained:
        print(f"| {each.name} | - | abstained | - | {each.reason} |")


def nodules(folder: Path, case: str, found: LabelMap) -> None:
    """Every nodule that any reader marked: its share inside the lungs, and its lobe."""
    files = sorted(folder.glob(f"{case}_nodules_reader*.nii.gz"))
    readers = [np.asarray(read_nifti_labels(file).labels) for file in files]
    labels = sorted({int(n) for layer in readers for n in np.unique(layer) if n})
    lung = found.mask("lung")
    lobes = {name: found.mask(name) for name in LOBES if name in found.names}
    print("\n| nodule | readers | of all their voxels in the lungs | lobe by hu | by our look |")
    print("|---|---|---|---|---|")
    for label in labels:
        marked = [layer == label for layer in readers if (layer == label).any()]
        anyone = np.logical_or.reduce(marked)
        total = int(anyone.sum())
        shares = {name: float((mask & anyone).sum()) / total for name, mask in lobes.items()}
        best = max(shares, key=lambda name: shares[name], default="none")
        looked = READING.get((case, label), "?")
        print(
            f"| {label} | {len(marked)} | {(lung & anyone).sum() / total:.1%} "
            f"| {best} ({shares.get(best, 0):.0%}) | {looked} |"
        )


def cip(folder: Path, pictures: Path | None) -> None:
    """The thorax of the Chest Imaging Platform: lungs, sides, airway; needs SimpleITK to read."""
    import SimpleITK as sitk  # noqa: N813

    def read(name: str) -> tuple[np.ndarray, Geometry]:
        image = sitk.ReadImage(str(folder / name))
        array = sitk.GetArrayFromImage(image).transpose(2, 1, 0)
        affine = np.eye(4)
        affine[:3, :3] = np.array(image.GetDirection()).reshape(3, 3) * image.GetSpacing()
        affine[:3, 3] = image.GetOrigin()
        return array, Geometry.of(array.shape, np.diag([-1.0, -1, 1, 1]) @ affine)

    array, grid = read("ct-64.nrrd")
    volume = volume_from_stored(array.astype(np.int16), grid)
    found = complete(HU.segment(volume))
    whole = volume_from_stored(read("wholeLung-64.nrrd")[0].astype(np.int16), grid).hu > 0
    regions = volume_from_stored(read("lm-64.nrrd")[0].astype(np.int16), grid).hu
    print(f"\n### CIP thorax, {' x '.join(map(str, volume.hu.shape))} at about 4 mm\n")
    print("| structure | Dice |")
    print("|---|---|")
    print(f"| lung | {dice(whole, found.mask('lung')):.3f} |")
    for name, thirds in CIP_SIDES.items():
        truth = np.isin(regions & 255, thirds)
        print(f"| {name} | {dice(truth, found.mask(name)):.3f} |")
    for name in ("airway", "trachea"):
        if name in found.names:
            print(
                f"| {name}, against its airway | {dice(regions == AIRWAY, found.mask(name)):.3f} |"
            )
    print()
    names(found)
    if pictures is not None:
        from bench.masks_pictures import draw

        draw(volume, found, "CIP", pictures)
