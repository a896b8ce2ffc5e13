"""Surfaces of the standard chest: skin, rib cage, diaphragm, mediastinum, heart, fissures.

All functions are elementwise on broadcasting coordinates in body mm. The curves were set by eye
on public chest CTs; they describe no one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

FloatArray = NDArray[np.float32]

_LEVELS = (-175, -100, -40, 20, 60, 90, 115, 130, 140, 175)
_CAGE_SIDE = (138, 142, 140, 132, 121, 104, 84, 66, 54, 42)
_CAGE_FRONT = (90, 90, 88, 80, 64, 44, 22, 8, 0, -4)
_CAGE_BACK = (-78, -86, -92, -94, -89, -80, -68, -58, -50, -40)
_SKIN_SIDE = (168, 171, 171, 175, 184, 192, 195, 192, 186, 130)
_SKIN_FRONT = (113, 113, 112, 106, 94, 80, 66, 56, 48, 42)
_SKIN_BACK = (-116, -122, -128, -130, -128, -123, -116, -110, -104, -88)
_SPINE_Y = (-50, -57, -62, -64, -60, -53, -44, -38, -33, -20)

# Half-widths of the mediastinum beside the heart: rows are levels, columns run from back to front.
_MEDIASTINUM_Z = (-130, -40, 0, 30, 60, 95, 135)
_MEDIASTINUM_Y = (-92, -62, -42, -12, 20, 50, 75, 95)
_MEDIASTINUM_RIGHT = (
    (20, 24, 20, 16, 14, 10, 8, 8),
    (20, 24, 18, 18, 16, 10, 6, 6),
    (20, 24, 21, 28, 26, 12, 5, 5),
    (20, 24, 21, 33, 31, 14, 5, 5),
    (20, 26, 24, 33, 33, 16, 8, 6),
    (20, 26, 27, 34, 36, 30, 20, 20),
    (20, 26, 30, 40, 46, 50, 50, 50),
)
_MEDIASTINUM_LEFT = (
    (20, 26, 35, 20, 14, 10, 8, 8),
    (20, 28, 39, 24, 16, 10, 6, 6),
    (20, 28, 39, 32, 28, 12, 5, 5),
    (20, 28, 39, 38, 30, 14, 5, 5),
    (20, 28, 37, 33, 24, 14, 8, 6),
    (20, 26, 29, 32, 32, 28, 20, 20),
    (20, 26, 30, 40, 46, 50, 50, 50),
)


@dataclass(frozen=True)
class Body:
    """What differs between two bodies of the same size."""

    heart_scale: float
    heart_shift: tuple[float, float, float]
    dome_shift_mm: tuple[float, float]
    fat_mm: float
    fissure_tilt: float
    female: bool
    lung_hu: float


def _level(z: FloatArray, values: tuple[int, ...]) -> FloatArray:
    return np.interp(z, _LEVELS, values).astype(np.float32)


def _oval(
    x: FloatArray, y: FloatArray, z: FloatArray, sides: tuple[tuple[int, ...], ...]
) -> FloatArray:
    """A radius that is 1 on a superellipse (exponent 2.5) with the half-widths of the level."""
    side, front, back = (_level(z, s) for s in sides)
    middle, half = (front + back) / 2, (front - back) / 2
    u, v = np.abs(x) / side, np.abs(y - middle) / half
    total = u * u * np.sqrt(u) + v * v * np.sqrt(v)
    return np.asarray(total ** np.float32(0.4), dtype=np.float32)


def skin_radius(x: FloatArray, y: FloatArray, z: FloatArray) -> FloatArray:
    """1 on the skin, less inside."""
    return _oval(x, y, z, (_SKIN_SIDE, _SKIN_FRONT, _SKIN_BACK))


def cage_radius(x: FloatArray, y: FloatArray, z: FloatArray) -> FloatArray:
    """1 on the inner surface of the rib cage, less inside."""
    return _oval(x, y, z, (_CAGE_SIDE, _CAGE_FRONT, _CAGE_BACK))


def cage_middle_y(z: FloatArray) -> FloatArray:
    """The middle of the rib cage between back and front."""
    return (_level(z, _CAGE_FRONT) + _level(z, _CAGE_BACK)) / np.float32(2)


def spine_y(z: FloatArray) -> FloatArray:
    """The middle of the vertebral bodies."""
    return _level(z, _SPINE_Y)


def spine_lean(z: float) -> float:
    """How far a plane across the spine rises at one level, in mm for each mm to the back."""
    ends = np.array([z + 15, z - 15], dtype=np.float32)
    upper, lower = (float(y) for y in spine_y(ends))
    slope = (upper - lower) / 30
    return slope / (1 + slope**2)


def diaphragm_z(x: FloatArray, y: FloatArray, body: Body) -> FloatArray:
    """The height of the diaphragm: two domes, the right one higher, deepest behind."""
    along = np.where(y > 8, (y - 8) / 112, (y - 8) / 92)
    # The rounded absolute value makes a saddle between the domes instead of a crease.
    across = (np.sqrt(x * x + 625) - 65) / 80
    q = across * across + along * along
    right, left = -58 + body.dome_shift_mm[0], -70 + body.dome_shift_mm[1]
    peak = left + (right - left) / (1 + np.exp(-x / 6))
    return np.asarray(peak - 66 * q * np.sqrt(np.sqrt(q)), dtype=np.float32)


def apex_z(x: FloatArray, y: FloatArray) -> FloatArray:
    """The height of the lungs' tops."""
    q = ((np.abs(x) - 46) / 60) ** 2 + ((y + 32) / 70) ** 2
    return np.asarray(141 - 46 * q / (1 + q / 2), dtype=np.float32)


def mediastinum_half_width(y: FloatArray, z: FloatArray, *, left: bool) -> FloatArray:
    """Half-width in mm of the mediastinum to one side, without the heart; shape of y with z."""
    table = np.array(_MEDIASTINUM_LEFT if left else _MEDIASTINUM_RIGHT, dtype=np.float32)
    row = np.interp(z, _MEDIASTINUM_Z, np.arange(len(_MEDIASTINUM_Z)))
    column = np.interp(y, _MEDIASTINUM_Y, np.arange(len(_MEDIASTINUM_Y)))
    at = np.stack(np.broadcast_arrays(row, column))
    return np.asarray(map_coordinates(table, at, order=1, output=np.float32, mode="nearest"))


_HEART_AXES = np.array([[-0.70, 0.45, -0.55], [0.52, 0.85, 0.03], [0.48, -0.27, -0.83]])
_HEART_HALF = (66.0, 47.0, 50.0)
HEART_CENTRE = (-14.0, 20.0, -42.0)


def heart_frame(
    x: FloatArray, y: FloatArray, z: FloatArray, body: Body, margin_mm: float = 0.0
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Coordinates along the heart's own axes (to its tip, to the front, down); 1 on its surface."""
    centre = np.add(HEART_CENTRE, body.heart_shift)
    dx, dy, dz = (c - np.float32(o) for c, o in zip((x, y, z), centre, strict=True))
    out = []
    for axis, half in zip(_HEART_AXES, _HEART_HALF, strict=True):
        a, b, c = (np.float32(v / (half * body.heart_scale + margin_mm)) for v in axis)
        out.append(np.asarray(a * dx + b * dy + c * dz, dtype=np.float32))
    return out[0], out[1], out[2]


def in_heart(
    x: FloatArray, y: FloatArray, z: FloatArray, body: Body, margin_mm: float = 0.0
) -> NDArray[np.bool_]:
    """Whether a place lies in the heart widened by ``margin_mm``."""
    u, v, w = heart_frame(x, y, z, body, margin_mm)
    return np.asarray(u * u + v * v + w * w < 1)


def lung_mask(x: FloatArray, y: FloatArray, z: FloatArray, body: Body) -> NDArray[np.bool_]:
    """Whether a place lies in a lung."""
    inside = (cage_radius(x, y, z) < 1) & (z > diaphragm_z(x, y, body) + 2) & (z < apex_z(x, y))
    inside &= (x > mediastinum_half_width(y, z, left=False)) | (
        -x > mediastinum_half_width(y, z, left=True)
    )
    return np.asarray(inside & ~in_heart(x, y, z, body, 4.0))


def oblique_fissure_mm(x: FloatArray, y: FloatArray, z: FloatArray, body: Body) -> FloatArray:
    """Signed distance to the oblique fissure: below it (the lower lobe) negative."""
    tilt = np.where(x > 0, 0.92, 0.98) + body.fissure_tilt
    height = (
        -8 - tilt * (y + 4) + 0.002 * (np.abs(x) - 60) ** 2 - 0.12 * np.abs(x) + 4 * np.sin(y / 30)
    )
    return np.asarray((z - height) / np.sqrt(1 + tilt**2), dtype=np.float32)


def horizontal_fissure_mm(x: FloatArray, y: FloatArray, z: FloatArray) -> FloatArray:
    """Signed distance to the right lung's horizontal fissure: below it negative."""
    height = -4 - 0.10 * (y - 30) - 0.0016 * (x - 70) ** 2
    return np.asarray(z - height, dtype=np.float32)
