"""A finding's place on a working grid: fine enough for what is looked for, few enough voxels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from groundct.core.volume import BoolArray, RegionMask
from groundct.grounding._hu_text.field import Field
from groundct.grounding._space.crops import (
    LUNG_SIDES,
    FloatArray,
    block_mean,
    crop_of,
    placed,
    repeated,
    scaled,
    steps_for,
)
from groundct.imaging.distances import SpacingMm

_MOST_VOXELS = 9_000_000
_COARSER = 1.35
_AERATED_HU = -600.0
_USUAL_LUNG_HU = -850.0


@dataclass(frozen=True, eq=False)
class Scene:
    """A field on a working grid (i j k).

    ``inside`` is the place with its dents and holes closed, ``lung`` all lung of the crop (the
    place included). ``level_hu`` is the median of the place's aerated lung.
    """

    field: Field
    steps: tuple[int, int, int]
    spacing_mm: SpacingMm
    hu: FloatArray
    inside: BoolArray
    lung: BoolArray
    level_hu: float

    @property
    def voxel_ml(self) -> float:
        """Volume of a voxel of the working grid."""
        return float(np.prod(self.spacing_mm)) / 1000.0

    @property
    def in_plane_mm(self) -> float:
        """The larger of the two spacings within an axial slice."""
        return max(self.spacing_mm[:2])

    @property
    def flat(self) -> FloatArray:
        """HU with everything that is no lung at the lung's own level: no edge at the pleura."""
        return np.where(self.lung, np.clip(self.hu, -1000, 150), self.level_hu).astype(np.float32)

    def organ(self, *names: str) -> BoolArray:
        """The union of those of the named structures that are segmented, on the working grid."""
        full = crop_of(self.field.organs, names, self.field.crop)
        return block_mean(full.astype(np.float32), self.steps) > 0.5

    def region(self, mask: BoolArray) -> RegionMask:
        """A mask of the working grid on the full grid, within the place."""
        full = repeated(mask, self.steps, self.field.hu.shape) & self.field.filled
        return placed(full, self.field.crop)


def scene_of(field: Field, wanted_mm: float) -> Scene:
    """The field on a grid of about ``wanted_mm``, coarser where the place is very large.

    Voxels are never interpolated: they are means of whole blocks, or the scan's own.
    """
    while True:
        steps = steps_for(field.spacing_mm, wanted_mm)
        if field.hu.size / np.prod(steps) <= _MOST_VOXELS:
            break
        wanted_mm *= _COARSER
    hu = block_mean(np.clip(field.hu, -1024, 1500).astype(np.float32), steps)
    inside = block_mean(field.filled.astype(np.float32), steps) > 0.5
    lung = block_mean(crop_of(field.organs, LUNG_SIDES, field.crop).astype(np.float32), steps) > 0.5
    aerated = hu[inside & (hu < _AERATED_HU)]
    level = float(np.median(aerated)) if aerated.size else _USUAL_LUNG_HU
    return Scene(field, steps, scaled(field.spacing_mm, steps), hu, inside, lung | inside, level)
