"""Volume and diameter of masks in clinical units, and a prediction's error in them.

Errors are prediction minus reference. The mesh volume is that inside the surface through mid-edges
(`surface.surfels`), which leaves out the corners of voxels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundct.core.value import Value
from groundct.core.volume import BoolArray

if TYPE_CHECKING:
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


def volume_ml(mask: BoolArray, spacing_mm: SpacingMm) -> float:
    """Voxels of a mask (i, j, k) times the volume of one."""
    i, j, k = spacing_mm
    return int(mask.sum()) * i * j * k / 1000


def diameter_mm(mask: BoolArray, spacing_mm: SpacingMm) -> float | None:
    """The longest straight line within an axial slice (k) of a mask, edge to edge; None if empty.

    The rule is that of regions in a record (`imaging.shape.longest_axial_diameter_mm`).
    """
    import numpy as np

    from groundct.core.geometry import Geometry
    from groundct.core.volume import RegionMask
    from groundct.imaging.shape import longest_axial_diameter_mm

    region = RegionMask.of(mask)
    if not region.count:
        return None
    return longest_axial_diameter_mm(region, Geometry.of(mask.shape, np.diag([*spacing_mm, 1.0])))


def size_errors(reference: BoolArray, prediction: BoolArray, spacing_mm: SpacingMm) -> SizeErrors:
    """Volume and longest axial diameter of two masks (i, j, k)."""
    return SizeErrors(
        reference_ml=volume_ml(reference, spacing_mm),
        predicted_ml=volume_ml(prediction, spacing_mm),
        reference_diameter_mm=diameter_mm(reference, spacing_mm),
        predicted_diameter_mm=diameter_mm(prediction, spacing_mm),
    )


def mesh_size(mask: BoolArray, spacing_mm: SpacingMm) -> MeshSize:
    """Volume and area of the surface through mid-edges around a mask (i, j, k)."""
    from groundct.metrics.surface.pair import Pair
    from groundct.metrics.surface.surfels import cell_volumes, surfel_areas_mm2

    side = Pair.of(mask, mask, spacing_mm).a
    where, codes = side.cells()
    constant, slope = cell_volumes()
    voxels = constant[codes].sum() + (side.grid.index(where).T * slope[codes]).sum()
    i, j, k = spacing_mm
    areas = surfel_areas_mm2(side.grid.spacing_mm)[codes]
    return MeshSize(volume_ml=float(voxels) * i * j * k / 1000, area_mm2=float(areas.sum()))
