"""The two spaces around lungs: where a finding may lie that no lung mask holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal, NamedTuple

import numpy as np

from groundct.core.volume import BoolArray, LabelMap, Volume
from groundct.grounding._space import cavity, pleural
from groundct.grounding._space.coarse import WALL, CoarseChest

SpaceName = Literal["thoracic cavity", "pleural space"]


class _Kind(NamedTuple):
    """How a space is drawn, what is looked at around the lungs, and what is no part of it."""

    draw: Callable[[CoarseChest, tuple[str, ...]], Mapping[str, BoolArray]]
    margin_mm: float
    barred: tuple[str, ...]


_KINDS: Final[Mapping[SpaceName, _Kind]] = {
    "thoracic cavity": _Kind(cavity.draw, cavity.MARGIN_MM, WALL),
    "pleural space": _Kind(pleural.draw, pleural.MARGIN_MM, ()),
}


def space_of(
    name: SpaceName,
    volume: Volume,
    organs: LabelMap,
    sides: tuple[str, ...],
    lungs: Mapping[str, BoolArray] | None = None,
) -> BoolArray:
    """The space of the named lungs ("left lung", "right lung"), full size (i j k).

    Empty when none of them is segmented; the lungs themselves are part of it. ``lungs`` are their
    full-size masks, where they are at hand.
    """
    kind = _KINDS[name]
    chest = CoarseChest.of(volume, organs, kind.margin_mm, lungs)
    if chest is None:
        return np.zeros(volume.geometry.shape, dtype=np.bool_, order="F")
    return chest.full_size(kind.draw(chest, sides), *kind.barred)
