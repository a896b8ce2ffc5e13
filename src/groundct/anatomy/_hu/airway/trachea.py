"""The trachea: a round column of air, traced from slice to slice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from groundct.anatomy._hu.grid import Working
from groundct.core.volume import BoolArray

LUMEN_HU = -700
AREA_MM2 = (36.0, 900.0)
MIDLINE_MM = 45.0
MIN_LENGTH_MM = 25.0
SHIFT_MM = 5.0
"""How far a disc's centre may lie from the last one's, besides what a slanting trachea adds."""

THICK_MM = 4.0
"""Discs of thinner slices overlap."""

GAP_SLICES = 2
"""A slice may be missing, such as where an apex of the lung seems to touch the trachea."""


@dataclass(frozen=True, eq=False)
class Disc:
    """A round piece of air in an axial working slice; ``below`` counts its continuation."""

    k: int
    area_mm2: float
    center: tuple[float, float]
    pixels: tuple[NDArray[np.intp], NDArray[np.intp]]


def _discs(grid: Working, body: BoolArray, k: int, middle: float) -> list[Disc]:
    air = body[:, :, k] & (grid.hu[:, :, k] < LUMEN_HU)
    labels, _ = ndimage.label(air)
    step_i, step_j, _ = grid.spacing_mm
    out = []
    for n, box in enumerate(ndimage.find_objects(labels), start=1):
        size_i, size_j = (s.stop - s.start for s in box)
        width, depth = size_i * step_i, size_j * step_j
        if not (5 <= width <= 40 and 5 <= depth <= 40 and 0.4 <= width / depth <= 2.5):
            continue
        ii, jj = np.nonzero(labels[box] == n)
        area = ii.size * step_i * step_j
        if not AREA_MM2[0] <= area <= AREA_MM2[1] or ii.size < 0.55 * size_i * size_j:
            continue
        ii, jj = ii + box[0].start, jj + box[1].start
        center = (float(ii.mean()), float(jj.mean()))
        if abs(center[0] - middle) * step_i <= MIDLINE_MM:
            out.append(Disc(k, area, center, (ii, jj)))
    return out


def trace_trachea(grid: Working, body: BoolArray) -> list[Disc] | None:
    """The longest chain of discs that overlap from slice to slice, from the top down."""
    line = np.flatnonzero(body.any(axis=(1, 2)))
    middle = float(line[0] + line[-1]) / 2
    chains: list[list[Disc]] = []
    open_chains: list[list[Disc]] = []
    for k in range(grid.hu.shape[2] - 1, -1, -1):
        discs = _discs(grid, body, k, middle)
        going: list[list[Disc]] = []
        taken: set[int] = set()
        for chain in sorted(open_chains, key=len, reverse=True):
            best = _continuation(chain[-1], discs, taken, grid)
            if best is None:
                (going if chain[-1].k - k < GAP_SLICES else chains).append(chain)
            else:
                taken.add(best)
                chain.append(discs[best])
                going.append(chain)
        going += [[disc] for n, disc in enumerate(discs) if n not in taken]
        open_chains = going
    chains += open_chains
    if not chains:
        return None
    chain = max(chains, key=lambda c: sum(min(d.area_mm2, 250.0) for d in c))
    chain = _without_gaps(grid, chain[: _end(chain) + 1])
    return chain if len(chain) * grid.spacing_mm[2] >= MIN_LENGTH_MM else None


def _continuation(disc: Disc, discs: list[Disc], taken: set[int], grid: Working) -> int | None:
    """The disc that overlaps the last one most, or else the nearest of about its size."""
    plane = np.zeros(grid.hu.shape[:2], dtype=np.bool_)
    plane[disc.pixels] = True
    step = grid.spacing_mm[2]
    best, most = None, 0.3
    for n, other in enumerate(discs):
        shared = np.count_nonzero(plane[other.pixels]) / min(
            len(other.pixels[0]), len(disc.pixels[0])
        )
        if n not in taken and shared > most:
            best, most = n, shared
    if best is not None or (len(discs) and disc.k - discs[0].k == 1 and step < THICK_MM):
        return best
    nearest = np.inf
    for n, other in enumerate(discs):
        limit = SHIFT_MM + 0.6 * (disc.k - other.k) * step
        apart = np.subtract(disc.center, other.center) * grid.spacing_mm[:2]
        far = float(np.hypot(*apart))
        alike = 0.5 <= other.area_mm2 / disc.area_mm2 <= 2.0
        if n not in taken and alike and far < min(limit, nearest):
            best, nearest = n, far
    return best


def _without_gaps(grid: Working, chain: list[Disc]) -> list[Disc]:
    """The chain with a disc in every slice: in a missing one the air at both neighbours' place."""
    out = chain[:1]
    for disc in chain[1:]:
        for k in range(out[-1].k - 1, disc.k, -1):
            place = np.zeros(grid.hu.shape[:2], dtype=np.bool_)
            place[out[-1].pixels] = place[disc.pixels] = True
            center = tuple(np.add(out[-1].center, disc.center) / 2)
            ii, jj = np.nonzero(place & (grid.hu[:, :, k] < LUMEN_HU))
            out.append(Disc(k, disc.area_mm2, center, (ii, jj)))
        out.append(disc)
    return out


def _end(chain: list[Disc]) -> int:
    """Where the column ends: its disc becomes much larger or smaller than the last ones were."""
    for n in range(4, len(chain)):
        usual = float(np.median([d.area_mm2 for d in chain[n - 4 : n]]))
        later = [d.area_mm2 for d in chain[n : n + 3]]
        if all(not 0.5 * usual <= area <= 2.0 * usual for area in later):
            return n - 1
    return len(chain) - 1
