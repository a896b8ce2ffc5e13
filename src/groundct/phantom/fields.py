"""Smooth random fields over the canvas, made slice by slice from a coarse lattice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from groundct.phantom.canvas import Canvas, FloatArray

Points = NDArray[np.float64]
_KEPT = (151 / 315) ** 1.5
"""The share of white noise's standard deviation that cubic B-splines keep in three dimensions."""


@dataclass(frozen=True, eq=False)
class Field:
    """Values on a lattice (z, y, x) of ``length_mm``, joined by cubic B-splines.

    ``low`` is the lattice's first place in body mm, (x, y, z); ``weights`` hold, for x, y and z,
    how each place of the canvas' axis is mixed from the lattice: four of its values at most.
    """

    values: FloatArray
    low: Points
    length_mm: float
    weights: tuple[sparse.csr_array, sparse.csr_array, sparse.csr_array]

    @classmethod
    def random(cls, canvas: Canvas, length_mm: float, generator: np.random.Generator) -> Field:
        """A field of mean 0 and standard deviation 1 that varies over about ``length_mm``."""
        low = np.array([float(axis[0]) for axis in canvas.axes]) - 2 * length_mm
        counts = [
            int((float(axis[-1]) - a) / length_mm) + 4
            for axis, a in zip(canvas.axes, low, strict=True)
        ]
        values = generator.standard_normal(counts[::-1], dtype=np.float32) / np.float32(_KEPT)
        x, y, z = (
            sparse.csr_array(_weights((axis - a) / length_mm, n))
            for axis, a, n in zip(canvas.axes, low, counts, strict=True)
        )
        return cls(values, low, length_mm, (x, y, z))

    def plane(self, k: int) -> FloatArray:
        """The field on slice ``k`` of the canvas, (j, i)."""
        x, y, z = self.weights
        mixed = slice(z.indptr[k], z.indptr[k + 1])
        flat = np.tensordot(z.data[mixed], self.values[z.indices[mixed]], axes=1)
        return np.asarray((x @ (y @ flat).T).T, dtype=np.float32)

    def at(self, points: Points) -> Points:
        """The field at places (n, 3) in body mm."""
        x, y, z = (
            _weights((points[:, a] - self.low[a]) / self.length_mm, self.values.shape[2 - a])
            for a in range(3)
        )
        flat = np.einsum("nz,zyx->nyx", z, self.values)
        return np.asarray(np.einsum("ny,nx,nyx->n", y, x, flat), dtype=np.float64)


def _weights(at: NDArray[np.floating], count: int) -> FloatArray:
    """Cubic B-spline weights (places, lattice)."""
    gap = np.abs(np.clip(at, 0, count - 1)[:, None] - np.arange(count)[None, :])
    inner = 2 / 3 - gap**2 + gap**3 / 2
    outer = np.clip(2 - gap, 0, None) ** 3 / 6
    return np.asarray(np.where(gap < 1, inner, outer), dtype=np.float32)
