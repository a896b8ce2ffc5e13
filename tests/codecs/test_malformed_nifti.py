"""Malformed volumes, each made from a sound one by a single change, and the error it gets."""

import gzip
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from groundct.codecs._nifti_bytes import header_bytes
from groundct.codecs._nifti_layout import LAYOUTS, MAGIC, NIFTI1
from groundct.codecs.nifti import read_nifti_header, read_nifti_labels, read_nifti_volume
from groundct.core.case import NiftiVolume
from groundct.core.geometry import Geometry
from groundct.core.issues import VolumeError

SHAPE = (5, 4, 3)
AFFINE = np.array([[-0.75, 0, 0, 90], [0, -0.75, 0, 80], [0, 0, 2.5, -300], [0, 0, 0, 1]])
GRID = Geometry.of(SHAPE, AFFINE)
VOXELS = (np.arange(60) * 20 - 600).reshape(SHAPE)


def fields(dtype: str = "i2", shape: tuple[int, ...] = SHAPE) -> Any:
    head = header_bytes(shape, np.dtype(dtype), GRID)
    return np.frombuffer(bytearray(head[:348]), NIFTI1)[0]


def whole(head: Any, voxels: Any = VOXELS, extension: bytes = bytes(4)) -> bytes:
    dtype = {2: "u1", 4: "i2", 16: "f4", 64: "f8"}.get(int(head["datatype"]), "i2")
    return head.tobytes() + extension + np.asarray(voxels).astype(dtype).tobytes(order="F")


SOUND = whole(fields())


def with_field(name: str, value: Any, place: Any = ...) -> bytes:
    head = fields()
    head[name][place] = value
    return whole(head)


def with_fields(**changes: Any) -> bytes:
    head = fields()
    for name, value in changes.items():
        head[name] = value
    return whole(head)


def nifti2(**changes: Any) -> bytes:
    old, new = fields(), np.zeros((), LAYOUTS[2])
    for name in set(NIFTI1.names or ()) & set(LAYOUTS[2].names or ()) - {"magic", "descrip"}:
        new[name] = old[name]
    new["sizeof_hdr"], new["vox_offset"], new["magic"] = 540, 544, np.void(MAGIC[2])
    for name, value in changes.items():
        new[name] = value
    return new.tobytes() + bytes(4) + VOXELS.astype("<i2").tobytes(order="F")


def of_type(dtype: str, voxels: Any) -> bytes:
    return whole(fields(dtype), voxels)


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :]


def rotated_quaternion() -> bytes:
    head = fields()
    head["quatern"] = (0.0, 0.0, np.cos(0.05))
    return whole(head)


def with_nan() -> Any:
    voxels = VOXELS.astype(np.float32)
    voxels[1, 2, 1] = np.nan
    return voxels


GZ = gzip.compress(SOUND, mtime=0)
NAN = float("nan")

CASES: dict[str, tuple[str, Callable[[], bytes], str]] = {
    # the file around it
    "empty": ("empty-file", lambda: b"", "v.nii.gz"),
    "other name": ("not-a-nifti-name", lambda: SOUND, "v.hdr"),
    "gz is plain": ("not-gzip", lambda: SOUND, "v.nii.gz"),
    "plain is gz": ("hidden-gzip", lambda: GZ, "v.nii"),
    "text": ("not-nifti", lambda: b"Findings: normal.\n" * 40, "v.nii"),
    "cut in gzip header": ("truncated-gzip", lambda: GZ[:9], "v.nii.gz"),
    "cut in the middle": ("truncated-gzip", lambda: GZ[: len(GZ) // 2], "v.nii.gz"),
    "cut in gzip trailer": ("truncated-gzip", lambda: GZ[:-1], "v.nii.gz"),
    "cut by a trailer": ("truncated-gzip", lambda: GZ[:-8], "v.nii.gz"),
    "checksum": ("gzip-checksum", lambda: flipped(GZ, len(GZ) - 6), "v.nii.gz"),
    "length in trailer": ("gzip-checksum", lambda: flipped(GZ, len(GZ) - 2), "v.nii.gz"),
    "bad block": ("broken-gzip", lambda: GZ[:10] + b"\x07" + GZ[11:], "v.nii.gz"),
    "flags": ("broken-gzip", lambda: GZ[:3] + b"\xe0" + GZ[4:], "v.nii.gz"),
    "garbage after gzip": ("trailing-garbage", lambda: GZ + b"more", "v.nii.gz"),
    "zeros after gzip": ("trailing-garbage", lambda: GZ + bytes(512), "v.nii.gz"),
    "trailer twice": ("trailing-garbage", lambda: GZ + GZ[-8:], "v.nii.gz"),
    "second member": ("longer-than-header", lambda: GZ + gzip.compress(b"more"), "v.nii.gz"),
    "bytes after voxels": (
        "longer-than-header",
        lambda: gzip.compress(SOUND + b"\0"),
        "v.nii.gz",
    ),
    "voxels missing": ("shorter-than-header", lambda: gzip.compress(SOUND[:-1]), "v.nii.gz"),
    "no voxels": ("shorter-than-header", lambda: gzip.compress(SOUND[:352]), "v.nii.gz"),
    "plain too long": ("longer-than-header", lambda: SOUND + b"\0", "v.nii"),
    "plain too short": ("shorter-than-header", lambda: SOUND[:-1], "v.nii"),
    "cut in header": ("truncated-header", lambda: SOUND[:300], "v.nii"),
    "cut in gz header": ("truncated-header", lambda: gzip.compress(SOUND[:300]), "v.nii.gz"),
    "declares far more than gzip can hold": (
        "shorter-than-header",
        lambda: gzip.compress(with_fields(dim=[3, 1024, 1024, 1024, 1, 1, 1, 1])),
        "v.nii.gz",
    ),
    # what it is
    "magic": ("bad-magic", lambda: with_fields(magic=np.void(b"n+9\0")), "v.nii"),
    "analyze": ("analyze", lambda: with_fields(magic=np.void(bytes(4))), "v.nii"),
    "pair": ("two-file-nifti", lambda: with_fields(magic=np.void(b"ni1\0")), "v.nii"),
    "nifti-2 line ends": (
        "bad-magic",
        lambda: nifti2(magic=np.void(b"n+2\0\n\x1a\n\0")),
        "v.nii",
    ),
    # its size
    "dim[0] zero": ("bad-dimensions", lambda: with_field("dim", 0, 0), "v.nii"),
    "dim[0] eight": ("bad-dimensions", lambda: with_field("dim", 8, 0), "v.nii"),
    "negative axis": ("bad-dimensions", lambda: with_field("dim", -4, 2), "v.nii"),
    "empty axis": ("bad-dimensions", lambda: with_field("dim", 0, 3), "v.nii"),
    "two axes": ("wrong-number-of-axes", lambda: with_field("dim", 2, 0), "v.nii"),
    "four axes": (
        "wrong-number-of-axes",
        lambda: with_fields(dim=[4, 5, 4, 1, 3, 1, 1, 1]),
        "v.nii",
    ),
    "too many voxels": (
        "too-large",
        lambda: with_fields(dim=[3, 32000, 32000, 32000, 1, 1, 1, 1]),
        "v.nii",
    ),
    "nifti-2 beyond 64 bits": (
        "too-large",
        lambda: nifti2(dim=[3, 2**62, 2**62, 4, 1, 1, 1, 1]),
        "v.nii",
    ),
    # its numbers
    "complex": ("unsupported-type", lambda: with_fields(datatype=32, bitpix=64), "v.nii"),
    "RGB": ("unsupported-type", lambda: with_fields(datatype=128, bitpix=24), "v.nii"),
    "RGBA": ("unsupported-type", lambda: with_fields(datatype=2304, bitpix=32), "v.nii"),
    "float128": ("unsupported-type", lambda: with_fields(datatype=1536, bitpix=128), "v.nii"),
    "no type": ("unsupported-type", lambda: with_fields(datatype=0), "v.nii"),
    "bits": ("bits-contradict-type", lambda: with_fields(bitpix=8), "v.nii"),
    "vectors": ("not-scalar", lambda: with_fields(intent_code=1007), "v.nii"),
    "NaN slope": ("bad-scaling", lambda: with_fields(scl_slope=NAN, scl_inter=-1024), "v.nii"),
    "infinite slope": ("bad-scaling", lambda: with_fields(scl_slope=np.inf), "v.nii"),
    "zero slope, intercept": (
        "bad-scaling",
        lambda: with_fields(scl_slope=0, scl_inter=-1024),
        "v.nii",
    ),
    "NaN intercept": ("bad-scaling", lambda: with_fields(scl_inter=NAN), "v.nii"),
    "tiny slope": ("bad-scaling", lambda: with_fields(scl_slope=1e-20), "v.nii"),
    "NaN voxel": ("not-finite", lambda: of_type("f4", with_nan()), "v.nii"),
    "infinite voxel": ("not-finite", lambda: of_type("f8", VOXELS / 0.0 + 0), "v.nii"),
    "beyond int16": ("hu-out-of-range", lambda: of_type("f4", VOXELS * 60.0), "v.nii"),
    "scaled beyond int16": ("hu-out-of-range", lambda: with_fields(scl_slope=100), "v.nii"),
    "offset in header": ("bad-voxel-offset", lambda: with_fields(vox_offset=0), "v.nii"),
    "offset not whole": ("bad-voxel-offset", lambda: with_fields(vox_offset=352.5), "v.nii"),
    "offset NaN": ("bad-voxel-offset", lambda: with_fields(vox_offset=NAN), "v.nii"),
    "offset huge": ("bad-voxel-offset", lambda: with_fields(vox_offset=1e9), "v.nii"),
    "extension": (
        "bad-extension",
        lambda: whole(fields_with_offset(384), extension=b"\1\0\0\0" + b"\x40\0\0\0" + bytes(28)),
        "v.nii",
    ),
    # its place in the world
    "metres": ("not-millimetres", lambda: with_fields(xyzt_units=1), "v.nii"),
    "micrometres": ("not-millimetres", lambda: with_fields(xyzt_units=3), "v.nii"),
    "no orientation": (
        "no-orientation",
        lambda: with_fields(qform_code=0, sform_code=0),
        "v.nii",
    ),
    "unknown code": ("bad-orientation-code", lambda: with_fields(sform_code=9), "v.nii"),
    "negative code": ("bad-orientation-code", lambda: with_fields(qform_code=-1), "v.nii"),
    "NaN affine": ("bad-affine", lambda: with_field("srow", NAN, (1, 3)), "v.nii"),
    "huge offset": ("bad-affine", lambda: with_fields(qoffset=2e5), "v.nii"),
    "infinite offset": ("bad-affine", lambda: with_fields(qoffset=np.inf), "v.nii"),
    "zero affine": ("singular-affine", lambda: with_fields(srow=0), "v.nii"),
    "flat affine": (
        "singular-affine",
        lambda: with_field("srow", -0.75, ([0, 1], [1, 0])),
        "v.nii",
    ),
    "shear": ("sheared-affine", lambda: with_field("srow", 0.05, (0, 2)), "v.nii"),
    "sform mirrored": ("form-disagreement", lambda: with_field("srow", 0.75, (0, 0)), "v.nii"),
    "qform rotated": ("form-disagreement", rotated_quaternion, "v.nii"),
    "qform moved": ("form-disagreement", lambda: with_field("qoffset", 91, 0), "v.nii"),
    "long quaternion": ("bad-quaternion", lambda: with_field("quatern", 0.9, 0), "v.nii"),
    "huge quaternion": ("bad-quaternion", lambda: with_field("quatern", 3e38, 0), "v.nii"),
    "qfac": ("bad-qfac", lambda: with_field("pixdim", 0.5, 0), "v.nii"),
    "pixdim contradicts sform": (
        "spacing-contradiction",
        lambda: with_qform_off(),
        "v.nii",
    ),
    "zero spacing": (
        "bad-spacing",
        lambda: with_field("pixdim", 0, 3),
        "v.nii",
    ),
    "spacing in metres": ("bad-spacing", lambda: with_srow_scaled(1e-5), "v.nii"),
}


def fields_with_offset(offset: int) -> Any:
    head = fields()
    head["vox_offset"] = offset
    return head


def with_qform_off() -> bytes:
    head = fields()
    head["qform_code"] = 0
    head["pixdim"][1:4] = 1
    return whole(head)


def with_srow_scaled(factor: float) -> bytes:
    head = fields()
    head["qform_code"] = 0
    head["srow"] *= factor
    return whole(head)


@pytest.mark.filterwarnings("ignore:divide by zero|invalid value")
@pytest.mark.parametrize("name", CASES)
def test_malformed_volume_is_refused_with_its_reason(tmp_path: Path, name: str) -> None:
    code, make, file = CASES[name]
    path = tmp_path / file
    path.write_bytes(make())
    with pytest.raises(VolumeError) as caught:
        read_nifti_volume(NiftiVolume(path=path))
    assert code in [issue.code for issue in caught.value.issues], caught.value
    for issue in caught.value.issues:
        assert str(path) in issue.where
        assert issue.what.endswith(".")
        assert issue.remedy.endswith(".")


def test_the_sound_volume_is_read(tmp_path: Path) -> None:
    for name, data in (("v.nii", SOUND), ("v.nii.gz", GZ), ("2.nii", nifti2())):
        (tmp_path / name).write_bytes(data)
        volume = read_nifti_volume(NiftiVolume(path=tmp_path / name))
        assert volume.stored == GRID
        np.testing.assert_array_equal(volume.hu[::-1, ::-1], VOXELS)


def test_no_flipped_bit_changes_what_is_read(tmp_path: Path) -> None:
    path = tmp_path / "v.nii.gz"
    refused = 0
    bits = range(0, 8 * len(GZ), 7)
    for bit in bits:
        changed = bytearray(GZ)
        changed[bit // 8] ^= 1 << bit % 8
        path.write_bytes(changed)
        try:
            volume = read_nifti_volume(NiftiVolume(path=path))
        except VolumeError:
            refused += 1
            continue
        # The gzip header's time and system do not matter, nor which run of zeros is repeated.
        assert volume.stored == GRID
        np.testing.assert_array_equal(volume.hu[::-1, ::-1], VOXELS)
    assert refused > 0.9 * len(bits)


def test_no_truncation_goes_unseen(tmp_path: Path) -> None:
    path = tmp_path / "v.nii.gz"
    for length in range(len(GZ)):
        path.write_bytes(GZ[:length])
        with pytest.raises(VolumeError):
            read_nifti_volume(NiftiVolume(path=path))


def test_all_faults_of_a_header_are_reported_together(tmp_path: Path) -> None:
    path = tmp_path / "v.nii"
    path.write_bytes(with_fields(datatype=32, xyzt_units=1, qform_code=0, sform_code=0))
    with pytest.raises(VolumeError) as caught:
        read_nifti_header(path)
    codes = {issue.code for issue in caught.value.issues}
    assert codes == {"unsupported-type", "not-millimetres", "no-orientation"}


@pytest.mark.parametrize("path", ["absent.nii.gz", "."])
def test_no_file(tmp_path: Path, path: str) -> None:
    with pytest.raises(VolumeError, match="no-such-file"):
        read_nifti_volume(NiftiVolume(path=tmp_path / path))


@dataclass(frozen=True)
class Stated:
    rescale: tuple[float, float] | None
    spacing: tuple[float, float, float] | None
    code: str | None


@pytest.mark.parametrize(
    "case",
    [
        Stated((1.0, -10.0), None, None),
        Stated(None, (0.7501, 0.75, 2.5), None),
        Stated(None, (0.75, 0.75, 2.6), "spacing-contradicts-table"),
    ],
)
def test_what_a_table_states(tmp_path: Path, case: Stated) -> None:
    path = tmp_path / "v.nii"
    path.write_bytes(SOUND)
    reference = NiftiVolume(path=path, rescale=case.rescale, stated_spacing_mm=case.spacing)
    if case.code is None:
        volume = read_nifti_volume(reference)
        np.testing.assert_array_equal(
            volume.hu[::-1, ::-1], VOXELS + (case.rescale or (1.0, 0.0))[1]
        )
        return
    with pytest.raises(VolumeError, match=case.code):
        read_nifti_volume(reference)


def test_never_rescaled_twice(tmp_path: Path) -> None:
    path = tmp_path / "v.nii"
    path.write_bytes(with_fields(scl_slope=1, scl_inter=-24))
    np.testing.assert_array_equal(
        read_nifti_volume(NiftiVolume(path=path)).hu[::-1, ::-1], VOXELS - 24
    )
    with pytest.raises(VolumeError, match="rescaled-twice"):
        read_nifti_volume(NiftiVolume(path=path, rescale=(1.0, -1024.0)))


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: SOUND, "not-labels"),
        (lambda: of_type("f4", VOXELS / 7 + 600), "not-labels"),
        (lambda: of_type("f4", with_nan() + 600), "not-finite"),
        (lambda: of_type("f8", VOXELS + 70000.0), "not-labels"),
        (lambda: with_fields(scl_slope=2), "scaled-labels"),
    ],
)
def test_what_is_no_label_map(tmp_path: Path, make: Callable[[], bytes], code: str) -> None:
    path = tmp_path / "v.nii"
    path.write_bytes(make())
    with pytest.raises(VolumeError, match=code):
        read_nifti_labels(path)


def test_a_bomb_is_stopped_at_the_declared_length(tmp_path: Path) -> None:
    path = tmp_path / "v.nii.gz"
    packer = zlib.compressobj(9, wbits=31)
    zeros = bytes(1 << 20)
    body = b"".join([packer.compress(SOUND), *(packer.compress(zeros) for _ in range(64))])
    path.write_bytes(body + packer.flush())
    with pytest.raises(VolumeError, match="longer-than-header"):
        read_nifti_volume(NiftiVolume(path=path))
