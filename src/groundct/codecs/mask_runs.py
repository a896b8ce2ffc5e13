"""4-D masks (findings, i, j, k) in NIfTI, streamed into runs: the block is never in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from groundct.codecs._nifti_bytes import read_header, stored_pieces
from groundct.codecs._nifti_header import NiftiHeader
from groundct.codecs._voxels import labels_of
from groundct.core.geometry import Geometry
from groundct.core.issues import GridError, VolumeError
from groundct.imaging.runs import Runs, Shape, no_runs, runs_of_voxels, touching_joined

MAX_RUNS: Final = 1 << 23
"""A file whose voxels lie in more runs is refused: it is noise, and fills the memory."""
_BLOCK: Final = 512
"""Bytes, 64 words, that are looked at at once."""
_HELD: Final = 1 << 21
"""Voxels that are held before they are made into runs."""


@dataclass(frozen=True, eq=False)
class StoredRuns:
    """The findings of one file in its own voxel order; ``grid`` is what its header says."""

    findings: tuple[Runs, ...]
    grid: Geometry


def read_mask_header(path: Path) -> NiftiHeader:
    """The checked header of a mask (findings, i, j, k).

    Raises VolumeError as for any label map, also for labels that are scaled.
    """
    header = read_header(path, 4)
    if header.scaled:
        raise VolumeError.of(
            "scaled-labels",
            path,
            f"labels are scaled by {header.slope} x + {header.intercept}.",
            "Write the labels without scaling.",
        )
    return header


def read_mask_runs(path: Path, *, truncate: bool = False, voxels: int | None = None) -> StoredRuns:
    """All findings of a mask (findings, i, j, k), checked to the last byte.

    Args:
        path: ``.nii.gz`` or ``.nii``.
        voxels: How many a finding must have; another number is refused before voxels are read.
        truncate: Take values as a cast to uint8 does (fractions are dropped, whole numbers taken
            modulo 256), as ReXGroundingCT's scoring does. Else such values are refused.

    Raises:
        VolumeError: A rule for label maps is broken, a label is over 255, voxels are scattered over
            more than ``MAX_RUNS`` runs, or with ``truncate`` a value has no defined cast: NaN,
            infinite, a float below 0 or from 256 on.
        GridError: A finding has another number of voxels than ``voxels``.
    """
    header = read_mask_header(path)
    count, *rest = header.shape
    if voxels is not None and prod(rest) != voxels:
        raise GridError.of(
            "grid-mismatch",
            path,
            f"its shape is {header.shape}, {prod(rest)} voxels a finding, where {voxels} are due.",
            "Write (findings, i, j, k) on the grid of the CT; masks are never resampled here.",
        )
    shape: Shape = (rest[0], rest[1], rest[2])
    parts: list[list[Runs]] = [[] for _ in range(count)]
    total = 0
    for place, value in _batches(_nonzero_pieces(path, header, truncate)):
        for finding, runs in _by_finding(place, value, count, shape):
            parts[finding].append(runs)
            total += len(runs.starts)
        if total > MAX_RUNS:
            raise VolumeError.of(
                "scattered-voxels",
                path,
                f"its voxels are scattered over more than {MAX_RUNS} stretches.",
                "Give masks of findings, not noise.",
            )
    grid = Geometry.of(shape, header.affine)
    return StoredRuns(tuple(_one(part, shape) for part in parts), grid)


def _nonzero_pieces(
    path: Path, header: NiftiHeader, truncate: bool
) -> Iterator[tuple[NDArray[Any], NDArray[np.uint8]]]:
    narrow = np.uint32 if prod(header.shape) < 1 << 32 else np.int64
    start = 0
    for piece in stored_pieces(path, header):
        labels = _cast(path, piece) if truncate else _checked(path, piece)
        at = nonzero(labels)
        if len(at):
            yield (at + start).astype(narrow), labels[at]
        start += len(labels)


def _batches(
    pieces: Iterator[tuple[NDArray[Any], NDArray[np.uint8]]],
) -> Iterator[tuple[NDArray[Any], NDArray[np.uint8]]]:
    places: list[NDArray[Any]] = []
    values: list[NDArray[np.uint8]] = []
    held = 0
    for place, value in pieces:
        places.append(place)
        values.append(value)
        held += len(place)
        if held >= _HELD:
            yield np.concatenate(places), np.concatenate(values)
            places, values, held = [], [], 0
    if held:
        yield np.concatenate(places), np.concatenate(values)


def _by_finding(
    place: NDArray[Any], value: NDArray[np.uint8], count: int, shape: Shape
) -> Iterator[tuple[int, Runs]]:
    voxel = place // place.dtype.type(count)
    finding = (place - voxel * place.dtype.type(count)).astype(np.uint16 if count > 255 else "u1")
    order = np.argsort(finding, kind="stable")
    ends = np.cumsum(np.bincount(finding, minlength=count))
    voxel, value = voxel[order].astype(np.int64), value[order]
    for n, end in enumerate(ends):
        start = int(ends[n - 1]) if n else 0
        if end > start:
            yield n, runs_of_voxels(voxel[start:end], value[start:end], shape)


def _one(parts: list[Runs], shape: Shape) -> Runs:
    if not parts:
        return no_runs(shape)
    if len(parts) == 1:
        return parts[0]
    return touching_joined(
        Runs(
            np.concatenate([part.starts for part in parts]),
            np.concatenate([part.stops for part in parts]),
            np.concatenate([part.labels for part in parts]),
            shape,
        )
    )


def nonzero(labels: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Where a flat array is not zero: blocks first, then words of eight bytes, then bytes."""
    whole = len(labels) // _BLOCK * _BLOCK
    blocks = labels[:whole].view(np.uint64).reshape(-1, _BLOCK // 8)
    filled = np.flatnonzero(np.bitwise_or.reduce(blocks, axis=1))
    words = blocks[filled].ravel()
    at = np.flatnonzero(words != 0)
    inside = np.flatnonzero(words[at].view(np.uint8) != 0)
    word = at[inside >> 3]
    near = (filled * _BLOCK)[word >> 6] + ((word & 63) << 3) + (inside & 7)
    rest = np.flatnonzero(labels[whole:]) + whole
    return np.concatenate([near, rest]) if len(rest) else near


def _checked(path: Path, piece: NDArray[Any]) -> NDArray[np.uint8]:
    labels = labels_of(path, piece)
    if labels.dtype != np.uint8:
        raise VolumeError.of(
            "too-many-instances",
            path,
            f"a label of {int(labels.max())} occurs; instances are numbered from 1 to 255.",
            "Number the instances of each finding from 1.",
        )
    return labels.view(np.uint8)


def _cast(path: Path, piece: NDArray[Any]) -> NDArray[np.uint8]:
    if piece.dtype == np.uint8:
        return piece
    if piece.dtype.kind == "f" and not ((piece >= 0) & (piece < 256)).all():
        raise VolumeError.of(
            "undefined-cast",
            path,
            "the mask holds NaN or floats outside 0 to 255, whose cast to uint8 is not defined.",
            "Write binary masks or instance numbers.",
        )
    return piece.astype(np.uint8)
