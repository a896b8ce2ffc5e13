"""4-D masks (findings, i, j, k) in NIfTI, streamed into runs: the block is never in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from groundct.codecs._mask_changes import changes
from groundct.codecs._nifti_bytes import (
    is_compressed,
    read_header,
    sparse_stored,
    stored_pieces,
)
from groundct.codecs._nifti_header import NiftiHeader
from groundct.codecs._voxels import labels_of
from groundct.codecs._zero_stretches import UnclearError, Zeros
from groundct.core.geometry import Geometry
from groundct.core.issues import DataError, GridError, VolumeError
from groundct.core.paths import AnyPath
from groundct.imaging.runs import Runs, Shape, cut_at_rows, rows_met

MAX_RUNS: Final = 1 << 23
"""A file whose voxels lie in more runs is refused: it is noise, and fills the memory."""


@dataclass(frozen=True, eq=False)
class StoredRuns:
    """The findings of one file in its own voxel order; ``grid`` is what its header says.

    ``axes`` is 3 where the file is the map of one finding.
    """

    findings: tuple[Runs, ...]
    grid: Geometry
    axes: int = 4


def read_mask_header(path: AnyPath, *, single: bool = False) -> NiftiHeader:
    """The checked header of a mask (findings, i, j, k).

    With ``single`` the map of one finding (i, j, k) is taken too; its shape stays three numbers.

    Raises VolumeError as for any label map, also for labels that are scaled.
    """
    path = Path(path)
    try:
        header = read_header(path, 4)
    except VolumeError as problem:
        if not single or {issue.code for issue in problem.issues} != {"wrong-number-of-axes"}:
            raise
        header = read_header(path, 3)
    if header.scaled:
        raise VolumeError.of(
            "scaled-labels",
            path,
            f"labels are scaled by {header.slope} x + {header.intercept}.",
            "Write the labels without scaling.",
        )
    return header


def read_mask_runs(
    path: AnyPath, *, truncate: bool = False, voxels: int | None = None, single: bool = False
) -> StoredRuns:
    """All findings of a mask (findings, i, j, k), checked to the last byte.

    Args:
        path: ``.nii.gz`` or ``.nii``.
        voxels: How many a finding must have; another number is refused before voxels are read.
        truncate: Take values as a cast to uint8 does (fractions are dropped, whole numbers taken
            modulo 256), as ReXGroundingCT's scoring does. Else such values are refused.
        single: Take the map of one finding (i, j, k) too.

    Raises:
        VolumeError: A rule for label maps is broken, a label is over 255, voxels are scattered over
            more than ``MAX_RUNS`` runs, or with ``truncate`` a value has no defined cast: NaN,
            infinite, a float below 0 or from 256 on.
        GridError: A finding has another number of voxels than ``voxels``.
    """
    path = Path(path)
    header = read_mask_header(path, single=single)
    axes = len(header.shape)
    if axes == 3:
        header = header.changed(shape=(1, *header.shape))
    count, *rest = header.shape
    if voxels is not None and prod(rest) != voxels:
        raise GridError.of(
            "grid-mismatch",
            path,
            f"its shape is {header.shape}, {prod(rest)} voxels a finding, where {voxels} are due.",
            "Write (findings, i, j, k) on the grid of the CT; masks are never resampled here.",
        )
    shape: Shape = (rest[0], rest[1], rest[2])
    place, value = _place_and_value(path, header, truncate)
    findings = _by_finding(path, place, value, count, shape)
    return StoredRuns(findings, Geometry.of(shape, header.affine), axes)


def _place_and_value(
    path: Path, header: NiftiHeader, truncate: bool
) -> tuple[NDArray[Any], NDArray[np.uint8]]:
    """The changes of a file, of which long stretches of zeros are passed over where they can be."""
    if is_compressed(path):
        try:
            return _gathered(path, header, truncate, sparse_stored(path, header))
        except (UnclearError, OSError, DataError):
            pass  # what is wrong, if anything, is told from the whole file
    return _gathered(path, header, truncate, stored_pieces(path, header))


def _gathered(
    path: Path, header: NiftiHeader, truncate: bool, pieces: Iterator[NDArray[Any] | Zeros]
) -> tuple[NDArray[Any], NDArray[np.uint8]]:
    narrow = np.uint32 if prod(header.shape) < 1 << 32 else np.int64
    # One growing block each: small arrays that stay would lie between the pieces that go.
    places, values = bytearray(), bytearray()
    cast = _cast if truncate else _checked
    labels = (piece if isinstance(piece, Zeros) else cast(path, piece) for piece in pieces)
    for place, value in changes(labels, header.shape[0]):
        places += place.astype(narrow).tobytes()
        values += value.tobytes()
        if len(values) > 2 * MAX_RUNS:  # a run has two ends
            raise _scattered(path)
    return np.frombuffer(places, narrow), np.frombuffer(values, np.uint8)


def _by_finding(
    path: Path, place: NDArray[Any], value: NDArray[np.uint8], count: int, shape: Shape
) -> tuple[Runs, ...]:
    voxel = place // place.dtype.type(count)
    finding = (place - voxel * place.dtype.type(count)).astype(np.uint16 if count > 255 else "u1")
    order = np.argsort(finding, kind="stable")
    voxel, value, finding = voxel[order].astype(np.int64), value[order], finding[order]
    stops = np.append(voxel, prod(shape))[1:]
    # A finding that is not 0 at its last voxel ends there.
    stops[np.flatnonzero(finding[1:] != finding[:-1])] = prod(shape)
    filled = np.flatnonzero(value)
    starts, stops = voxel[filled], stops[filled]
    if rows_met(starts, stops, shape[0]).sum() > MAX_RUNS:
        raise _scattered(path)
    starts, stops, run = cut_at_rows(starts, stops, shape[0])
    labels, finding = value[filled][run].astype(np.int32), finding[filled][run]
    ends = np.searchsorted(finding, np.arange(count + 1))
    return tuple(
        Runs(starts[a:b], stops[a:b], labels[a:b], shape) for a, b in pairwise(ends.tolist())
    )


def _scattered(path: Path) -> DataError:
    return VolumeError.of(
        "scattered-voxels",
        path,
        f"its voxels are scattered over more than {MAX_RUNS} stretches.",
        "Give masks of findings, not noise.",
    )


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
