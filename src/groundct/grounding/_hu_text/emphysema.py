"""Emphysema: low attenuation areas under -950 HU (Gevenois et al., AJRCCM 1995;152:653), clustered.

The threshold is the one that matched macroscopic morphometry on thin sections. Smoothing first
keeps noise from counting, and raises small lucencies; so clusters need a core under -950 HU and
are drawn out to -930 HU. Noise and a deep breath darken a whole lung; so a cluster must be
darker than the lung around it, unless that lung is itself as dark as emphysema.
"""

from __future__ import annotations

import numpy as np

from groundct.core.contracts import Answer, Candidate
from groundct.core.report import Finding
from groundct.grounding._hu_text.field import Field
from groundct.grounding._space.crops import (
    LUNG_SIDES,
    FloatArray,
    block_mean,
    crop_of,
    placed,
    scaled,
    smooth,
    steps_for,
    widened,
)
from groundct.imaging.components import components
from groundct.imaging.distances import dilate_mm

_LAA_HU = -950.0
_BORDER_HU = -930.0
_SMOOTH_MM = 0.8
_LEAST_CORE_ML = 0.015
_LEAST_SHARE, _LEAST_ML = 0.006, 4.5
_FULL_SHARE = 0.05
_CONTRAST_HU = 60.0
_CONFLUENT_HU = -935.0
_AROUND_MM = 12.0
_COARSE_MM = 4.0
_AERATED_HU = -700
_AIRWAYS = ("trachea", "bronchie")
_AIRWAY_RIM_MM = 2.0


def emphysema(field: Field, finding: Finding) -> Answer:
    """One candidate holding all clusters (a non-focal finding), or none."""
    del finding  # a size or count says nothing of a non-focal finding
    level = smooth(field.hu, _SMOOTH_MM, field.spacing_mm)
    around = _lung_around(field)
    air = (level < _BORDER_HU) & field.site
    air &= (level < around - _CONTRAST_HU) | (around < _CONFLUENT_HU)
    airways = crop_of(field.organs, _AIRWAYS, field.crop)
    if airways.any():
        air &= ~dilate_mm(airways, _AIRWAY_RIM_MM, field.spacing_mm)
    labels, _ = components(air, 6)
    cores = np.bincount(labels[level < _LAA_HU], minlength=int(labels.max()) + 1)
    cores[0] = 0
    clusters = (cores >= field.voxels_of(_LEAST_CORE_ML))[labels]
    found = int(np.count_nonzero(clusters))
    share = found / max(1, int(np.count_nonzero(field.site)))
    few = share < _LEAST_SHARE and found < field.voxels_of(_LEAST_ML)
    if few or share < _LEAST_SHARE / 2:
        return Answer((), "no cluster of holes under -950 HU is seen there")
    confidence = 0.1 + 0.8 * float(np.clip(share / _FULL_SHARE, 0.0, 1.0))
    return Answer((Candidate(placed(clusters, field.crop), round(confidence, 4)),))


def _lung_around(field: Field) -> FloatArray:
    """The mean density of the aerated lung within about 12 mm of each voxel."""
    steps = steps_for(field.spacing_mm, _COARSE_MM)
    spacing = scaled(field.spacing_mm, steps)
    lung = (crop_of(field.organs, LUNG_SIDES, field.crop) | field.site) & (field.hu < _AERATED_HU)
    weight = smooth(block_mean(lung.astype(np.float32), steps), _AROUND_MM, spacing)
    total = block_mean(np.where(lung, field.hu, 0).astype(np.float32), steps)
    mean = smooth(total, _AROUND_MM, spacing) / np.maximum(weight, np.float32(1e-3))
    return widened(np.asarray(mean, dtype=np.float32), steps, field.hu.shape)
