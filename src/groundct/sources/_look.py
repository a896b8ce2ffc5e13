"""A sparse look at a volume's values: enough to tell their scale, far from reading them all.

Nothing is verified here; the volume is read to its last byte, and checked, when it is built.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from groundct.codecs.nifti import read_nifti_header
from groundct.core.issues import VolumeError

FIRST_BYTES: Final = 1 << 23
"""The first look: the voxels that the first bytes hold, some sixteen slices of a usual CT."""
BLOCK_BYTES: Final = 1 << 20
STRIDE: Final = 5
"""Of the voxels looked at, each n-th is kept; a histogram needs no more."""
BLOCKS: Final = 16
"""The second look: this many blocks, evenly spread over the whole volume."""


@dataclass(frozen=True, eq=False)
class Look:
    """Some values of a volume (1-D float64), scaled as the file's own header says.

    ``header_scales``: the header states a scale of its own.
    """

    values: NDArray[np.float64]
    header_scales: bool


def look(path: Path, *, whole: bool) -> Look:
    """Values of the first slices, or of blocks from all over the volume (``whole``).

    Raises VolumeError for a header that cannot be read and for a stream that breaks off.
    """
    header = read_nifti_header(path)
    dtype = np.dtype(header.dtype)
    length = math.prod(header.shape) * dtype.itemsize
    blocks = _spread(length) if whole else [(0, min(length, FIRST_BYTES))]
    try:
        with path.open("rb") as file:
            stream: Iterator[bytes] = (
                _inflated(file) if path.suffix.lower() == ".gz" else _plain(file)
            )
            parts = list(_cut(stream, [(header.offset + at, size) for at, size in blocks]))
    except (OSError, zlib.error) as problem:
        raise _broken(path, str(problem)) from problem
    if [len(part) for part in parts] != [size for _, size in blocks]:
        raise _broken(path, "it ends before the voxels do")
    stored: NDArray[Any] = np.frombuffer(b"".join(parts), dtype=dtype)
    values = stored[::STRIDE].astype(np.float64) * header.slope + header.intercept
    return Look(values, header.scaled)


def _spread(length: int) -> list[tuple[int, int]]:
    """(start, size) of blocks over ``length`` bytes, starts on multiples of 16 bytes."""
    if length <= BLOCKS * BLOCK_BYTES:
        return [(0, length)]
    step = (length - BLOCK_BYTES) // (BLOCKS - 1)
    return [(n * step // 16 * 16, BLOCK_BYTES) for n in range(BLOCKS)]


def _cut(stream: Iterator[bytes], blocks: list[tuple[int, int]]) -> Iterator[bytes]:
    """The bytes of each block; the stream is read no further than the last one."""
    held, start = b"", 0
    for at, size in blocks:
        while start + len(held) < at + size:
            piece = next(stream, b"")
            if not piece:
                break
            drop = max(0, min(len(held), at - start))
            held, start = held[drop:] + piece, start + drop
        yield held[max(0, at - start) : at + size - start]


def _plain(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(BLOCK_BYTES):
        yield piece


def _inflated(file: BinaryIO) -> Iterator[bytes]:
    member = zlib.decompressobj(31)
    for block in _plain(file):
        rest = block
        while rest:
            if member.eof:
                member = zlib.decompressobj(31)
            if piece := member.decompress(rest, BLOCK_BYTES):
                yield piece
            rest = member.unused_data if member.eof else member.unconsumed_tail


def _broken(path: Path, why: str) -> VolumeError:
    problem = VolumeError.of(
        "broken-volume",
        path,
        f"the file cannot be read: {why}.",
        "Copy or download the file again.",
    )
    return VolumeError(*problem.issues)
