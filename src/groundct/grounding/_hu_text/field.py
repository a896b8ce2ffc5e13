"""The field of a search: the crop of a volume around the site that a request names."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from groundct.core.contracts import FindingRequest
from groundct.core.geometry import Geometry
from groundct.core.volume import BoolArray, HuArray, LabelMap
from groundct.grounding._space.crops import around
from groundct.grounding._space.lungs import filled_site
from groundct.imaging.components import Crop
from groundct.imaging.distances import SpacingMm

_MARGIN_MM = 6.0


@dataclass(frozen=True, eq=False)
class Field:
    """A crop (i, j, k) of a volume.

    ``site`` is the place as asked; ``filled`` the same with dents and holes closed, so that
    lesions at the pleura lie inside it; it never enters the lung of the other side.
    """

    hu: HuArray
    site: BoolArray
    filled: BoolArray
    organs: LabelMap
    geometry: Geometry
    crop: Crop

    @property
    def spacing_mm(self) -> SpacingMm:
        """Distance between voxel centres along i, j and k."""
        return self.geometry.spacing_mm

    def voxels_of(self, volume_ml: float) -> int:
        """How many voxels make a volume, at least one."""
        return max(1, int(np.ceil(volume_ml * 1000.0 / self.geometry.voxel_volume_mm3)))


def field_of(request: FindingRequest) -> Field | None:
    """Crop a request to its site plus a margin; None when the site is empty."""
    geometry = request.volume.geometry
    crop = around(request.site, geometry.spacing_mm, _MARGIN_MM)
    if crop is None:
        return None
    site = request.site[crop]
    filled = filled_site(site, request.organs, crop, geometry.spacing_mm)
    return Field(request.volume.hu[crop], site, filled, request.organs, geometry, crop)
