"""NIfTI files <-> header and stored voxels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundct.codecs._files import unreadable, write_bytes
from groundct.codecs._inflate import (
    MAGIC,
    deflate_members,
    inflate,
    inflate_pieces,
    inflate_start,
)
from groundct.codecs._nifti_grid import SHEAR_TOLERANCE, axes_cosine, quaternion_of
from groundct.codecs._nifti_header import (
    HEAD_BYTES,
    MAX_BYTES,
    NiftiHeader,
    check_extensions,
    extensions_of,
    parse_header,
)
from groundct.codecs._nifti_layout import DATATYPE_CODES, NIFTI1
from groundct.codecs._nifti_layout import MAGIC as NIFTI_MAGIC
from groundct.codecs._zero_stretches import Zeros, sparse_pieces
from groundct.core.geometry import Geometry
from groundct.core.issues import VolumeError

_START = 1 << 16


def is_compressed(path: Path) -> bool:
    """Whether a file's name says that it is gzip; VolumeError when it is no NIfTI name."""
    name = path.name.lower()
    if name.endswith((".nii", ".nii.gz")):
        return name.endswith(".gz")
    raise VolumeError.of(
        "not-a-nifti-name",
        path,
        "the name ends neither in .nii nor in .nii.gz.",
        "Convert the volume to a single NIfTI file.",
    )


def read_header(path: Path, axes: int) -> NiftiHeader:
    """The checked header; of the voxels only a plain file's length is looked at."""
    head, size = _start_of(path)
    compressed = _check_wrapping(path, head)
    start = inflate_start(head, HEAD_BYTES) if compressed else head[:HEAD_BYTES]
    if compressed and len(start) < HEAD_BYTES:
        # Too little came out: either the file is that small, or this says what is wrong.
        start = b""
        for piece in inflate_pieces(path, None):
            start += piece[: HEAD_BYTES - len(start)]
    header = parse_header(path, start, axes=axes)
    if not compressed:
        _check_length(path, size, header.size)
    return header


def read_stored(path: Path, axes: int) -> tuple[NiftiHeader, NDArray[Any]]:
    """The header and the stored numbers, an array in Fortran order, checked to the last byte."""
    header = read_header(path, axes)
    try:
        # A gzip file of incompressible data is at most a little longer than its content.
        limit = MAX_BYTES + (MAX_BYTES >> 6)
        if path.stat().st_size > limit:
            _check_length(path, path.stat().st_size, limit)
        if is_compressed(path):
            whole = memoryview(inflate(path, path.read_bytes(), header.size))
        else:
            # numpy's buffers come in large pages, which is several times as fast as bytes.
            whole = np.fromfile(path, np.uint8).data
    except OSError as problem:
        raise unreadable(path, VolumeError, problem) from problem
    _check_length(path, len(whole), header.size)
    check_extensions(path, header, bytes(whole[: header.offset]))
    flat = np.frombuffer(whole, np.dtype(header.dtype), offset=header.offset)
    return header, flat.reshape(header.shape, order="F")


def header_extensions(path: Path) -> tuple[bytes, ...]:
    """What a 3-D file's header extensions hold, in order; VolumeError when the file is broken."""
    header = read_header(path, 3)
    head, _ = _start_of(path)
    if not _check_wrapping(path, head):
        with path.open("rb") as stream:
            start = stream.read(header.offset)
    else:
        start = b""
        for piece in inflate_pieces(path, header.size):
            start += piece[: header.offset - len(start)]
            if len(start) == header.offset:
                break
    return extensions_of(path, header, start)


def stored_pieces(path: Path, header: NiftiHeader) -> Iterator[NDArray[Any]]:
    """The stored numbers of a file in their order, in pieces of any length, checked."""
    dtype = np.dtype(header.dtype)
    waiting = b""
    begun = False
    for piece in _plain_pieces(path, header):
        waiting = waiting + piece if waiting else piece
        if not begun:
            if len(waiting) < header.offset:
                continue
            check_extensions(path, header, waiting[: header.offset])
            waiting = waiting[header.offset :]
            begun = True
        count = len(waiting) // dtype.itemsize
        if count:
            yield np.frombuffer(waiting, dtype, count)
            waiting = waiting[count * dtype.itemsize :]


def sparse_stored(path: Path, header: NiftiHeader) -> Iterator[NDArray[Any] | Zeros]:
    """The same of a gzip file, where zeros that were passed over are counted in stored numbers.

    Raises UnclearError where `stored_pieces` has to be asked; what came till then may be wrong.
    """
    width = np.dtype(header.dtype).itemsize
    waiting = b""
    due = header.offset
    for piece in sparse_pieces(path, header.size):
        if isinstance(piece, Zeros):
            # So many of them belong to what came before.
            first = min(piece.count, due - len(waiting) if due else -len(waiting) % width)
            left = piece.count - first
            piece = bytes(first)
        else:
            left = 0
        waiting = waiting + piece if waiting else piece
        if due and len(waiting) >= due:
            check_extensions(path, header, waiting[:due])
            waiting, due = waiting[due:], 0
        if due:
            continue
        count = len(waiting) // width
        if count:
            yield np.frombuffer(waiting, header.dtype, count)
            waiting = waiting[count * width :]
        if left:
            yield Zeros(left // width)
            waiting = bytes(left % width)


def header_bytes(shape: tuple[int, ...], dtype: np.dtype[Any], grid: Geometry) -> bytes:
    """A NIfTI-1 header and its empty extension flag; the affine is rounded to float32.

    Raises VolumeError for a sheared grid, which no header holds without a contradiction.
    """
    affine = grid.matrix
    if axes_cosine(affine) > SHEAR_TOLERANCE:
        raise VolumeError.of(
            "sheared-affine",
            "grid to be written",
            f"the axes of {grid.affine} are not perpendicular.",
            "Resample onto a grid without shear.",
        )
    fields = np.zeros((), dtype=NIFTI1)
    spacing = np.array(grid.spacing_mm)
    rotation = affine[:3, :3] / spacing
    qfac = 1.0 if np.linalg.det(rotation) > 0 else -1.0
    rotation[:, 2] *= qfac
    fields["sizeof_hdr"] = NIFTI1.itemsize
    fields["dim"] = [len(shape), *shape, *[1] * (7 - len(shape))]
    fields["datatype"] = DATATYPE_CODES[dtype.str[1:]]
    fields["bitpix"] = 8 * dtype.itemsize
    fields["pixdim"] = [qfac, *spacing, 1.0, 1.0, 1.0, 1.0]
    fields["vox_offset"] = NIFTI1.itemsize + 4
    fields["scl_slope"] = 1.0
    fields["xyzt_units"] = 2
    fields["qform_code"] = fields["sform_code"] = 1
    fields["quatern"] = quaternion_of(rotation)[1:]
    fields["qoffset"] = affine[:3, 3]
    fields["srow"] = affine[:3]
    fields["magic"] = np.void(NIFTI_MAGIC[1])
    return fields.tobytes() + bytes(4)


def write_stored(path: Path, chunks: Iterable[bytes | bytearray]) -> None:
    """Write header and voxels, each chunk a gzip member when the name asks for gzip."""
    if is_compressed(path):
        write_bytes(path, deflate_members(chunks))
    else:
        write_bytes(path, chunks)


def _start_of(path: Path) -> tuple[bytes, int]:
    if not path.is_file():
        what = "is a folder or a device" if path.exists() else "does not exist"
        raise VolumeError.of(
            "no-such-file", path, f"the path {what}.", "Give the path of an existing file."
        )
    is_compressed(path)
    try:
        with path.open("rb") as stream:
            head = stream.read(_START)
        size = path.stat().st_size
    except OSError as problem:
        raise unreadable(path, VolumeError, problem) from problem
    if not head:
        raise VolumeError.of(
            "empty-file", path, "the file has no bytes.", "Copy or download the file again."
        )
    return head, size


def _check_wrapping(path: Path, head: bytes) -> bool:
    compressed = is_compressed(path)
    if compressed and head[:2] != MAGIC:
        raise VolumeError.of(
            "not-gzip",
            path,
            f"the name says gzip and the file starts with {head[:4].hex(' ')}.",
            "Compress it, or name it .nii if it is a plain NIfTI file.",
        )
    if not compressed and head[:2] == MAGIC:
        raise VolumeError.of(
            "hidden-gzip",
            path,
            "the file is gzip and its name does not say so.",
            "Name it .nii.gz.",
        )
    return compressed


def _check_length(path: Path, found: int, due: int) -> None:
    if found < due:
        raise VolumeError.of(
            "shorter-than-header",
            path,
            f"the file holds {found} bytes where its header declares {due}.",
            "Copy or download the file again.",
        )
    if found > due:
        raise VolumeError.of(
            "longer-than-header",
            path,
            f"the file holds {found} bytes where its header declares {due}.",
            "Convert or download the volume again.",
        )


def _plain_pieces(path: Path, header: NiftiHeader) -> Iterator[bytes]:
    if is_compressed(path):
        yield from inflate_pieces(path, header.size)
        return
    with path.open("rb") as stream:
        while block := stream.read(1 << 22):
            yield block
