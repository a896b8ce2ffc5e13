"""Bronchial wall thickening: rings around open bronchi that are thicker than healthy walls.

Walls of healthy segmental and subsegmental bronchi measure about 0.8 to 1.5 mm (Montaudon et al.,
J Anat 2007;211:579); thickening is judged by the wall itself, not by the lumen.
"""

from __future__ import annotations

import numpy as np

from groundct.core.contracts import Answer, Candidate
from groundct.core.report import Finding
from groundct.grounding._hu_text.field import Field
from groundct.grounding._hu_text.lumens import open_bronchi, pieces_of, volumes_ml
from groundct.grounding._hu_text.scene import scene_of

_GRID_MM = 1.2
_THICK_MM = 2.4
_THICKEST_MM = 6.0
_LEAST_CLOSED = 0.8
_LEAST_ML, _LEAST_SHARE = 0.45, 0.3
_FULL_SHARE = 0.8
_WALL_OVER_LUNG = 0.4
_SOFT_HU = 0.0


def bronchial_walls(field: Field, finding: Finding) -> Answer:
    """One candidate that holds all thick walls, without lumina; none when walls are thin."""
    del finding  # a wall's size is below what a scan of usual thickness measures one by one
    scene = scene_of(field, _GRID_MM)
    lumina = open_bronchi(scene)
    pieces = pieces_of(lumina, scene)
    volume_ml = volumes_ml(pieces, scene)
    closed = pieces.closed >= _LEAST_CLOSED
    thick = closed & (pieces.wall_mm >= _THICK_MM) & (pieces.wall_mm < _THICKEST_MM)
    seen_ml, thick_ml = float(volume_ml[closed].sum()), float(volume_ml[thick].sum())
    if seen_ml < _LEAST_ML:
        return Answer((), "too few open bronchi are seen there to judge their walls")
    share = thick_ml / seen_ml
    if thick_ml < _LEAST_ML or share < _LEAST_SHARE:
        return Answer((), "the walls of the bronchi that are seen there are not thick")
    limit = np.append(np.where(thick, pieces.wall_mm + 0.5 * scene.in_plane_mm, -np.inf), -np.inf)
    border_hu = scene.level_hu + _WALL_OVER_LUNG * (_SOFT_HU - scene.level_hu)
    wall = (pieces.away_mm <= limit[pieces.nearest]) & (scene.hu > border_hu) & scene.inside
    region = scene.region(wall & ~lumina)
    if region.count == 0:
        return Answer((), "no wall can be drawn at this resolution")
    confidence = 0.2 + 0.7 * min(1.0, share / _FULL_SHARE)
    return Answer((Candidate(region, round(confidence, 4)),))
