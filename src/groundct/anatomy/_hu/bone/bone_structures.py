"""Bones by name: what is said of each, and why one is not given."""

from __future__ import annotations

from dataclasses import dataclass

from groundct.anatomy._hu.bone.column import Column
from groundct.anatomy._hu.bone.label_regions import Labels, region_of
from groundct.anatomy._hu.bone.numbering import (
    FIRST_LUMBAR,
    FIRST_THORACIC,
    Numbering,
    cell_span,
    vertebra_name,
)
from groundct.anatomy._hu.bone.rib_tracks import RibTrack
from groundct.anatomy._hu.grid import Working
from groundct.anatomy._hu.structure import Stage, Structure
from groundct.core.volume import Abstention, Method, RegionMask

LEAST_ML, LEAST_RIB_ML = 3.0, 0.8
UNSURE = "several numberings of the vertebrae in view fit nearly as well"
NO_BONE = "no bone of that form at that place"
LONGEST_CELL = 1.6
"""A cell longer than this many vertebrae holds more than one: discs were not seen in it."""

SHORTEST_CELL = 0.4
"""A cell shorter than this may be a part of the next, above or under a disc that is none."""


@dataclass(frozen=True, eq=False)
class Named:
    """A bone that is a part of another: its codes in the labels, and what is said of it."""

    name: str
    codes: tuple[int, ...]
    within: str = "bone"
    method: Method = "shape prior"
    confidence: float = 0.7
    note: str = ""
    why_not: str = NO_BONE


def part_structures(grid: Working, labels: Labels, parts: list[Named]) -> Stage:
    """The parts, each with its voxels on the full grid."""
    return tuple(_structure(grid, labels, part) for part in parts)


def _structure(grid: Working, labels: Labels, part: Named) -> Structure | Abstention:
    region: RegionMask | None = region_of(grid, labels, part.codes) if part.codes else None
    if region is None:
        return Abstention(name=part.name, reason=part.why_not)
    return Structure(
        part.name, region, part.method, part.confidence, within=part.within, note=part.note
    )


def vertebra_parts(
    column: Column | str, sizes_ml: dict[int, float], first_code: int
) -> list[Named]:
    """The vertebrae by number; ``first_code`` is the code of the lowest cell."""
    if isinstance(column, str) or column.numbering is None:
        reason = column if isinstance(column, str) else UNSURE
        ordinals = range(FIRST_THORACIC, FIRST_LUMBAR)
        names = [vertebra_name(ordinal) for ordinal in ordinals]
        return [Named(name, (), "vertebrae", why_not=reason) for name in names if name]
    out = []
    for cell, ordinal in enumerate(column.numbering.ordinals):
        name, code = vertebra_name(ordinal), first_code + cell
        if name is None or sizes_ml.get(code, 0.0) < LEAST_ML or not _is_one(column, cell):
            continue
        out.append(
            Named(
                name,
                (code,),
                "vertebrae",
                confidence=_confidence(column.numbering),
                note=_note(column.numbering),
            )
        )
    return out


def rib_parts(
    column: Column | str, tracks: list[RibTrack], sizes_ml: dict[int, float], first_code: int
) -> list[Named]:
    """The ribs by side and number; ``first_code`` is the code of the first track."""
    numbering = None if isinstance(column, str) else column.numbering
    given: dict[str, Named] = {}
    if not isinstance(column, str) and numbering is not None:
        code_of = {id(track): first_code + n for n, track in enumerate(tracks)}
        for (cell, right), track in column.ribs.items():
            side, code = "right" if right else "left", code_of[id(track)]
            name = f"{side} rib {numbering.ordinals[cell] - FIRST_THORACIC + 1}"
            if sizes_ml.get(code, 0.0) < LEAST_RIB_ML:
                continue
            note = _note(numbering) + ("; it leaves the scan" if track.cut else "")
            given[name] = Named(
                name, (code,), f"{side} rib", confidence=_confidence(numbering), note=note
            )
    why = _why_no_rib(column, numbering)
    names = [f"{side} rib {order}" for side in ("left", "right") for order in range(1, 13)]
    return [given.get(name, Named(name, (), why_not=why)) for name in names]


def _why_no_rib(column: Column | str, numbering: Numbering | None) -> str:
    if isinstance(column, str):
        return column
    return UNSURE if numbering is None else "no rib was followed from that vertebra on that side"


def _is_one(column: Column, cell: int) -> bool:
    """Whether what lies between two discs, or beyond the last, is about a vertebra or half of it.

    At the ends it may be more, or a sliver of the next.
    """
    low, high = cell_span(column.levels, cell)
    where = column.vertebrae.along.get(cell + 1)
    if where is None:
        return False
    return SHORTEST_CELL * (high - low) <= where[1] - where[0] <= LONGEST_CELL * (high - low)


def _confidence(numbering: Numbering) -> float:
    """Less where neither end of the row of ribs is in view."""
    seen = numbering.first_rib or numbering.last_rib
    return round((0.85 if seen else 0.65) * numbering.sure, 2)


def _note(numbering: Numbering) -> str:
    ends = []
    if numbering.first_rib:
        ends.append("no rib above the first")
    if numbering.last_rib:
        ends.append("no rib below the twelfth")
    if ends:
        return "counted by ribs: " + " and ".join(ends)
    return "counted by the lengths of ribs and the heights of carina and lungs alone"
