"""Compare phantoms with real scans: histograms, lung volumes, noise, sizes of nodules.

    python -m bench.bench_phantom [DATA]                 the scans of DATA (../shared/data)
    python -m bench.bench_phantom [DATA] --phantoms 8    how many phantoms to compare with
    python -m bench.bench_phantom [DATA] --picture FILE  phantoms beside real scans

Both are measured by the same code, which knows of no truth: the lungs are the enclosed air of the
chest. Tables are Markdown. Without DATA nothing is compared, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import cc3d
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bench import DATA
from groundct.codecs.dicom import read_dicom_series
from groundct.codecs.nifti import read_nifti_volume
from groundct.core.case import DicomSeries, NiftiVolume
from groundct.core.volume import BoolArray, Volume
from groundct.phantom.corpus import Wishes, corpus_specs
from groundct.phantom.make import make_phantom
from groundct.phantom.spec import DEFAULT_SIZE_MM, PhantomSpec
from groundct.sources.dicom_folder import PLUGIN as DICOM

SEED = 20261122
FAT_HU, SOFT_HU = (-140, -40), (-20, 110)
LAGS = (1, 2, 3, 4)
TILE = 200


@dataclass(frozen=True)
class Measures:
    """One scan. Shares are percent; ``noise_hu`` is the spread inside even soft tissue."""

    slice_mm: float
    lung_ml: float
    lung_mode_hu: float
    lung_mean_hu: float
    lung_below_950: float
    lung_above_700: float
    slope_hu_per_cm: float
    fat_mode_hu: float
    soft_mode_hu: float
    fat_of_body: float
    bone_of_body: float
    noise_hu: float
    air_noise_hu: float
    correlation_1: float
    correlation_2: float
    correlation_3: float
    correlation_4: float


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="?", type=Path, default=DATA)
    parser.add_argument("--phantoms", type=int, default=4)
    parser.add_argument("--width", type=int, default=512)
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()
    if not (options.data / "ct").is_dir():
        print(f"{options.data / 'ct'} is absent: there is nothing to compare with", file=sys.stderr)
        return 1
    columns: dict[str, Measures] = {}
    tiles: list[Image.Image] = []
    for name, volume in real_scans(options.data / "ct"):
        columns[name] = measured(volume)
        if options.picture and name.startswith("LIDC"):
            tiles.append(row(volume))
    seconds: list[float] = []
    for number, (volume, cpu) in enumerate(phantoms(options.phantoms, options.width)):
        columns[f"phantom {number}"] = measured(volume)
        seconds.append(cpu)
        if options.picture and number < 2:
            tiles.append(row(volume))
    print("\n".join(table(columns)))
    print(f"\nCPU seconds a phantom, {options.width} wide: median {np.median(seconds):.1f}")
    print("\n".join(nodules(options.data / "ct" / "lidc_idri" / "lidc_nodule_annotations.csv")))
    if options.picture:
        sheet = np.concatenate([np.asarray(tile) for tile in tiles], axis=0)
        options.picture.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(sheet).save(options.picture, quality=82)
    return 0


def real_scans(ct: Path) -> Iterator[tuple[str, Volume]]:
    for case in ("LIDC-IDRI-0001", "LIDC-IDRI-0003"):
        path = ct / "lidc_idri" / f"{case}.nii.gz"
        yield case, read_nifti_volume(NiftiVolume(path=path))
    for name, folder in (
        ("CIP ct-64", ct / "chest_imaging_platform" / "ct-64Dicom"),
        ("Lung-PET-CT-Dx A0002", ct / "lung_pet_ct_dx" / "A0002_B40f_8mm_dicom"),
    ):
        for case in DICOM.read(folder).cases:
            if isinstance(case.volume, DicomSeries):
                yield name, read_dicom_series(case.volume)


def phantoms(count: int, width: int) -> Iterator[tuple[Volume, float]]:
    """Phantoms without findings, of slices as thick as the real scans', and their CPU seconds."""
    generator = np.random.default_rng(SEED)
    for slice_mm in (2.5, 1.25, 2.5, 8.0, 5.0, 1.0)[: count if count < 6 else 6]:
        depth = round(320 / slice_mm)
        like = PhantomSpec(shape=(width, width, depth), slice_mm=slice_mm)
        (spec,) = corpus_specs(1, generator, like, Wishes(categories=()))
        started = time.process_time()
        volume = make_phantom(spec).volume
        yield volume, time.process_time() - started


def measured(volume: Volume) -> Measures:
    hu = volume.hu
    i, j, k = volume.geometry.spacing_mm
    steps = [max(1, round(1.5 / s)) for s in (i, j, k)]
    coarse = np.asarray(hu[:: steps[0], :: steps[1], :: steps[2]])
    body, lung = body_and_lung(coarse)
    voxel_ml = volume.geometry.voxel_volume_mm3 * np.prod(steps) / 1000
    air = np.asarray(coarse[lung], dtype=np.float64)
    inside = coarse[body]
    noise, correlation = soft_noise(hu)
    # The front corners outside the body, within a round field of view.
    a, b = hu.shape[0] // 2, int(hu.shape[1] * 0.93)
    outside = np.asarray(hu[a - 30 : a + 30, b - 12 : b + 12, ::8], dtype=np.float64)
    outside = outside[(outside > -1020) & (outside < -900)]
    return Measures(
        k,
        float(lung.sum() * voxel_ml),
        mode(air, (-990, -600)),
        float(air.mean()),
        100 * float((air < -950).mean()),
        100 * float((air > -700).mean()),
        slope(coarse, lung, j * steps[1]),
        mode(inside, FAT_HU),
        mode(inside, SOFT_HU),
        100 * float(((inside > FAT_HU[0]) & (inside < FAT_HU[1])).mean()),
        100 * float((inside > 200).mean()),
        noise,
        float(outside.std()) if outside.size > 500 else float("nan"),
        *correlation,
    )


def body_and_lung(hu: NDArray[np.int16]) -> tuple[BoolArray, BoolArray]:
    """The body with what it encloses, and its largest enclosed air: the lungs and airways."""
    air = hu < -500
    labels = cc3d.connected_components(np.ascontiguousarray(air), connectivity=6)
    edge = np.unique(np.concatenate([labels[0].ravel(), labels[-1].ravel(), labels[:, -1].ravel()]))
    sizes = np.bincount(labels.ravel())
    sizes[edge] = 0
    sizes[0] = 0
    lung = np.isin(labels, np.flatnonzero(sizes > max(0.12 * sizes.max(), 1)))
    solid = cc3d.largest_k(np.ascontiguousarray(~air), k=1, connectivity=6) > 0
    return solid | lung, lung


def mode(hu: NDArray[np.floating] | NDArray[np.int16], between: tuple[int, int]) -> float:
    counts, edges = np.histogram(hu, bins=np.arange(between[0], between[1] + 1, 4))
    smooth = np.convolve(counts, np.ones(5), mode="same")
    return float(edges[int(np.argmax(smooth))] + 2)


def slope(hu: NDArray[np.int16], lung: BoolArray, step_mm: float) -> float:
    """How much denser the lung becomes towards the back, HU a cm; vessels left out."""
    own = lung & (hu < -700)
    counts = own.sum(axis=(0, 2))
    rows = np.flatnonzero(counts > 0.2 * counts.max())
    means = [hu[:, row][own[:, row]].mean() for row in rows]
    return float(-np.polyfit(rows * step_mm / 10, means, 1)[0])


def soft_noise(hu: NDArray[np.int16]) -> tuple[float, tuple[float, ...]]:
    """The spread and the correlation along i inside even patches of soft tissue, in plane."""
    size, spreads, tables = 12, [], []
    for k in range(hu.shape[2] // 6, 5 * hu.shape[2] // 6, max(1, hu.shape[2] // 24)):
        plane = np.asarray(hu[:, :, k], dtype=np.float64)
        a, b = (n // size for n in plane.shape)
        tiles = plane[: a * size, : b * size].reshape(a, size, b, size).transpose(0, 2, 1, 3)
        flat = tiles.reshape(-1, size, size)
        middle, spread = flat.mean(axis=(1, 2)), flat.std(axis=(1, 2))
        even = flat[(middle > 10) & (middle < 90) & (spread < 45)]
        rest = even - even.mean(axis=(1, 2), keepdims=True)
        spreads += list(rest.std(axis=(1, 2)))
        tables += [
            [float((r[:-lag] * r[lag:]).mean() / max((r**2).mean(), 1e-9)) for lag in LAGS]
            for r in rest
        ]
    if not spreads:
        return float("nan"), (float("nan"),) * len(LAGS)
    # The quietest third: the rest holds borders of organs.
    quiet = np.argsort(spreads)[: max(1, len(spreads) // 3)]
    means = np.median(np.array(tables)[quiet], axis=0)
    return float(np.median(np.array(spreads)[quiet])), tuple(float(v) for v in means)


def table(columns: dict[str, Measures]) -> Iterator[str]:
    yield "| measure | " + " | ".join(columns) + " |"
    yield "|---" * (len(columns) + 1) + "|"
    for each in fields(Measures):
        values = [getattr(column, each.name) for column in columns.values()]
        digits = 2 if each.name.startswith("corr") else 1
        yield f"| {each.name} | " + " | ".join(f"{v:.{digits}f}" for v in values) + " |"


def nodules(path: Path) -> Iterator[str]:
    """Sizes of marked nodules and of a thousand phantoms' nodules."""
    with path.open(encoding="utf-8", newline="") as file:
        real = [float(row["pylidc_diameter_mm"]) for row in csv.DictReader(file)]
    specs = corpus_specs(1000, np.random.default_rng(SEED))
    drawn = [
        f.size_mm or DEFAULT_SIZE_MM[f.drawn_type]
        for s in specs
        for f in s.findings
        if f.category == "2d"
    ]
    for name, sizes in (("LIDC readers' marks", real), ("phantoms", drawn)):
        low, middle, high = np.percentile(sizes, (10, 50, 90))
        span = f"{low:.0f} / {middle:.0f} / {high:.0f} mm"
        yield f"\nnodules and masses, {name}: {len(sizes)}, {span} (10th, 50th, 90th percentile)"


def row(volume: Volume) -> Image.Image:
    """Two axial slices and a coronal one in the lung window, then in the soft window."""
    hu, (i, _, k) = volume.hu, volume.geometry.spacing_mm
    tiles = []
    for low, high in ((-1350, 150), (-160, 240)):
        for share in (0.55, 0.38):
            tiles.append(tile(hu[:, :, int(hu.shape[2] * share)], (low, high), 1.0))
        tiles.append(tile(hu[:, int(hu.shape[1] * 0.52), :], (low, high), k / i))
    return Image.fromarray(np.concatenate(tiles, axis=1))


def tile(plane: NDArray[np.int16], window: tuple[int, int], stretch: float) -> NDArray[np.uint8]:
    low, high = window
    grey = np.clip((plane.T[::-1, ::-1].astype(float) - low) / (high - low), 0, 1) * 255
    picture = Image.fromarray(grey.astype(np.uint8))
    height = min(TILE, round(TILE * plane.shape[1] * stretch / plane.shape[0]))
    out = Image.new("L", (TILE, TILE))
    out.paste(picture.resize((TILE, height)), (0, (TILE - height) // 2))
    return np.asarray(out)


if __name__ == "__main__":
    sys.exit(main())
