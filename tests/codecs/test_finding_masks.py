"""Masks of (findings, i, j, k) stream in and out without the dense block, to the bit."""

from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from groundct.codecs import finding_masks
from groundct.codecs.finding_masks import FindingMask, read_finding_masks, write_finding_masks
from groundct.core.geometry import Geometry
from groundct.core.issues import VolumeError

GRID = Geometry.of((6, 5, 4), np.array([[-0.5, 0, 0, 9], [0, -0.5, 0, 8], [0, 0, 2.5, -7]]))


def dense() -> np.ndarray:
    block = np.zeros((3, 6, 5, 4), dtype=np.uint8)
    block[0, 1:3, 2:4, 0:2] = 1
    block[0, 5, 4, 3] = 2
    block[2, 1:4, 1:4, 1:4] = 7
    return block


@pytest.fixture(params=[1 << 25, 1])
def slab(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding_masks, "_SLAB_BYTES", request.param)


@pytest.mark.parametrize("name", ["m.nii.gz", "m.nii"])
@pytest.mark.usefixtures("slab")
def test_round_trip_and_nibabel_agree(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    write_finding_masks(path, [FindingMask.of(part) for part in dense()], GRID)
    image = nib.load(path)
    np.testing.assert_array_equal(np.asanyarray(image.dataobj), dense())
    np.testing.assert_array_equal(image.affine, GRID.matrix)
    masks = read_finding_masks(path)
    assert masks.grid == GRID
    assert [m.offset for m in masks.findings] == [(1, 2, 0), (0, 0, 0), (1, 1, 1)]
    for mask, part in zip(masks.findings, dense(), strict=True):
        np.testing.assert_array_equal(mask.dense(GRID.shape), part)


def test_files_of_nibabel_with_identity_affine(tmp_path: Path) -> None:
    path = tmp_path / "m.nii.gz"
    nib.save(nib.Nifti1Image(dense().astype(np.int32), np.eye(4)), path)
    masks = read_finding_masks(path)
    np.testing.assert_array_equal(masks.grid.matrix, np.eye(4))
    write_finding_masks(tmp_path / "n.nii.gz", masks.findings, GRID, identity_affine=True)
    image = nib.load(tmp_path / "n.nii.gz")
    np.testing.assert_array_equal(image.affine, np.eye(4))
    np.testing.assert_array_equal(np.asanyarray(image.dataobj), dense())


def test_refusals(tmp_path: Path) -> None:
    path = tmp_path / "m.nii.gz"
    nib.save(nib.Nifti1Image(dense()[0], np.eye(4)), path)
    with pytest.raises(VolumeError, match="wrong-number-of-axes"):
        read_finding_masks(path)
    nib.save(nib.Nifti1Image(dense().astype(np.int16) * 100, np.eye(4)), path)
    with pytest.raises(VolumeError, match="too-many-instances"):
        read_finding_masks(path)
    nib.save(nib.Nifti1Image(dense(), np.eye(4)), path)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(VolumeError, match="truncated-gzip"):
        read_finding_masks(path)
    with pytest.raises(ValueError, match="at least one"):
        write_finding_masks(path, [], GRID)
    with pytest.raises(ValueError, match="leaves the grid"):
        write_finding_masks(path, [FindingMask((5, 0, 0), np.ones((2, 1, 1), np.uint8))], GRID)
