"""Bronchiectasis: open bronchi wider than healthy ones are away from the hilum.

Healthy lumina beyond the segmental bronchi are under about 4 mm (Montaudon et al., J Anat
2007;211:579), while dilated ones stay wide towards the pleura (Fleischner Society's glossary,
Radiology 2008;246:697). Width is judged without the artery beside it, which scans of usual slice
thickness often do not show apart.
"""

from __future__ import annotations

import numpy as np

from groundct.core.contracts import Answer, Candidate
from groundct.core.report import Finding
from groundct.grounding._hu_text.field import Field
from groundct.grounding._hu_text.lumens import open_bronchi, pieces_of, volumes_ml
from groundct.grounding._hu_text.scene import scene_of

_GRID_MM = 1.2
_WIDE_MM = 4.0
_LEAST_CLOSED = 0.7
_ALSO_MM, _ALSO_CLOSED = 2.8, 0.55
"""What goes with wide bronchi where there are some: their narrower and less clear stretches."""
_DARK_OVER_LUNG_HU = 10.0
_LEAST_ML = 0.5
_FULL_ML = 6.0
_WALL_MM = 1.3
_WALL_OVER_LUNG_HU = 150.0


def bronchiectasis(field: Field, finding: Finding) -> Answer:
    """One candidate that holds lumina and walls of all wide bronchi; none when none is wide."""
    del finding
    scene = scene_of(field, _GRID_MM)
    lumina = open_bronchi(scene)
    pieces = pieces_of(lumina, scene)
    volume_ml = volumes_ml(pieces, scene)
    width_mm = pieces.lumen_mm - scene.in_plane_mm
    dark = pieces.lumen_hu < scene.level_hu + _DARK_OVER_LUNG_HU
    wide = (width_mm >= _WIDE_MM) & (pieces.closed >= _LEAST_CLOSED) & dark
    wide_ml = float(volume_ml[wide].sum())
    if wide_ml < _LEAST_ML:
        return Answer((), "no bronchus that is seen there is wide")
    along = (width_mm >= _ALSO_MM) & (pieces.closed >= _ALSO_CLOSED)
    chosen = np.append(wide | along, False)
    near = pieces.away_mm <= _WALL_MM + 0.5 * scene.in_plane_mm
    wall = near & chosen[pieces.nearest] & (scene.hu > scene.level_hu + _WALL_OVER_LUNG_HU)
    region = scene.region((chosen[pieces.number] | wall) & scene.inside)
    if region.count == 0:
        return Answer((), "no bronchus can be drawn at this resolution")
    confidence = 0.3 + 0.6 * min(1.0, wide_ml / _FULL_ML)
    return Answer((Candidate(region, round(confidence, 4)),))
