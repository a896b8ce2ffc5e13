"""Pockets of air in the lung: air cysts, bullae and cavities, each with its wall.

Air darker than the lung around it, closed on all sides, at least as wide as the place's bronchi
are not; a ball-like core is asked for, since airways and emphysema's holes are long or small. The
wall is what is denser than lung next to the air: up to 4 mm in cysts and bullae (Fleischner
Society's glossary, Radiology 2008;246:697), thicker in cavities.
"""

from __future__ import annotations

import numpy as np

from groundct.core.contracts import Answer, Candidate
from groundct.core.report import Finding
from groundct.core.volume import BoolArray
from groundct.grounding._hu_text.field import Field
from groundct.grounding._hu_text.form import filled_mm
from groundct.grounding._hu_text.lumens import LOBAR_BRONCHI
from groundct.grounding._hu_text.scene import Scene, scene_of
from groundct.grounding._hu_text.stated import size_fit, stated_diameter_mm
from groundct.grounding._space.crops import smooth
from groundct.imaging.components import components
from groundct.imaging.distances import dilate_mm, distance_mm, open_mm
from groundct.imaging.shape import longest_axial_diameter_mm

_GRID_MM = 1.2
_SMOOTH_MM = 0.7
_AIR_HU = -930.0
_UNDER_LUNG_HU = 45.0
_LEAST_RADIUS_MM = 2.0
_LEAST_CORE_MM = 2.6
_MOST_LONG = 2.6
_EDGE_HEIGHT = 0.6
_WALL_MM, _CAVITY_WALL_MM = 2.0, 12.0
_WALL_OVER_LUNG_HU = 120.0
_RING_MM = 3.0
_LEAST_CONTRAST_HU, _CLEAR_CONTRAST_HU = 55.0, 120.0
_LEAST_CLOSED = 0.6
_LEAST_BALL = 0.6
"""The deepest place of the air, as a part of the radius of a ball of its volume."""
_AIRWAY_MM = 4.0
_LOBAR_MM = 12.0
"""What comes that near to a lobar bronchus is where segments leave it, unless it is a cavity."""
_MOST_CANDIDATES = 6
_SIZE_MM = 8.0


def air_pockets(field: Field, finding: Finding) -> Answer:
    """Candidates for an air cyst, bulla or cavity, best first: the air and its wall."""
    scene = scene_of(field, _GRID_MM)
    cavity = finding.type == "cavity" or "cavitary" in finding.modifiers
    stated = stated_diameter_mm(finding)
    level = smooth(scene.hu, _SMOOTH_MM, scene.spacing_mm)
    airways = dilate_mm(scene.organ("trachea", "bronchie", "airway"), _AIRWAY_MM, scene.spacing_mm)
    air = scene.inside & (level < min(_AIR_HU, scene.level_hu - _UNDER_LUNG_HU)) & ~airways
    lobar = dilate_mm(scene.organ(*LOBAR_BRONCHI), _LOBAR_MM, scene.spacing_mm)
    cores = open_mm(air, max(_LEAST_RADIUS_MM, scene.in_plane_mm), scene.spacing_mm)
    labels, sizes = components(cores, 6)
    largest = np.argsort(-sizes[1:], kind="stable")[: 4 * _MOST_CANDIDATES] + 1
    bronchi = set() if cavity else set(np.unique(labels[lobar]).tolist())
    others = [label for label in largest if label not in bronchi]
    found = [c for label in others if (c := _pocket(labels == label, scene, cavity))]
    out = []
    for region_mask, sure in found:
        region = scene.region(region_mask)
        if region.count == 0:
            continue
        diameter = longest_axial_diameter_mm(region, field.geometry)
        fit = 1.0 if stated is None else 0.2 + 0.8 * size_fit(diameter, stated)
        size = 1.0 - float(np.exp(-diameter / _SIZE_MM))
        out.append(Candidate(region, round(sure * size * fit, 4)))
    out.sort(key=lambda c: -c.confidence)
    kept = tuple(c for c in out if c.confidence >= 0.1)[:_MOST_CANDIDATES]
    return Answer(kept, "no closed pocket of air is seen there")


def _pocket(core: BoolArray, scene: Scene, cavity: bool) -> tuple[BoolArray, float] | None:
    """The pocket around a core with its wall, and how surely it is one; None when it is none."""
    depth = distance_mm(core, scene.spacing_mm)
    radius = float(depth.max())
    if radius < _LEAST_CORE_MM:
        return None
    long, _, short = filled_mm(core, scene.spacing_mm)
    if long / short > _MOST_LONG:
        return None
    inner_hu = float(np.median(scene.hu[core]))
    edge_hu = inner_hu + _EDGE_HEIGHT * (scene.level_hu - inner_hu)
    near = dilate_mm(core, 0.35 * radius + 2 * scene.in_plane_mm, scene.spacing_mm)
    air = core | (near & scene.inside & (scene.hu < edge_hu))
    ball_mm = (np.count_nonzero(air) * scene.voxel_ml * 1000 * 3 / (4 * np.pi)) ** (1 / 3)
    if float(distance_mm(air, scene.spacing_mm).max()) < _LEAST_BALL * ball_mm:
        return None
    ring = dilate_mm(air, _RING_MM, scene.spacing_mm) & ~air
    around = scene.hu[ring & scene.lung]
    if around.size == 0:
        return None
    contrast = float(np.median(around)) - inner_hu
    closed = float(np.mean(around > edge_hu))
    if contrast < _LEAST_CONTRAST_HU or closed < _LEAST_CLOSED:
        return None
    reach = _CAVITY_WALL_MM if cavity else _WALL_MM + 0.5 * scene.in_plane_mm
    dense = scene.inside & (scene.hu > scene.level_hu + _WALL_OVER_LUNG_HU)
    wall = dilate_mm(air, reach, scene.spacing_mm) & dense
    thick = float(np.mean(dense[ring])) if ring.any() else 0.0
    sure = (0.3 + 0.7 * closed) * min(1.0, contrast / _CLEAR_CONTRAST_HU)
    if cavity:
        sure *= min(1.0, 0.2 + 1.2 * thick)
    return air | wall, min(1.0, sure)
