"""The five lobes: each lung parted by its fissures, where they are seen and where they are not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from groundct.anatomy._hu.airway.airway_tree import Branch
from groundct.anatomy._hu.grid import Box, Working, crop_geometry, to_working
from groundct.anatomy._hu.lobe.fissure_frame import frame_of, places_mm
from groundct.anatomy._hu.lobe.fissures import Expected, Fissure, clearer, find_fissure
from groundct.core.geometry import Geometry
from groundct.core.volume import BoolArray, RegionMask
from groundct.imaging.components import bounding_slices
from groundct.imaging.distances import dilate_mm

Side = Literal["left", "right"]
Places = tuple[NDArray[np.float64], ...]

OBLIQUE_DEG = 50.0
HORIZONTAL_DEG = (10.0, 38.0)
"""How steeply the fissures typically fall to the front; of the horizontal one also at the most."""

LOWER_SHARE = 0.48
"""Of a lung, under its oblique fissure."""

MIDDLE_SHARE = 0.34
"""Of what lies above the right oblique fissure, under the horizontal one."""

OBLIQUE_SPREAD_MM = 30.0
HORIZONTAL_SPREAD_MM = 18.0
CLEAR_MM = 2.0
MIN_LUNG_ML = 250.0
CUT_SHARE = 0.3
"""A lung whose cross-section at an end of the scan is so much of its largest goes on outside."""

LEAST_SEEN_WHEN_CUT = 0.25
OVER_BORDER_MM = 6.0

LOBES: dict[Side, tuple[str, ...]] = {
    "left": ("left lung upper lobe", "left lung lower lobe"),
    "right": ("right lung upper lobe", "right lung middle lobe", "right lung lower lobe"),
}


@dataclass(frozen=True, eq=False)
class LungLobes:
    """The fissures of a lung, and its lobes by name on the working grid.

    Lobes reach over the lung's border, so that they fill the lung at full resolution.
    """

    side: Side
    oblique: Fissure
    horizontal: Fissure | None
    lobes: dict[str, BoolArray]


def find_lobes(
    grid: Working, side: Side, lung: RegionMask, branches: tuple[Branch, ...]
) -> LungLobes | str:
    """The lobes of a lung on the full grid, or why they cannot be told.

    Bronchi whose lobe is known lie on their side of the fissures.
    """
    volume = grid.volume
    volume_ml = lung.count * volume.geometry.voxel_volume_mm3 / 1000
    if volume_ml < MIN_LUNG_ML:
        return f"only {volume_ml:.0f} ml of lung were found on that side"
    upper, middle, lower = (
        _places_of(volume.geometry, branches, f"{side} {name} lobe bronchus")
        for name in ("upper", "middle", "lower")
    )
    oblique = find_fissure(
        frame_of(volume, lung, OBLIQUE_DEG),
        Expected(LOWER_SHARE, OBLIQUE_SPREAD_MM, np.concatenate([upper, middle]), lower),
    )
    if oblique is None:
        return "the lung is too thin to hold a fissure"
    if _is_cut(lung, volume.geometry.shape[2]) and oblique.share_seen < LEAST_SEEN_WHEN_CUT:
        return "only a part of the lung is in view, and its fissure is not seen"
    horizontal = None
    if side == "right":
        places = _cropped(places_mm(volume.geometry, volume.geometry), lung.slices)
        front = RegionMask(lung.offset, lung.voxels & (oblique.height_mm(places) > CLEAR_MM))
        if front.count:
            hinge = _hinge(places, middle)
            expected = Expected(MIDDLE_SHARE, HORIZONTAL_SPREAD_MM, upper, middle, hinge)
            level, steep = (
                find_fissure(frame_of(volume, front, angle), expected) for angle in HORIZONTAL_DEG
            )
            horizontal = level if level is None or steep is None else clearer(level, steep)
        if horizontal is None:
            return "the lung above its oblique fissure is too thin to hold another"
    return LungLobes(side, oblique, horizontal, _parted(grid, side, lung, oblique, horizontal))


def _parted(
    grid: Working, side: Side, lung: RegionMask, oblique: Fissure, horizontal: Fissure | None
) -> dict[str, BoolArray]:
    around = dilate_mm(to_working(grid, lung, 0.01), OVER_BORDER_MM, grid.spacing_mm)
    box = bounding_slices(around)
    if box is None:
        return {}
    places = places_mm(grid.volume.geometry, crop_geometry(grid.geometry, box))
    above = oblique.height_mm(places) > 0
    parts = [above, ~above]
    if horizontal is not None:
        low = horizontal.height_mm(places) <= 0
        parts = [above & ~low, above & low, ~above]
    out = {}
    for name, part in zip(LOBES[side], parts, strict=True):
        mask = np.zeros(grid.hu.shape, dtype=np.bool_, order="F")
        mask[box] = part & around[box]
        if mask.any():
            out[name] = mask
    return out


def _places_of(full: Geometry, branches: tuple[Branch, ...], bronchus: str) -> NDArray[np.float64]:
    """The centrelines of a lobe's bronchi, (n, 3) in mm along i, j and k."""
    lines = [branch.points_mm for branch in branches if branch.lobe == bronchus]
    if not lines:
        return np.empty((0, 3))
    return np.asarray(full.index_from_world(np.concatenate(lines)) * full.spacing_mm)


def _hinge(places: Places, middle: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where the horizontal fissure typically leaves the oblique one: at the middle lobe's bronchus.

    Without that bronchus it is the middle of the lung from back to front.
    """
    if len(middle):
        return np.asarray(middle[0])
    return np.array([float(np.mean(line[[0, -1]])) for line in places])


def _cropped(places: Places, box: Box) -> Places:
    return tuple(line[part] for line, part in zip(places, box, strict=True))


def _is_cut(lung: RegionMask, slices: int) -> bool:
    """Whether the lung goes on beyond an end of the scan."""
    areas = np.count_nonzero(lung.voxels, axis=(0, 1))
    ends = [areas[0] if lung.offset[2] == 0 else 0]
    ends.append(areas[-1] if lung.offset[2] + areas.size == slices else 0)
    return bool(max(ends) > CUT_SHARE * areas.max())
