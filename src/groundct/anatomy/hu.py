"""The embedded segmenter ``hu``: organs of a chest CT by intensity, shape and position alone.

Works with and without contrast agent, on a 2 mm copy of the scan; borders of lungs, airways and
bones follow the full HU. No weights, no randomness. Measured quality and what it misses:
``docs/quality/masks.md``.
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
        "CIP thorax: lung Dice .98; two LIDC scans (development data): every mark of every reader "
        "inside a lung and in the lobe seen by eye, ribs and vertebrae counted right; "
        "phantoms and what is wrong with each mask: docs/quality/masks.md"
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
