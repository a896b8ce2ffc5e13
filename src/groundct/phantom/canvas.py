"""The canvas: a label and a HU array, drawn on in slabs and boxes of body coordinates.

Body coordinates are mm of a chest of standard size: x to the right, y to the front, z to the head,
origin in the middle of the chest. Inside this package arrays are (k, j, i), C order, which is
(i, j, k) in Fortran order seen from outside.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from groundct.core.geometry import Geometry
from groundct.core.volume import BoolArray

FloatArray = NDArray[np.float32]


class Patch(NamedTuple):
    """A box of the canvas: views of labels, HU and overlay, and broadcasting x, y, z."""

    labels: NDArray[np.uint8]
    hu: NDArray[np.int16]
    overlay: NDArray[np.uint8]
    x: FloatArray
    y: FloatArray
    z: FloatArray

    def put(self, where: BoolArray, label: int, hu: int) -> None:
        """Set label and HU where a mask (k, j, i) of the patch is True."""
        self.labels[where] = label
        self.hu[where] = hu


@dataclass(frozen=True, eq=False)
class Canvas:
    """Labels (uint8) and HU (int16), both (k, j, i), with the body coordinates of their axes.

    ``overlay`` (uint8) numbers what lies inside a labelled structure, such as a vessel in a lobe.
    """

    labels: NDArray[np.uint8]
    hu: NDArray[np.int16]
    overlay: NDArray[np.uint8]
    axes: tuple[FloatArray, FloatArray, FloatArray]

    @classmethod
    def of(cls, geometry: Geometry, scale: tuple[float, float, float]) -> Canvas:
        """An empty canvas (air) on a RAS grid; ``scale`` is this body's size along x, y, z."""
        shape = geometry.shape[::-1]
        axes = tuple(
            ((geometry.affine[a][3] + np.arange(n) * step) / scale[a]).astype(np.float32)
            for a, (n, step) in enumerate(zip(geometry.shape, geometry.spacing_mm, strict=True))
        )
        hu = np.full(shape, -1000, dtype=np.int16)
        labels, overlay = (np.zeros(shape, dtype=np.uint8) for _ in range(2))
        return cls(labels, hu, overlay, (axes[0], axes[1], axes[2]))

    @property
    def step(self) -> float:
        """The in-plane spacing in body mm."""
        return float(self.axes[0][1] - self.axes[0][0])

    def slices(self, low: ArrayLike, high: ArrayLike) -> tuple[slice, slice, slice]:
        """Where the box between two corners (x, y, z) in body mm stands in the arrays (k, j, i)."""
        ends = [
            (int(np.searchsorted(axis, a)), int(np.searchsorted(axis, b, side="right")))
            for axis, a, b in zip(self.axes, np.asarray(low), np.asarray(high), strict=True)
        ]
        i, j, k = (slice(a, max(a, b)) for a, b in ends)
        return k, j, i

    def patch(self, low: ArrayLike, high: ArrayLike) -> Patch:
        """The box between two corners (x, y, z) in body mm; empty where the scan does not reach."""
        k, j, i = slices = self.slices(low, high)
        x, y, z = self.axes
        return Patch(
            self.labels[slices],
            self.hu[slices],
            self.overlay[slices],
            x[i][None, None, :],
            y[j][None, :, None],
            z[k][:, None, None],
        )

    def slabs(self, slices_each: int = 6) -> Iterator[Patch]:
        """The whole canvas in thin slabs, to keep temporary arrays small."""
        x, y, z = self.axes
        for start in range(0, len(z), slices_each):
            part = slice(start, start + slices_each)
            yield Patch(
                self.labels[part],
                self.hu[part],
                self.overlay[part],
                x[None, None, :],
                y[None, :, None],
                z[part][:, None, None],
            )
