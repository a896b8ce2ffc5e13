"""A small reference of three scans, and an honest weak prediction of it, on disk."""

from __future__ import annotations

import json
from pathlib import Path

import nibabel as nib
import numpy as np

AFFINE = np.array([[-0.8, 0, 0, 90.0], [0, -0.8, 0, 70.0], [0, 0, 2.0, -300.0], [0, 0, 0, 1.0]])
SHAPE = (40, 36, 20)
CASES = {"train_1_a_1": 3, "train_2_a_1": 2, "train_3_b_2": 2}
TEXTS = ("Nodule in the right upper lobe", "Emphysema in both lungs", "Left pleural effusion")
CATEGORIES = ("2d", "1c", "2e")


def reference_block(case: str) -> np.ndarray:
    """Masks (F, i, j, k): boxes, one to three a finding, numbered."""
    rng = np.random.default_rng(sum(case.encode()))
    block = np.zeros((CASES[case], *SHAPE), np.uint8)
    for finding in range(CASES[case]):
        for number in range(1, 2 + (finding + sum(case.encode())) % 3):
            low = [number * 9 - 5, *(int(rng.integers(1, n - 9)) for n in SHAPE[1:])]
            size = rng.integers(4, 7, 3)
            box = tuple(slice(a, a + int(s)) for a, s in zip(low, size, strict=True))
            block[(finding, *box)] = number
    return block


def weak_block(case: str) -> np.ndarray:
    """What a weak and honest model gives: each finding two voxels off along k, binary."""
    return (np.roll(reference_block(case), 2, axis=3) > 0).astype(np.uint8)


def save(path: Path, block: np.ndarray, affine: np.ndarray = AFFINE) -> None:
    """Write a mask as other tools do."""
    path.parent.mkdir(parents=True, exist_ok=True)
    nib.save(nib.Nifti1Image(block, affine, dtype=block.dtype), path)


def write_reference(root: Path) -> Path:
    """Masks and their dataset file."""
    for case in CASES:
        save(root / f"{case}.nii.gz", reference_block(case))
    entries = [
        {
            "name": f"{case}.nii.gz",
            "findings": {str(n): TEXTS[n] for n in range(count)},
            "categories": {str(n): CATEGORIES[n] for n in range(count)},
        }
        for case, count in CASES.items()
    ]
    (root / "dataset.json").write_text(json.dumps({"val": entries}))
    return root


def write_weak(root: Path) -> Path:
    """The weak prediction."""
    for case in CASES:
        save(root / f"{case}.nii.gz", weak_block(case))
    return root
