"""NIfTI volumes and label maps: read with every rule of ``docs/conventions.md``, written exactly.

Measured by ``bench/bench_read.py`` against nibabel's unchecked read of the same file.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from groundct.codecs._inflate import deflate_members
from groundct.codecs._nifti_bytes import header_bytes, read_header, read_stored, write_stored
from groundct.codecs._nifti_header import NiftiHeader
from groundct.codecs._voxels import hu_of, labels_of
from groundct.core.case import NiftiVolume
from groundct.core.geometry import Geometry, reorientation_to
from groundct.core.issues import VolumeError
from groundct.core.paths import AnyPath
from groundct.core.volume import (
    INTERNAL_ORIENTATION,
    LabelArray,
    Volume,
    grid_words,
    to_stored,
    volume_from_stored,
)

STATED_SPACING_TOLERANCE = 0.02
"""A table's spacing may differ from the header's by this part."""

IDENTITY = ((1.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0), (0.0, 0.0, 1.0, 0.0))


@dataclass(frozen=True, eq=False)
class StoredLabels:
    """Labels of one file in RAS order (i, j, k), uint8 or uint16, with the grid of the file."""

    labels: LabelArray
    geometry: Geometry
    stored: Geometry

    def __repr__(self) -> str:
        return f"StoredLabels({self.labels.dtype}, {grid_words(self.geometry, self.stored)})"


def read_nifti_header(path: AnyPath, *, axes: int = 3) -> NiftiHeader:
    """What the header says, with every rule for headers checked; voxels are not read.

    ``axes`` is 3 for a volume or label map and 4 for a mask of (findings, i, j, k).

    Raises VolumeError with all faults of the header.
    """
    path = Path(path)
    return read_header(path, axes)


def read_nifti_volume(reference: NiftiVolume) -> Volume:
    """A CT in HU, checked to the last byte.

    Raises VolumeError for a file that breaks a rule, for one whose type cannot hold HU, and when
    ``reference`` contradicts it: a rescale where the header has one, or another spacing.
    """
    path = reference.path
    header, stored = read_stored(path, 3)
    check_can_hold_hu(reference, header)
    slope, intercept = _scaling(reference, header)
    hu = hu_of(path, stored, slope, intercept)
    volume = volume_from_stored(hu, header.geometry)
    _check_stated_spacing(reference, volume.geometry)
    return volume


def check_can_hold_hu(reference: NiftiVolume, header: NiftiHeader) -> None:
    """Raise VolumeError for 8-bit numbers without a scale: label maps and pictures are stored so.

    Air (-1000 HU) and soft tissue (40 HU) do not both fit into eight bits.
    """
    if np.dtype(header.dtype).itemsize > 1 or header.scaled or reference.rescale is not None:
        return
    raise VolumeError.of(
        "not-a-ct",
        reference.path,
        "voxels are 8-bit numbers without a scale, which cannot be Hounsfield units: it is a "
        "label map, a mask or a picture.",
        "Give the CT; keep masks in another folder.",
    )


def read_nifti_labels(path: AnyPath) -> StoredLabels:
    """A label map or binary mask, checked to the last byte; raises VolumeError."""
    path = Path(path)
    header, stored = read_stored(path, 3)
    if header.scaled:
        raise VolumeError.of(
            "scaled-labels",
            path,
            f"labels are scaled by {header.slope} x + {header.intercept}.",
            "Write the labels without scaling.",
        )
    grid = header.geometry
    turn = reorientation_to(grid, INTERNAL_ORIENTATION)
    labels = cast("LabelArray", turn.apply(labels_of(path, stored)))
    return StoredLabels(labels, turn.apply_geometry(grid), grid)


def read_nifti_floats(path: AnyPath) -> NDArray[np.float32]:
    """The numbers of a 3-D file in its own order, unscaled: for what is neither a CT nor labels.

    Raises VolumeError for a file that is broken, scaled, or holds NaN or infinite numbers.
    """
    path = Path(path)
    header, stored = read_stored(path, 3)
    if header.scaled:
        raise VolumeError.of("scaled", path, "its numbers are scaled.", "Write them unscaled.")
    numbers = stored.astype(np.float32, order="F")
    if not np.isfinite(numbers).all():
        raise VolumeError.of(
            "not-finite", path, "NaN or infinite numbers occur.", "Run the tool again."
        )
    return numbers


def write_nifti_volume(path: AnyPath, volume: Volume) -> None:
    """Write HU as int16 on the volume's stored grid; equal volumes give equal bytes."""
    path = Path(path)
    _write(path, to_stored(volume.hu, volume.stored), volume.stored)


def write_nifti_labels(
    path: AnyPath, labels: NDArray[Any], stored: Geometry, *, identity_affine: bool = False
) -> None:
    """Write labels or a bool mask on the grid ``stored`` to ``.nii.gz`` or ``.nii``.

    Args:
        path: Appears only when complete.
        labels: bool, uint8 or uint16 (i, j, k) in RAS order.
        stored: The grid of the file that the labels belong to. Grids that codecs read are
            written to the bit; others are rounded to float32, by less than 1e-4 mm.
        identity_affine: State the identity instead, as some datasets do; the voxels keep the
            order of ``stored``.

    Raises:
        ValueError: The shape is not that of ``stored``, or the type is another.
        VolumeError: The grid is sheared.
    """
    path = Path(path)
    if labels.dtype not in (np.bool_, np.uint8, np.uint16):
        raise ValueError(f"labels must be bool, uint8 or uint16, got {labels.dtype}")
    array = to_stored(labels, stored)
    if array.shape != stored.shape:
        raise ValueError(f"labels {array.shape} and grid {stored.shape} differ")
    if array.dtype == np.bool_:
        array = array.view(np.uint8)
    grid = Geometry(shape=stored.shape, affine=IDENTITY) if identity_affine else stored
    _write(path, array, grid)


def nifti_gz_bytes(array: NDArray[Any], grid: Geometry) -> bytes:
    """A ``.nii.gz`` of an array (i, j, k) in the order of ``grid``; equal input, equal bytes.

    Raises VolumeError for a sheared grid.
    """
    return b"".join(deflate_members([_encoded(array, grid)]))


def _write(path: Path, array: NDArray[Any], grid: Geometry) -> None:
    write_stored(path, (_encoded(array, grid),))


def _encoded(array: NDArray[Any], grid: Geometry) -> bytearray:
    little = array.dtype.newbyteorder("<")
    head = header_bytes(array.shape, little, grid)
    whole = bytearray(len(head) + array.nbytes)
    whole[: len(head)] = head
    voxels = np.frombuffer(whole, little, offset=len(head)).reshape(array.shape, order="F")
    voxels[...] = array
    return whole


def _scaling(reference: NiftiVolume, header: NiftiHeader) -> tuple[float, float]:
    if reference.rescale is None:
        return header.slope, header.intercept
    if header.scaled:
        raise VolumeError.of(
            "rescaled-twice",
            reference.path,
            f"the header scales by {header.slope} x + {header.intercept} and {reference.rescale} "
            "is to be applied on top.",
            "Trust one of the two.",
        )
    return reference.rescale


def _check_stated_spacing(reference: NiftiVolume, geometry: Geometry) -> None:
    stated = reference.stated_spacing_mm
    if stated is None:
        return
    pairs = zip(stated, geometry.spacing_mm, strict=True)
    if all(abs(a - b) <= STATED_SPACING_TOLERANCE * b for a, b in pairs):
        return
    raise VolumeError.of(
        "spacing-contradicts-table",
        reference.path,
        f"the header gives {geometry.spacing_mm} mm (left-right, front-back, head-feet), the "
        f"table {stated}.",
        "Use the release whose headers are filled, or mend the table.",
    )
