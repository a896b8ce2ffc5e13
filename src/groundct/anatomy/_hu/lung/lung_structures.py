"""The lungs as structures: how sure each is, and how much of its border was not seen as air."""

from __future__ import annotations

import numpy as np

from groundct.anatomy._hu.airway.airways import Airways
from groundct.anatomy._hu.grid import Working
from groundct.anatomy._hu.lung.lung_border import lung_on_full
from groundct.anatomy._hu.lung.lungs import Lungs
from groundct.anatomy._hu.lung.regions import joined
from groundct.anatomy._hu.lung.vessels import find_vessels
from groundct.anatomy._hu.structure import Stage, Structure
from groundct.core.volume import Abstention, BoolArray, RegionMask
from groundct.imaging.distances import dilate_mm, erode_mm

NO_AIR = "too little air in the body"
NO_AIR_THERE = "no air on that side: no lung, or one that has collapsed or is filled"
SMALL_SHARE = 0.4
"""A lung smaller than this share of the other has lost much, which may be missing here."""

WORTH_TELLING = 0.05
VESSEL_NOTE = "inside the lungs; those within 2 mm of the border are left out"
NEAR_AIR_MM = 5.0


def lung_structures(grid: Working, lungs: Lungs | None) -> Stage:
    """Left and right lung; the notes say what of them was closed over tissue."""
    if lungs is None:
        return tuple(Abstention(name=f"{side} lung", reason=NO_AIR) for side in ("left", "right"))
    sides = {"left lung": lungs.left, "right lung": lungs.right}
    sizes = {name: int(np.count_nonzero(mask)) for name, mask in sides.items() if mask is not None}
    out: list[Structure | Abstention] = []
    for name, mask in sides.items():
        if mask is None:
            out.append(Abstention(name=name, reason=NO_AIR_THERE))
            continue
        closed = closed_share(grid, mask, lungs.aerated)
        notes = []
        confidence = 0.95 - min(0.3, closed)
        if closed >= WORTH_TELLING:
            notes.append(f"{closed:.0%} of its border is closed over airless tissue")
        if sizes[name] < SMALL_SHARE * max(sizes.values()):
            confidence = min(confidence, 0.5)
            notes.append("much smaller than the other lung; airless parts of it may be missing")
        whole = lung_on_full(grid, mask, lungs.aerated)
        out.append(Structure(name, whole, "intensity", confidence, note="; ".join(notes)))
    return tuple(out)


def lung_vessels(grid: Working, lungs: Stage, airways: Airways | None) -> Structure | Abstention:
    """The vessels inside the lungs among ``lungs``."""
    masks = [s.mask for s in lungs if isinstance(s, Structure)]
    within = tuple(mask for mask in masks if isinstance(mask, RegionMask))
    found = joined(*find_vessels(grid, within, airways)) if within else None
    if found is None or found.count == 0:
        return Abstention(name="lung vessel", reason="no lung with threads in it was found")
    return Structure("lung vessel", found, "shape prior", 0.75, note=VESSEL_NOTE)


def closed_share(grid: Working, lung: BoolArray, aerated: BoolArray) -> float:
    """How much of a lung's surface lies more than 5 mm from its air."""
    surface = lung & ~erode_mm(lung, 1.01 * max(grid.spacing_mm), grid.spacing_mm)
    near = dilate_mm(aerated & lung, NEAR_AIR_MM, grid.spacing_mm)
    count = int(np.count_nonzero(surface))
    return int(np.count_nonzero(surface & ~near)) / count if count else 0.0
