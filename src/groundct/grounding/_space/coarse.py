"""Both lungs and the wall around them on a grid of about 3 mm, where the spaces are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from groundct.core.volume import BoolArray, LabelMap, Volume
from groundct.grounding._space.crops import (
    LUNG_SIDES,
    around,
    crop_of,
    repeated,
    scaled,
    steps_for,
    thinned,
    whole,
)
from groundct.grounding._space.lungs import SOLID_ORGANS
from groundct.imaging.components import Crop, bounding_slices
from groundct.imaging.distances import SpacingMm

_COARSE_MM = 3.0
_BONE_HU = 220
WALL = ("rib", "left rib", "right rib", "sternum", "vertebrae")


@dataclass(frozen=True, eq=False)
class CoarseChest:
    """A crop around the segmented lungs, thinned by ``steps``; ``lungs`` are full size."""

    volume: Volume
    organs: LabelMap
    lungs: Mapping[str, BoolArray]
    crop: Crop
    steps: tuple[int, int, int]

    @classmethod
    def of(
        cls,
        volume: Volume,
        organs: LabelMap,
        margin_mm: float,
        lungs: Mapping[str, BoolArray] | None = None,
    ) -> CoarseChest | None:
        """The chest around the lungs with a margin; None when no lung is segmented.

        ``lungs`` are the full-size masks of those that are segmented, where they are at hand.
        """
        spacing = volume.geometry.spacing_mm
        full = whole(volume.geometry.shape)
        if lungs is None:
            lungs = {n: crop_of(organs, (n,), full) for n in LUNG_SIDES if n in organs.names}
        both = np.zeros(volume.geometry.shape, dtype=np.bool_, order="F")
        for lung in lungs.values():
            both |= lung
        crop = around(both, spacing, margin_mm)
        if crop is None:
            return None
        return cls(volume, organs, lungs, crop, steps_for(spacing, _COARSE_MM))

    @property
    def spacing_mm(self) -> SpacingMm:
        """The spacing of the coarse grid."""
        return scaled(self.volume.geometry.spacing_mm, self.steps)

    @property
    def has_wall(self) -> bool:
        """Whether ribs, sternum or spine are segmented by name."""
        return any(name in self.organs.names for name in WALL)

    def lung(self, name: str) -> BoolArray:
        """One lung on the coarse grid."""
        return thinned(self.lungs[name][self.crop], self.steps)

    def structures(self, *names: str) -> BoolArray:
        """The union of those structures that are segmented, on the coarse grid."""
        return crop_of(self.organs, names, self.crop, self.steps)

    def bones(self) -> BoolArray:
        """The chest wall's bones where they are segmented by name, else all bone."""
        if self.has_wall:
            return self.structures(*WALL)
        if "bone" in self.organs.names:
            return self.structures("bone")
        return thinned(self.volume.hu[self.crop] > _BONE_HU, self.steps)

    def full_size(self, spaces: Mapping[str, BoolArray], *barred: str) -> BoolArray:
        """The spaces of some lungs (i j k) with these lungs, without other lungs and organs.

        ``spaces`` are on the coarse grid, by the lung's name; ``barred`` names structures that are
        no part of a space, besides solid organs.
        """
        out = np.zeros(self.volume.geometry.shape, dtype=np.bool_, order="F")
        shape = tuple(part.stop - part.start for part in self.crop)
        for space in spaces.values():
            full = repeated(space, self.steps, shape)
            own = bounding_slices(full)
            if own is None:
                continue
            i, j, k = (
                slice(outer.start + inner.start, outer.start + inner.stop)
                for outer, inner in zip(self.crop, own, strict=True)
            )
            closed = crop_of(self.organs, (*SOLID_ORGANS, *barred), (i, j, k))
            out[i, j, k] |= full[own] & ~closed
        for name in spaces:
            out |= self.lungs[name]
        for name in self.lungs.keys() - spaces.keys():
            out &= ~self.lungs[name]
        return out
