"""Speed and exactness of surface distances, organ overlaps and volumes.

Run: ``python -m bench.bench_surface [DATA]``, by default ``../shared/data``. Speed is measured on
two made cases of 512 x 512 x 320 voxels with 10 findings of 1 to 20 instances; public tools run
beside ours, which has full arrays, on crops, where they are installed. The readers of LIDC-IDRI and
the lesions of pyradiomics are compared with what the tools gave for them.
"""

from __future__ import annotations

import csv
import os
import sys
import time
from pathlib import Path

import nibabel
import numpy as np

from bench import DATA
from bench.bench_official import made_pairs
from bench.surface_peers import installed, medpy_hd95, monai_hd95_and_nsd, values_of
from groundct.core.geometry import Geometry
from groundct.core.volume import LabelMap, Segment
from groundct.imaging.components import bounding_slices
from groundct.metrics.organs import organ_scores
from groundct.metrics.surface import SURFACE_METRICS, surface_metrics
from groundct.metrics.volumes import mesh_size, volume_ml

SHAPE = (512, 512, 320)
SPACING_MM = (0.75, 0.75, 1.0)
TOLERANCES_MM = (1.0, 2.0)
SURFELS = (
    "hd:surfel",
    "hd95:surfel",
    "asd:surfel-reference",
    "asd:surfel-prediction",
    "nsd:surfel",
)
VOXELS = ("hd:voxels", "average-hd:voxels")
FAMILIES = {
    "hd95:max and nsd:border": ("hd95:max", "nsd:border"),
    "all 9 of border voxels": tuple(n for n in SURFACE_METRICS if n not in (*SURFELS, *VOXELS)),
    "all 5 of surfels": SURFELS,
    "all 2 of voxels": VOXELS,
    "all 16": SURFACE_METRICS,
}
LIDC_COLUMNS = {
    "dm_hd100": "hd:surfel",
    "dm_hd95": "hd95:surfel",
    "dm_asd_gt2pred": "asd:surfel-reference",
    "dm_asd_pred2gt": "asd:surfel-prediction",
    "dm_nsd_1mm": "nsd:surfel@1mm",
    "dm_nsd_2mm": "nsd:surfel@2mm",
    "monai_hd100": "hd:border",
    "monai_hd95": "hd95:max",
    "monai_assd": "assd:pooled",
    "monai_nsd_1mm": "nsd:border@1mm",
    "monai_nsd_2mm": "nsd:border@2mm",
    "medpy_hd": "hd:border",
    "medpy_hd95": "hd95:pooled",
    "medpy_assd": "assd:pooled",
    "sitk_hd": "hd:voxels",
    "sitk_avg_hd": "average-hd:voxels",
}


def findings(rng: np.random.Generator):
    """Ten pairs of masks: 1 to 20 ellipsoids of 4 to 35 mm; the prediction moved and resized."""
    for number in range(10):
        pair = [np.zeros(SHAPE, dtype=np.bool_, order="F") for _ in range(2)]
        for _ in range(1 + 2 * number):
            centre = rng.uniform(0.2, 0.8, 3) * SHAPE
            radius = rng.uniform(4, 35) * rng.uniform(0.6, 1.0, 3) / SPACING_MM
            draw(pair[0], centre, radius)
            if rng.random() < 0.9:
                draw(pair[1], centre + rng.normal(0, 1, 3), radius * rng.uniform(0.9, 1.1))
        yield pair


def draw(mask, centre, radius) -> None:
    low = np.maximum(np.floor(centre - radius), 0).astype(int)
    high = np.minimum(np.ceil(centre + radius) + 1, SHAPE).astype(int)
    box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    axes = np.ogrid[box]
    mask[box] |= sum(((x - c) / r) ** 2 for x, c, r in zip(axes, centre, radius, strict=True)) < 1


def speed() -> None:
    large = list(findings(np.random.default_rng(4)))
    usual = [[mask > 0 for mask in pair] for pair in made_pairs(10, seed=1)]
    for words, pairs in (("the case of bench_official", usual), ("large ellipsoids", large)):
        voxels = [int(pair[0].sum()) for pair in pairs]
        print(f"{words}: 10 findings of {min(voxels):,} to {max(voxels):,} voxels on {SHAPE}")
        print(f"  {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; seconds, least of 3")
        speed_of(pairs)


def speed_of(pairs) -> None:
    given = {"tolerances_mm": (1.0,)}
    surface_metrics(*pairs[0], SPACING_MM, names=SURFACE_METRICS)  # imports and tables
    values = []
    for said, names in FAMILIES.items():
        wall = processor = float("inf")
        for _ in range(3):
            start, own = time.perf_counter(), time.process_time()
            values = [surface_metrics(*pair, SPACING_MM, names=names, **given) for pair in pairs]
            wall = min(wall, time.perf_counter() - start)
            processor = min(processor, time.process_time() - own)
        print(f"  ours, from full arrays, {said}: {wall:.2f}, processor {processor:.2f}")
    crops = [cropped(*pair) for pair in pairs]
    here = installed()
    peers = {
        "monai": monai_hd95_and_nsd,
        "medpy": medpy_hd95,
        "surface-distance": lambda *given: values_of("surface-distance", *given, (1.0,)),
    }
    for tool, measure in peers.items():
        if tool not in here:
            print(f"  {tool}: not installed")
            continue
        start, own = time.perf_counter(), time.process_time()
        theirs = [measure(*crop, SPACING_MM) for crop in crops]
        spent, taken = time.process_time() - own, time.perf_counter() - start
        apart = max(
            abs(values[n][name] - value)
            for n, got in enumerate(theirs)
            for name, value in got.items()
        )
        print(f"  {tool} {here[tool]}, from crops, {', '.join(theirs[0])}: {taken:.2f}, ", end="")
        print(f"processor {spent:.2f}; largest difference {apart:.1e}", flush=True)


def cropped(reference, prediction):
    """Both masks in the box of either, with a voxel around it."""
    box = bounding_slices(reference | prediction, margin=1)
    return [np.ascontiguousarray(mask[box]) for mask in (reference, prediction)]


def organs() -> None:
    rng = np.random.default_rng(5)
    coarse = rng.integers(0, 211, [n // 32 for n in SHAPE]).astype(np.uint16)
    layer = np.asfortranarray(np.kron(coarse, np.ones((32, 32, 32), dtype=np.uint16)))
    other = np.asfortranarray(np.roll(layer, 3, axis=0))
    grid = Geometry.of(SHAPE, np.diag([*SPACING_MM, 1.0]))
    segments = tuple(Segment(name=f"organ {n}", parts=((0, n),)) for n in range(1, 211))
    one, two = (LabelMap((array,), segments, grid, grid) for array in (layer, other))
    start = time.perf_counter()
    result = organ_scores(one, two)
    own = time.perf_counter() - start
    start = time.perf_counter()
    for n in range(1, 11):
        a, b = layer == n, other == n
        both, total = np.count_nonzero(a & b), np.count_nonzero(a) + np.count_nonzero(b)
        assert result.scores[n - 1].dice == 2 * both / total
    loop = (time.perf_counter() - start) * 21
    print(f"Dice of 210 organs: {own:.2f} s; a loop {loop:.1f} s (10 of them, x 21)")


def lidc(data: Path) -> None:
    folder = data / "ct" / "lidc_idri"
    worst: dict[str, float] = {}
    with (folder / "lidc_reader_pair_metrics.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        (one, spacing), (two, _) = (mask_of(folder, row, side) for side in ("ref", "pred"))
        given = {"names": SURFACE_METRICS, "tolerances_mm": TOLERANCES_MM}
        got = surface_metrics(one, two, spacing, **given)
        for column, name in LIDC_COLUMNS.items():
            if row[column]:
                apart = abs(float(row[column]) - got[name])
                worst[column] = max(worst.get(column, 0.0), apart)
    print(f"LIDC-IDRI, {len(rows)} pairs of readers, largest difference from the tools' values:")
    print("  " + ", ".join(f"{column} {apart:.1e}" for column, apart in worst.items()))


def mask_of(folder: Path, row, side: str):
    reader = row[side] if row[side].startswith("2of4") else f"reader{row[side]}"
    image = nibabel.load(folder / f"{row['case']}_nodules_{reader}.nii.gz")
    labels = np.asarray(image.dataobj)
    mask = labels > 0 if row["label"] == "all" else labels == int(row["label"])
    return mask, tuple(float(mm) for mm in image.header.get_zooms())


def lesions(data: Path) -> None:
    import SimpleITK

    with (data / "pyradiomics" / "baseline_shape.csv").open(newline="") as file:
        rows = {row["featureName"]: row for row in csv.DictReader(file)}
    for name in ("lung1", "lung2"):
        image = SimpleITK.ReadImage(data / "pyradiomics" / f"{name}_label.nrrd")
        mask = SimpleITK.GetArrayFromImage(image).transpose(2, 1, 0) == 1
        mesh = mesh_size(mask, image.GetSpacing())
        ours = {
            "VoxelVolume": volume_ml(mask, image.GetSpacing()) * 1000,
            "MeshVolume": mesh.volume_ml * 1000,
            "SurfaceArea": mesh.area_mm2,
        }
        for key, value in ours.items():
            published = float(rows[f"original_shape_{key}"][name])
            print(f"  {name} {key}: {value:.6f}, pyradiomics {published:.6f}", end="")
            print(f", {100 * (value / published - 1):+.4f} %")


def main() -> int:
    speed()
    organs()
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    if not (data / "ct" / "lidc_idri").is_dir():
        print(f"{data} is absent: readers and lesions are not compared", file=sys.stderr)
        return 1
    lidc(data)
    lesions(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
