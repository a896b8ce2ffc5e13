"""The trachea: a round column of air, traced from slice to slice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from groundct.anatomy._hu.grid import Working
from groundct.core.volume import BoolArray

LUMEN_HU = -700
AREA_MM2 = (60.0, 900.0)
MIDLINE_MM = 45.0
MIN_LENGTH_MM = 25.0


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
        if not (6 <= width <= 40 and 6 <= depth <= 40 and 0.4 <= width / depth <= 2.5):
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
        going = []
        taken: set[int] = set()
        for chain in sorted(open_chains, key=len, reverse=True):
            best = _continuation(chain[-1], discs, taken, grid.hu.shape)
            if best is None:
                chains.append(chain)
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
    chain = chain[: _end(chain) + 1]
    return chain if len(chain) * grid.spacing_mm[2] >= MIN_LENGTH_MM else None


def _continuation(
    disc: Disc, discs: list[Disc], taken: set[int], shape: tuple[int, ...]
) -> int | None:
    plane = np.zeros(shape[:2], dtype=np.bool_)
    plane[disc.pixels] = True
    best, most = None, 0.3
    for n, other in enumerate(discs):
        shared = np.count_nonzero(plane[other.pixels]) / min(
            len(other.pixels[0]), len(disc.pixels[0])
        )
        if n not in taken and shared > most:
            best, most = n, shared
    return best


def _end(chain: list[Disc]) -> int:
    """Where the column ends: its disc becomes much larger or smaller than the trachea's was."""
    for n in range(4, len(chain)):
        usual = float(np.median([d.area_mm2 for d in chain[max(0, n - 20) : n]]))
        if not 0.6 * usual <= chain[n].area_mm2 <= 1.6 * usual:
            later = [d.area_mm2 for d in chain[n : n + 3]]
            if all(not 0.6 * usual <= area <= 1.6 * usual for area in later):
                return n - 1
    return len(chain) - 1
