"""Measure hu's vessels and abdominal organs: python -m bench.bench_masks_vessels [DATA].

Dice against the masks that come with TotalSegmentator's published example scans: an aorta with two
lumina, a pulmonary artery with a heart, and an abdomen with 42 labels, all without people's
corrections. Of the aorta also its diameter at the published places. The rules were looked at on
all three. DATA is ../shared/data unless given; without it nothing is measured and the exit code
is 1.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from bench import DATA
from groundct.anatomy.composites import complete
from groundct.anatomy.hu import PLUGIN as HU
from groundct.codecs.nifti import read_nifti_labels, read_nifti_volume
from groundct.core.case import NiftiVolume
from groundct.core.volume import BoolArray, LabelMap
from groundct.imaging.components import components
from groundct.imaging.resample import resample_nearest
from groundct.metrics.overlap import dice

Masks = dict[str, tuple[str, int]]
"""By structure: the file, and the label in it."""

AORTA: Masks = {"aorta": ("organ_aorta_T264.nii.gz", 1)}
PULMONARY: Masks = {
    "pulmonary artery": ("pulmonary_artery.nii.gz", 1),
    "heart": ("heart.nii.gz", 1),
}
ABDOMEN: Masks = {
    name: ("example_seg.nii.gz", label)
    for name, label in {
        "liver": 5,
        "spleen": 1,
        "right kidney": 2,
        "left kidney": 3,
        "stomach": 6,
        "descending aorta": 52,
    }.items()
}
SCANS = (
    ("aorta_report", "ct_cropped.nii.gz", AORTA),
    ("pulmonary_report", "ct_cropped.nii.gz", PULMONARY),
    ("example_abdomen", "example_ct_sm.nii.gz", ABDOMEN),
)
LANDMARK_PARTS = ("heart ascending aorta", "aortic arch", "descending aorta")


def main() -> int:
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    folder = data / "ct" / "totalsegmentator"
    if not folder.is_dir():
        print(f"{folder} is absent: nothing was measured", file=sys.stderr)
        return 1
    print(
        "| scan | structure | Dice | hu, ml | published, ml | why not |\n|---|---|---|---|---|---|"
    )
    kept: dict[str, LabelMap] = {}
    for scan, ct, masks in SCANS:
        found = complete(HU.segment(read_nifti_volume(NiftiVolume(path=folder / scan / ct))))
        kept[scan] = found
        for name, (file, label) in masks.items():
            row(scan, name, found, published(folder / scan / file, label, found))
    diameters(folder / "aorta_report" / "aorta_report.json", kept["aorta_report"])
    return 0


def published(path: Path, label: int, found: LabelMap) -> BoolArray:
    """A published mask on the scan's grid; what lies outside it is left out."""
    truth = read_nifti_labels(path)
    return resample_nearest(np.asarray(truth.labels == label), truth.geometry, found.geometry)


def row(scan: str, name: str, found: LabelMap, truth: BoolArray) -> None:
    ml = found.geometry.voxel_volume_mm3 / 1000
    reasons = {each.name: each.reason for each in found.abstained}
    wanted = f"{truth.sum() * ml:.0f}"
    if name not in found.names:
        print(f"| {scan} | {name} | - | - | {wanted} | {reasons.get(name, 'not given')} |")
        return
    mask = found.mask(name)
    print(f"| {scan} | {name} | {dice(mask, truth):.3f} | {mask.sum() * ml:.0f} | {wanted} | |")


def diameters(report: Path, found: LabelMap) -> None:
    """Diameter of a disc of equal area at each published place, in the plane it was measured in."""
    print("\n| place | published diameter, mm | hu, mm |\n|---|---|---|")
    aorta = np.asarray(
        np.logical_or.reduce([found.mask(p) for p in LANDMARK_PARTS if p in found.names])
    )
    for place in json.loads(report.read_text())["landmarks"].values():
        if place["start"] is None:
            continue
        ends = [np.array(place[key]) for key in ("start", "end", "start_pd", "end_pd")]
        area = section_mm2(aorta, found, ends)
        print(
            f"| {place['name']} | {10 * (place['diameter'] + place['diameter_pd']) / 2:.0f} "
            f"| {2 * np.sqrt(area / np.pi):.0f} |"
        )


def section_mm2(mask: BoolArray, found: LabelMap, ends: list[np.ndarray]) -> float:
    """Area of the mask's section in the plane of two crossing diameters (RAS+ mm), near them."""
    centre = np.mean(ends, axis=0)
    first = ends[1] - ends[0]
    second = ends[3] - ends[2]
    u = first / np.linalg.norm(first)
    v = second - (second @ u) * u
    v /= np.linalg.norm(v)
    steps = np.arange(-40, 40.5, 1.0)
    points = centre + steps[:, None, None] * u + steps[None, :, None] * v
    inside = np.zeros(points.shape[:2], dtype=np.bool_)
    for a, b in np.ndindex(*inside.shape):
        i, j, k = np.rint(found.geometry.index_from_world(points[a, b])).astype(int)
        if all(0 <= n < size for n, size in zip((i, j, k), mask.shape, strict=True)):
            inside[a, b] = mask[i, j, k]
    parts, _ = components(inside[:, :, None], 6)
    middle = parts[len(steps) // 2, len(steps) // 2, 0]
    return float((parts == middle).sum()) if middle else 0.0


if __name__ == "__main__":
    raise SystemExit(main())
