"""Pneumothorax: air without vessels, under the chest wall, high over the table."""

from __future__ import annotations

import numpy as np

from groundct.core.contracts import Answer, Candidate
from groundct.core.report import Finding
from groundct.grounding._hu_text.field import Field
from groundct.grounding._space.crops import (
    block_mean,
    closed_mm,
    crop_of,
    placed,
    repeated,
    scaled,
    smooth,
    steps_for,
)
from groundct.imaging.components import components
from groundct.imaging.distances import dilate_mm, erode_mm, open_mm

_COARSE_MM = 2.0
_SMOOTH_MM = 1.5
_AIR_HU = -945.0
_LEAST_RADIUS_MM = 3.0
_EDGE_MM = 4.0
_EDGE_AIR_HU = -920.0
_RIND_MM = 5.0
_LEAST_RIND_SHARE = 0.12
_LEAST_ML = 3.0
_MOST_CANDIDATES = 4
_AIRWAYS = ("trachea", "bronchie")


def pneumothorax(field: Field, finding: Finding) -> Answer:
    """Candidates for a pneumothorax, best first."""
    del finding  # its depth is no diameter
    steps = steps_for(field.spacing_mm, _COARSE_MM)
    spacing = scaled(field.spacing_mm, steps)
    site = block_mean(field.site.astype(np.float32), steps) > 0.5
    hu = block_mean(field.hu.astype(np.float32), steps)
    level = smooth(hu, _SMOOTH_MM, spacing)
    hull = closed_mm(site & (hu < -300.0), 6.0, spacing)
    rind = hull & ~erode_mm(hull, _RIND_MM, spacing)
    airways = block_mean(crop_of(field.organs, _AIRWAYS, field.crop).astype(np.float32), steps) > 0
    air = site & (level < _AIR_HU) & ~dilate_mm(airways, 4.0, spacing)
    air = open_mm(air, _LEAST_RADIUS_MM, spacing)
    labels, sizes = components(air, 6)
    voxel_ml = float(np.prod(spacing)) / 1000.0
    rows = np.flatnonzero(site.any(axis=(0, 2)))
    out = []
    for label in range(1, min(len(sizes), _MOST_CANDIDATES + 1)):
        volume_ml = sizes[label] * voxel_ml
        own = labels == label
        at_wall = np.count_nonzero(own & rind) / sizes[label]
        if volume_ml < _LEAST_ML or at_wall < _LEAST_RIND_SHARE:
            continue
        mean = float(np.argwhere(own)[:, 1].mean())
        high = float(np.clip((mean - rows[0]) / max(1, rows[-1] - rows[0]), 0.0, 1.0))
        grown = dilate_mm(own, _EDGE_MM, spacing) & site & (hu < _EDGE_AIR_HU)
        region = placed(repeated(grown | own, steps, field.hu.shape) & field.site, field.crop)
        confidence = high * (1.0 - np.exp(-volume_ml / 20.0)) * min(1.0, 0.4 + at_wall)
        if region.count:
            out.append(Candidate(region, round(float(confidence), 4)))
    out.sort(key=lambda c: -c.confidence)
    return Answer(tuple(out), "no air without vessels is seen there under the wall")
