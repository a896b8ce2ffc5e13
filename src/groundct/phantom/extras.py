"""Calcifications and devices: drawn last, each with a mask of its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from groundct.core.volume import BoolArray, RegionMask
from groundct.phantom.canvas import Canvas
from groundct.phantom.labels import LABEL
from groundct.phantom.shapes import HEART_CENTRE
from groundct.phantom.spec import Calcification, Device
from groundct.phantom.tubes import Points, Tube, depth_mm, polyline, reach_of
from groundct.phantom.warp import Warp

Point = tuple[float, float, float]

_CORONARIES: tuple[tuple[Point, ...], ...] = (
    ((-14, 34, -8), (-26, 46, -20), (-40, 56, -38), (-50, 56, -60)),
    ((-16, 28, -12), (-36, 22, -22), (-52, 12, -36)),
    ((16, 34, -16), (34, 34, -34), (34, 22, -58)),
)
"""Courses of the coronary arteries: anterior descending, circumflex, right."""

_AORTA = ("heart ascending aorta", "aortic arch", "descending aorta")
_METAL_HU = 2600
_DEVICES: dict[Device, tuple[tuple[tuple[Point, ...], float, int], ...]] = {
    "central venous line": (
        (((40, 8, 150), (38, 8, 118), (30, 12, 84), (27, 10, 50), (26, 8, 8)), 1.1, 900),
    ),
    "port": (
        (((86, 68, 66), (84, 72, 60)), 8.0, 1900),
        (((84, 74, 72), (60, 52, 104), (40, 14, 116), (29, 12, 80), (26, 8, 10)), 1.1, 900),
    ),
    "pacemaker": (
        (((-92, 66, 76), (-84, 72, 58)), 11.0, _METAL_HU),
        (
            (
                *((-90, 72, 84), (-60, 40, 108), (-20, 26, 92), (24, 14, 74), (26, 8, 10)),
                *((28, 14, -30), (0, 34, -62), (-26, 44, -76)),
            ),
            1.1,
            _METAL_HU,
        ),
    ),
    "sternal wires": (),
    "surgical clips": (),
}
"""Courses in body mm, radius in mm, HU."""


def draw_calcifications(
    canvas: Canvas, warp: Warp, kinds: Sequence[Calcification], generator: np.random.Generator
) -> list[tuple[str, RegionMask]]:
    """Draw calcium; its masks (i, j, k) by names such as ``coronary calcification``."""
    out: list[tuple[str, RegionMask]] = []
    for kind in kinds:
        match kind:
            case "coronary":
                mask = _coronary(canvas, warp, generator)
            case "aortic wall":
                mask = _speckles(canvas, _AORTA, (0.020, 3.0), generator)
            case "lymph node":
                mask = _speckles(canvas, ("lymph node",), (0.25, 5.0), generator)
            case "costal cartilage":
                mask = _speckles(canvas, ("costal cartilage",), (0.03, 3.5), generator)
        out.append((f"{kind} calcification", RegionMask.of(mask.T)))
    return out


def draw_devices(
    canvas: Canvas, warp: Warp, devices: Sequence[Device], generator: np.random.Generator
) -> list[tuple[str, RegionMask]]:
    """Draw devices; their masks (i, j, k) by name."""
    out: list[tuple[str, RegionMask]] = []
    for device in devices:
        mask = np.zeros(canvas.labels.shape, dtype=np.bool_)
        for course, radius, hu in (*_DEVICES[device], *_small_metal(canvas, device, generator)):
            tubes = polyline(list(warp.moved(course)), [radius] * len(course))
            _paint(canvas, tubes, hu, mask)
        out.append((device, RegionMask.of(mask.T)))
    return out


def _small_metal(
    canvas: Canvas, device: Device, generator: np.random.Generator
) -> list[tuple[tuple[Point, ...], float, int]]:
    """Wires around the sternum, or clips in the front of the mediastinum."""
    out: list[tuple[tuple[Point, ...], float, int]] = []
    if device == "sternal wires":
        for height in (-45, -25, -5, 15, 35, 58):
            front = _front_of_sternum(canvas, height)
            ring = ((0, 2), (13, 1), (15, -7), (0, -12), (-15, -7), (-13, 1), (0, 2))
            out.append((tuple((x, front + y, float(height)) for x, y in ring), 0.7, _METAL_HU))
    if device == "surgical clips":
        for _ in range(7):
            x, y, z = generator.uniform((-24, 20, -10), (24, 55, 50))
            out.append((((x, y, z), (x + 2.5, y + 2, z + 3)), 0.8, _METAL_HU))
    return out


def _front_of_sternum(canvas: Canvas, height: float) -> float:
    k = int(np.clip(np.searchsorted(canvas.axes[2], height), 0, len(canvas.labels) - 1))
    bone = np.isin(canvas.labels[k], [LABEL["sternum"], LABEL["manubrium of sternum"]])
    rows = np.flatnonzero(bone.any(axis=1))
    return float(canvas.axes[1][rows[-1]]) if rows.size else 90.0


def _coronary(canvas: Canvas, warp: Warp, generator: np.random.Generator) -> BoolArray:
    """Short thick pieces along the courses of the coronary arteries."""
    mask = np.zeros(canvas.labels.shape, dtype=np.bool_)
    centre = np.array(HEART_CENTRE)
    for course in _CORONARIES[: int(generator.integers(1, 4))]:
        tubes = polyline(list(warp.moved(course)), [1.7] * len(course))
        for tube in tubes:
            if generator.random() < 0.7:
                a, b = np.sort(generator.uniform(0, 1, size=2))
                piece: Points = tube.end - tube.start
                part = Tube(tube.start + a * piece, tube.start + b * piece, 1.5, 1.2)
                _paint(canvas, [part], int(generator.uniform(350, 900)), mask)
    if not mask.any():
        near = centre + np.array([-12.0, 26.0, 22.0])
        _paint(canvas, [Tube(near, near + 4.0, 1.5, 1.2)], 500, mask)
    return mask


def _speckles(
    canvas: Canvas,
    names: Sequence[str],
    amount: tuple[float, float],
    generator: np.random.Generator,
) -> BoolArray:
    """Patches of calcium on the border of some structures: their share, and their length in mm."""
    share, length_mm = amount
    mask = np.zeros(canvas.labels.shape, dtype=np.bool_)
    numbers = [LABEL[name] for name in names]
    middle = canvas.labels[:, 1:-1, 1:-1]
    own = np.isin(middle, numbers)
    rim = own & ~(
        np.isin(canvas.labels[:, :-2, 1:-1], numbers)
        & np.isin(canvas.labels[:, 2:, 1:-1], numbers)
        & np.isin(canvas.labels[:, 1:-1, :-2], numbers)
        & np.isin(canvas.labels[:, 1:-1, 2:], numbers)
    )
    places = np.argwhere(rim) + np.array([0, 1, 1])
    if not len(places):
        return mask
    count = max(2, int(share * len(places) * canvas.step**2 / length_mm))
    for k, j, i in places[generator.integers(len(places), size=min(count, 60))]:
        at = np.array([canvas.axes[0][i], canvas.axes[1][j], canvas.axes[2][k]], dtype=float)
        way = generator.normal(size=3) * length_mm / 3
        half = float(generator.uniform(0.9, 1.9))
        piece = Tube(at - way / 2, at + way / 2, half, 0.7 * half)
        _paint(canvas, [piece], int(generator.uniform(300, 950)), mask)
    return mask


def _paint(canvas: Canvas, tubes: Sequence[Tube], hu: int, mask: BoolArray) -> None:
    """Tubes blended into the body by the part of each voxel that they fill."""
    for tube in tubes:
        box = reach_of(tube, canvas.step)
        patch = canvas.patch(*box)
        if not patch.labels.size:
            continue
        depth = depth_mm(patch, tube) / canvas.step
        inside = patch.labels > 0
        cover = np.clip(depth + 0.5, 0, 1) * min(1.0, 2 * tube.start_mm / canvas.step) * inside
        patch.hu[:] = np.maximum(patch.hu, patch.hu + cover * (hu - patch.hu)).astype(np.int16)
        mask[canvas.slices(*box)] |= (depth > 0) & inside
