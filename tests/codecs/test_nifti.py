"""Volumes and labels come back to the bit, and nibabel and SimpleITK read what we read."""

import gzip
import itertools
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813
from hypothesis import given, settings
from hypothesis import strategies as st

from groundct.codecs._nifti_bytes import header_bytes
from groundct.codecs._nifti_layout import DATATYPE_CODES, LAYOUTS, MAGIC, NIFTI1
from groundct.codecs.nifti import (
    read_nifti_header,
    read_nifti_labels,
    read_nifti_volume,
    write_nifti_labels,
    write_nifti_volume,
)
from groundct.core.case import NiftiVolume
from groundct.core.geometry import Geometry, grid_difference_mm, reorientation_to
from groundct.core.issues import VolumeError
from groundct.core.volume import Volume, to_stored, volume_from_stored

SHAPE = (5, 4, 3)
LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
AFFINE = LPS @ np.array([[0.7, 0, 0, 90], [0, 0.7, 0, 80], [0, 0, 2.5, -300], [0, 0, 0, 1]])
ORIENTATIONS = [
    "".join(letters)
    for pairs in itertools.permutations(("LR", "PA", "IS"))
    for letters in itertools.product(*pairs)
]


def snapped(affine: Any) -> Geometry:
    return Geometry.of(SHAPE, np.asarray(affine, np.float32).astype(np.float64))


def volume(grid: Geometry, seed: int = 0) -> Volume:
    rng = np.random.default_rng(seed)
    hu = np.asfortranarray(rng.integers(-32768, 32768, grid.shape), dtype=np.int16)
    return volume_from_stored(hu, grid)


def read_with_nibabel(path: Path) -> tuple[np.ndarray, np.ndarray]:
    image = nib.load(path)
    return np.asanyarray(image.dataobj), image.affine


def read_with_itk(path: Path) -> tuple[np.ndarray, np.ndarray]:
    image = sitk.ReadImage(str(path))
    affine = np.eye(4)
    affine[:3, :3] = np.array(image.GetDirection()).reshape(3, 3) * image.GetSpacing()
    affine[:3, 3] = image.GetOrigin()
    return sitk.GetArrayFromImage(image).T, LPS @ affine


def assert_others_agree(path: Path, ours: Volume, *, itk: bool = True) -> None:
    stored = to_stored(ours.hu, ours.stored)
    readers = [(read_with_nibabel, 1e-3), (read_with_itk, 0.05)]
    for read, tolerance_mm in readers if itk else readers[:1]:
        voxels, affine = read(path)
        voxels = voxels.reshape(voxels.shape[:3])
        # Half a HU, because ours are rounded.
        assert np.abs(voxels.astype(np.float64) - stored).max() <= 0.5 + 1e-3, read.__name__
        apart = grid_difference_mm(Geometry.of(stored.shape, affine), ours.stored)
        assert apart <= tolerance_mm, read.__name__


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_all_orientations_to_the_bit_and_agreed_on(tmp_path: Path, orientation: str) -> None:
    base = snapped(AFFINE)
    grid = reorientation_to(base, orientation).apply_geometry(base)
    grid = Geometry.of(grid.shape, grid.matrix.astype(np.float32).astype(np.float64))
    assert grid.orientation == orientation
    path = tmp_path / "v.nii.gz"
    before = volume(grid)
    write_nifti_volume(path, before)
    after = read_nifti_volume(NiftiVolume(path=path))
    assert after.stored == grid
    assert after.geometry.orientation == "RAS"
    np.testing.assert_array_equal(after.hu, before.hu)
    np.testing.assert_array_equal(read_with_nibabel(path)[1], grid.matrix)
    assert_others_agree(path, after)
    first = path.read_bytes()
    write_nifti_volume(path, after)
    assert path.read_bytes() == first


@st.composite
def grids(draw: st.DrawFn) -> Geometry:
    numbers = st.floats(-1, 1, allow_nan=False)
    basis = np.array(draw(st.lists(numbers, min_size=9, max_size=9))).reshape(3, 3)
    rotation, _ = np.linalg.qr(basis + 1e-3 * np.arange(9).reshape(3, 3) + 3 * np.eye(3))
    turn = np.linalg.qr(basis.T + np.diag([1.5, -2.0, 1.0]))[0]
    signs = draw(st.tuples(*[st.sampled_from([-1.0, 1.0])] * 3))
    order = draw(st.permutations(range(3)))
    linear = (rotation @ turn)[:, order] * signs
    spacing = draw(st.tuples(*[st.floats(0.3, 8)] * 3))
    affine = np.eye(4)
    affine[:3, :3] = linear * spacing
    affine[:3, 3] = draw(st.tuples(*[st.floats(-500, 500)] * 3))
    return snapped(affine)


@settings(max_examples=60, deadline=None)
@given(grids(), st.sampled_from(["v.nii.gz", "v.nii"]), st.integers(0, 9))
def test_oblique_grids_to_the_bit(
    tmp_path_factory: pytest.TempPathFactory, grid: Geometry, name: str, seed: int
) -> None:
    path = tmp_path_factory.mktemp("oblique") / name
    before = volume(grid, seed)
    write_nifti_volume(path, before)
    after = read_nifti_volume(NiftiVolume(path=path))
    assert after.stored == before.stored
    np.testing.assert_array_equal(after.hu, before.hu)
    assert_others_agree(path, after)


@pytest.mark.parametrize("dtype", [np.bool_, np.uint8, np.uint16])
def test_labels_to_the_bit(tmp_path: Path, dtype: type) -> None:
    grid = snapped(AFFINE)
    path = tmp_path / "m.nii.gz"
    top = {np.bool_: 2, np.uint8: 256, np.uint16: 65536}[dtype]
    labels = np.random.default_rng(1).integers(0, top, SHAPE).astype(dtype)
    write_nifti_labels(path, labels, grid)
    after = read_nifti_labels(path)
    assert (after.stored, after.geometry.orientation) == (grid, "RAS")
    assert repr(after).startswith(f"StoredLabels({after.labels.dtype}, ") and len(repr(after)) < 90
    assert after.labels.dtype == (np.uint16 if dtype is np.uint16 else np.uint8)
    np.testing.assert_array_equal(after.labels, labels)
    np.testing.assert_array_equal(read_with_nibabel(path)[0], to_stored(labels, grid))
    write_nifti_labels(path, labels, grid, identity_affine=True)
    voxels, affine = read_with_nibabel(path)
    np.testing.assert_array_equal(affine, np.eye(4))
    np.testing.assert_array_equal(voxels, to_stored(labels, grid))


@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int32, np.float32, np.float64, np.int64])
def test_labels_of_other_types(tmp_path: Path, dtype: type) -> None:
    path = tmp_path / "m.nii.gz"
    labels = np.random.default_rng(1).integers(0, 100, SHAPE)
    nib.save(nib.Nifti1Image(labels.astype(dtype), AFFINE, dtype=dtype), path)
    read = read_nifti_labels(path)
    assert read.labels.dtype == np.uint8
    np.testing.assert_array_equal(to_stored(read.labels, read.stored), labels)


def test_what_is_not_written(tmp_path: Path) -> None:
    grid = snapped(AFFINE)
    with pytest.raises(ValueError, match="bool, uint8 or uint16"):
        write_nifti_labels(tmp_path / "m.nii", np.zeros(SHAPE, np.int32), grid)
    with pytest.raises(ValueError, match="differ"):
        write_nifti_labels(tmp_path / "m.nii", np.zeros((3, 4, 5), np.uint8), grid)
    sheared = np.array(AFFINE)
    sheared[0, 2] = 0.5
    with pytest.raises(VolumeError, match="sheared-affine"):
        write_nifti_labels(tmp_path / "m.nii", np.zeros(SHAPE, np.uint8), snapped(sheared))
    assert not list(tmp_path.iterdir())


def test_files_of_others(tmp_path: Path) -> None:
    voxels = np.random.default_rng(2).integers(-1000, 1000, SHAPE).astype(np.float32) + 0.25
    path = tmp_path / "n.nii.gz"
    nib.save(nib.Nifti1Image(voxels, AFFINE), path)
    assert_others_agree(path, read_nifti_volume(NiftiVolume(path=path)))
    image = sitk.GetImageFromArray(voxels.T)
    image.SetSpacing((0.7, 0.8, 2.0))
    sitk.WriteImage(image, str(path))
    assert_others_agree(path, read_nifti_volume(NiftiVolume(path=path)))


def test_members_and_names_in_gzip(tmp_path: Path) -> None:
    path = tmp_path / "v.nii.gz"
    before = volume(snapped(AFFINE))
    write_nifti_volume(path, before)
    data = gzip.decompress(path.read_bytes())
    members = [gzip.compress(part) for part in (data[:100], data[100:400], b"", data[400:])]
    path.write_bytes(b"".join(members))
    after = read_nifti_volume(NiftiVolume(path=path))
    np.testing.assert_array_equal(after.hu, before.hu)
    assert_others_agree(path, after)
    with path.open("wb") as raw, gzip.GzipFile("a name.nii", "wb", fileobj=raw) as packed:
        packed.write(data)
    np.testing.assert_array_equal(read_nifti_volume(NiftiVolume(path=path)).hu, before.hu)


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_read_is_what_others_read(tmp_path: Path, seed: int) -> None:
    """Headers changed at random: each is refused, or read as nibabel and SimpleITK read it."""
    rng = np.random.default_rng(seed)
    path = tmp_path / "v.nii"
    sitk.ProcessObject.SetGlobalWarningDisplay(False)
    seen = 0
    for _ in range(60):
        version = int(rng.integers(1, 3))
        path.write_bytes(changed_at_random(rng, version))
        try:
            ours = read_nifti_volume(NiftiVolume(path=path))
        except VolumeError:
            continue
        seen += 1
        # SimpleITK does not read NIfTI-2.
        assert_others_agree(path, ours, itk=version == 1)
    assert seen > 15


VALUES = (0, 1, -1, 2, 3, 4, 5, 7, 8, 16, 64, 256, 340, 352, 368, 1e3, np.nan, np.inf, 0.5, -2.5)
FIELDS = (
    "dim", "datatype", "bitpix", "pixdim", "vox_offset", "scl_slope", "scl_inter", "xyzt_units",
    "qform_code", "sform_code", "quatern", "qoffset", "srow", "intent_code", "intent_p", "cal",
    "slice_code", "slice_start", "slice_end", "dim_info", "timing",
)  # fmt: skip


def changed_at_random(rng: np.random.Generator, version: int) -> bytes:
    layout = LAYOUTS[version].newbyteorder("<>"[int(rng.integers(2))])
    order = layout["sizeof_hdr"].byteorder
    dtype = rng.choice(["i2", "u1", "f4"])
    old = np.frombuffer(header_bytes(SHAPE, np.dtype(dtype), snapped(AFFINE)), NIFTI1, 1)[0]
    head = np.zeros((), layout)
    for name in (*FIELDS, "sizeof_hdr"):
        head[name] = old[name]
    if version == 2:
        head["sizeof_hdr"], head["vox_offset"] = 540, 544
    head["magic"] = np.void(MAGIC[version])
    form = rng.choice(["both", "qform_code", "sform_code"])
    if form != "both":
        head[form] = 0
    for _ in range(rng.integers(0, 3)):
        name = rng.choice(FIELDS)
        place = tuple(int(rng.integers(n)) for n in head[name].shape)
        value = rng.choice(VALUES)
        if rng.integers(2):
            value = head[name][place] * rng.choice([-1, 1.0005, 1.01, 2, 1 + 1e-6])
        if layout[name].base.kind == "f" or np.isfinite(value):
            head[name][place] = value
    names = {code: name for name, code in DATATYPE_CODES.items()}
    stored = np.dtype(names.get(int(head["datatype"]), "i2")).newbyteorder(order)
    voxels = (np.arange(60) % 50).astype(stored).tobytes()
    offset = np.nan_to_num(float(head["vox_offset"]), posinf=0)
    gap = int(np.clip(offset, layout.itemsize + 4, 2000)) - layout.itemsize
    return bytes(head.tobytes() + bytes(gap) + voxels)


def test_header_alone(tmp_path: Path) -> None:
    path = tmp_path / "v.nii.gz"
    write_nifti_volume(path, volume(snapped(AFFINE)))
    header = read_nifti_header(path)
    assert (header.shape, header.dtype, header.form) == (SHAPE, "<i2", "sform")
    assert header.geometry == snapped(AFFINE)
    with pytest.raises(VolumeError, match="wrong-number-of-axes"):
        read_nifti_header(path, axes=4)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8])
def test_eight_bits_without_a_scale_are_no_ct(tmp_path: Path, dtype: type) -> None:
    path = tmp_path / "labels.nii.gz"
    nib.save(nib.Nifti1Image(np.ones(SHAPE, dtype), AFFINE), path)
    with pytest.raises(VolumeError, match="not-a-ct"):
        read_nifti_volume(NiftiVolume(path=path))
    scaled = NiftiVolume(path=path, rescale=(16.0, -1024.0))
    assert (read_nifti_volume(scaled).hu == -1008).all()
