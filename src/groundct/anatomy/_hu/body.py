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
    """Air that reaches the border of the view and is denser than air: lung."""
    out = np.zeros(core.shape, dtype=np.bool_, order="F")
    labels, sizes = components(np.asarray(~core), 6)
    for label in range(1, sizes.size):
        if sizes[label] * grid.voxel_ml < CUT_LUNG_ML:
            break
        piece = labels == label
        if LUNG_HU[0] < float(np.median(grid.hu[piece])) < LUNG_HU[1]:
            out |= piece
    return out
