"""Bring volumes, label maps and masks onto another grid; the physical extent stays.

Grids are compared by voxel centres. HU and fractions are interpolated linearly, averaged
over the target's voxel where the target is coarser (so nothing is skipped); labels and
masks take the nearest voxel. Grids must have parallel axes: orientations other than that are
brought together exactly by the codecs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from groundct.core.geometry import Geometry
from groundct.core.issues import GridError
from groundct.core.volume import BoolArray, LabelArray, LabelMap, Volume

T = TypeVar("T", bound=np.generic)
Spacing = float | tuple[float, float, float]
PlaneFunction = Callable[[NDArray[np.float32]], NDArray[np.float32]]

OUTSIDE_HU = -1024
_PARALLEL_TOLERANCE_VOXELS = 1e-3


def working_geometry(geometry: Geometry, spacing_mm: Spacing) -> Geometry:
    """A coarser grid over exactly the same box of space, for work on fewer voxels.

    The spacing of each axis is the one nearest to ``spacing_mm`` that divides the extent into
    whole voxels; an axis that is already as coarse is left as it is.
    """
    wanted = (spacing_mm,) * 3 if isinstance(spacing_mm, int | float) else spacing_mm
    if min(wanted) <= 0:
        raise ValueError(f"spacing_mm must be positive, got {spacing_mm}")
    shape = tuple(
        max(1, round(n * own / max(own, new)))
        for n, own, new in zip(geometry.shape, geometry.spacing_mm, wanted, strict=True)
    )
    ratio = np.array(geometry.shape) / np.array(shape)
    step = np.diag([*ratio, 1.0])
    step[:3, 3] = (ratio - 1) / 2
    return Geometry.of(shape, geometry.matrix @ step)


@overload
def resample(thing: Volume, target: Geometry) -> Volume: ...
@overload
def resample(thing: LabelMap, target: Geometry) -> LabelMap: ...
def resample(thing: Volume | LabelMap, target: Geometry) -> Volume | LabelMap:
    """A volume (linear) or a label map (nearest) on ``target``: the type chooses the method."""
    if isinstance(thing, Volume):
        return resample_volume(thing, target)
    return resample_label_map(thing, target)


def resample_volume(
    volume: Volume, target: Spacing | Geometry, outside_hu: int = OUTSIDE_HU
) -> Volume:
    """The HU on ``target``, a grid or a spacing in mm (then ``working_geometry``'s grid).

    Voxels of ``target`` outside the volume get ``outside_hu``. Raises GridError when the axes
    of the two grids are not parallel.
    """
    grid = target if isinstance(target, Geometry) else working_geometry(volume.geometry, target)
    hu = resample_linear(volume.hu, volume.geometry, grid, outside=outside_hu)
    np.rint(hu, out=hu)
    return Volume(hu.astype(np.int16, order="F"), grid, grid)


def resample_linear(
    array: NDArray[np.generic], source: Geometry, target: Geometry, *, outside: float = 0.0
) -> NDArray[np.float32]:
    """Any numeric or bool array (i, j, k) on ``target`` as float32; a mask becomes its fraction."""
    scale, shift = _relation(source, target)
    weights, inside = zip(
        *(_weights(*p) for p in zip(source.shape, target.shape, scale, shift, strict=True)),
        strict=True,
    )
    out = np.empty(target.shape, dtype=np.float32, order="F")
    in_plane = _in_plane(weights[0], weights[1])
    if target.shape[2] > source.shape[2] and np.count_nonzero(weights[2], axis=1).max() <= 2:
        _finer_slices(array, in_plane, weights[2], out)
    else:
        for k, row in enumerate(weights[2]):
            plane = np.zeros((source.shape[1], source.shape[0]), dtype=np.float32)
            for s in np.flatnonzero(row):
                plane += row[s] * array[:, :, s].T
            out[:, :, k] = in_plane(plane).T
    for axis in range(3):
        if not inside[axis].all():
            out[(slice(None),) * axis + (~inside[axis],)] = outside
    return out


def _in_plane(weights_i: NDArray[np.float32], weights_j: NDArray[np.float32]) -> PlaneFunction:
    """Both weightings of a plane (j, i): of pairs of voxels where no more are asked for."""
    if max(np.count_nonzero(each, axis=1).max() for each in (weights_i, weights_j)) > 2:
        onto_i = weights_i.T.copy()
        return lambda plane: np.asarray((weights_j @ plane) @ onto_i, dtype=np.float32)
    low_i, high_i, share_i = _pairs(weights_i)
    low_j, high_j, share_j = _pairs(weights_j)
    share_j = share_j[:, None]

    def of_pairs(plane: NDArray[np.float32]) -> NDArray[np.float32]:
        rows = plane[:, low_i] * (1 - share_i) + plane[:, high_i] * share_i
        out = rows[low_j] * (1 - share_j) + rows[high_j] * share_j
        return np.asarray(out, dtype=np.float32)

    return of_pairs


def _finer_slices(
    array: NDArray[np.generic],
    in_plane: PlaneFunction,
    weights_k: NDArray[np.float32],
    out: NDArray[np.float32],
) -> None:
    """Fill ``out``, which has more slices than ``array``: each slice of that is sampled once."""
    low, high, share = _pairs(weights_k)
    done: dict[int, NDArray[np.float32]] = {}
    for k, (a, b) in enumerate(zip(low.tolist(), high.tolist(), strict=True)):
        for s in (a, b):
            if s not in done:
                done = {n: plane for n, plane in done.items() if n in (a, b)}
                done[s] = in_plane(array[:, :, s].T.astype(np.float32))
        out[:, :, k] = (done[a] + (done[b] - done[a]) * share[k]).T


def _pairs(
    weights: NDArray[np.float32],
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
    """Rows of at most two neighbours' weights as their two places and the share of the second."""
    low = (weights > 0).argmax(axis=1)
    high = np.minimum(low + 1, weights.shape[1] - 1)
    share = 1 - np.take_along_axis(weights, low[:, None], axis=1)[:, 0]
    return low, high, np.asarray(share, dtype=np.float32)


def resample_label_map(label_map: LabelMap, target: Geometry) -> LabelMap:
    """The labels on ``target``, each from the nearest voxel; 0 outside. Segments stay."""
    layers: tuple[LabelArray, ...] = tuple(
        resample_nearest(layer, label_map.geometry, target)  # type: ignore[misc]
        for layer in label_map.layers
    )
    return LabelMap(layers, label_map.segments, target, target)


def resample_mask(mask: BoolArray, source: Geometry, target: Geometry) -> BoolArray:
    """A mask on ``target``, each voxel from the nearest one; False outside."""
    return resample_nearest(mask, source, target)


def resample_nearest(array: NDArray[T], source: Geometry, target: Geometry) -> NDArray[T]:
    """Any array (i, j, k) on ``target``: the value of the nearest voxel, zero outside."""
    scale, shift = _relation(source, target)
    places, inside = [], []
    for n, m, a, b in zip(source.shape, target.shape, scale, shift, strict=True):
        # Ties go up; the small shift keeps rounding noise from choosing for them.
        index = np.floor(np.arange(m) * a + b + 0.5 + 1e-6).astype(np.intp)
        inside.append((index >= 0) & (index < n))
        places.append(np.clip(index, 0, n - 1))
    out = np.zeros(target.shape, dtype=array.dtype, order="F")
    for k in np.flatnonzero(inside[2]):
        out[:, :, k] = array[:, :, places[2][k]][np.ix_(places[0], places[1])]
    out[~inside[0]] = 0
    out[:, ~inside[1]] = 0
    return out


def _relation(
    source: Geometry, target: Geometry
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Per axis: source index = scale * target index + shift."""
    matrix = np.linalg.inv(source.matrix) @ target.matrix
    linear = matrix[:3, :3]
    off = np.abs(linear - np.diag(np.diag(linear))) @ np.array(target.shape)
    if off.max() > _PARALLEL_TOLERANCE_VOXELS * max(1.0, np.abs(linear).max() * max(target.shape)):
        raise GridError.of(
            "axes-not-parallel",
            "resampling",
            f"the axes of the grids {source.orientation} and {target.orientation} are not "
            f"parallel (up to {off.max():.2f} voxels apart).",
            "Resample to a grid made with working_geometry, or rotate the volume first.",
        )
    return np.diag(linear).copy(), matrix[:3, 3].copy()


def _weights(
    n: int, m: int, scale: float, shift: float
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Weights (m, n) of source voxels for each target voxel, and which targets lie inside.

    Linear interpolation, averaged over a box that grows with the step: sqrt(scale^2 - 1) voxels
    wide, so that an equal grid is an identity. Any linear ramp is kept exactly.
    """
    centre = np.arange(m)[:, None] * scale + shift
    inside = (centre[:, 0] >= -0.5 - 1e-6) & (centre[:, 0] <= n - 0.5 + 1e-6)
    # Beyond the first and last centre the edge voxel goes on for half a voxel.
    away = np.clip(centre, 0, n - 1) - np.arange(n)[None, :]
    box = np.sqrt(max(0.0, scale * scale - 1.0))
    if box < 0.05:
        weights = np.maximum(0.0, 1.0 - np.abs(away))
    else:
        weights = _hat_integral(away + box / 2) - _hat_integral(away - box / 2)
    weights[weights < 1e-6] = 0.0
    weights /= weights.sum(axis=1, keepdims=True)
    return weights.astype(np.float32), inside


def _hat_integral(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """The integral of the linear interpolation kernel up to ``x``."""
    y = np.clip(x, -1.0, 1.0)
    return np.where(y < 0, (1 + y) ** 2 / 2, 1 - (1 - y) ** 2 / 2)
