"""Rays from a centre to a lesion's border: what tells a ball from a vessel, and where it ends.

Each ray runs until the density has fallen under the border for a while. Rays that leave the lung
end at the wall: they are closed by their neighbours. A ball's rays are alike; a vessel's are long
along it, a sheet's in a whole plane. Lesions drawn as the ends of rays from one centre: Heckel et
al., Proc SPIE 2014;9035:903505, and "star-convex" in later work.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from groundct.core.volume import BoolArray
from groundct.grounding._space.crops import FloatArray
from groundct.imaging.distances import SpacingMm

RAYS = 200
_NEAR_RAYS = 22
"""How many neighbours stand for a ray: a cap of about 39 degrees across."""
_STEP_SHARE = 0.05
_LEAST_STEP_MM = 0.4
_GAP_MM = 1.0
_LONG = 1.7
_OUTSIDE = 1.15
_OUTSIDE_MM = 1.0
_CUT = 1.2
"""Rays end at this many times the length of their neighbours."""


@dataclass(frozen=True, eq=False)
class Rays:
    """Rays from one centre.

    ``ends_mm`` (rays,) is where the lesion ends, tails of vessels cut; ``open_share`` the share of
    rays that reach the wall; ``long_share`` that of the others which run on far beyond the rest;
    ``spread`` the ratio of long to short rays among them.
    """

    ends_mm: NDArray[np.float64]
    open_share: float
    long_share: float
    spread: float

    @property
    def radius_mm(self) -> float:
        """The median ray."""
        return float(np.median(self.ends_mm))

    @property
    def diameter_mm(self) -> float:
        """The long side: the ninth decile of a ray and its opposite."""
        return float(np.quantile(self.ends_mm + self.ends_mm[_opposite()], 0.9))

    def held_to(self, inner: Rays) -> Rays:
        """The same rays, ended a little outside those of a higher border, and like them else."""
        ends = np.minimum(self.ends_mm, _OUTSIDE * inner.ends_mm + _OUTSIDE_MM)
        return replace(inner, ends_mm=ends)

    @property
    def roundness(self) -> float:
        """The short side over the long one, 0..1."""
        through = self.ends_mm + self.ends_mm[_opposite()]
        return float(np.quantile(through, 0.1) / max(np.quantile(through, 0.9), 1e-6))


@lru_cache(maxsize=1)
def directions() -> NDArray[np.float64]:
    """Unit vectors spread evenly over the sphere (Fibonacci lattice), each with its opposite."""
    n = np.arange(RAYS // 2)
    z = (n + 0.5) / (RAYS // 2)
    turn = np.pi * (1 + np.sqrt(5.0)) * n
    flat = np.sqrt(1 - z * z)
    half = np.stack([flat * np.cos(turn), flat * np.sin(turn), z], axis=1)
    return np.concatenate([half, -half])


def cast_rays(
    hu: FloatArray,
    inside: BoolArray,
    centre: NDArray[np.float64],
    border_hu: float,
    longest_mm: float,
    spacing_mm: SpacingMm,
) -> Rays:
    """Rays from a centre (fractional voxels) through a crop (i j k)."""
    step = max(_LEAST_STEP_MM, _STEP_SHARE * longest_mm)
    away = np.arange(step, longest_mm + step, step)
    points = centre + directions()[:, None, :] * away[None, :, None] / np.array(spacing_mm)
    where = points.reshape(-1, 3).T
    level = ndimage.map_coordinates(hu, where, order=1, mode="nearest").reshape(RAYS, -1)
    known = _nearest(inside, where).reshape(RAYS, -1)
    below = (level < border_hu) & known
    run = max(1, round(_GAP_MM / step))
    lasting = below.copy()
    for n in range(1, run):
        lasting[:, :-n] &= below[:, n:]
    end = _first(lasting)
    wall = _first(~known)
    steps = away.size
    is_open = wall < end
    first = np.minimum(np.minimum(end, wall), steps)
    lengths = (first + 0.5) * step
    unending = (first >= steps) & ~is_open
    return _settled(lengths, is_open, unending)


def _settled(lengths: NDArray[np.float64], is_open: BoolArray, unending: BoolArray) -> Rays:
    """Lengths with tails cut and open rays closed by their neighbours."""
    closed = ~is_open
    if np.count_nonzero(closed) < 0.15 * RAYS:
        return Rays(lengths, float(is_open.mean()), 1.0, np.inf)
    near = _neighbours()
    known = np.sort(np.where(closed, lengths, np.inf)[near], axis=1)
    count = np.count_nonzero(closed[near], axis=1)
    middle_known = known[np.arange(RAYS), np.maximum(count - 1, 0) // 2]
    typical = np.where(count >= 4, middle_known, np.median(lengths[closed]))
    ends = np.minimum(lengths, _CUT * typical)
    own = lengths[closed]
    middle = float(np.median(own))
    long_share = float(np.mean((own > _LONG * middle) | unending[closed]))
    low, high = np.quantile(own, (0.25, 0.85))
    return Rays(ends, float(is_open.mean()), long_share, float(high / max(low, 1e-6)))


def drawn(
    rays: Rays, dense: BoolArray, centre: NDArray[np.float64], spacing_mm: SpacingMm
) -> BoolArray:
    """The dense voxels (i j k) within the rays' ends."""
    places = np.argwhere(dense)
    offsets = (places - centre) * np.array(spacing_mm)
    away = np.linalg.norm(offsets, axis=1)
    _, ray = _tree().query(offsets / np.maximum(away, 1e-6)[:, None])
    kept = places[away <= rays.ends_mm[ray] + 0.25 * min(spacing_mm)]
    out = np.zeros(dense.shape, dtype=np.bool_, order="F")
    out[tuple(kept.T)] = True
    return out


def _nearest(mask: BoolArray, where: NDArray[np.float64]) -> BoolArray:
    index = np.rint(where).astype(np.intp)
    top = np.array(mask.shape)[:, None] - 1
    within = ((index >= 0) & (index <= top)).all(axis=0)
    i, j, k = np.clip(index, 0, top)
    return np.asarray(mask[i, j, k] & within)


def _first(rows: BoolArray) -> NDArray[np.intp]:
    """The first True of each row; the row's length where there is none."""
    return np.asarray(np.where(rows.any(axis=1), rows.argmax(axis=1), rows.shape[1]))


@lru_cache(maxsize=1)
def _tree() -> cKDTree:
    return cKDTree(directions())


@lru_cache(maxsize=1)
def _neighbours() -> NDArray[np.intp]:
    _, near = _tree().query(directions(), k=_NEAR_RAYS)
    return np.asarray(near)


@lru_cache(maxsize=1)
def _opposite() -> NDArray[np.intp]:
    return np.roll(np.arange(RAYS), RAYS // 2)
