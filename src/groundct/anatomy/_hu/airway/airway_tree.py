"""The airway tree as a graph of branches, from the trachea down."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TRACHEA = "trachea"
LEFT_MAIN = "left main bronchus"
RIGHT_MAIN = "right main bronchus"
RIGHT_UPPER = "right upper lobe bronchus"
INTERMEDIUS = "bronchus intermedius"
RIGHT_MIDDLE = "right middle lobe bronchus"
RIGHT_LOWER = "right lower lobe bronchus"
LEFT_UPPER = "left upper lobe bronchus"
LEFT_LOWER = "left lower lobe bronchus"


@dataclass(frozen=True, eq=False)
class Branch:
    """A piece of airway between two forks.

    ``index`` is its place in the tree, ``parent`` its parent's (None for the trachea).
    ``points_mm`` (n, 3) is its centreline in RAS+ mm, from the parent's end outwards, and
    ``radius_mm`` (n,) the lumen's radius there. ``label`` is the name of a trachea, main or lobar
    bronchus; None where the branch lies beyond those or could not be told. ``lobe`` names the
    lobar bronchus through which the branch is reached, its own label included; None above the
    lobar bronchi or where that could not be told. ``generation`` is 0 for the trachea.
    """

    index: int
    parent: int | None
    points_mm: NDArray[np.float64]
    radius_mm: NDArray[np.float64]
    label: str | None
    generation: int
    lobe: str | None = None
