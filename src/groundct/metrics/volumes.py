"""Volume and diameter of masks in clinical units, and a prediction's error in them.

Errors are prediction minus reference. The mesh volume is that inside the surface through mid-edges
(`surface.surfels`), which leaves out the corners of voxels. All raise ArgumentError for an array
that is no mask (i, j, k) and for a spacing that is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundct.core.value import Value
from groundct.metrics.arguments import mask_of, masks_of, spacing_of

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from groundct.metrics.surface.far import SpacingMm


class MeshSize(Value):
    """Size of the surface through mid-edges around a mask."""

    volume_ml: float
    area_mm2: float


class SizeErrors(Value):
    """Sizes of a reference and a prediction; None where a mask has no voxel."""

    reference_ml: float
    predicted_ml: float
    reference_diameter_mm: float | None
    predicted_diameter_mm: float | None

    @property
    def volume_error_ml(self) -> float:
        """Predicted minus reference volume."""
        return self.predicted_ml - self.reference_ml

    @property
    def relative_volume_error(self) -> float | None:
        """The volume error over the reference volume; None for an empty reference."""
        return self.volume_error_ml / self.reference_ml if self.reference_ml else None

    @property
    def diameter_error_mm(self) -> float | None:
        """Predicted minus reference diameter; None when either mask is empty."""
        if self.reference_diameter_mm is None or self.predicted_diameter_mm is None:
            return None
        return self.predicted_diameter_mm - self.reference_diameter_mm


def volume_ml(mask: ArrayLike, spacing_mm: SpacingMm) -> float:
    """Voxels of a mask (i, j, k) times the volume of one."""
    i, j, k = spacing_of(spacing_mm)
    return int(mask_of(mask).sum()) * i * j * k / 1000


def diameter_mm(mask: ArrayLike, spacing_mm: SpacingMm) -> float | None:
    """The longest straight line within an axial slice (k) of a mask, edge to edge; None if empty.

    The rule is that of regions in a record (`imaging.shape.longest_axial_diameter_mm`).
    """
    import numpy as np

    from groundct.core.geometry import Geometry
    from groundct.core.volume import RegionMask
    from groundct.imaging.shape import longest_axial_diameter_mm

    voxels, steps = mask_of(mask), spacing_of(spacing_mm)
    region = RegionMask.of(voxels)
    if not region.count:
        return None
    return longest_axial_diameter_mm(region, Geometry.of(voxels.shape, np.diag([*steps, 1.0])))


def size_errors(reference: ArrayLike, prediction: ArrayLike, spacing_mm: SpacingMm) -> SizeErrors:
    """Volume and longest axial diameter of two masks (i, j, k) of one shape."""
    ours, theirs = masks_of(reference, prediction)
    return SizeErrors(
        reference_ml=volume_ml(ours, spacing_mm),
        predicted_ml=volume_ml(theirs, spacing_mm),
        reference_diameter_mm=diameter_mm(ours, spacing_mm),
        predicted_diameter_mm=diameter_mm(theirs, spacing_mm),
    )


def mesh_size(mask: ArrayLike, spacing_mm: SpacingMm) -> MeshSize:
    """Volume and area of the surface through mid-edges around a mask (i, j, k)."""
    from groundct.metrics.surface.pair import Pair
    from groundct.metrics.surface.surfels import cell_volumes, surfel_areas_mm2

    voxels = mask_of(mask)
    side = Pair.of(voxels, voxels, spacing_mm).a
    where, codes = side.cells()
    constant, slope = cell_volumes()
    total = constant[codes].sum() + (side.grid.index(where).T * slope[codes]).sum()
    i, j, k = side.grid.spacing_mm
    areas = surfel_areas_mm2(side.grid.spacing_mm)[codes]
    return MeshSize(volume_ml=float(total) * i * j * k / 1000, area_mm2=float(areas.sum()))
