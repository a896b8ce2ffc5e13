"""The body: what is not air or table, with its cavities."""

from __future__ import annotations

import numpy as np

from groundct.anatomy._hu.grid import Working
from groundct.core.volume import BoolArray
from groundct.imaging.components import fill_holes_by_slice, largest_component
from groundct.imaging.distances import open_mm

SKIN_HU = -350
TABLE_RADIUS_MM = 4.0


def find_body(grid: Working) -> BoolArray | None:
    """The body on the working grid, air inside included; None when there is hardly any.

    Sheets thinner than 8 mm, such as the table, go; then the largest component is filled slice by
    slice.
    """
    solid = np.asarray(grid.hu > SKIN_HU)
    core = largest_component(open_mm(solid, TABLE_RADIUS_MM, grid.spacing_mm), 6)
    if np.count_nonzero(core) * grid.voxel_ml < 100:
        return None
    return fill_holes_by_slice(core)
