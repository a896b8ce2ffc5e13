"""Consolidation and atelectasis: lung at the density of soft tissue, thicker than vessels are.

Dense lung at the pleura is often lost to the lung's mask, so the mask is closed slice by slice
before the search. What is small, round and free in aerated lung is a nodule and no consolidation
(Fleischner Society's glossary, Radiology 2008;246:697: consolidation has no form of its own and
keeps its bronchi open), unless the text gives it that size or speaks of atelectasis, which has a
round form.
"""

from __future__ import annotations

import numpy as np

from groundct.core.contracts import Answer, Candidate
from groundct.core.report import Finding
from groundct.core.volume import BoolArray
from groundct.grounding._hu_text.field import Field
from groundct.grounding._hu_text.form import filled_mm
from groundct.grounding._hu_text.stated import size_fit, stated_diameter_mm
from groundct.grounding._space.crops import (
    LUNG_SIDES,
    FloatArray,
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
from groundct.imaging.components import components, fill_holes_by_slice
from groundct.imaging.distances import SpacingMm, dilate_mm, distance_mm, open_mm
from groundct.imaging.shape import longest_axial_diameter_mm

_COARSE_MM = 1.7
_SMOOTH_MM = 1.0
_CLOSE_LUNG_MM = 12.0
_LOWEST_HU, _HIGHEST_HU = -350.0, 160.0
_LEAST_RADIUS_MM = 4.0
_LEAST_DEPTH_MM = 5.4
"""Half of the thickest part: hilar vessels stay under it."""
_BRONCHOGRAM_MM = 3.0
_LEAST_ML = 0.7
_MOST_CANDIDATES = 6
_SHELL_MM = 3.0
_AERATED_HU = -500.0
_NODULE_ML, _NODULE_AERATED, _NODULE_LONG, _NODULE_BALL = 8.0, 0.5, 1.55, 0.72
_SURE_FIT = 0.7
_CENTRAL = (
    *("left hilum", "right hilum", "pulmonary artery", "pulmonary trunk", "heart", "aorta"),
    *("aortic arch", "descending aorta", "superior vena cava", "esophagus", "azygos vein"),
)
_CENTRAL_RIM_MM, _MOST_CENTRAL = 4.0, 0.6
"""What lies so much on vessels of the hilum and the mediastinum is their border."""


def consolidation(field: Field, finding: Finding) -> Answer:
    """Candidates for consolidation or atelectasis, best first."""
    steps = steps_for(field.spacing_mm, _COARSE_MM)
    spacing = scaled(field.spacing_mm, steps)
    inside = _lung(field, steps, spacing)
    level = smooth(block_mean(field.hu.astype(np.float32), steps), _SMOOTH_MM, spacing)
    dense = inside & (level > _LOWEST_HU) & (level < _HIGHEST_HU)
    thick = open_mm(dense, _LEAST_RADIUS_MM, spacing)
    thick = closed_mm(thick, _BRONCHOGRAM_MM, spacing) & inside
    labels, sizes = components(thick, 6)
    vessels = crop_of(field.organs, _CENTRAL, field.crop).astype(np.float32)
    central = dilate_mm(block_mean(vessels, steps) > 0.5, _CENTRAL_RIM_MM, spacing)
    voxel_ml = float(np.prod(spacing)) / 1000.0
    stated = stated_diameter_mm(finding)
    out, round_ones, central_ones = [], 0, 0
    for label in range(1, min(len(sizes), _MOST_CANDIDATES + 1)):
        volume_ml = sizes[label] * voxel_ml
        if volume_ml < _LEAST_ML:
            break
        own = labels == label
        depth_mm = float(distance_mm(own, spacing).max())
        region = placed(repeated(own, steps, field.hu.shape) & field.site, field.crop)
        if depth_mm < _LEAST_DEPTH_MM or region.count == 0:
            continue
        if float(central[own].mean()) > _MOST_CENTRAL:
            central_ones += 1
            continue
        aerated = _aerated_around(own, level, spacing)
        fit = 1.0
        if stated is not None:
            fit = size_fit(longest_axial_diameter_mm(region, field.geometry), stated)
        told = finding.type == "atelectasis" or (stated is not None and fit > _SURE_FIT)
        if not told and aerated > _NODULE_AERATED and _is_ball(own, depth_mm, volume_ml, spacing):
            round_ones += 1
            continue
        confidence = (1.0 - np.exp(-volume_ml / 5.0)) * (0.3 + 0.6 * aerated) * (0.3 + 0.7 * fit)
        out.append(Candidate(region, round(float(confidence), 4)))
    out.sort(key=lambda c: -c.confidence)
    nodules = "what is dense there is round and free in the lung, as nodules are"
    hilum = "what is dense there are vessels of the hilum or the mediastinum"
    none = "no lung as dense as soft tissue is seen there"
    return Answer(tuple(out), nodules if round_ones else hilum if central_ones else none)


def _lung(field: Field, steps: tuple[int, int, int], spacing_mm: SpacingMm) -> BoolArray:
    """The lung with what is dense in it, as far as the place goes, on the coarse grid.

    Beyond its closing, only what has lung above and below it: a dome of the diaphragm has none
    below.
    """
    lung = crop_of(field.organs, LUNG_SIDES, field.crop) & field.site
    coarse = block_mean(lung.astype(np.float32), steps) > 0.5
    site = block_mean(field.site.astype(np.float32), steps) > 0.5
    closed = fill_holes_by_slice(closed_mm(coarse, _CLOSE_LUNG_MM, spacing_mm))
    above = np.logical_or.accumulate(coarse[:, :, ::-1], axis=2)[:, :, ::-1]
    below = np.logical_or.accumulate(coarse, axis=2)
    return np.asarray((closed | (hull_by_slice(coarse) & above & below)) & site)


def _aerated_around(own: BoolArray, level: FloatArray, spacing_mm: SpacingMm) -> float:
    shell = dilate_mm(own, _SHELL_MM, spacing_mm) & ~own
    return float(np.mean(level[shell] < _AERATED_HU)) if shell.any() else 0.0


def _is_ball(own: BoolArray, depth_mm: float, volume_ml: float, spacing_mm: SpacingMm) -> bool:
    """Whether a region is as small and round as nodules and small masses are."""
    if volume_ml > _NODULE_ML:
        return False
    long, _, short = filled_mm(own, spacing_mm)
    ball_mm = (volume_ml * 1000 * 3 / (4 * np.pi)) ** (1 / 3)
    return long / short < _NODULE_LONG and depth_mm > _NODULE_BALL * ball_mm
