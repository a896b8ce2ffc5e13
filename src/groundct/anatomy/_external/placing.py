"""A mask file onto a volume's grid: taken as it is, turned exactly, or refused; never resampled."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from groundct.codecs.nifti import IDENTITY, StoredLabels, read_nifti_labels
from groundct.core.geometry import (
    GRID_TOLERANCE_MM,
    Geometry,
    grid_difference_mm,
    reorientation_to,
    same_grid,
)
from groundct.core.issues import GridError
from groundct.core.volume import INTERNAL_ORIENTATION, LabelArray, Volume

STORED_ORDER = "stored"


def read_placed(path: Path, volume: Volume, identity: str | None = None) -> LabelArray:
    """The labels of a file on the volume's grid, (i, j, k) in RAS order.

    Args:
        path: A label map or binary mask.
        volume: The CT that it belongs to.
        identity: What the voxel order of a file with an identity affine is: ``stored`` (that of
            the CT's file) or an orientation such as ``LPS``. None trusts no such file.

    Raises:
        VolumeError: The file cannot be trusted.
        GridError: It lies on another grid. A file with the same voxels in another order of axes is
            brought over exactly.
    """
    read = read_nifti_labels(path)
    if same_grid(read.geometry, volume.geometry):
        return read.labels
    if is_identity(read.stored):
        return _declared(path, read, volume, identity)
    raise GridError.of("grid-mismatch", path, difference(read.geometry, volume.geometry), REMEDY)


REMEDY = (
    "Give the CT that the masks were made from, or run the tool on this very file; masks are never "
    "resampled here."
)


def is_identity(grid: Geometry) -> bool:
    """Whether a file's affine says nothing: the identity, which no CT in mm has."""
    return bool(np.array_equal(np.array(grid.affine), np.array(IDENTITY)))


def difference(mask: Geometry, volume: Geometry) -> str:
    """How two grids in RAS order differ, for people."""
    if mask.shape != volume.shape:
        what = f"it has {_by(mask.shape)} voxels and the CT {_by(volume.shape)}"
        spacings = f"{_mm(mask)} against {_mm(volume)} mm"
        return f"{what} (right, front, head; {spacings})."
    apart = grid_difference_mm(mask, volume)
    return (
        f"its corner voxels lie up to {apart:.2f} mm from the CT's, at most {GRID_TOLERANCE_MM} mm "
        f"is allowed ({_mm(mask)} against {_mm(volume)} mm)."
    )


def _declared(path: Path, read: StoredLabels, volume: Volume, identity: str | None) -> LabelArray:
    """The labels of a file whose affine says nothing, in the voxel order that was declared."""
    if identity is None:
        raise GridError.of(
            "identity-affine",
            path,
            "its affine is the identity, so that the file does not say which side is left; the "
            f"CT's is not. It has {_by(read.stored.shape)} voxels, the CT's file "
            f"{_by(volume.stored.shape)}.",
            "If you know the order of its voxels, say so: identity=stored for that of the CT's "
            "file, identity=LPS (or another orientation) for a fixed one.",
        )
    # read.labels is turned from the stated RAS (an identity) and so still in the file's own order.
    if identity == STORED_ORDER:
        order = volume.stored
    else:
        order = reorientation_to(volume.geometry, identity).apply_geometry(volume.geometry)
    if read.labels.shape != order.shape:
        raise GridError.of(
            "grid-mismatch",
            path,
            f"in the declared order {identity} it has {_by(read.labels.shape)} voxels and the CT "
            f"{_by(order.shape)}.",
            REMEDY,
        )
    turn = reorientation_to(order, INTERNAL_ORIENTATION)
    return cast("LabelArray", turn.apply(cast("NDArray[np.generic]", read.labels)))


def _by(shape: tuple[int, ...]) -> str:
    return " x ".join(str(n) for n in shape)


def _mm(grid: Geometry) -> str:
    return " x ".join(f"{s:.3g}" for s in grid.spacing_mm)
