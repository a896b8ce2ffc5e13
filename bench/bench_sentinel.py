"""How often the anatomy sentinel flags turned and rescaled scans, and how often it cries wolf.

Every real chest of ``../shared/data/ct`` is laid in all 48 orientations under an unchanged header,
once with the spacing following the voxels and once not, and with five rescale faults. Run:
``python -m bench.bench_sentinel [DATA]``.
"""

from __future__ import annotations

import itertools
import sys
import time
from pathlib import Path

import numpy as np

from bench import DATA
from groundct.anatomy.sentinel import flags, look
from groundct.codecs.dicom import scan_dicom_folder
from groundct.codecs.volumes import read_volume
from groundct.core.case import DicomSeries, NiftiVolume
from groundct.core.geometry import Geometry, Reorientation
from groundct.core.volume import Volume
from groundct.imaging.resample import resample_volume

OFFSETS = (1024, -1024, 8192, -8192, 1000)
TURNS = [
    Reorientation(axes=axes, flips=flips)
    for axes in itertools.permutations(range(3))
    for flips in itertools.product((False, True), repeat=3)
]
UPRIGHT = Reorientation(axes=(0, 1, 2), flips=(False, False, False))


def chests(data: Path) -> dict[str, Volume]:
    """The real chests, by name."""
    ct = data / "ct"
    found = {
        name: read_volume(NiftiVolume(path=ct / "lidc_idri" / f"{name}.nii.gz"))
        for name in ("LIDC-IDRI-0001", "LIDC-IDRI-0003")
    }
    for name, folder in (
        ("CIP ct-64", "chest_imaging_platform"),
        ("Lung-PET-CT", "lung_pet_ct_dx"),
    ):
        (series, *_), _ = scan_dicom_folder(ct / folder)
        found[name] = read_volume(DicomSeries(series_uid=series.series_uid, files=series.files))
    return found


def warned(volume: Volume) -> tuple[str, ...]:
    """The codes of the warnings that the sentinel raises."""
    return tuple(i.code for i in flags(look(volume), "volume") if i.severity == "warning")


def turned(volume: Volume, turn: Reorientation, *, spacing_follows: bool) -> Volume:
    """The voxels laid otherwise under a header that still says RAS."""
    hu = turn.apply(volume.hu)
    spacing = volume.geometry.spacing_mm
    steps = [spacing[axis] for axis in turn.axes] if spacing_follows else spacing
    grid = Geometry.of(hu.shape, np.diag([*steps, 1.0]))
    return Volume(hu, grid, grid)


def main() -> int:
    """Print one row a scan."""
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    if not (data / "ct" / "lidc_idri").is_dir():
        print(f"no data at {data}: name the folder that holds ct/lidc_idri", file=sys.stderr)
        return 1
    print(
        "scan | upright flagged | turned flagged (of 94) | named rightly, 7 flips | rescale flagged"
    )
    for name, volume in chests(data).items():
        started = time.perf_counter()
        look(volume)
        seconds = time.perf_counter() - started
        i_mm, j_mm, k_mm = volume.geometry.spacing_mm  # 4 mm is enough for it; this saves time
        small = resample_volume(volume, (max(i_mm, 1.6), max(j_mm, 1.6), k_mm))
        caught = named = 0
        for turn, follows in itertools.product(TURNS, (True, False)):
            if turn == UPRIGHT:
                continue
            codes = warned(turned(small, turn, spacing_follows=follows))
            caught += bool(codes)
            if follows and turn.axes == (0, 1, 2):
                kinds = ("left-right-flipped", "front-back-flipped", "head-feet-flipped")
                named += set(codes) == {k for k, f in zip(kinds, turn.flips, strict=True) if f}
        rescaled = 0
        for offset in OFFSETS:
            hu = np.clip(volume.hu.astype(np.int32) + offset, -32768, 32767).astype(np.int16)
            codes = warned(Volume(hu, volume.geometry, volume.stored))
            rescaled += codes in (("rescaled-never",), ("rescaled-twice",))
        print(
            f"{name} | {len(warned(volume))} | {caught} | {named} of 7 | "
            f"{rescaled} of {len(OFFSETS)} | {seconds:.1f} s"
        )
    abdomen = data / "ct" / "totalsegmentator" / "example_abdomen" / "example_ct_sm.nii.gz"
    print(f"abdomen, not a chest: {warned(read_volume(NiftiVolume(path=abdomen)))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
