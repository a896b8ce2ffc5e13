"""What makes one body unlike another: a smooth random deformation of all that was drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from groundct.phantom.canvas import Canvas
from groundct.phantom.fields import Field, Points

_SCALES = ((95.0, 3.2), (34.0, 1.15))
"""Length and standard deviation in mm of each part of the deformation."""


@dataclass(frozen=True, eq=False)
class Warp:
    """A displacement in body mm: what is seen at a place was drawn at the place plus it.

    ``fields`` holds, for x, y and z, the parts of the displacement with their size in mm;
    ``bend_mm`` is how far the upper chest leans to the front (kyphosis).
    """

    fields: tuple[tuple[tuple[Field, float], ...], ...]
    bend_mm: float

    @classmethod
    def random(cls, canvas: Canvas, bend_mm: float, generator: np.random.Generator) -> Warp:
        """A deformation of a few millimetres."""
        fields = tuple(
            tuple((Field.random(canvas, length, generator), mm) for length, mm in _SCALES)
            for _ in range(3)
        )
        return cls(fields, bend_mm)

    def moved(self, points: ArrayLike) -> Points:
        """Where drawn places (n, 3) in body mm are seen."""
        drawn = np.asarray(points, dtype=np.float64).reshape(-1, 3)
        seen = drawn
        for _ in range(3):
            seen = drawn - self._displacement(seen)
        return seen

    def apply(self, canvas: Canvas) -> Canvas:
        """The canvas deformed, by nearest voxels; the old one is left as it is."""
        shape = canvas.labels.shape
        out = Canvas(
            np.empty_like(canvas.labels),
            np.empty_like(canvas.hu),
            np.empty_like(canvas.overlay),
            canvas.axes,
        )
        ends = [n - 1 for n in shape[::-1]]
        steps = [float(axis[1] - axis[0]) for axis in canvas.axes]
        grid = np.arange(shape[2])[None, :], np.arange(shape[1])[:, None]
        for k in range(shape[0]):
            x, y, z = (
                np.sum([field.plane(k) * np.float32(mm / step) for field, mm in parts], axis=0)
                for parts, step in zip(self.fields, steps, strict=True)
            )
            y += np.float32(self._lean(float(canvas.axes[2][k])) / steps[1])
            i = np.clip(np.rint(x + grid[0]), 0, ends[0]).astype(np.int32)
            j = np.clip(np.rint(y + grid[1]), 0, ends[1]).astype(np.int32)
            m = np.clip(np.rint(z + k), 0, ends[2]).astype(np.int32)
            flat = (m * shape[1] + j) * shape[2] + i
            np.take(canvas.labels, flat, out=out.labels[k])
            np.take(canvas.hu, flat, out=out.hu[k])
            np.take(canvas.overlay, flat, out=out.overlay[k])
        return out

    def _lean(self, z: float) -> float:
        return -self.bend_mm * max(0.0, z / 100.0) ** 2

    def _displacement(self, points: Points) -> Points:
        columns = [sum(f.at(points) * mm for f, mm in parts) for parts in self.fields]
        columns[1] = columns[1] + np.array([self._lean(z) for z in points[:, 2]])
        return np.stack(columns, axis=1)
