"""Septal thickening: a net of thin bright sheets in the lung, with few tubes among them.

Sheets and tubes are told apart by the Hessian (Sato et al., IEEE Trans Vis Comput Graph
2000;6:160). Vessels give tubes and, at their forks, a few sheets; a fissure is one sheet alone; so
what counts is how many sheets there are around a place, and how many for each tube. Thick vessels
and the border of the lung, where half-filled voxels look like sheets, are left out.
"""

from __future__ import annotations

import numpy as np

from groundct.core.contracts import Answer, Candidate
from groundct.core.report import Finding
from groundct.core.volume import BoolArray
from groundct.grounding._hu_text.field import Field
from groundct.grounding._hu_text.hessian import eigenvalues
from groundct.grounding._hu_text.scene import Scene, scene_of
from groundct.grounding._space.crops import FloatArray, smooth
from groundct.imaging.components import components
from groundct.imaging.distances import dilate_mm, distance_mm, open_mm

_GRID_MM = 1.2
_SIGMA_MM = 0.9
_BORDER_MM = 3.5
_BRIGHT_OVER_LUNG_HU = 90.0
_RESPONSE_HU = 60.0
_VESSEL_OVER_LUNG_HU, _VESSEL_RADIUS_MM, _VESSEL_RIM_MM = 500.0, 2.6, 4.0
_AROUND_MM = 6.0
_CORE_SHARE, _CORE_RATIO = 0.18, 3.0
_EDGE_SHARE, _EDGE_RATIO = 0.12, 2.0
_LEAST_CORE_ML = 2.2
_FULL_CORE_ML = 12.0
_SEPTUM_OVER_LUNG_HU = 150.0


def septa(field: Field, finding: Finding) -> Answer:
    """One candidate that holds the thick septa of all nets of sheets in the place."""
    del finding
    scene = scene_of(field, _GRID_MM)
    searched = _searched(scene)
    share, ratio = _sheets_around(scene, searched)
    core = searched & (share > _CORE_SHARE) & (ratio > _CORE_RATIO)
    core_ml = float(np.count_nonzero(core)) * scene.voxel_ml
    if core_ml < _LEAST_CORE_ML:
        return Answer((), "no net of thick septa is seen there")
    wide = scene.inside & (share > _EDGE_SHARE) & (ratio > _EDGE_RATIO)
    labels, sizes = components(wide | core, 6)
    kept = np.zeros(len(sizes), dtype=np.bool_)
    kept[np.unique(labels[core])] = True
    kept[0] = False
    net = kept[labels] & scene.inside & (scene.hu > scene.level_hu + _SEPTUM_OVER_LUNG_HU)
    region = scene.region(net)
    if region.count == 0:
        return Answer((), "no septum can be drawn at this resolution")
    confidence = 0.15 + 0.7 * min(1.0, core_ml / _FULL_CORE_ML)
    return Answer((Candidate(region, round(confidence, 4)),))


def _searched(scene: Scene) -> BoolArray:
    """The place without the lung's border and without thick vessels and what is next to them."""
    deep = distance_mm(scene.lung, scene.spacing_mm) > _BORDER_MM
    dense = scene.lung & (scene.hu > scene.level_hu + _VESSEL_OVER_LUNG_HU)
    radius = max(_VESSEL_RADIUS_MM, 1.6 * scene.in_plane_mm, 1.05 * max(scene.spacing_mm))
    thick = open_mm(dense, radius, scene.spacing_mm)
    return np.asarray(scene.inside & deep & ~dilate_mm(thick, _VESSEL_RIM_MM, scene.spacing_mm))


def _sheets_around(scene: Scene, searched: BoolArray) -> tuple[FloatArray, FloatArray]:
    """The share of sheets around each voxel, and how many sheets there are for a tube."""
    where = searched & (scene.hu > scene.level_hu + _BRIGHT_OVER_LUNG_HU)
    sigma = max(_SIGMA_MM, 0.6 * scene.in_plane_mm)
    values = eigenvalues(scene.flat, where, sigma, scene.spacing_mm)
    low, middle, high = values[:, 0], values[:, 1], values[:, 2]
    sheet = -low - np.abs(middle) > _RESPONSE_HU
    tube = (middle < 0) & (-middle - np.abs(high) > _RESPONSE_HU)
    weight = np.maximum(smooth(searched.astype(np.float32), _AROUND_MM, scene.spacing_mm), 0.15)
    shares = []
    for kind in (sheet, tube):
        full = np.zeros(where.shape, dtype=np.float32, order="F")
        full[where] = kind
        shares.append(smooth(full, _AROUND_MM, scene.spacing_mm) / weight)
    return np.asarray(shares[0]), np.asarray(shares[0] / (shares[1] + np.float32(0.02)))
