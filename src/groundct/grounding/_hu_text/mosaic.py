"""Mosaic attenuation and air trapping: patches of lung darker than the lung beside them.

Density is taken between the vessels, smoothed over about 1 cm, and held against a line by height
over the table, since lung darkens from back to front by its own weight. Patches are what is darker
than half way to the darkest; where more than that is dark, the two classes of Otsu's threshold
(IEEE Trans Syst Man Cybern 1979;9:62) are taken. The pattern is that of the Fleischner Society's
glossary (Radiology 2008;246:697).
"""

from __future__ import annotations

import numpy as np

from groundct.core.contracts import Answer, Candidate
from groundct.core.report import Finding
from groundct.core.volume import BoolArray
from groundct.grounding._hu_text.field import Field
from groundct.grounding._hu_text.ground_glass import lung_by_height
from groundct.grounding._hu_text.scene import Scene, scene_of
from groundct.grounding._space.crops import FloatArray, closed_mm, smooth
from groundct.imaging.components import keep_components
from groundct.imaging.distances import dilate_mm, distance_mm, open_mm

_GRID_MM = 2.2
_SMOOTH_MM = 4.0
_BORDER_MM = 4.0
_VESSEL_OVER_LUNG_HU, _VESSEL_RIM_MM = 250.0, 2.5
_DENSEST_OVER_LUNG_HU = 160.0
_LEAST_WEIGHT = 0.12
_DARKEST_QUANTILE = 0.02
_LEAST_DARK_HU = 37.0
_LEAST_STEP_HU, _MOST_DARK_SHARE = 55.0, 0.7
_LEAST_SHARE = 0.025
_LEAST_PATCH_ML, _PATCH_RADIUS_MM = 0.7, 3.0
_CLOSE_MM = 3.0
_CLEAR_HU = 70.0
_FEWEST_VOXELS = 200


def mosaic(field: Field, finding: Finding) -> Answer:
    """One candidate that holds the dark patches; none where density is even."""
    del finding
    scene = scene_of(field, _GRID_MM)
    density, known = _between_vessels(scene)
    if np.count_nonzero(known) < _FEWEST_VOXELS:
        return Answer((), "too little lung is seen there between vessels")
    change = density - lung_by_height(density, known)
    border = _border_hu(change[known])
    if border is None:
        return Answer((), "the density of the lung is even there")
    dark = open_mm(known & (change < border), _PATCH_RADIUS_MM, scene.spacing_mm)
    dark = keep_components(dark, max(1, int(_LEAST_PATCH_ML / scene.voxel_ml)), 6)
    share = np.count_nonzero(dark) / np.count_nonzero(known)
    if share < _LEAST_SHARE:
        return Answer((), "no patch there is darker than the lung beside it")
    step_hu = float(change[known & ~dark].mean() - change[dark].mean())
    near = dilate_mm(dark, _BORDER_MM, scene.spacing_mm) & scene.inside & ~known
    filled = closed_mm(dark | near, _CLOSE_MM, scene.spacing_mm) & scene.inside
    region = scene.region(filled & ~(known & ~dark & (change > border)))
    if region.count == 0:
        return Answer((), "no patch can be drawn at this resolution")
    confidence = 0.15 + 0.6 * min(1.0, step_hu / _CLEAR_HU)
    return Answer((Candidate(region, round(confidence, 4)),))


def _between_vessels(scene: Scene) -> tuple[FloatArray, BoolArray]:
    """The lung's own density around each voxel, and where it is known."""
    deep = distance_mm(scene.lung, scene.spacing_mm) > _BORDER_MM
    vessels = scene.inside & (scene.hu > scene.level_hu + _VESSEL_OVER_LUNG_HU)
    rim = dilate_mm(vessels, _VESSEL_RIM_MM, scene.spacing_mm)
    lung = scene.inside & deep & (scene.hu < scene.level_hu + _DENSEST_OVER_LUNG_HU) & ~rim
    weight = smooth(lung.astype(np.float32), _SMOOTH_MM, scene.spacing_mm)
    total = smooth(np.where(lung, scene.hu, 0).astype(np.float32), _SMOOTH_MM, scene.spacing_mm)
    density = total / np.maximum(weight, np.float32(_LEAST_WEIGHT / 2))
    return np.asarray(density), np.asarray(scene.inside & deep & (weight > _LEAST_WEIGHT))


def _border_hu(change: FloatArray) -> float | None:
    """What parts dark patches from the rest; None when nothing there is dark."""
    darkest = float(np.quantile(change, _DARKEST_QUANTILE))
    if darkest <= -_LEAST_DARK_HU:
        return darkest / 2
    counts, edges = np.histogram(change, bins=128)
    middles = (edges[1:] + edges[:-1]) / 2
    below = np.cumsum(counts) / counts.sum()
    mean = np.cumsum(counts * middles) / counts.sum()
    between = (mean[-1] * below - mean) ** 2 / np.maximum(below * (1 - below), 1e-9)
    best = int(np.argmax(between))
    dark = change < middles[best]
    share = float(dark.mean())
    if not 0 < share < 1:
        return None
    step_hu = float(change[~dark].mean() - change[dark].mean())
    if step_hu < _LEAST_STEP_HU or not 1 - _MOST_DARK_SHARE <= share <= _MOST_DARK_SHARE:
        return None
    return float(middles[best])
