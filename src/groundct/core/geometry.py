"""Grids in the world: affines, orientation codes, exact reorientation, grid comparison.

Arrays are (i, j, k). The world is RAS+ in millimetres. A voxel's coordinates are its centre.
"""

from __future__ import annotations

import math
from typing import Self, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import model_validator

from groundct.core.issues import GridError
from groundct.core.value import Value

T = TypeVar("T", bound=np.generic)
Row = tuple[float, float, float, float]

GRID_TOLERANCE_MM = 0.01
"""Two grids are the same when every corner voxel's centre agrees within this distance."""

_AXIS_LETTERS = (("L", "R"), ("P", "A"), ("I", "S"))


class Geometry(Value):
    """A voxel grid in the world.

    ``shape`` is (i, j, k); ``affine`` maps homogeneous voxel indices to RAS+ mm, row by row,
    without its constant last row.
    """

    shape: tuple[int, int, int]
    affine: tuple[Row, Row, Row]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if min(self.shape) < 1:
            raise ValueError(f"shape {self.shape} has an empty axis")
        spacing = self.spacing_mm
        volume = abs(float(np.linalg.det(self.matrix[:3, :3])))
        if min(spacing) <= 0 or volume <= 1e-6 * math.prod(spacing):
            raise ValueError(f"affine {self.affine} is singular")
        return self

    @classmethod
    def of(cls, shape: tuple[int, ...], affine: ArrayLike) -> Geometry:
        """From an array's shape and a 4 x 4 (or 3 x 4) affine in RAS+ mm."""
        rows = np.asarray(affine, dtype=np.float64)[:3]
        i, j, k = (int(n) for n in shape)
        a, b, c = (tuple(float(v) for v in row) for row in rows)
        return cls.model_validate({"shape": (i, j, k), "affine": (a, b, c)})

    @property
    def matrix(self) -> NDArray[np.float64]:
        """The affine as a new 4 x 4 array."""
        return np.array([*self.affine, (0.0, 0.0, 0.0, 1.0)], dtype=np.float64)

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Distance between neighbouring voxel centres along i, j and k."""
        a, b, c = np.linalg.norm(np.array(self.affine)[:, :3], axis=0)
        return float(a), float(b), float(c)

    @property
    def voxel_volume_mm3(self) -> float:
        """Volume of one voxel."""
        return abs(float(np.linalg.det(self.matrix[:3, :3])))

    @property
    def orientation(self) -> str:
        """Where each axis points to, e.g. ``LPS``: its closest anatomical direction."""
        worlds, signs = _axis_directions(self)
        return "".join(_AXIS_LETTERS[w][int(s > 0)] for w, s in zip(worlds, signs, strict=True))

    def world_from_index(self, index: ArrayLike) -> NDArray[np.float64]:
        """(..., 3) voxel indices -> (..., 3) RAS+ mm."""
        matrix = self.matrix
        moved = np.asarray(index, dtype=np.float64) @ matrix[:3, :3].T
        return np.asarray(moved + matrix[:3, 3])

    def index_from_world(self, point_mm: ArrayLike) -> NDArray[np.float64]:
        """(..., 3) RAS+ mm -> (..., 3) fractional voxel indices."""
        matrix = self.matrix
        offset = np.asarray(point_mm, dtype=np.float64) - matrix[:3, 3]
        return np.asarray(offset @ np.linalg.inv(matrix[:3, :3]).T)

    def corners_mm(self) -> NDArray[np.float64]:
        """The centres of the eight corner voxels, (8, 3)."""
        ends = [(0, n - 1) for n in self.shape]
        return self.world_from_index([(i, j, k) for i in ends[0] for j in ends[1] for k in ends[2]])


class Reorientation(Value):
    """An exact change of axis order and direction: no resampling, no voxel is lost or made.

    ``axes[n]`` is the old axis that becomes new axis n; ``flips[n]`` turns that new axis round.
    """

    axes: tuple[int, int, int]
    flips: tuple[bool, bool, bool]

    def apply(self, array: NDArray[T]) -> NDArray[T]:
        """A view of a 3-D array in the new order."""
        steps = tuple(slice(None, None, -1) if flip else slice(None) for flip in self.flips)
        return array.transpose(self.axes)[steps]

    def apply_geometry(self, geometry: Geometry) -> Geometry:
        """The grid of the reordered array; every voxel stays where it was in the world."""
        shape = tuple(geometry.shape[axis] for axis in self.axes)
        step = np.zeros((4, 4))
        step[3, 3] = 1.0
        for new, (old, flip) in enumerate(zip(self.axes, self.flips, strict=True)):
            step[old, new] = -1.0 if flip else 1.0
            step[old, 3] = geometry.shape[old] - 1 if flip else 0.0
        return Geometry.of(shape, geometry.matrix @ step)

    def inverse(self) -> Reorientation:
        """The reorientation that undoes this one."""
        a, b, c = (self.axes.index(old) for old in range(3))
        return Reorientation(axes=(a, b, c), flips=(self.flips[a], self.flips[b], self.flips[c]))


def reorientation_to(geometry: Geometry, orientation: str) -> Reorientation:
    """The reorientation that brings a grid's axes to ``orientation``, such as ``RAS``.

    Raises ValueError when ``orientation`` does not name each anatomical axis once.
    """
    wanted: list[tuple[int, bool]] = []
    for letter in orientation.upper():
        world = next((w for w, pair in enumerate(_AXIS_LETTERS) if letter in pair), None)
        if world is None:
            raise ValueError(f"{letter!r} in {orientation!r} is none of L, R, P, A, I, S")
        wanted.append((world, letter == _AXIS_LETTERS[world][1]))
    if sorted(world for world, _ in wanted) != [0, 1, 2]:
        raise ValueError(f"{orientation!r} does not name each anatomical axis once")
    worlds, signs = _axis_directions(geometry)
    a, b, c = (worlds.index(world) for world, _ in wanted)
    x, y, z = ((signs[worlds.index(world)] > 0) != positive for world, positive in wanted)
    return Reorientation(axes=(a, b, c), flips=(x, y, z))


def grid_difference_mm(a: Geometry, b: Geometry) -> float:
    """The largest distance between corresponding corner voxels; infinite when shapes differ."""
    if a.shape != b.shape:
        return math.inf
    return float(np.linalg.norm(a.corners_mm() - b.corners_mm(), axis=1).max())


def same_grid(a: Geometry, b: Geometry, tolerance_mm: float = GRID_TOLERANCE_MM) -> bool:
    """Whether two grids hold the same voxels at the same places."""
    return grid_difference_mm(a, b) <= tolerance_mm


def require_same_grid(a: Geometry, b: Geometry, where: object) -> None:
    """Raise GridError unless two grids are the same; ``where`` names what brought them together."""
    if same_grid(a, b):
        return
    what = (
        f"shapes {a.shape} and {b.shape} differ."
        if a.shape != b.shape
        else f"corner voxels lie up to {grid_difference_mm(a, b):.3f} mm apart "
        f"({a.orientation} and {b.orientation}; at most {GRID_TOLERANCE_MM} mm allowed)."
    )
    raise GridError.of(
        "grid-mismatch",
        where,
        what,
        "Bring the mask onto the volume's grid, or use the right pair.",
    )


def _axis_directions(geometry: Geometry) -> tuple[tuple[int, int, int], tuple[float, ...]]:
    """For each array axis its world axis (each used once, best total match) and its sign."""
    linear = geometry.matrix[:3, :3] / np.array(geometry.spacing_mm)
    orders = [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]
    best = max(orders, key=lambda o: sum(abs(linear[o[axis], axis]) for axis in range(3)))
    return best, tuple(float(linear[best[axis], axis]) for axis in range(3))
