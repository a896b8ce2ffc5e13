"""The body: what is not air or table, with its cavities."""

from __future__ import annotations

import numpy as np

from groundct.anatomy._hu.grid import Working
from groundct.core.volume import BoolArray
from groundct.imaging.components import components, fill_holes_by_slice, largest_component
from groundct.imaging.distances import open_mm

SKIN_HU = -350
TABLE_RADIUS_MM = 4.0
CUT_LUNG_ML = 50.0
CUT_SHARE = 0.2
MIDDLE_SHARE = 0.3
LUNG_HU = (-950.0, -500.0)


def find_body(grid: Working) -> BoolArray | None:
    """The body on the working grid, air inside included; None when there is hardly any.

    Sheets thinner than 8 mm, such as the table, go; then the largest component is filled slice by
    slice. A lung that a small field of view cuts is told from the air outside by its HU.
    """
    solid = np.asarray(grid.hu > SKIN_HU)
    core = largest_component(open_mm(solid, TABLE_RADIUS_MM, grid.spacing_mm), 6)
    if np.count_nonzero(core) * grid.voxel_ml < 100:
        return None
    return fill_holes_by_slice(core | _cut_lungs(grid, core))


def _cut_lungs(grid: Working, core: BoolArray) -> BoolArray:
    """Air that reaches the border of the view and is denser than air: lung.

    Only where the body itself reaches the border too, and not in the middle of its front or back:
    blankets and mattresses are as dense.
    """
    out = np.zeros(core.shape, dtype=np.bool_, order="F")
    labels, sizes = components(np.asarray(~core), 6)
    for label in range(1, sizes.size):
        if sizes[label] * grid.voxel_ml < CUT_LUNG_ML:
            break
        piece = labels == label
        levels = piece.any(axis=(0, 1))
        if _on_border(core, levels) < CUT_SHARE or _in_the_middle(piece, levels) > MIDDLE_SHARE:
            continue
        if LUNG_HU[0] < float(np.median(grid.hu[piece])) < LUNG_HU[1]:
            out |= piece
    return out


def _on_border(core: BoolArray, levels: BoolArray) -> float:
    """How much of the view's border the body takes in the slices ``levels``."""
    sides = (core[0], core[-1], core[:, 0], core[:, -1])
    return float(np.concatenate([side[:, levels].ravel() for side in sides]).mean())


def _in_the_middle(piece: BoolArray, levels: BoolArray) -> float:
    """In how many of its slices a piece reaches the middle of the view's front or back border."""
    middle = slice(piece.shape[0] * 2 // 5, piece.shape[0] * 3 // 5)
    front, back = piece[middle, -1][:, levels], piece[middle, 0][:, levels]
    return float((front.any(axis=0) | back.any(axis=0)).mean())
