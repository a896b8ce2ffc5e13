"""Ground glass: hazy lung, denser than its level in the lung explains, that vessels do not make.

The lung darkens from back to front under gravity, so haze is measured against a line fitted to
the site's own lung by height over the table. Vessels with the rim that smoothing gives them, and
the partial volume at the pleura, are taken out before, and what they held is closed after.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from groundct.core.contracts import Answer, Candidate
from groundct.core.report import Finding
from groundct.core.volume import BoolArray
from groundct.grounding._hu_text.field import Field
from groundct.grounding._hu_text.stated import size_fit, stated_diameter_mm
from groundct.grounding._space.crops import (
    FloatArray,
    block_mean,
    closed_mm,
    placed,
    repeated,
    scaled,
    smooth,
    steps_for,
)
from groundct.imaging.components import components
from groundct.imaging.distances import dilate_mm, erode_mm, open_mm
from groundct.imaging.shape import longest_axial_diameter_mm

_COARSE_MM = 1.7
_SMOOTH_MM = 1.5
_HAZE_OVER_LUNG_HU = 110.0
_LOWEST_HU, _HIGHEST_HU = -780.0, -250.0
_VESSEL_HU = -400.0
_VESSEL_RIM_MM = 2.5
_PLEURA_MM = 2.5
_LEAST_RADIUS_MM = 2.5
_CLOSE_MM = 4.0
_LEAST_ML, _LEAST_UNSIZED_ML = 0.3, 0.7
_LEAST_UNSIZED_CONFIDENCE = 0.3
_LEAST_HIGH_MM, _FEWEST_SLICES = 5.0, 2
"""A fissure or a dome that a slice touches is hazy in that slice alone."""
_MOST_CANDIDATES = 8


def ground_glass(field: Field, finding: Finding) -> Answer:
    """Candidates for ground-glass opacities, best first."""
    steps = steps_for(field.spacing_mm, _COARSE_MM)
    spacing = scaled(field.spacing_mm, steps)
    hu = block_mean(field.hu.astype(np.float32), steps)
    inside = block_mean(field.filled.astype(np.float32), steps) > 0.5
    if np.count_nonzero(inside) < 50:
        return Answer((), "too little lung is seen there")
    level = smooth(np.clip(hu, -1000, 0), _SMOOTH_MM, spacing)
    over = level - lung_by_height(level, inside)
    vessels = inside & (hu > _VESSEL_HU)
    haze = inside & (over > _HAZE_OVER_LUNG_HU) & (level > _LOWEST_HU) & (level < _HIGHEST_HU)
    haze &= ~dilate_mm(vessels, _VESSEL_RIM_MM, spacing)
    haze &= erode_mm(inside, _PLEURA_MM, spacing)
    haze = open_mm(haze, _LEAST_RADIUS_MM, spacing)
    haze = closed_mm(haze, _CLOSE_MM, spacing) & inside
    labels, sizes = components(haze, 26)
    voxel_ml = float(np.prod(spacing)) / 1000.0
    stated = stated_diameter_mm(finding)
    out = []
    for label in range(1, min(len(sizes), _MOST_CANDIDATES + 1)):
        volume_ml = sizes[label] * voxel_ml
        if volume_ml < (_LEAST_UNSIZED_ML if stated is None else _LEAST_ML):
            break
        own = labels == label
        slices = int(np.count_nonzero(own.any(axis=(0, 1))))
        if slices < _FEWEST_SLICES or slices * spacing[2] < _LEAST_HIGH_MM:
            continue
        confidence = _confidence(volume_ml, float(np.mean(over[own])))
        if stated is None and confidence < _LEAST_UNSIZED_CONFIDENCE:
            continue
        mask = repeated(own, steps, field.hu.shape) & field.filled
        region = placed(mask, field.crop)
        if region.count == 0:
            continue
        if stated is not None:
            diameter = longest_axial_diameter_mm(region, field.geometry)
            confidence *= 0.3 + 0.7 * size_fit(diameter, stated)
        out.append(Candidate(region, round(confidence, 4)))
    out.sort(key=lambda c: -c.confidence)
    return Answer(tuple(out), "no haze between vessels is seen there")


def lung_by_height(level: FloatArray, inside: BoolArray) -> NDArray[np.float32]:
    """The HU of the site's quiet lung as a line over j (back to front), shaped (1, j, 1)."""
    lung = inside & (level < -650.0)
    rows, values = [], []
    for block in np.array_split(np.arange(level.shape[1]), 8):
        part = level[:, block, :][lung[:, block, :]]
        if part.size >= 50:
            rows.append(float(block.mean()))
            values.append(float(np.quantile(part[:: max(1, part.size // 20_000)], 0.35)))
    if len(rows) < 3:
        base = values[0] if values else -850.0
        return np.full((1, level.shape[1], 1), base, dtype=np.float32)
    slope, start = np.polyfit(rows, values, 1)
    line = start + slope * np.arange(level.shape[1])
    return np.asarray(np.clip(line, -950.0, -700.0), dtype=np.float32)[None, :, None]


def _confidence(volume_ml: float, over_hu: float) -> float:
    size = 1.0 - np.exp(-volume_ml / 2.0)
    return float(np.clip(size * np.clip(over_hu / 300.0, 0.2, 0.9), 0.0, 1.0))
