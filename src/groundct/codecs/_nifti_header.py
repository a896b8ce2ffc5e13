"""NIfTI headers: bytes -> checked values, and values -> bytes. Rules: ``docs/conventions.md``."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Literal

import numpy as np

from groundct.codecs._nifti_grid import Fault, grid_of
from groundct.codecs._nifti_layout import (
    DTYPES,
    LAYOUTS,
    MAGIC,
    PAIR_MAGIC,
    REFUSED_TYPES,
    UNITS,
)
from groundct.core.geometry import Geometry, Row
from groundct.core.issues import Issue, VolumeError
from groundct.core.value import Value

MIN_SLOPE = 1e-6
"""Smaller slopes, which some programs take for 0, are refused."""
Order = Literal["little", "big"]

MAX_VOXELS = 1 << 31
"""A volume of more voxels is refused before memory is taken."""
MAX_BYTES = 1 << 33
"""A volume of more bytes is refused before memory is taken."""
MAX_FINDINGS = 1 << 10
"""A 4-D mask of more findings is refused."""
HEAD_BYTES = 544
"""The longest header with its extension flag."""
MAX_OFFSET = 1 << 26
"""Voxels that begin later than this are refused; extensions are never that long."""


class NiftiHeader(Value):
    """What a header says, checked; nothing of the voxels is known yet.

    ``shape`` is the array's, without trailing axes of length one, but three axes at least;
    ``affine`` maps the indices of the first three axes to RAS+ mm; ``dtype`` is numpy's name with
    the byte order; the first voxel stands at ``offset``; HU = ``slope`` x stored + ``intercept``.
    """

    version: int
    shape: tuple[int, ...]
    dtype: str
    offset: int
    slope: float
    intercept: float
    affine: tuple[Row, Row, Row]
    form: str

    @property
    def size(self) -> int:
        """The length of the whole file, uncompressed, in bytes."""
        return self.offset + math.prod(self.shape) * np.dtype(self.dtype).itemsize

    @property
    def geometry(self) -> Geometry:
        """The grid of a 3-D array, in the order of the file."""
        if len(self.shape) != 3:
            raise ValueError(f"an array of shape {self.shape} is no volume")
        return Geometry.of(self.shape, self.affine)

    @property
    def scaled(self) -> bool:
        """Whether stored values are not HU themselves."""
        return (self.slope, self.intercept) != (1.0, 0.0)


def parse_header(path: Path, head: bytes, *, axes: int) -> NiftiHeader:
    """The header that ``head``, a file's first bytes, holds, for an array of 3 or 4 axes.

    Raises VolumeError with every fault found.
    """
    fields, version, order = _fields(path, head)
    shape, faults = _shape(fields, axes)
    dtype, found = _dtype(fields, order)
    faults += found
    faults += _unit_faults(fields)
    faults += _intent_faults(fields)
    slope, intercept, found = _scale(fields)
    faults += found
    offset, found = _offset(fields, version)
    faults += found
    grid, found = grid_of(fields, _grid_shape(shape))
    faults += found
    if shape and dtype:
        faults += _size_faults(shape, np.dtype(dtype).itemsize)
    if faults or grid is None:
        raise VolumeError(*(_issue(path, fault) for fault in faults))
    rows = tuple(tuple(float(v) for v in row) for row in grid.affine[:3])
    return NiftiHeader.model_validate(
        {
            "version": version,
            "shape": shape,
            "dtype": dtype,
            "offset": offset,
            "slope": slope,
            "intercept": intercept,
            "affine": rows,
            "form": grid.form,
        }
    )


def check_extensions(path: Path, header: NiftiHeader, start: bytes) -> None:
    """Raise VolumeError when header extensions do not fit before the voxels.

    ``start`` holds the file up to ``header.offset``.
    """
    extensions_of(path, header, start)


def extensions_of(path: Path, header: NiftiHeader, start: bytes) -> tuple[bytes, ...]:
    """The contents of a header's extensions, without the zeros that fill them up.

    ``start`` holds the file up to ``header.offset``. Raises VolumeError when they do not fit.
    """
    order: Order = "little" if int.from_bytes(start[:4], "little") in (348, 540) else "big"
    at = 352 if header.version == 1 else 544
    found: list[bytes] = []
    if start[at - 4] == 0:
        return ()
    while at < header.offset:
        size = int.from_bytes(start[at : at + 4], order)
        if size < 16 or size % 16 or at + size > header.offset:
            raise VolumeError.of(
                "bad-extension",
                path,
                f"the header extension at byte {at} says it has {size} bytes, which does not fit "
                f"before the voxels at byte {header.offset}.",
                "Write the volume again without header extensions.",
            )
        found.append(start[at + 8 : at + size].rstrip(b"\0"))
        at += size
    return tuple(found)


def _fields(path: Path, head: bytes) -> tuple[Any, int, Order]:
    orders: tuple[Order, Order] = ("little", "big")
    for order in orders:
        size = int.from_bytes(head[:4], order)
        version = {348: 1, 540: 2}.get(size)
        if version is None:
            continue
        layout = LAYOUTS[version].newbyteorder(order)
        if len(head) < layout.itemsize + 4:
            raise VolumeError.of(
                "truncated-header",
                path,
                f"the file ends after {len(head)} bytes, inside its {order}-endian header.",
                "Copy or download the file again.",
            )
        fields = np.frombuffer(head, layout, 1)[0]
        _check_magic(path, bytes(fields["magic"]), version)
        return fields, version, order
    raise VolumeError.of(
        "not-nifti",
        path,
        f"the file starts with {head[:4].hex(' ') or 'nothing'}, which no NIfTI header does.",
        "Give a NIfTI-1 or NIfTI-2 file.",
    )


def _check_magic(path: Path, magic: bytes, version: int) -> None:
    if magic == MAGIC[version]:
        return
    if magic == PAIR_MAGIC[version]:
        raise VolumeError.of(
            "two-file-nifti",
            path,
            "the header says that the voxels stand in another file (.img).",
            "Convert the pair to a single .nii.gz file.",
        )
    if version == 1 and not magic.strip(b"\0"):
        raise VolumeError.of(
            "analyze",
            path,
            "the header is ANALYZE 7.5, which does not say which side is left.",
            "Convert the volume again from DICOM to NIfTI.",
        )
    raise VolumeError.of(
        "bad-magic",
        path,
        f"the magic string is {magic!r}, not {MAGIC[version]!r}.",
        "Copy or convert the file again.",
    )


def _shape(fields: Any, axes: int) -> tuple[tuple[int, ...], list[Fault]]:
    dim = [int(n) for n in fields["dim"]]
    remedy = "Convert the volume again."
    if not 1 <= dim[0] <= 7:
        return (), [("bad-dimensions", f"dim[0] is {dim[0]}; 1 to 7 are possible.", remedy)]
    shape = dim[1 : dim[0] + 1]
    if min(shape) < 1:
        return (), [("bad-dimensions", f"the shape {shape} has an empty axis.", remedy)]
    while len(shape) > axes and shape[-1] == 1:
        shape.pop()
    if len(shape) != axes:
        what = f"the array has shape {tuple(shape)} where {axes} axes are due."
        remedy = "Give one volume a file." if axes == 3 else "Write (findings, i, j, k)."
        return (), [("wrong-number-of-axes", what, remedy)]
    return tuple(shape), []


def _grid_shape(shape: tuple[int, ...]) -> tuple[int, int, int]:
    # A 4-D mask's affine is that of its last three axes, which follow the findings' axis.
    i, j, k = shape[-3:] if shape else (1, 1, 1)
    return i, j, k


def _dtype(fields: Any, order: Order) -> tuple[str, list[Fault]]:
    code, bits = int(fields["datatype"]), int(fields["bitpix"])
    if code not in DTYPES:
        name = REFUSED_TYPES.get(code, "unknown")
        what = f"voxels have the type {code} ({name}), which holds no Hounsfield units or labels."
        remedy = "Convert it to int16, or to uint8 or uint16 for labels."
        return "", [("unsupported-type", what, remedy)]
    dtype = np.dtype(DTYPES[code]).newbyteorder(order)
    if bits != 8 * dtype.itemsize:
        what = f"bitpix is {bits} where type {code} ({dtype.name}) has {8 * dtype.itemsize}."
        return "", [("bits-contradict-type", what, "Convert the volume again.")]
    return dtype.str, []


def _unit_faults(fields: Any) -> list[Fault]:
    code = int(fields["xyzt_units"]) & 7
    if code in (0, 2):
        return []
    what = (
        f"the unit of length is {UNITS.get(code, f'code {code}')}: some programs rescale to mm and "
        "others do not."
    )
    return [("not-millimetres", what, "Convert the volume with its lengths in mm.")]


def _intent_faults(fields: Any) -> list[Fault]:
    code = int(fields["intent_code"])
    if 1004 <= code <= 1010 or code > 2000:
        what = f"intent_code {code} says that voxels are vectors, matrices or points."
        return [("not-scalar", what, "Set intent_code to 0 if voxels are HU or labels.")]
    return []


def _scale(fields: Any) -> tuple[float, float, list[Fault]]:
    slope, intercept = float(fields["scl_slope"]), float(fields["scl_inter"])
    if not (math.isfinite(slope) and math.isfinite(intercept)):
        # What nibabel writes for "no scaling": both NaN. ITK takes it the same way.
        if math.isnan(slope) and (math.isnan(intercept) or intercept == 0):
            return 1.0, 0.0, []
    elif abs(slope) >= MIN_SLOPE:
        return slope, intercept, []
    elif slope == 0 and intercept == 0:
        return 1.0, 0.0, []
    what = f"scl_slope {slope} with scl_inter {intercept} is no scaling that programs agree on."
    return 1.0, 0.0, [("bad-scaling", what, "Set scl_slope to 1 and scl_inter to 0 if in HU.")]


def _offset(fields: Any, version: int) -> tuple[int, list[Fault]]:
    value = float(fields["vox_offset"])
    least = 352 if version == 1 else 544
    if math.isfinite(value) and value == int(value) and least <= value <= MAX_OFFSET:
        return int(value), []
    what = f"vox_offset is {value}; a whole number from {least} to {MAX_OFFSET} is due."
    return 0, [("bad-voxel-offset", what, "Convert the volume again.")]


def _size_faults(shape: tuple[int, ...], itemsize: int) -> list[Fault]:
    findings = shape[0] if len(shape) == 4 else 1
    voxels = math.prod(shape[-3:])
    if voxels <= MAX_VOXELS and voxels * itemsize <= MAX_BYTES and findings <= MAX_FINDINGS:
        return []
    what = (
        f"the header declares {shape} voxels of {itemsize} bytes; at most {MAX_VOXELS} voxels, "
        f"{MAX_BYTES} bytes and {MAX_FINDINGS} findings are read."
    )
    return [("too-large", what, "Check the header; crop or resample a volume that large.")]


def _issue(path: Path, fault: Fault) -> Issue:
    code, what, remedy = fault
    return Issue(code=code, where=str(path), what=what, remedy=remedy)
