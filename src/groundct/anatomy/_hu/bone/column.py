"""The spine as a row of vertebrae with their ribs and, where they can be known, their numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from groundct.anatomy._hu.bone.levels import BODY_MIDDLE_MM, Levels, find_levels
from groundct.anatomy._hu.bone.numbering import Numbering, RibOf, join_ribs, number
from groundct.anatomy._hu.bone.rib_tracks import RibTrack
from groundct.anatomy._hu.bone.spine import Spine
from groundct.anatomy._hu.bone.spine_curve import SpineCurve, straightened
from groundct.anatomy._hu.bone.vertebrae import Vertebrae, part_vertebrae
from groundct.anatomy._hu.grid import Working

CLEAR_MERIT = 0.42
"""Mean merit of the vertebrae (`Levels`) from which on they can be told apart."""
FEWEST = 4
COARSEST_MM, SHORTEST_MM = 5.0, 100.0


@dataclass(frozen=True, eq=False)
class Column:
    """``vertebrae`` and ``ribs`` count from below, as `Levels` does."""

    levels: Levels
    vertebrae: Vertebrae
    ribs: RibOf
    numbering: Numbering | None


@dataclass(frozen=True)
class Landmarks:
    """Slices of the carina and of the lungs' highest point; None for one out of view."""

    carina_k: int | None
    apex_k: int | None


def find_column(
    grid: Working, spine: Spine, curve: SpineCurve, tracks: list[RibTrack], landmarks: Landmarks
) -> Column | str:
    """The vertebrae one by one, or why they cannot be told apart."""
    if grid.spacing_mm[2] > COARSEST_MM:
        return "the slices are too thick to tell vertebrae apart"
    if len(curve.points_mm) < SHORTEST_MM:
        return "too short a piece of the spine is in view to tell vertebrae apart"
    straight = straightened(grid, curve)
    levels = find_levels(straight)
    if levels is None or levels.merit.size < FEWEST or levels.merit.mean() < CLEAR_MERIT:
        return "discs and pedicles do not show clearly enough to tell vertebrae apart"
    ribs = join_ribs(levels, tracks)
    length = float(len(curve.points_mm))
    places = [_height(grid, curve, k) for k in (landmarks.carina_k, landmarks.apex_k)]
    numbering = number(levels, ribs, length, places[0], places[1])
    return Column(levels, part_vertebrae(grid, spine, curve, levels, straight), ribs, numbering)


def _height(grid: Working, curve: SpineCurve, k: int | None) -> float | None:
    """Where an axial slice meets the vertebral bodies, along the canal."""
    if k is None:
        return None
    bodies = curve.points_mm + BODY_MIDDLE_MM * curve.front
    return float(np.abs(bodies[:, 2] - k * grid.spacing_mm[2]).argmin())
