"""Tubes: vessels, airways and long bones as tapering straight pieces."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from groundct.phantom.canvas import Canvas, FloatArray, Patch

Points = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Tube:
    """A straight piece from ``start`` to ``end`` (x, y, z body mm) with its radii in mm."""

    start: Points
    end: Points
    start_mm: float
    end_mm: float

    def widened(self, factor: float, add_mm: float = 0.0) -> Tube:
        """The same piece with other radii."""
        return Tube(
            self.start, self.end, self.start_mm * factor + add_mm, self.end_mm * factor + add_mm
        )


def polyline(points: Sequence[ArrayLike], radii_mm: Sequence[float]) -> tuple[Tube, ...]:
    """Tubes through a row of points, one radius each."""
    at = [np.asarray(p, dtype=np.float64) for p in points]
    ends = zip(at, at[1:], radii_mm, radii_mm[1:], strict=False)
    return tuple(Tube(a, b, r, s) for a, b, r, s in ends)


def depth_mm(patch: Patch, tube: Tube) -> FloatArray:
    """How deep each place of a patch lies under the tube's surface; negative outside."""
    a, b = tube.start, tube.end
    axis = b - a
    length2 = max(float(axis @ axis), 1e-6)
    dx, dy, dz = (c - np.float32(o) for c, o in zip((patch.x, patch.y, patch.z), a, strict=True))
    t = dx * np.float32(axis[0] / length2) + dy * np.float32(axis[1] / length2)
    t = np.clip(t + dz * np.float32(axis[2] / length2), 0, 1)
    gap = (dx - t * np.float32(axis[0])) ** 2 + (dy - t * np.float32(axis[1])) ** 2
    gap += (dz - t * np.float32(axis[2])) ** 2
    radius = np.float32(tube.start_mm) + t * np.float32(tube.end_mm - tube.start_mm)
    return np.asarray(radius - np.sqrt(gap), dtype=np.float32)


def reach_of(tube: Tube, margin_mm: float = 1.0) -> tuple[Points, Points]:
    """The corners of a box around a tube."""
    reach = max(tube.start_mm, tube.end_mm) + margin_mm
    return np.minimum(tube.start, tube.end) - reach, np.maximum(tube.start, tube.end) + reach


def patch_of(canvas: Canvas, tube: Tube, margin_mm: float = 1.0) -> Patch:
    """The canvas around a tube."""
    return canvas.patch(*reach_of(tube, margin_mm))


def paint_solid(canvas: Canvas, tubes: Iterable[Tube], label: int, hu: int) -> None:
    """Tubes of one organ."""
    for tube in tubes:
        patch = patch_of(canvas, tube)
        if patch.labels.size:
            patch.put(depth_mm(patch, tube) > 0, label, hu)


def paint_bone(canvas: Canvas, tubes: Iterable[Tube], label: int, cortex_mm: float = 1.6) -> None:
    """Tubes with a cortical shell and marrow inside."""
    for tube in tubes:
        patch = patch_of(canvas, tube)
        if patch.labels.size:
            depth = depth_mm(patch, tube)
            patch.put(depth > 0, label, 780)
            patch.put(depth > cortex_mm, label, 210)


@dataclass(frozen=True)
class Paint:
    """HU to blend in on the labels ``only``, and the number for the overlay.

    The brighter (or, for airways, the darker) of tube and background is kept.
    """

    hu: int
    only: tuple[int, ...]
    overlay: int
    darker: bool = False


def paint_soft(canvas: Canvas, tubes: Iterable[Tube], paint: Paint) -> None:
    """Tubes blended in by the part of each voxel they fill; the overlay where it is the half."""
    step = canvas.step
    low, high = min(paint.only), max(paint.only)
    for tube in tubes:
        patch = patch_of(canvas, tube, step)
        if not patch.labels.size:
            continue
        cover = np.clip(depth_mm(patch, tube) / step + 0.5, 0, 1)
        thin = max(tube.start_mm, tube.end_mm) * 2 / step
        cover *= min(1.0, thin)
        cover[(patch.labels < low) | (patch.labels > high)] = 0
        blended = (patch.hu + cover * (paint.hu - patch.hu)).astype(np.int16)
        (np.minimum if paint.darker else np.maximum)(patch.hu, blended, out=patch.hu)
        patch.overlay[cover > 0.5] = paint.overlay
