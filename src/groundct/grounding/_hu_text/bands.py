"""Linear opacities: bands of subsegmental atelectasis, scars and fibrotic strands.

A band is one flat bright sheet (Hessian: Sato et al., IEEE Trans Vis Comput Graph 2000;6:160) of
some millimetres, a few times wider than thick, as dense as soft tissue (a fissure is not) and as a
rule reaching the pleura (Westcott and Cole, Radiology 1985;155:1; vessels do not at that width).
Its form is told by the principal axes of its voxels.
"""

from __future__ import annotations

import cc3d
import numpy as np

from groundct.core.contracts import Answer, Candidate
from groundct.core.report import Finding
from groundct.core.volume import BoolArray, RegionMask
from groundct.grounding._hu_text.field import Field
from groundct.grounding._hu_text.form import principal_mm
from groundct.grounding._hu_text.hessian import eigenvalues
from groundct.grounding._hu_text.lumens import LOBAR_BRONCHI
from groundct.grounding._hu_text.scene import Scene, scene_of
from groundct.grounding._hu_text.stated import size_fit, stated_diameter_mm
from groundct.grounding._space.crops import FloatArray
from groundct.imaging.components import Crop, components
from groundct.imaging.distances import dilate_mm, distance_mm, open_mm
from groundct.imaging.shape import longest_axial_diameter_mm

_GRID_MM = 1.2
_SIGMA_MM = 1.1
_OVER_LUNG_HU, _RESPONSE_HU = 220.0, 110.0
_LEAST_ML = 0.06
_MOST_LOOKED_AT = 150
_LONG_MM, _LONGEST_MM = (9.0, 80.0), 60.0
_WIDE_MM, _FLAT, _THICKEST_MM = 5.5, 2.2, 4.5
_LEAST_FILLED = 0.45
"""Of the slab with its moments: branches that lie in one plane leave most of it empty."""
_RIM_MM, _AT_PLEURA_MM = 2.0, 5.0
_DENSE_OVER_LUNG_HU, _DENSE_RADIUS_MM = 600.0, 3.2
_BESIDE_MM, _MOST_BESIDE = 3.0, 0.35
"""Sheets on thick soft tissue, such as a dome of the diaphragm, are its border."""
_KNOWN = (
    *LOBAR_BRONCHI,
    *("trachea", "bronchie", "left hilum", "right hilum", "pulmonary trunk", "pulmonary artery"),
    *("heart", "aorta", "aortic arch", "descending aorta", "esophagus", "superior vena cava"),
)
_KNOWN_RIM_MM = 4.0
"""Walls of central bronchi and stumps of veins are flat, too."""
_FREE = 0.6
"""How much less sure a band is that does not reach the pleura."""
_FAINT_OVER_HU, _CLEAR_OVER_HU = 350.0, 750.0
_FULL_MM = 10.0
_BORDER_HEIGHT = 0.45
_LEAST_CONFIDENCE = 0.4
_MOST_CANDIDATES = 6
_RING_MM = (1.5, 3.5)
_BOX = 12**0.5
"""The side of a box, as a part of the standard deviation along it."""


def bands(field: Field, finding: Finding) -> Answer:
    """Candidates for linear opacities, best first."""
    scene = scene_of(field, _GRID_MM)
    deep_mm = distance_mm(scene.lung, scene.spacing_mm)
    dense = scene.lung & (scene.hu > scene.level_hu + _DENSE_OVER_LUNG_HU)
    thick = open_mm(dense, max(_DENSE_RADIUS_MM, 1.6 * scene.in_plane_mm), scene.spacing_mm)
    beside = dilate_mm(thick, _BESIDE_MM, scene.spacing_mm)
    beside |= dilate_mm(scene.organ(*_KNOWN), _KNOWN_RIM_MM, scene.spacing_mm)
    labels, sizes = components(_sheets(scene, deep_mm), 26)
    boxes = cc3d.statistics(labels)["bounding_boxes"]
    stated = stated_diameter_mm(finding)
    out = []
    for label in range(1, min(len(sizes), _MOST_LOOKED_AT + 1)):
        if sizes[label] * scene.voxel_ml < _LEAST_ML:
            break
        crop = _widened(boxes[label], scene)
        own = labels[crop] == label
        wide_mm, sure = _form(own, scene)
        if sure == 0 or float(beside[crop][own].mean()) > _MOST_BESIDE:
            continue
        over_hu = float(np.median(scene.hu[crop][own])) - scene.level_hu
        sure *= _surroundings(own, crop, deep_mm, over_hu, scene) * min(1.0, wide_mm / _FULL_MM)
        region = _region(own, crop, over_hu, scene)
        if region.count == 0:
            continue
        if stated is not None:
            sure *= 0.3 + 0.7 * size_fit(longest_axial_diameter_mm(region, field.geometry), stated)
        if sure >= _LEAST_CONFIDENCE:
            out.append(Candidate(region, round(sure, 4)))
    out.sort(key=lambda c: -c.confidence)
    return Answer(tuple(out[:_MOST_CANDIDATES]), "no band that is no vessel is seen there")


def _widened(box: Crop, scene: Scene) -> Crop:
    margin = int(np.ceil(_RING_MM[1] / min(scene.spacing_mm))) + 1
    i, j, k = (
        slice(max(0, int(p.start) - margin), min(n, int(p.stop) + margin))
        for p, n in zip(box, scene.hu.shape, strict=True)
    )
    return i, j, k


def _sheets(scene: Scene, deep_mm: FloatArray) -> BoolArray:
    where = scene.inside & (scene.hu > scene.level_hu + _OVER_LUNG_HU)
    where &= deep_mm > 0.9 * scene.in_plane_mm
    sigma = max(_SIGMA_MM, 0.6 * scene.in_plane_mm)
    values = eigenvalues(scene.flat, where, sigma, scene.spacing_mm)
    out = np.zeros(where.shape, dtype=np.bool_, order="F")
    out[where] = -values[:, 0] - np.abs(values[:, 1]) > _RESPONSE_HU
    return out


def _form(own: BoolArray, scene: Scene) -> tuple[float, float]:
    """A component's width in mm, and how surely it has a band's form (0: it has not)."""
    steps = np.array(scene.spacing_mm)
    sds = principal_mm(own, scene.spacing_mm)
    long, wide, thick = (_BOX * sd for sd in sds)
    flat = wide / max(thick, 0.8 * float(steps.min()))
    slab_mm3 = long * wide * max(thick, float(steps.min()))
    filled = int(np.count_nonzero(own)) * scene.voxel_ml * 1000 / max(slab_mm3, 1e-6)
    right = _LONG_MM[0] <= long <= _LONG_MM[1] and wide >= _WIDE_MM and flat >= _FLAT
    if not right or thick > _THICKEST_MM or filled < _LEAST_FILLED:
        return wide, 0.0
    return wide, min(1.0, _LONGEST_MM / long)


def _surroundings(
    own: BoolArray, crop: Crop, deep_mm: FloatArray, over_hu: float, scene: Scene
) -> float:
    """How well contrast, aerated lung around and depth fit a band's, 0..1."""
    depth, spacing = deep_mm[crop][own], scene.spacing_mm
    if float(np.median(depth)) <= max(_RIM_MM, 1.02 * max(spacing)):
        return 0.0
    ring = dilate_mm(own, _RING_MM[1], spacing) & ~dilate_mm(own, _RING_MM[0], spacing)
    around = scene.hu[crop][ring & scene.lung[crop]]
    aerated = float(np.mean(around < scene.level_hu + _OVER_LUNG_HU)) if around.size else 0.0
    at_pleura = float(depth.min()) <= max(_AT_PLEURA_MM, 2 * scene.in_plane_mm)
    contrast = (over_hu - _FAINT_OVER_HU) / (_CLEAR_OVER_HU - _FAINT_OVER_HU)
    return float(np.clip(contrast, 0, 1)) * aerated * (1.0 if at_pleura else _FREE)


def _region(own: BoolArray, crop: Crop, over_hu: float, scene: Scene) -> RegionMask:
    near = dilate_mm(own, 1.05 * scene.in_plane_mm, scene.spacing_mm) & scene.inside[crop]
    full = np.zeros(scene.hu.shape, dtype=np.bool_, order="F")
    full[crop] = own | (near & (scene.hu[crop] > scene.level_hu + _BORDER_HEIGHT * over_hu))
    return scene.region(full)
