"""4-D masks (findings, i, j, k) in NIfTI: streamed in and out, held as one crop a finding.

The whole block is never in memory: of what streams by, only voxels that are not zero are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from groundct.codecs._nifti_bytes import header_bytes, stored_pieces, write_stored
from groundct.codecs._voxels import labels_of
from groundct.codecs.mask_runs import read_mask_header
from groundct.codecs.nifti import IDENTITY
from groundct.core.geometry import Geometry
from groundct.core.issues import VolumeError
from groundct.core.paths import AnyPath
from groundct.core.volume import LabelArray
from groundct.imaging.runs import nonzero_flat

_SLAB_BYTES = 1 << 25

Shape = tuple[int, int, int]
Labels = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class FindingMask:
    """The instances of one finding: each value of ``labels`` but 0 is one.

    ``labels`` is a crop, uint8 (i, j, k) in the order of the file; its first voxel stands at
    ``offset`` of the whole array. A finding without voxels has an empty crop.
    """

    offset: Shape
    labels: Labels

    @classmethod
    def of(cls, labels: Labels) -> FindingMask:
        """Crop a whole array in the order of the file."""
        flat = labels.ravel(order="F")
        place = np.flatnonzero(flat)
        return _crop_of_voxels(place, flat[place], labels.shape)

    def dense(self, shape: Shape) -> Labels:
        """The whole array, in the order of the file."""
        out = np.zeros(shape, dtype=np.uint8, order="F")
        out[tuple(slice(o, o + n) for o, n in zip(self.offset, self.labels.shape, strict=True))] = (
            self.labels
        )
        return out


@dataclass(frozen=True, eq=False)
class FindingMasks:
    """All findings of one file; ``grid`` is what its header says, which may be a mere identity."""

    findings: tuple[FindingMask, ...]
    grid: Geometry


def read_finding_masks(path: AnyPath) -> FindingMasks:
    """All findings of a mask (findings, i, j, k), checked to the last byte.

    Raises VolumeError as for any label map, and for labels over 255.
    """
    path = Path(path)
    header = read_mask_header(path)
    count, *rest = header.shape
    shape: Shape = (rest[0], rest[1], rest[2])
    places: list[NDArray[np.int64]] = []
    values: list[Labels] = []
    start = 0
    for piece in stored_pieces(path, header):
        labels = cast("LabelArray", labels_of(path, piece))
        if labels.dtype != np.uint8:
            raise VolumeError.of(
                "too-many-instances",
                path,
                f"a label of {int(labels.max())} occurs; instances are numbered from 1 to 255.",
                "Number the instances of each finding from 1.",
            )
        at = nonzero_flat(labels.astype(np.uint8, copy=False))
        places.append(at + start)
        values.append(labels[at].astype(np.uint8))
        start += len(labels)
    place, value = np.concatenate(places), np.concatenate(values)
    finding = place % count
    masks = []
    for index in range(count):
        chosen = finding == index
        masks.append(_crop_of_voxels(place[chosen] // count, value[chosen], shape))
    return FindingMasks(tuple(masks), Geometry.of(shape, header.affine))


def write_finding_masks(
    path: AnyPath, findings: Sequence[FindingMask], grid: Geometry, *, identity_affine: bool = False
) -> None:
    """Write a mask (findings, i, j, k) on a CT's stored grid, uint8; equal masks, equal bytes.

    Args:
        path: ``.nii.gz`` or ``.nii``; appears only when complete.
        findings: At least one, in the order of ``grid``.
        grid: The CT's stored grid, whose affine the header states.
        identity_affine: State the identity instead, as ReXGroundingCT does.

    Raises:
        ValueError: There is no finding, or one leaves the grid.
    """
    path = Path(path)
    if not findings:
        raise ValueError("a mask file holds at least one finding")
    for mask in findings:
        ends = [o + n for o, n in zip(mask.offset, mask.labels.shape, strict=True)]
        if min(mask.offset) < 0 or any(e > n for e, n in zip(ends, grid.shape, strict=True)):
            raise ValueError(f"a crop at {mask.offset} to {ends} leaves the grid {grid.shape}")
    stated = Geometry(shape=grid.shape, affine=IDENTITY) if identity_affine else grid
    head = header_bytes((len(findings), *grid.shape), np.dtype(np.uint8), stated)
    write_stored(path, _chunks(head, findings, grid.shape))


def _chunks(head: bytes, findings: Sequence[FindingMask], shape: Shape) -> Iterator[bytes]:
    thickness = max(1, _SLAB_BYTES // (len(findings) * shape[0] * shape[1]))
    for start in range(0, shape[2], thickness):
        depth = min(thickness, shape[2] - start)
        slab = np.zeros((len(findings), *shape[:2], depth), dtype=np.uint8, order="F")
        for index, mask in enumerate(findings):
            _paint(slab[index], mask, start)
        voxels = slab.tobytes(order="F")
        yield head + voxels if start == 0 else voxels


def _paint(slab: Labels, mask: FindingMask, start: int) -> None:
    i, j, k = mask.offset
    a, b, c = mask.labels.shape
    low, high = max(k, start), min(k + c, start + slab.shape[2])
    if low < high:
        slab[i : i + a, j : j + b, low - start : high - start] = mask.labels[
            :, :, low - k : high - k
        ]


def _crop_of_voxels(place: NDArray[np.int64], value: Labels, shape: Shape) -> FindingMask:
    if not len(place):
        return FindingMask((0, 0, 0), np.zeros((0, 0, 0), dtype=np.uint8))
    index = np.unravel_index(place, shape, order="F")
    low = [int(axis.min()) for axis in index]
    size = [int(axis.max()) - first + 1 for axis, first in zip(index, low, strict=True)]
    labels = np.zeros(size, dtype=np.uint8, order="F")
    labels[tuple(axis - first for axis, first in zip(index, low, strict=True))] = value
    return FindingMask((low[0], low[1], low[2]), labels)
