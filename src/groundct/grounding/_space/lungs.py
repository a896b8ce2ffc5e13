"""Lungs as lesions see them: closed over what is dense in them, and never across the midline."""

from __future__ import annotations

import numpy as np

from groundct.core.volume import BoolArray, LabelMap
from groundct.grounding._space.crops import (
    LUNG_SIDES,
    closed_mm,
    crop_of,
    repeated,
    scaled,
    steps_for,
    thinned,
)
from groundct.imaging.components import Crop, fill_holes_by_slice
from groundct.imaging.distances import SpacingMm

SOLID_ORGANS = (
    *("bone", "spinal canal", "trachea", "esophagus", "heart", "aorta"),
    *("liver", "spleen", "stomach", "kidney"),
)
"""What no finding of lung or pleura enters, where it is segmented."""
_CLOSE_MM = 12.0
_COARSE_MM = 2.5
_FEW = (3, 3, 1)
"""Steps between the voxels that tell which lungs a place lies in."""


def other_lungs(site: BoolArray, organs: LabelMap, crop: Crop) -> BoolArray:
    """The voxels of lungs that the site (of this crop) has no part in: never to be entered."""
    few = thinned(site, _FEW)
    least = 0.01 * max(1, int(np.count_nonzero(few)))
    others = tuple(
        name
        for name in LUNG_SIDES
        if np.count_nonzero(crop_of(organs, (name,), crop, _FEW) & few) < least
    )
    return crop_of(organs, others, crop)


def filled_site(site: BoolArray, organs: LabelMap, crop: Crop, spacing_mm: SpacingMm) -> BoolArray:
    """The site with dents up to about 2 cm wide and holes closed, so that lesions are inside.

    Other organs stay out unless the site itself holds them; the lung of the other side stays out
    in any case.
    """
    steps = steps_for(spacing_mm, _COARSE_MM)
    closed = closed_mm(thinned(site, steps), _CLOSE_MM, scaled(spacing_mm, steps))
    full = repeated(fill_holes_by_slice(closed), steps, site.shape)
    added = full & ~crop_of(organs, SOLID_ORGANS, crop)
    filled: BoolArray = (added | site) & ~other_lungs(site, organs, crop)
    return filled
