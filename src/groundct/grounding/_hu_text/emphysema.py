"""Emphysema: low attenuation areas under -950 HU (Gevenois et al., AJRCCM 1995;152:653), clustered.

The threshold is the one that matched macroscopic morphometry on thin sections. Smoothing first
keeps noise from counting, and raises small lucencies; so clusters need a core under -950 HU and
are drawn out to -930 HU.
"""

from __future__ import annotations

import numpy as np

from groundct.core.contracts import Candidate
from groundct.core.report import Finding
from groundct.grounding._hu_text.field import Field
from groundct.grounding._space.crops import crop_of, placed, smooth
from groundct.imaging.components import components
from groundct.imaging.distances import dilate_mm

_LAA_HU = -950.0
_BORDER_HU = -930.0
_SMOOTH_MM = 0.8
_LEAST_CORE_ML = 0.03
_LEAST_SHARE = 0.001
_AIRWAYS = ("trachea", "bronchie")
_AIRWAY_RIM_MM = 2.0


def emphysema(field: Field, finding: Finding) -> tuple[Candidate, ...]:
    """One candidate holding all clusters (a non-focal finding), or none."""
    del finding  # a size or count says nothing of a non-focal finding
    level = smooth(field.hu, _SMOOTH_MM, field.spacing_mm)
    air = (level < _BORDER_HU) & field.site
    airways = crop_of(field.organs, _AIRWAYS, field.crop)
    if airways.any():
        air &= ~dilate_mm(airways, _AIRWAY_RIM_MM, field.spacing_mm)
    labels, _ = components(air, 6)
    cores = np.bincount(labels[level < _LAA_HU], minlength=int(labels.max()) + 1)
    cores[0] = 0
    clusters = (cores >= field.voxels_of(_LEAST_CORE_ML))[labels]
    share = int(np.count_nonzero(clusters)) / max(1, int(np.count_nonzero(field.site)))
    if share < _LEAST_SHARE:
        return ()
    confidence = 0.3 + 0.6 * float(np.clip(share / 0.15, 0.0, 1.0))
    return (Candidate(placed(clusters, field.crop), round(confidence, 4)),)
