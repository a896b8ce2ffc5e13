"""What a stage of ``hu`` gives: a structure that was found, on the working or on the full grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from groundct.core.volume import Abstention, BoolArray, Method, RegionMask

Border = Literal["smooth", "bone"]


@dataclass(frozen=True, eq=False)
class Structure:
    """One structure.

    ``mask`` is bool on the working grid, brought to the full grid by the painter (``border``:
    "smooth" interpolates, "bone" follows the full HU), or a RegionMask that is already on the
    full grid.

    ``within`` names the structure that this one is a part of. The parts of a whole share out its
    voxels: where they fill more than half of a voxel it is the part's that fills most, else the
    whole's rest. Parts that should fill the whole to its border must reach a little over it.
    """

    name: str
    mask: BoolArray | RegionMask
    method: Method
    confidence: float
    border: Border = "smooth"
    within: str | None = None
    note: str = ""


Stage = tuple[Structure | Abstention, ...]
"""What a stage of ``hu`` returns: what it found, and what it looked for in vain with the reason."""
