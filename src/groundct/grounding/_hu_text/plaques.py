"""Pleural thickening and plaques: flat soft or calcified tissue that dents the lung at a rib.

Only what bulges into the lung is looked for: dents of the lung's outline at the costal wall, which
is convex in axial slices. Even
thickening all around moves the outline as a whole and is told from muscle and fat by nobody at
usual slice thickness; it gets no answer. Plaques lie on the ribs, are flat with sharp edges and may
be calcified (Fleischner Society's glossary, Radiology 2008;246:697).
"""

from __future__ import annotations

import numpy as np

from groundct.core.contracts import Answer, Candidate
from groundct.core.report import Finding
from groundct.core.volume import BoolArray
from groundct.grounding._hu_text.field import Field
from groundct.grounding._hu_text.form import filled_mm
from groundct.grounding._space.crops import (
    LUNG_SIDES,
    block_mean,
    closed_mm,
    crop_of,
    placed,
    repeated,
    scaled,
    smooth,
    steps_for,
)
from groundct.grounding._space.hull import hull_by_slice
from groundct.imaging.components import components
from groundct.imaging.distances import SpacingMm, dilate_mm, open_mm

_COARSE_MM = 1.5
_SMOOTH_MM = 0.8
_DENT_MM = 10.0
_SOFT_HU, _CALCIFIED_HU = -60.0, 130.0
_LEAST_RADIUS_MM = 1.2
_LEAST_ML = 0.6
_CORTEX_MM = 1.5
_RIB_MM, _LEAST_AT_RIB = 9.0, 0.5
_FLAT = 1.6
_FULL_ML = 3.0
_LEAST_CALCIFIED = 0.15
_MOST_LOOKED_AT, _MOST_CANDIDATES = 40, 6
_RIBS = ("rib", "left rib", "right rib")


def plaques(field: Field, finding: Finding) -> Answer:
    """Candidates for pleural thickening or plaques, the largest first."""
    steps = steps_for(field.spacing_mm, _COARSE_MM)
    spacing = scaled(field.spacing_mm, steps)
    site = block_mean(field.site.astype(np.float32), steps) > 0.5
    lung = crop_of(field.organs, LUNG_SIDES, field.crop).astype(np.float32)
    own_lung = (block_mean(lung, steps) > 0.5) & site
    ribs = block_mean(crop_of(field.organs, _RIBS, field.crop).astype(np.float32), steps) > 0.3
    if not ribs.any():
        return Answer((), "no rib has a mask there to tell the chest wall by")
    hu = block_mean(np.clip(field.hu, -1000, 1000).astype(np.float32), steps)
    level = smooth(hu, _SMOOTH_MM, spacing)
    outline = hull_by_slice(own_lung) | closed_mm(own_lung, _DENT_MM, spacing)
    dents = outline & ~own_lung & site & (level > _SOFT_HU) & ~dilate_mm(ribs, _CORTEX_MM, spacing)
    labels, sizes = components(open_mm(dents, _LEAST_RADIUS_MM, spacing), 6)
    at_ribs = dilate_mm(ribs, _RIB_MM, spacing)
    voxel_ml = float(np.prod(spacing)) / 1000.0
    wants_calcium = finding.type == "pleural_calcification" or "calcified" in finding.modifiers
    out = []
    for label in range(1, min(len(sizes), _MOST_LOOKED_AT + 1)):
        volume_ml = float(sizes[label]) * voxel_ml
        own = labels == label
        if volume_ml < _LEAST_ML:
            break
        if float(at_ribs[own].mean()) < _LEAST_AT_RIB or not _is_flat(own, spacing):
            continue
        if wants_calcium and float(np.mean(hu[own] > _CALCIFIED_HU)) < _LEAST_CALCIFIED:
            continue
        region = placed(repeated(own, steps, field.hu.shape) & field.site, field.crop)
        if region.count:
            confidence = 0.25 + 0.5 * min(1.0, volume_ml / _FULL_ML)
            out.append(Candidate(region, round(confidence, 4)))
    out.sort(key=lambda c: -c.confidence)
    return Answer(tuple(out[:_MOST_CANDIDATES]), "no flat tissue dents the lung there at the ribs")


def _is_flat(own: BoolArray, spacing_mm: SpacingMm) -> bool:
    _, wide, thick = filled_mm(own, spacing_mm)
    return wide / thick >= _FLAT
