"""Open bronchi in the lung, as dark holes closed by a bright ring in a slice of any direction.

After the candidates of Aykac et al. (IEEE Trans Med Imaging 2003;22:940), who fill the valleys of
each slice by grey-scale reconstruction; here a few thresholds stand for the whole scale of grey.
The wall's thickness is measured through its integral, as Weinheimer et al. do (IEEE Trans Med
Imaging 2008;27:64), since blur spreads a thin wall and keeps its integral.
"""

from __future__ import annotations

from dataclasses import dataclass

import cc3d
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from groundct.core.volume import BoolArray
from groundct.grounding._hu_text.scene import Scene
from groundct.grounding._space.crops import FloatArray
from groundct.imaging.components import components
from groundct.imaging.distances import SpacingMm, dilate_mm, distance_mm

LOBAR_BRONCHI = (
    *("left main bronchus", "right main bronchus", "bronchus intermedius"),
    *("right upper lobe bronchus", "right middle lobe bronchus", "right lower lobe bronchus"),
    *("left upper lobe bronchus", "left lower lobe bronchus"),
)
_LOBAR_RIM_MM = 6.0
"""Lobar bronchi and where segments leave them are wide and thick in health."""
_OVER_LUNG_HU = (130.0, 230.0, 380.0)
_WIDEST_MM = 17.0
_LEAST_MM2 = 1.4
_DARK_OVER_LUNG_HU = 25.0
_LEAST_LENGTH_MM = 6.0
_PIECE_MM = 10.0
_RING_MM = 6.5
_WALL_HU = 0.0
_WALL_END = 0.3


@dataclass(frozen=True, eq=False)
class Pieces:
    """Open bronchi cut into stretches of about 1 cm; arrays are by stretch, from number 0.

    ``number`` is the stretch of each voxel of a lumen (-1 elsewhere). For the voxels around lumina
    ``nearest`` is the stretch and ``away_mm`` the distance from its border (-1 and nan elsewhere).
    ``closed`` is the share of a stretch's first ring that is brighter than lung.
    """

    number: NDArray[np.int32]
    nearest: NDArray[np.int32]
    away_mm: FloatArray
    lumen_mm: NDArray[np.float64]
    lumen_hu: NDArray[np.float64]
    wall_mm: NDArray[np.float64]
    closed: NDArray[np.float64]


def open_bronchi(scene: Scene) -> BoolArray:
    """The lumina of bronchi that the place shows, without trachea and main bronchi."""
    found = np.zeros(scene.hu.shape, dtype=np.bool_, order="F")
    for over in _OVER_LUNG_HU:
        bright = (scene.hu > scene.level_hu + over) | ~scene.lung
        for axis in range(3):
            found |= _holes(bright, scene, axis)
    if "airway" in scene.field.organs.names:
        found |= scene.organ("airway") & (scene.hu < scene.level_hu + _OVER_LUNG_HU[1])
    found &= scene.inside & ~dilate_mm(scene.organ("trachea", "bronchie"), 2.0, scene.spacing_mm)
    found &= ~dilate_mm(scene.organ(*LOBAR_BRONCHI), _LOBAR_RIM_MM, scene.spacing_mm)
    return _long(found, scene.spacing_mm)


def _holes(bright: BoolArray, scene: Scene, axis: int) -> BoolArray:
    """Small dark regions that a slice across ``axis`` encloses."""
    out = np.zeros(bright.shape, dtype=np.bool_, order="F")
    across = tuple(n for n in range(3) if n != axis)
    pixel_mm2 = scene.spacing_mm[across[0]] * scene.spacing_mm[across[1]]
    most = np.pi / 4 * _WIDEST_MM**2 / pixel_mm2
    dark, hu, made = (np.moveaxis(a, axis, 2) for a in (~bright & scene.lung, scene.hu, out))
    for n in range(dark.shape[2]):
        plane = np.asfortranarray(dark[:, :, n])
        if not plane.any():
            continue
        labels, count = cc3d.connected_components(plane, connectivity=4, return_N=True)
        flat = labels.ravel(order="K")
        sizes = np.bincount(flat, minlength=count + 1)
        small = (sizes <= most) & (sizes * pixel_mm2 >= _LEAST_MM2)
        small[0] = False
        if not small.any():
            continue
        chosen = small[labels]
        lowest = np.full(count + 1, np.inf)
        np.minimum.at(lowest, labels[chosen], hu[:, :, n][chosen])
        made[:, :, n] = (small & (lowest < scene.level_hu + _DARK_OVER_LUNG_HU))[labels]
    return out


def _long(mask: BoolArray, spacing_mm: SpacingMm) -> BoolArray:
    """Components that reach over some millimetres."""
    labels, sizes = components(mask, 26)
    if len(sizes) < 2:
        return mask
    stats = cc3d.statistics(labels)
    keep = np.zeros(len(sizes), dtype=np.bool_)
    for label in range(1, len(sizes)):
        box = stats["bounding_boxes"][label]
        reach = [(p.stop - p.start) * s for p, s in zip(box, spacing_mm, strict=True)]
        keep[label] = float(np.linalg.norm(reach)) >= _LEAST_LENGTH_MM
    return np.asarray(keep[labels])


def pieces_of(lumina: BoolArray, scene: Scene) -> Pieces:
    """Stretches of the lumina, with their inner diameter and the thickness of their wall."""
    labels, _ = components(lumina, 26)
    places = np.argwhere(lumina)
    blocks = [places[:, a] // max(1, round(_PIECE_MM / s)) for a, s in enumerate(scene.spacing_mm)]
    keys = np.stack([labels[lumina].astype(np.int64), *blocks], axis=1)
    _, own = np.unique(keys, axis=0, return_inverse=True)
    own = own.ravel()
    number = np.full(lumina.shape, -1, dtype=np.int32, order="F")
    number[lumina] = own
    count = int(own.max()) + 1 if own.size else 0
    depth = distance_mm(lumina, scene.spacing_mm)[lumina]
    radius = np.zeros(count)
    np.maximum.at(radius, own, depth)
    nearest = np.full(lumina.shape, -1, dtype=np.int32, order="F")
    away = np.full(lumina.shape, np.nan, dtype=np.float32, order="F")
    wall, closed = np.zeros(count), np.zeros(count)
    ring = dilate_mm(lumina, _RING_MM, scene.spacing_mm) & ~lumina
    if count and ring.any():
        steps = np.array(scene.spacing_mm)
        gap, at = cKDTree(places * steps).query(np.argwhere(ring) * steps)
        nearest[ring], away[ring] = own[at], gap - 0.5 * scene.in_plane_mm
        wall, closed = _walls(scene, ring, nearest[ring], away[ring], count)
    many = np.maximum(1, np.bincount(own, minlength=count))
    mean_hu = np.bincount(own, scene.hu[lumina], minlength=count) / many
    return Pieces(number, nearest, away, 2 * radius, mean_hu, wall, closed)


def volumes_ml(pieces: Pieces, scene: Scene) -> NDArray[np.float64]:
    """The volume of each stretch's lumen."""
    own = pieces.number[pieces.number >= 0]
    return np.asarray(np.bincount(own, minlength=len(pieces.wall_mm)) * scene.voxel_ml)


def _walls(
    scene: Scene, ring: BoolArray, own: NDArray[np.int32], away: FloatArray, count: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The thickness of each stretch's wall, and how much of its first ring is wall."""
    step = scene.in_plane_mm
    bins = np.clip((away / step).astype(np.int64), 0, int(_RING_MM / step))
    many = int(_RING_MM / step) + 1
    share = np.clip((scene.hu[ring] - scene.level_hu) / (_WALL_HU - scene.level_hu), 0.0, 1.0)
    share[~scene.lung[ring]] = np.nan
    thick, closed = np.zeros(count), np.zeros(count)
    going = np.ones(count, dtype=np.bool_)
    for n in range(many):
        median, bright = _medians(own[bins == n], share[bins == n], count)
        if n == 0:
            closed = bright
        going &= (median >= _WALL_END) | (n == 0)
        thick += np.where(going, np.nan_to_num(median), 0.0) * step
    return thick, closed


def _medians(
    own: NDArray[np.int32], values: NDArray[np.floating], count: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The median of the values of each number (0 without any), and their share over a half."""
    known = ~np.isnan(values)
    own, values = own[known], values[known]
    order = np.lexsort((values, own))
    own, values = own[order], values[order]
    sizes = np.bincount(own, minlength=count)
    start = np.cumsum(sizes) - sizes
    out, bright = np.zeros(count), np.zeros(count)
    there = sizes > 0
    out[there] = values[(start + sizes // 2)[there]]
    bright[there] = np.bincount(own, values > 0.25, minlength=count)[there] / sizes[there]
    return out, bright
