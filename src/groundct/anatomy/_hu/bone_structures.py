"""Spine and ribs by name: what is said of them, and why a number is not given."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from groundct.anatomy._hu.column import Column
from groundct.anatomy._hu.numbering import (
    FIRST_LUMBAR,
    FIRST_THORACIC,
    Numbering,
    cell_span,
    vertebra_name,
)
from groundct.anatomy._hu.rib_tracks import RibTrack
from groundct.anatomy._hu.structure import Stage, Structure
from groundct.core.volume import Abstention

LEAST_ML, LEAST_RIB_ML = 3.0, 0.8
UNSURE = "several numberings of the vertebrae in view fit nearly as well"
CROSS = ndimage.generate_binary_structure(3, 1)

Labels = NDArray[np.int16]


def widened(labels: Labels) -> Labels:
    """The labels one voxel wider where nothing is labelled: parts reach over their whole."""
    return np.asarray(np.where(labels > 0, labels, ndimage.maximum_filter(labels, footprint=CROSS)))


def vertebra_structures(column: Column | str, voxel_ml: float) -> Stage:
    """The vertebrae by number, parts of "vertebrae"."""
    numbering = None if isinstance(column, str) else column.numbering
    if isinstance(column, str) or numbering is None:
        reason = column if isinstance(column, str) else UNSURE
        names = [vertebra_name(ordinal) for ordinal in range(FIRST_THORACIC, FIRST_LUMBAR)]
        return tuple(Abstention(name=name, reason=reason) for name in names if name)
    sizes = np.bincount(column.vertebrae.cells.ravel(order="K")) * voxel_ml
    cells = widened(column.vertebrae.cells)
    out = []
    for cell, ordinal in enumerate(numbering.ordinals):
        name = vertebra_name(ordinal)
        if name is None or cell + 1 >= sizes.size or sizes[cell + 1] < LEAST_ML:
            continue
        if _holds_more(column, cell):
            continue
        out.append(
            Structure(
                name,
                np.asarray(cells == cell + 1),
                "shape prior",
                _confidence(numbering),
                within="vertebrae",
                note=_note(numbering),
            )
        )
    return tuple(out)


def rib_structures(column: Column | str, tracks: list[RibTrack], labels: Labels) -> Stage:
    """The ribs by side and number, parts of "left rib" and "right rib"."""
    numbering = None if isinstance(column, str) else column.numbering
    wide = widened(labels)
    given: dict[str, Structure] = {}
    if not isinstance(column, str) and numbering is not None:
        index = {id(track): n + 1 for n, track in enumerate(tracks)}
        for (cell, right), track in column.ribs.items():
            order = numbering.ordinals[cell] - FIRST_THORACIC + 1
            if not 1 <= order <= 12:
                continue
            side = "right" if right else "left"
            name = f"{side} rib {order}"
            mask = np.asarray(wide == index[id(track)])
            if not mask.any():
                continue
            note = _note(numbering) + ("; it leaves the scan" if track.cut else "")
            given[name] = Structure(
                name, mask, "shape prior", _confidence(numbering), within=f"{side} rib", note=note
            )
    out: list[Structure | Abstention] = list(given.values())
    for side in ("left", "right"):
        for order in range(1, 13):
            name = f"{side} rib {order}"
            if name not in given:
                out.append(Abstention(name=name, reason=_why_no_rib(column, numbering)))
    return tuple(out)


def _why_no_rib(column: Column | str, numbering: Numbering | None) -> str:
    if isinstance(column, str):
        return column
    if numbering is None:
        return UNSURE
    return "no rib was followed from that vertebra on that side"


def _holds_more(column: Column, cell: int) -> bool:
    """Whether what lies beyond the last disc is more than a vertebra."""
    low, high = cell_span(column.levels, cell)
    where = column.vertebrae.along.get(cell + 1)
    return where is not None and where[1] - where[0] > 1.6 * (high - low)


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
