"""Consolidation and atelectasis: lung at the density of soft tissue, thicker than vessels are.

Dense lung at the pleura is often lost to the lung's mask. So the search is in each slice's convex
hull of the lung, as far as the request's site (the cavity) allows; organs are no part of it.
"""

from __future__ import annotations

import numpy as np

from groundct.core.contracts import Answer, Candidate
from groundct.core.report import Finding
from groundct.grounding._hu_text.field import Field
from groundct.grounding._hu_text.stated import size_fit, stated_diameter_mm
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
from groundct.imaging.distances import dilate_mm, open_mm
from groundct.imaging.shape import longest_axial_diameter_mm

_COARSE_MM = 1.7
_SMOOTH_MM = 1.0
_LOWEST_HU, _HIGHEST_HU = -350.0, 160.0
_LEAST_RADIUS_MM = 4.0
_BRONCHOGRAM_MM = 3.0
_LEAST_ML = 0.7
_MOST_CANDIDATES = 6
_SHELL_MM = 3.0


def consolidation(field: Field, finding: Finding) -> Answer:
    """Candidates for consolidation or atelectasis, best first."""
    steps = steps_for(field.spacing_mm, _COARSE_MM)
    spacing = scaled(field.spacing_mm, steps)
    lung = crop_of(field.organs, LUNG_SIDES, field.crop) & field.site
    hull = hull_by_slice(block_mean(lung.astype(np.float32), steps) > 0.5)
    inside = hull & (block_mean(field.site.astype(np.float32), steps) > 0.5)
    level = smooth(block_mean(field.hu.astype(np.float32), steps), _SMOOTH_MM, spacing)
    dense = inside & (level > _LOWEST_HU) & (level < _HIGHEST_HU)
    thick = open_mm(dense, _LEAST_RADIUS_MM, spacing)
    thick = closed_mm(thick, _BRONCHOGRAM_MM, spacing) & inside
    labels, sizes = components(thick, 6)
    voxel_ml = float(np.prod(spacing)) / 1000.0
    stated = stated_diameter_mm(finding)
    out = []
    for label in range(1, min(len(sizes), _MOST_CANDIDATES + 1)):
        volume_ml = sizes[label] * voxel_ml
        if volume_ml < _LEAST_ML:
            break
        own = labels == label
        shell = dilate_mm(own, _SHELL_MM, spacing) & ~own
        aerated = float(np.mean(level[shell] < -500.0)) if shell.any() else 0.0
        confidence = (1.0 - np.exp(-volume_ml / 5.0)) * (0.3 + 0.6 * aerated)
        region = placed(repeated(own, steps, field.hu.shape) & field.site, field.crop)
        if region.count == 0:
            continue
        if stated is not None:
            diameter = longest_axial_diameter_mm(region, field.geometry)
            confidence *= 0.3 + 0.7 * size_fit(diameter, stated)
        out.append(Candidate(region, round(float(confidence), 4)))
    out.sort(key=lambda c: -c.confidence)
    return Answer(tuple(out), "no lung as dense as soft tissue is seen there")
