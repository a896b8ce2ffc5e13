"""NIfTI files with changed fields and bytes: refused, or read as nibabel and SimpleITK do."""

from __future__ import annotations

import gzip
import warnings
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import SimpleITK as sitk  # noqa: N813

from fuzz._laws import changed_bytes, itk_affine, refused, require_same
from groundct.codecs.nifti import read_nifti_volume
from groundct.core.case import NiftiVolume
from groundct.core.issues import VolumeError

VALUES = (0, 1, -1, 2, 3, 4, 5, 7, 8, 16, 64, 256, 340, 352, 368, 1e3, 3e38, np.nan, np.inf, 0.5)
FACTORS = (-1, 1.0005, 1.01, 2, 1 + 1e-6, 1e-3)
TYPES = ("i2", "u1", "u2", "i4", "f4", "f8", "i8", "u4", "i1", "u8")
NIBABEL_MM, ITK_MM = 1e-3, 0.05


def attempt(rng: np.random.Generator, folder: Path) -> str:
    """Write one changed file and read it with all three; the outcome."""
    sitk.ProcessObject.SetGlobalWarningDisplay(False)
    zipped = rng.random() < 0.8
    path = folder / ("v.nii.gz" if zipped else "v.nii")
    version = int(rng.integers(1, 3))
    data = _sample(rng, version)
    if rng.random() < 0.2:
        data = changed_bytes(rng, data)
    if zipped:
        data = gzip.compress(data, 1, mtime=0)
        if rng.random() < 0.15:
            data = changed_bytes(rng, data)
    path.write_bytes(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            ours = read_nifti_volume(NiftiVolume(path=path))
    except VolumeError as error:
        return refused(error, VolumeError, path.name)
    image: Any = nib.load(path)
    require_same(ours, np.asanyarray(image.dataobj), image.affine, NIBABEL_MM)
    if image.header["sizeof_hdr"] == 348:  # SimpleITK does not read NIfTI-2
        other = sitk.ReadImage(str(path))
        # With both forms SimpleITK may take the qform; the two may be this far apart.
        both = image.header["sform_code"] > 0 and image.header["qform_code"] > 0
        apart_mm = ITK_MM + (0.1 * min(ours.stored.spacing_mm) if both else 0)
        require_same(ours, sitk.GetArrayFromImage(other).T, itk_affine(other), apart_mm)
    return "accepted"


def _sample(rng: np.random.Generator, version: int) -> bytes:
    """A small file of any kind, with up to three changes of its header's fields."""
    shape = tuple(int(n) for n in rng.integers(1, 7, 3))
    dtype = np.dtype(str(rng.choice(TYPES))).newbyteorder("<>"[int(rng.integers(2))])
    low = 0 if dtype.kind == "u" else -100
    voxels = rng.integers(low, 120, shape).astype(dtype)
    kind = (nib.Nifti1Image, nib.Nifti2Image)[version - 1]
    header = kind.header_class(endianness=dtype.byteorder if dtype.itemsize > 1 else "<")
    header.set_data_dtype(dtype)
    image = kind(voxels, _affine(rng), header)
    for form, code in zip(("set_sform", "set_qform"), rng.integers(0, 3, 2), strict=True):
        getattr(image, form)(image.affine, int(code))
    if rng.random() < 0.3:
        slopes = (1, 2, 0.5, 1e-7, 0.3)
        image.header.set_slope_inter(float(rng.choice(slopes)), float(rng.choice((0, -1024, 0.25))))
    head = image.header.structarr
    head["magic"] = (b"n+1", b"n+2\0\r\n\x1a\n")[version - 1]
    gap = int(rng.choice((4, 4, 4, 20)))
    head["vox_offset"] = head.dtype.itemsize + gap
    for _ in range(int(rng.integers(0, 4))):
        _change(rng, head)
    return bytes(head.tobytes() + bytes(gap) + voxels.tobytes(order="F"))


def _affine(rng: np.random.Generator) -> np.ndarray[Any, Any]:
    affine = np.eye(4)
    turn = np.eye(3) if rng.random() < 0.5 else np.linalg.qr(rng.normal(size=(3, 3)))[0]
    affine[:3, :3] = turn[:, rng.permutation(3)] * rng.choice((-1, 1), 3) * rng.uniform(0.3, 5, 3)
    affine[:3, 3] = rng.uniform(-400, 400, 3)
    return affine


def _change(rng: np.random.Generator, head: np.ndarray[Any, Any]) -> None:
    fields = [name for name in head.dtype.names or () if head.dtype[name].base.kind in "iuf"]
    name = str(rng.choice(fields))
    place = tuple(int(rng.integers(n)) for n in head[name].shape)
    value = float(rng.choice(VALUES))
    if rng.random() < 0.5:
        value = float(head[name][place]) * float(rng.choice(FACTORS))
    kind = head.dtype[name].base
    if kind.kind != "f":
        if not np.isfinite(value):
            return
        limits = np.iinfo(kind)
        value = int(np.clip(value, float(limits.min) / 2, float(limits.max) / 2))
    with np.errstate(over="ignore"):
        head[name][place] = value
