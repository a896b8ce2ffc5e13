"""Masks stream into runs: the same voxels as the dense reading, whatever the pieces are."""

import nibabel as nib
import numpy as np
import pytest

from groundct.codecs import _inflate, mask_runs
from groundct.codecs._zero_stretches import UnclearError, Zeros
from groundct.codecs.mask_runs import read_mask_runs
from groundct.core.issues import DataError


def save(path, block, **kinds):
    nib.save(nib.Nifti1Image(block, np.diag([-1.0, -1.0, 2.0, 1.0]), **kinds), path)
    return path


def block_of(seed, count, shape, dtype=np.uint8):
    rng = np.random.default_rng(seed)
    dense = rng.random((count, *shape)) < 0.2
    return (dense * rng.integers(1, 4, dense.shape)).astype(dtype)


@pytest.mark.parametrize("name", ["m.nii", "m.nii.gz"])
@pytest.mark.parametrize("count", [1, 3, 8, 300])
@pytest.mark.parametrize("most", [100, 1000])
def test_all_voxels_are_there(tmp_path, monkeypatch, name, count, most):
    monkeypatch.setattr(_inflate, "_MOST", most)
    block = block_of(count, count, (7, 6, 5))
    block[0, :, 0, 0] = 2
    stored = read_mask_runs(save(tmp_path / name, block))
    assert len(stored.findings) == count
    for runs, part in zip(stored.findings, block, strict=True):
        np.testing.assert_array_equal(runs.dense(), part)
        assert (runs.starts[1:] >= runs.stops[:-1]).all()
    first = stored.findings[0]
    assert first.starts[0] == 0 and first.stops[0] == 7, "a row is one run over all pieces"


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32])
@pytest.mark.parametrize("count", [1, 3, 300])
def test_zeros_are_passed_over(tmp_path, monkeypatch, count, dtype):
    block = np.zeros((count, 60, 50, 2 + 1_200 // count), dtype)
    block[0, 3:9, 4, 1] = 2
    block[-1, -1, -1, 0] = 1
    block[0, 50:, 49, -1] = 3
    path = save(tmp_path / "m.nii.gz", block)
    whole = mask_runs.stored_pieces
    monkeypatch.setattr(mask_runs, "stored_pieces", None)
    stored = read_mask_runs(path)
    for index in (0, count - 1):
        np.testing.assert_array_equal(stored.findings[index].dense(), block[index])
    monkeypatch.setattr(mask_runs, "stored_pieces", whole)
    monkeypatch.setattr(mask_runs, "sparse_stored", _wrong)
    again = read_mask_runs(path)
    np.testing.assert_array_equal(again.findings[0].dense(), block[0])


def _wrong(path, header):
    yield Zeros(77)
    yield np.ones(header.shape[0], header.dtype)
    raise UnclearError


@pytest.mark.parametrize("dtype", [np.int16, np.uint16, np.int32, np.float32, np.float64])
def test_other_types_hold_the_same(tmp_path, dtype):
    block = block_of(1, 2, (5, 4, 3))
    stored = read_mask_runs(save(tmp_path / "m.nii.gz", block.astype(dtype)))
    np.testing.assert_array_equal(stored.findings[1].dense(), block[1])


@pytest.mark.parametrize(
    ("value", "dtype", "cast", "code"),
    [
        (0.7, np.float32, 0, "not-labels"),
        (1.9, np.float64, 1, "not-labels"),
        (256, np.uint16, 0, "too-many-instances"),
        (300, np.int16, 44, "too-many-instances"),
        (-1, np.int16, 255, "not-labels"),
        (256.0, np.float32, None, "too-many-instances"),
        (np.nan, np.float32, None, "not-finite"),
        (-0.5, np.float32, None, "not-labels"),
    ],
)
def test_what_no_label_is(tmp_path, value, dtype, cast, code):
    block = np.zeros((1, 3, 3, 3), dtype)
    block[0, 1, 1, 1] = value
    path = save(tmp_path / "m.nii.gz", block)
    with pytest.raises(DataError, match=code):
        read_mask_runs(path)
    if cast is None:
        with pytest.raises(DataError, match="undefined-cast"):
            read_mask_runs(path, truncate=True)
    else:
        runs = read_mask_runs(path, truncate=True).findings[0]
        assert runs.dense()[1, 1, 1] == cast


def test_another_number_of_voxels_is_refused_before_any_is_read(tmp_path, monkeypatch):
    path = save(tmp_path / "m.nii.gz", block_of(1, 2, (5, 4, 3)))
    assert read_mask_runs(path, voxels=60).grid.shape == (5, 4, 3)
    monkeypatch.setattr(mask_runs, "stored_pieces", None)
    with pytest.raises(DataError, match="grid-mismatch"):
        read_mask_runs(path, voxels=61)


def test_noise_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(mask_runs, "MAX_RUNS", 20)
    with pytest.raises(DataError, match="scattered-voxels"):
        read_mask_runs(save(tmp_path / "m.nii.gz", block_of(1, 2, (9, 9, 9))))
