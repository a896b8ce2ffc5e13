"""Measure the hu segmenter and the approximate sites: python -m bench.bench_hu [DATA] [--seeds 6].

Phantom: Dice of every structure against its truth, even seeds (rules were adjusted on them) and
odd seeds apart, half of each with findings that hide the lung's border. LIDC: volumes, share of
nodule voxels inside the lungs, time and memory; the rules were looked at on both scans. CIP: Dice
against the whole-lung labels. DATA is ../shared/data unless given; without it only the phantom is
measured, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

from groundct.anatomy.hu import PLUGIN
from groundct.anatomy.sites import approximate_lobes, approximate_segments
from groundct.codecs.nifti import read_nifti_labels, read_nifti_volume
from groundct.core.case import NiftiVolume
from groundct.core.geometry import Geometry
from groundct.core.volume import BoolArray, LabelMap, Volume, volume_from_stored
from groundct.phantom.make import Phantom, make_phantom
from groundct.phantom.spec import FindingSpec, PhantomSpec

LARGE_SHAPE = (512, 512, 320)
LARGE_SPACING_MM = (0.78, 0.78, 1.0)
FINDINGS = (
    FindingSpec(category="2e", site="left lung", size_mm=25),
    FindingSpec(category="2b", site="right lung lower lobe", size_mm=90),
    FindingSpec(category="2c", site="right lung upper lobe", size_mm=45),
    FindingSpec(category="2d", type="mass", site="left lung upper lobe", size_mm=35),
    FindingSpec(category="1c", site="lung"),
)


def dice(a: BoolArray, b: BoolArray) -> float:
    total = int(a.sum()) + int(b.sum())
    return 2 * int((a & b).sum()) / total if total else float("nan")


def phantoms(seeds: int) -> None:
    for rest, title in ((0, "even seeds"), (1, "odd seeds")):
        organs, missing = defaultdict(list), defaultdict(int)
        sites = {source: defaultdict(list) for source in ("truth", "hu")}
        inside = defaultdict(list)
        cases = 0
        for seed in range(rest, seeds, 2):
            findings = FINDINGS if seed % 4 > 1 else ()
            phantom = make_phantom(PhantomSpec(seed=seed, shape=(256, 256, 128), findings=findings))
            found = PLUGIN.segment(phantom.volume)
            cases += 1
            compare(phantom, found, organs, missing)
            share_of_findings(phantom, found, inside)
            for source, lungs in (("truth", phantom.organs), ("hu", found)):
                compare_sites(phantom, lungs, sites[source])
        print(f"\nphantom, {title}: {cases} thoraces of 256x256x128")
        print(f"{'structure':22s} {'Dice':>6s} {'lowest':>7s} not segmented")
        for name, values in organs.items():
            print(f"{name:22s} {np.mean(values):6.3f} {min(values):7.3f} {missing[name]:6d}")
        for name, values in inside.items():
            print(f"voxels of {name}: {np.mean(values):.1%}, lowest {min(values):.1%}")
        for source, table in sites.items():
            print(f"approximate sites in the lungs of {source}:")
            for name, values in table.items():
                print(f"  {name:26s} Dice {np.mean(values):.3f}, lowest {min(values):.3f}")


def compare(phantom: Phantom, found: LabelMap, organs: dict, missing: dict) -> None:
    for name in PLUGIN.answers_for:
        if name not in phantom.organs.names:
            continue
        if name not in found.names:
            organs[name].append(0.0)
            missing[name] += 1
            continue
        organs[name].append(dice(phantom.organs.mask(name), found.mask(name)))


def share_of_findings(phantom: Phantom, found: LabelMap, inside: dict) -> None:
    for finding in phantom.findings:
        for place in ("lung", "thoracic cavity"):
            mask = found.mask(place)
            hits = sum(int((mask[m.slices] & m.voxels).sum()) for m in finding.masks)
            total = sum(m.count for m in finding.masks)
            inside[f"{finding.spec.drawn_type} inside {place}"].append(hits / total)


def large() -> None:
    volume = make_phantom(PhantomSpec(shape=LARGE_SHAPE, spacing_mm=LARGE_SPACING_MM)).volume
    started, cpu = time.perf_counter(), time.process_time()
    PLUGIN.segment(volume)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"phantom {LARGE_SHAPE}: {cpu:.1f} s CPU, {wall:.1f} s, peak {peak:.2f} GiB")
    print("(the peak holds the making of the phantom)")


def compare_sites(phantom: Phantom, lungs: LabelMap, table: dict) -> None:
    for name, region in approximate_lobes(lungs).items():
        truth = phantom.organs.mask(name)
        table[name].append(dice(truth, region.dense(truth.shape)))
    values = []
    for name, region in approximate_segments(lungs).items():
        truth = phantom.segments.mask(name)
        values.append(dice(truth, region.dense(truth.shape)))
    table["18 segments, mean"].append(float(np.mean(values)))


def lidc(folder: Path) -> None:
    for case in ("LIDC-IDRI-0001", "LIDC-IDRI-0003"):
        volume = read_nifti_volume(NiftiVolume(path=folder / f"{case}.nii.gz"))
        started, cpu = time.perf_counter(), time.process_time()
        found = PLUGIN.segment(volume)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        print(f"\n{case} {volume.hu.shape}: {cpu:.1f} s CPU, {wall:.1f} s, peak {peak:.2f} GiB")
        ml = volume.geometry.voxel_volume_mm3 / 1000
        print("; ".join(f"{n} {found.mask(n).sum() * ml:.0f} ml" for n in found.names))
        nodules = read_nifti_labels(folder / f"{case}_nodules_2of4.nii.gz")
        share_of_nodules(nodules.labels, found, ml)


def share_of_nodules(layer: np.ndarray, found: LabelMap, ml: float) -> None:
    lung = found.mask("lung")
    for label in np.unique(layer[layer > 0]):
        where = layer == label
        inside = float((where & lung).sum() / where.sum())
        print(f"  nodule {label}: {where.sum() * ml:.2f} ml, {inside:.1%} inside the lungs")
    print(f"  all nodule voxels: {(lung & (layer > 0)).sum() / (layer > 0).sum():.1%} inside")


def cip(folder: Path) -> None:
    import SimpleITK as sitk  # noqa: N813

    def read(name: str) -> tuple[np.ndarray, Geometry]:
        image = sitk.ReadImage(str(folder / name))
        array = sitk.GetArrayFromImage(image).transpose(2, 1, 0)
        affine = np.eye(4)
        affine[:3, :3] = np.array(image.GetDirection()).reshape(3, 3) * image.GetSpacing()
        affine[:3, 3] = image.GetOrigin()
        return array, Geometry.of(array.shape, np.diag([-1.0, -1, 1, 1]) @ affine)

    array, grid = read("ct-64.nrrd")
    volume: Volume = volume_from_stored(array.astype(np.int16), grid)
    found = PLUGIN.segment(volume)
    truth = volume_from_stored(read("wholeLung-64.nrrd")[0].astype(np.int16), grid).hu > 0
    airway = volume_from_stored(read("lm-64.nrrd")[0].astype(np.int16), grid).hu == 512
    lung = found.mask("lung")
    print(f"\nCIP thorax {volume.hu.shape}: lung Dice {dice(lung, truth):.3f}")
    tubes = found.mask("trachea") | (found.mask("bronchie") if "bronchie" in found.names else False)
    print(f"  trachea and bronchie against label 512: Dice {dice(tubes, airway):.3f}")
    ml = volume.geometry.voxel_volume_mm3 / 1000
    print("; ".join(f"{n} {found.mask(n).sum() * ml:.0f} ml" for n in found.names))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, default=Path("../shared/data"))
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--large", action="store_true", help="only time a 512x512x320 phantom")
    arguments = parser.parse_args()
    if arguments.large:
        large()
        return 0
    ct = arguments.data / "ct"
    if not ct.is_dir():
        phantoms(arguments.seeds)
        print(f"{ct} is absent: LIDC and CIP were not measured", file=sys.stderr)
        return 1
    lidc(ct / "lidc_idri")
    cip(ct / "chest_imaging_platform")
    phantoms(arguments.seeds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
