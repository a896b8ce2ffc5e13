"""Honeycombing: packed cysts with shared walls under the pleura, little usual lung between them.

The texture is judged by first-order features in a window of about 1 cm, as quantitative CT of lung
fibrosis does (Zavaletta et al., Acad Radiol 2007;14:772): much denser than lung on average, wide
spread of densities, neither lung nor soft tissue through and through. The Fleischner Society's
glossary (Radiology 2008;246:697) asks for a place under the pleura.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
_PACKED_OVER_LUNG_HU, _WALLS_OVER_LUNG_HU = 220.0, 280.0
"""Least means of patches: where closed cysts or hardly any lung are seen, and elsewhere."""
_MOST_DARK, _MOST_LUNG = 0.13, 0.33
_LEAST_ML = 5.0
_SPREAD_HU = 170.0
_SOLID_HU, _MOST_SOLID = -130.0, 0.35
_LUNG_HU = 100.0
_CYST_OVER_LUNG_HU, _LARGEST_CYST_ML, _LEAST_CLOSED = 130.0, 1.0, 0.15
_LEAST_RADIUS_MM, _CORE_RADIUS_MM = 3.0, 5.0
_LEAST_CORE_ML = 2.0
_FULL_ML = 15.0
_DEEPEST_MM = 18.0
_EDGE_MM = 4.0
_EDGE_OVER_LUNG_HU = 150.0
_MOST_CANDIDATES = 6


@dataclass(frozen=True, eq=False)
class _Texture:
    """Around each voxel: mean and spread in HU, shares of soft tissue and of usual lung."""

    mean: FloatArray
    spread: FloatArray
    solid: FloatArray
    lung: FloatArray


def honeycombing(field: Field, finding: Finding) -> Answer:
    """Candidates for patches of honeycombing, best first; each holds cysts and walls."""
    del finding
    scene = scene_of(field, _GRID_MM)
    deep_mm = distance_mm(scene.lung, scene.spacing_mm)
    searched = scene.inside & (deep_mm > max(_BORDER_MM, scene.in_plane_mm))
    texture = _texture(scene, searched)
    labels, sizes = components(_patches(scene, searched, texture, deep_mm), 6)
    out = []
    for label in range(1, len(sizes)):
        own = labels == label
        region = scene.region(_drawn(own, searched, texture, scene))
        if region.count:
            confidence = 0.3 + 0.6 * min(1.0, float(sizes[label]) * scene.voxel_ml / _FULL_ML)
            out.append(Candidate(region, round(confidence, 4)))
    out.sort(key=lambda c: -c.confidence)
    return Answer(tuple(out), "no packed cysts are seen there under the pleura")


def _patches(
    scene: Scene, searched: BoolArray, texture: _Texture, deep_mm: FloatArray
) -> BoolArray:
    """Patches under the pleura with the texture, and with closed cysts or little usual lung."""
    mixed = searched & (texture.spread > _SPREAD_HU) & (texture.solid < _MOST_SOLID)
    cysts = _closed_cysts(scene)
    dark = searched & (scene.hu < scene.level_hu + _LUNG_HU)
    out = np.zeros(mixed.shape, dtype=np.bool_, order="F")
    for least_hu in (_PACKED_OVER_LUNG_HU, _WALLS_OVER_LUNG_HU):
        dense = mixed & (texture.mean > scene.level_hu + least_hu)
        labels, sizes = components(open_mm(dense, _LEAST_RADIUS_MM, scene.spacing_mm), 6)
        for label in range(1, min(len(sizes), _MOST_CANDIDATES + 1)):
            own = labels == label
            if float(np.median(deep_mm[own])) > _DEEPEST_MM:
                continue
            closed = int(np.count_nonzero(cysts & own)) / max(1, int(np.count_nonzero(dark & own)))
            packed = closed > _LEAST_CLOSED or float(dark[own].mean()) < _MOST_DARK
            walled = least_hu == _WALLS_OVER_LUNG_HU and _is_walled(own, texture, scene)
            if walled or (packed and sizes[label] * scene.voxel_ml >= _LEAST_ML):
                out |= own
    return out


def _is_walled(own: BoolArray, texture: _Texture, scene: Scene) -> bool:
    """Whether a dense patch has a thick core and little usual lung in it."""
    core = open_mm(own, _CORE_RADIUS_MM, scene.spacing_mm)
    thick = int(np.count_nonzero(core)) * scene.voxel_ml >= _LEAST_CORE_ML
    return thick and float(texture.lung[own].mean()) < _MOST_LUNG


def _closed_cysts(scene: Scene) -> BoolArray:
    """Dark voxels with a wall all around: between vessels all dark voxels hang together."""
    dark = scene.lung & (scene.hu < scene.level_hu + _CYST_OVER_LUNG_HU)
    labels, sizes = components(dark, 6)
    small = sizes * scene.voxel_ml < _LARGEST_CYST_ML
    small[0] = False
    return np.asarray(small[labels])


def _texture(scene: Scene, searched: BoolArray) -> _Texture:
    hu = np.clip(scene.hu, -1000, 100)
    weight = np.maximum(_around(searched, scene), np.float32(0.2))
    mean = _around(np.where(searched, hu, 0), scene) / weight
    square = _around(np.where(searched, hu * hu, 0), scene) / weight
    spread = np.sqrt(np.maximum(square - mean * mean, np.float32(0)))
    solid = _around(searched & (hu > _SOLID_HU), scene) / weight
    lung = _around(searched & (hu < scene.level_hu + _LUNG_HU), scene) / weight
    return _Texture(*(np.asarray(a, dtype=np.float32) for a in (mean, spread, solid, lung)))


def _around(values: NDArray[np.generic], scene: Scene) -> FloatArray:
    return smooth(values.astype(np.float32), _WINDOW_MM, scene.spacing_mm)


def _drawn(own: BoolArray, searched: BoolArray, texture: _Texture, scene: Scene) -> BoolArray:
    """A patch out to where its window's mean is lung's again, and to the pleura."""
    near = dilate_mm(own, _EDGE_MM, scene.spacing_mm) & scene.inside
    dense = texture.mean > scene.level_hu + _EDGE_OVER_LUNG_HU
    return np.asarray(own | (near & (dense | ~searched)))
