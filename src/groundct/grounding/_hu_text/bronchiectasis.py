"""Bronchiectasis: open bronchi wider than healthy ones are away from the hilum.

Healthy lumina beyond the segmental bronchi are under about 4 mm (Montaudon et al., J Anat
2007;211:579), while dilated ones stay wide towards the pleura (Fleischner Society's glossary,
Radiology 2008;246:697). Width is judged without the artery beside it, which scans of usual slice
thickness often do not show apart.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from groundct.core.contracts import Answer, Candidate
from groundct.core.report import Finding
from groundct.grounding._hu_text.field import Field
from groundct.grounding._hu_text.lumens import (
    LOBAR_BRONCHI,
    Pieces,
    open_bronchi,
    pieces_of,
    volumes_ml,
)
from groundct.grounding._hu_text.scene import Scene, scene_of
from groundct.imaging.distances import distance_mm

_GRID_MM = 1.2
_WIDE_MM, _WIDE_VOXELS = 4.0, 0.5
"""Half a voxel more than the width is asked for: coarse voxels round it up."""
_SEGMENTAL_MM, _SEGMENTAL_FROM_MM, _SEGMENTAL_TO_MM = 3.0, 6.0, 26.0
"""Next to a lobar bronchus so much more is healthy, and less with the way from it."""
_LEAST_CLOSED = 0.7
_ALSO_MM, _ALSO_CLOSED = 2.8, 0.55
"""What goes with wide bronchi where there are some: their narrower and less clear stretches."""
_DARK_OVER_LUNG_HU = 10.0
_AIR_UNDER_LUNG_HU, _AIR_HU, _LEAST_AIR = 30.0, (-960.0, -900.0), 0.15
"""A lumen holds air, darker than lung: lung that a dome of the diaphragm encloses does not."""
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
    wide = (width_mm >= _least_mm(pieces, scene)) & (pieces.closed >= _LEAST_CLOSED) & dark
    wide &= _air_share(pieces, scene) >= _LEAST_AIR
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


def _air_share(pieces: Pieces, scene: Scene) -> NDArray[np.float64]:
    """The share of each stretch's lumen that is clearly darker than lung."""
    known = pieces.number >= 0
    own = pieces.number[known]
    air = scene.hu[known] < np.clip(scene.level_hu - _AIR_UNDER_LUNG_HU, *_AIR_HU)
    count = len(pieces.wall_mm)
    many = np.maximum(1, np.bincount(own, minlength=count))
    return np.asarray(np.bincount(own, air, minlength=count) / many)


def _least_mm(pieces: Pieces, scene: Scene) -> NDArray[np.float64]:
    """The width from which each stretch is wide, by its nearest way to a lobar bronchus."""
    least = np.full(len(pieces.wall_mm), _WIDE_MM + _WIDE_VOXELS * scene.in_plane_mm)
    lobar = scene.organ(*LOBAR_BRONCHI)
    if lobar.any():
        known = pieces.number >= 0
        way_mm = np.full(len(least), np.inf)
        np.minimum.at(way_mm, pieces.number[known], distance_mm(~lobar, scene.spacing_mm)[known])
        on = (_SEGMENTAL_TO_MM - way_mm) / (_SEGMENTAL_TO_MM - _SEGMENTAL_FROM_MM)
        least += _SEGMENTAL_MM * np.clip(on, 0.0, 1.0)
    return least
