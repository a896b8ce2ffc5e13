"""Checked reading against nibabel's unchecked read of the same file, medians in one run.

``python -m bench.bench_read [--data ../shared/data] [--repeats 5]``: prints one row a file.
Exits with 1 when a ratio exceeds 1.5 or a voxel differs, with 2 when the data are absent.
"""

from __future__ import annotations

import argparse
import gzip
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np

from bench import DATA
from groundct.codecs.finding_masks import FindingMask, read_finding_masks, write_finding_masks
from groundct.codecs.nifti import read_nifti_labels, read_nifti_volume, write_nifti_volume
from groundct.core.case import NiftiVolume
from groundct.core.geometry import Geometry
from groundct.core.volume import to_stored, volume_from_stored

LIMIT = 1.5
SHAPE = (512, 512, 120)
GRID = Geometry.of(SHAPE, np.diag([-0.75, -0.75, 2.5, 1.0]))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    folder = arguments.data / "ct" / "lidc_idri"
    real = sorted(folder.glob("*.nii.gz"))
    if not real:
        print(f"{folder} holds no volumes: give --data", file=sys.stderr)
        return 2
    print("| file | stored as | nibabel s | groundct s | ratio |\n|---|---|---|---|---|")
    failed = False
    with tempfile.TemporaryDirectory() as scratch:
        for path, kind in [*((p, _kind(p)) for p in real), *_synthetic(Path(scratch))]:
            failed |= not _row(path, kind, arguments.repeats)
    return int(failed)


def _row(path: Path, kind: str, repeats: int) -> bool:
    readers: dict[str, Callable[[], Any]] = {
        "volume": lambda: read_nifti_volume(NiftiVolume(path=path)),
        "labels": lambda: read_nifti_labels(path),
        "findings": lambda: read_finding_masks(path),
    }
    theirs, ours = [], []
    for _ in range(repeats):
        theirs.append(_seconds(lambda: _nibabel(path)))
        ours.append(_seconds(readers[kind]))
    a, b = statistics.median(theirs), statistics.median(ours)
    equal = _equal(path, kind, readers[kind]())
    stored = nib.load(path).header.get_data_dtype()
    verdict = "" if equal else " voxels differ"
    print(f"| {path.name} | {stored} | {a:.3f} | {b:.3f} | {b / a:.2f}{verdict} |", flush=True)
    return equal and b <= LIMIT * a


def _nibabel(path: Path) -> Any:
    voxels = np.asanyarray(nib.load(path).dataobj)
    # nibabel maps plain files and reads nothing until voxels are used: so use them.
    return voxels if path.suffix == ".gz" else np.array(voxels, order="K")


def _equal(path: Path, kind: str, read: Any) -> bool:
    voxels = np.asanyarray(nib.load(path).dataobj)
    if kind == "findings":
        pairs = zip(read.findings, voxels, strict=True)
        return all(np.array_equal(mask.dense(read.grid.shape), part) for mask, part in pairs)
    array = read.hu if kind == "volume" else read.labels
    return bool(np.array_equal(to_stored(array, read.stored), np.rint(voxels)))


def _kind(path: Path) -> str:
    return "labels" if "nodules" in path.name else "volume"


def _synthetic(folder: Path) -> Iterator[tuple[Path, str]]:
    rng = np.random.default_rng(0)
    smooth = np.cumsum(rng.integers(-9, 10, SHAPE, dtype=np.int16), axis=0, dtype=np.int16)
    volume = volume_from_stored(np.asfortranarray(smooth), GRID)
    path = folder / "synthetic-int16.nii.gz"
    write_nifti_volume(path, volume)
    yield path, "volume"
    plain = gzip.decompress(path.read_bytes())
    path = folder / "synthetic-int16-members.nii.gz"
    step = 1 << 22
    parts = (plain[at : at + step] for at in range(0, len(plain), step))
    path.write_bytes(b"".join(gzip.compress(part, 1, mtime=0) for part in parts))
    yield path, "volume"
    path = folder / "synthetic-int16.nii"
    path.write_bytes(plain)
    yield path, "volume"
    for dtype in (np.float32, np.float64):
        path = folder / f"synthetic-{np.dtype(dtype).name}.nii.gz"
        nib.save(nib.Nifti1Image(smooth.astype(dtype), GRID.matrix), path)
        yield path, "volume"
    path = folder / "synthetic-findings.nii.gz"
    masks = []
    for _ in range(10):
        low = [int(rng.integers(0, n - 60)) for n in SHAPE]
        masks.append(FindingMask((low[0], low[1], low[2]), np.ones((60, 60, 60), np.uint8)))
    write_finding_masks(path, masks, GRID)
    yield path, "findings"


def _seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
