"""The embedded finding segmenter: Hounsfield units, shape and what the text says.

One rule an appearance, on the crop of the site alone; no weights. The helpers in ``_hu_text`` name
their sources. What it measures, and on what, is in ``docs/quality/hu_text.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from groundct.core.contracts import Answer, FindingRequest, FindingSegmenter
from groundct.grounding._hu_text.consolidation import consolidation
from groundct.grounding._hu_text.effusion import pleural_effusion
from groundct.grounding._hu_text.emphysema import emphysema
from groundct.grounding._hu_text.field import field_of
from groundct.grounding._hu_text.ground_glass import ground_glass
from groundct.grounding._hu_text.nodule import nodules
from groundct.grounding._hu_text.pneumothorax import pneumothorax

_APPEARANCES: Final = {
    "1c": emphysema,
    "2b": consolidation,
    "2c": ground_glass,
    "2d": nodules,
    "2e": pleural_effusion,
    "2g": pneumothorax,
}


@dataclass(frozen=True)
class HuText:
    """Finds six appearances by rules of HU and shape."""

    name: str = "hu_text"
    version: str = "2"
    description: str = "Findings by HU, shape and the stated size, side and place; no weights."
    categories: tuple[str, ...] = tuple(_APPEARANCES)
    quality: str = (
        "Dice 0.76 to 0.90 on 4 solid LIDC nodules of stated size (development data); phantom, "
        "odd seeds: 1c .63, 2b .97, 2c .82, 2d .96, 2e .85, 2g .93; docs/quality/hu_text.md"
    )

    def segment(self, request: FindingRequest) -> Answer:
        """Candidates inside the request's site, best first; none for a category not covered."""
        rule = _APPEARANCES.get(request.finding.category)
        if rule is None:
            return Answer((), f"no rule for category {request.finding.category}")
        field = field_of(request)
        if field is None:
            return Answer((), "the place holds no lung to look in")
        return Answer(rule(field, request.finding), "nothing there looks like it")


PLUGIN: FindingSegmenter = HuText()
