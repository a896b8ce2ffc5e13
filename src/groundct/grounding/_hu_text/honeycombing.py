"""Honeycombing: packed cysts with shared walls under the pleura, little usual lung between them.

The texture is judged by first-order features in a window of about 1 cm, as quantitative CT of lung
fibrosis does (Zavaletta et al., Acad Radiol 2007;14:772): much denser than lung on average, wide
spread of densities, neither lung nor soft tissue through and through. The Fleischner Society's
glossary (Radiology 2008;246:697) asks for a place under the pleura.
"""

from __future__ import annotations

import numpy as np

from groundct.core.contracts import Answer, Candidate
from groundct.core.report import Finding
from groundct.core.volume import BoolArray
from groundct.grounding._hu_text.field import Field
from groundct.grounding._hu_text.scene import Scene, scene_of
from groundct.grounding._space.crops import FloatArray, smooth
from groundct.imaging.components import components
from groundct.imaging.distances import dilate_mm, distance_mm, open_mm

_GRID_MM = 1.2
_BORDER_MM = 2.0
_WINDOW_MM = 4.0
_MEAN_OVER_LUNG_HU = 280.0
_SPREAD_HU = 170.0
_SOLID_HU, _MOST_SOLID = -130.0, 0.35
_LUNG_HU, _MOST_LUNG = 100.0, 0.33
_LEAST_RADIUS_MM, _CORE_RADIUS_MM = 3.0, 5.0
_LEAST_CORE_ML = 2.0
_FULL_ML = 15.0
_DEEPEST_MM = 18.0
_EDGE_MM = 4.0
_EDGE_OVER_LUNG_HU = 150.0
_MOST_CANDIDATES = 6


def honeycombing(field: Field, finding: Finding) -> Answer:
    """Candidates for patches of honeycombing, best first; each holds cysts and walls."""
    del finding
    scene = scene_of(field, _GRID_MM)
    deep_mm = distance_mm(scene.lung, scene.spacing_mm)
    searched = scene.inside & (deep_mm > max(_BORDER_MM, scene.in_plane_mm))
    mean, spread, solid, lung = _texture(scene, searched)
    dense = searched & (mean > scene.level_hu + _MEAN_OVER_LUNG_HU) & (spread > _SPREAD_HU)
    patches = open_mm(dense & (solid < _MOST_SOLID), _LEAST_RADIUS_MM, scene.spacing_mm)
    labels, sizes = components(patches, 6)
    out = []
    for label in range(1, min(len(sizes), _MOST_CANDIDATES + 1)):
        own = labels == label
        core_ml = np.count_nonzero(open_mm(own, _CORE_RADIUS_MM, scene.spacing_mm))
        core_ml = float(core_ml * scene.voxel_ml)
        if core_ml < _LEAST_CORE_ML:
            continue
        if float(np.median(deep_mm[own])) > _DEEPEST_MM or float(lung[own].mean()) > _MOST_LUNG:
            continue
        region = scene.region(_drawn(own, mean, scene))
        if region.count:
            confidence = 0.3 + 0.6 * min(1.0, core_ml / _FULL_ML)
            out.append(Candidate(region, round(confidence, 4)))
    out.sort(key=lambda c: -c.confidence)
    return Answer(tuple(out), "no packed cysts are seen there under the pleura")


def _texture(
    scene: Scene, searched: BoolArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Around each voxel: mean and spread in HU, share of soft tissue, share of usual lung."""
    hu = np.clip(scene.hu, -1000, 100)
    weight = np.maximum(_around(searched.astype(np.float32), scene), 0.2)
    mean = _around(np.where(searched, hu, 0), scene) / weight
    square = _around(np.where(searched, hu * hu, 0), scene) / weight
    solid = _around((searched & (hu > _SOLID_HU)).astype(np.float32), scene) / weight
    usual = searched & (hu < scene.level_hu + _LUNG_HU)
    lung = _around(usual.astype(np.float32), scene) / weight
    return mean, np.sqrt(np.maximum(square - mean * mean, 0)), solid, lung


def _around(values: FloatArray, scene: Scene) -> FloatArray:
    return smooth(values, _WINDOW_MM, scene.spacing_mm)


def _drawn(own: BoolArray, mean: FloatArray, scene: Scene) -> BoolArray:
    """A patch out to where its window's mean is lung's again, and to the pleura."""
    near = dilate_mm(own, _EDGE_MM, scene.spacing_mm) & scene.inside
    deep = distance_mm(scene.lung, scene.spacing_mm) > max(_BORDER_MM, scene.in_plane_mm)
    return np.asarray(own | (near & ((mean > scene.level_hu + _EDGE_OVER_LUNG_HU) | ~deep)))
