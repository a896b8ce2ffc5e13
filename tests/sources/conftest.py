"""Small datasets of every source, written by hand: a thorax of boxes, tables, masks."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

SHAPE = (24, 20, 12)
LPS = np.array(
    [[-0.8, 0.0, 0.0, 9.0], [0.0, -0.7, 0.0, 7.0], [0.0, 0.0, 2.5, -100.0], [0.0, 0.0, 0.0, 1.0]]
)


def thorax_hu(shape: tuple[int, int, int] = SHAPE, seed: int = 0) -> np.ndarray:
    """A body of soft tissue with two lungs in room air, int16 HU with noise."""
    rng = np.random.default_rng(seed)
    hu = np.full(shape, -1000.0)
    i, j, _ = shape
    hu[i // 8 : -i // 8, j // 8 : -j // 8] = 40.0
    hu[i // 5 : i // 2 - 1, j // 4 : -j // 4] = -850.0
    hu[i // 2 + 1 : -i // 5, j // 4 : -j // 4] = -850.0
    return np.rint(hu + rng.normal(0, 12, shape)).astype(np.int16)


@pytest.fixture
def hu() -> np.ndarray:
    return thorax_hu()


@pytest.fixture
def write_nifti() -> Callable[..., Path]:
    def write(path: Path, data: np.ndarray, affine: np.ndarray = LPS) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        nib.save(nib.Nifti1Image(data, affine), path)
        return path

    return write


@pytest.fixture
def write_csv() -> Callable[..., Path]:
    def write(path: Path, rows: Iterable[Mapping[str, str]], headings: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(
                stream, headings.split(","), delimiter="\t" if path.suffix == ".tsv" else ","
            )
            writer.writeheader()
            writer.writerows(rows)
        return path

    return write
