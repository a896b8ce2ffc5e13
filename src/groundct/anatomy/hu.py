"""The embedded segmenter ``hu``: organs of a chest CT by intensity, shape and position alone.

Works with and without contrast agent, on a 2 mm copy of the scan; borders of lungs, airways and
bones follow the full HU. No weights, no randomness. Measured quality and what it misses:
``docs/quality/hu.md``.
"""

from __future__ import annotations

from dataclasses import dataclass

from groundct.anatomy._hu.names import ANSWERS_FOR
from groundct.core.volume import LabelMap, Volume


@dataclass(frozen=True)
class HuSegmenter:
    """Volume -> LabelMap of organs; the contract is ``core.contracts.Segmenter``."""

    name: str = "hu"
    version: str = "2.0"
    description: str = "organs by HU, shape and position; no weights"
    answers_for: tuple[str, ...] = ANSWERS_FOR
    quality: str = (
        "lung Dice .98 on a real thorax (CIP, development data), 4 LIDC nodules wholly inside; "
        "phantom, odd seeds: lung .99, bone .97, liver .90, heart .85, bronchie .68; "
        "airless lung at the chest wall is mostly missed; docs/quality/hu.md"
    )

    def segment(self, volume: Volume) -> LabelMap:
        """Every structure that the rules find; the others, and all out of view, are left out.

        A scan without a body in it gives a label map without segments.
        """
        from groundct.anatomy._hu.find import find_all
        from groundct.anatomy._hu.grid import working
        from groundct.anatomy._hu.paint import paint

        grid = working(volume)
        return paint(grid, find_all(grid))


PLUGIN = HuSegmenter()
