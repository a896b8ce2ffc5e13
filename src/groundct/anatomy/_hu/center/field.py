"""The middle of the chest on a 2 mm cube grid of its own, placed along the spine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from groundct.anatomy._hu.bone.spine import Spine
from groundct.anatomy._hu.center.tracking import best_path, roundness
from groundct.anatomy._hu.grid import Box, Working, crop_geometry
from groundct.core.geometry import Geometry
from groundct.core.volume import BoolArray
from groundct.imaging.distances import open_mm
from groundct.imaging.resample import resample_linear, resample_nearest

CUBE_MM = 2.0
HALF_WIDTH_MM = 80.0
DEPTH_MM = 165.0
BLOOD_HU = (130, 500)
ENHANCED_SHARE = 0.1
SOFT_HU = 40.0
PLAIN_HU = (-60.0, 90.0)
ENHANCED_HU = (-60.0, 300.0)
MARROW_HU = 220.0
WINDPIPE_SCORE = 0.45
STRAIGHT_MM = 9.0


@dataclass(frozen=True, eq=False)
class Field:
    """The mediastinum and what lies under it; all arrays are (a, b, n) on ``geometry``.

    ``hu`` is float32; ``bone`` the spine with a margin. ``x_mm`` (a, n) and
    ``y_mm`` (b, n) are distances from the canal's centre to the right and to the front.
    ``enhanced`` tells whether blood is brighter than muscle by contrast agent. ``carina`` is its
    index, None where it is out of view.
    """

    grid: Working
    box: Box
    geometry: Geometry
    hu: NDArray[np.float32]
    bone: BoolArray
    x_mm: NDArray[np.float32]
    y_mm: NDArray[np.float32]
    enhanced: bool
    carina: tuple[float, float, float] | None

    @property
    def x(self) -> NDArray[np.float32]:
        """``x_mm`` as (a, 1, n)."""
        return self.x_mm[:, None, :]

    @property
    def y(self) -> NDArray[np.float32]:
        """``y_mm`` as (1, b, n)."""
        return self.y_mm[None, :, :]

    @property
    def step_mm(self) -> tuple[float, float, float]:
        """Spacing of the field's grid."""
        return self.geometry.spacing_mm

    def clipped(self) -> NDArray[np.float32]:
        """HU in which fat equals lung, and calcium and bone are no brighter than blood."""
        low, high = ENHANCED_HU if self.enhanced else PLAIN_HU
        out = np.clip(self.hu, low, high)
        out[self.bone] = SOFT_HU
        return out

    def take(self, mask: BoolArray) -> BoolArray:
        """A mask of the working grid on the field."""
        source = crop_geometry(self.grid.geometry, self.box)
        return resample_nearest(mask[self.box], source, self.geometry)

    def give(self, mask: BoolArray) -> BoolArray:
        """A mask of the field on the working grid."""
        out = np.zeros(self.grid.hu.shape, dtype=np.bool_, order="F")
        target = crop_geometry(self.grid.geometry, self.box)
        out[self.box] = resample_linear(mask, self.geometry, target) > 0.5
        return out


def find_field(grid: Working, spine: Spine, carina: tuple[float, float, float] | None) -> Field:
    """The field of a scan; ``carina`` is an index of the working grid.

    Without it the end of the windpipe is looked for in the field.
    """
    centers, (step_i, step_j, _) = spine.centers, grid.spacing_mm
    ni, nj, nk = grid.hu.shape
    box = (
        slice(
            max(0, int(centers[:, 0].min() - HALF_WIDTH_MM / step_i)),
            min(ni, int(centers[:, 0].max() + HALF_WIDTH_MM / step_i) + 1),
        ),
        slice(
            max(0, int(centers[:, 1].min())),
            min(nj, int(centers[:, 1].max() + DEPTH_MM / step_j) + 1),
        ),
        slice(0, nk),
    )
    source = crop_geometry(grid.geometry, box)
    cubes = _cube_geometry(source)
    hu = resample_linear(grid.hu[box], source, cubes)
    column = (spine.vertebrae | spine.canal)[box]
    hard = ndimage.binary_dilation(resample_nearest(column, source, cubes))
    scale = np.array(cubes.spacing_mm) / np.array(source.spacing_mm)
    first = source.index_from_world(cubes.world_from_index((0, 0, 0)))
    planes = first[2] + scale[2] * np.arange(cubes.shape[2])
    canal = [np.interp(planes, np.arange(nk), centers[:, axis]) for axis in (0, 1)]
    x = (first[0] + box[0].start + scale[0] * np.arange(cubes.shape[0]))[:, None] - canal[0][None]
    y = (first[1] + box[1].start + scale[1] * np.arange(cubes.shape[1]))[:, None] - canal[1][None]
    x_mm, y_mm = (x * step_i).astype(np.float32), (y * step_j).astype(np.float32)
    at = None
    if carina is not None:
        index = cubes.index_from_world(grid.geometry.world_from_index(carina))
        at = (float(index[0]), float(index[1]), float(index[2]))
    else:
        at = _windpipe_end(hu, x_mm, y_mm)
    enhanced = _enhanced(hu, hard, x_mm, y_mm)
    if enhanced:
        hard &= ~_blood(hu, y_mm)
    return Field(grid, box, cubes, hu, hard, x_mm, y_mm, enhanced, at)


def _cube_geometry(source: Geometry) -> Geometry:
    """Cubes of about 2 mm over the same box of space."""
    shape = tuple(
        max(1, round(n * step / CUBE_MM))
        for n, step in zip(source.shape, source.spacing_mm, strict=True)
    )
    ratio = np.array(source.shape) / np.array(shape)
    step = np.diag([*ratio, 1.0])
    step[:3, 3] = (ratio - 1) / 2
    return Geometry.of(shape, source.matrix @ step)


def _enhanced(
    hu: NDArray[np.float32],
    bone: BoolArray,
    x_mm: NDArray[np.float32],
    y_mm: NDArray[np.float32],
) -> bool:
    """Whether a tenth of the soft room in front of the spine is as bright as enhanced blood."""
    room = (np.abs(x_mm) < 50)[:, None, :] & ((y_mm > 35) & (y_mm < 110))[None]
    room = room & (hu > -150) & ~bone
    bright = room & (hu > BLOOD_HU[0]) & (hu < BLOOD_HU[1])
    return bool(bright.sum() > ENHANCED_SHARE * max(1, int(room.sum())))


def _blood(hu: NDArray[np.float32], y_mm: NDArray[np.float32]) -> BoolArray:
    """Thick parts as bright as the blood in the middle: an aorta that lies on a vertebra."""
    front = ((y_mm > 60) & (y_mm < 110))[None] & (hu > BLOOD_HU[0]) & (hu < BLOOD_HU[1])
    level = float(np.median(hu[front])) if front.any() else 0.0
    if level < MARROW_HU:
        return np.zeros(hu.shape, dtype=np.bool_, order="F")
    smooth = ndimage.gaussian_filter(hu, 1.0)
    even = np.abs(smooth - level) < 0.35 * level
    core = open_mm(np.asarray(even & (np.abs(hu - smooth) < 80)), 4.0, (CUBE_MM,) * 3)
    return np.asarray(ndimage.binary_dilation(core) & (hu > level / 2))


def _windpipe_end(
    hu: NDArray[np.float32], x_mm: NDArray[np.float32], y_mm: NDArray[np.float32]
) -> tuple[float, float, float] | None:
    """Where a dark disc before the spine ends from the head down; None without a length of it."""
    dark = -np.clip(hu, -1000, 0) / 4
    rounds = roundness(dark.astype(np.float32), (CUBE_MM, CUBE_MM), (5.5, 7.0, 8.5, 10.0))
    allowed = (np.abs(x_mm) < 24)[:, None, :] & ((y_mm > 28) & (y_mm < 90))[None]
    path = best_path(rounds.score, allowed, 2, 0.05)
    if path is None:
        return None
    clear = rounds.score[tuple(path.T)] > WINDPIPE_SCORE
    clear = ndimage.binary_opening(ndimage.binary_closing(clear, np.ones(3)), np.ones(12))
    runs, count = ndimage.label(clear)
    if count == 0:
        return None
    run = np.flatnonzero(runs == count)
    width = ndimage.median_filter(rounds.radius_mm[tuple(path[run].T)], 5, mode="nearest")
    upper = path[run[len(run) // 2 :]]
    apart = np.abs(path[run, 0] - np.median(upper[:, 0])) * CUBE_MM
    narrow = width < 0.8 * np.median(width[len(run) // 2 :])
    beyond = np.flatnonzero(narrow | (apart > STRAIGHT_MM))
    beyond = beyond[beyond < len(run) // 2]
    end = path[run[int(beyond.max(initial=-1)) + 1]]
    return (float(end[0]), float(end[1]), float(end[2]))
