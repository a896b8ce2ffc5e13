"""The embedded finding segmenter: Hounsfield units, shape and what the text says.

One rule an appearance, on the crop of the site alone; no weights. The helpers in ``_hu_text`` name
their sources. What it measures, and on what, is in ``docs/quality/hu_text.md``.
"""

from __future__ import annotations

from dataclasses import dataclass

from groundct.core.contracts import Answer, FindingRequest, FindingSegmenter
from groundct.grounding._hu_text.field import field_of
from groundct.grounding._hu_text.rules import CATEGORIES, rule_of
from groundct.grounding._hu_text.where import weighed


@dataclass(frozen=True)
class HuText:
    """Finds the fourteen segmented categories by rules of HU, texture and shape."""

    name: str = "hu_text"
    version: str = "4"
    description: str = "Findings by HU, shape and the stated size, side and place; no weights."
    categories: tuple[str, ...] = tuple(CATEGORIES)
    quality: str = (
        "Dice 0.88 to 0.91 on 4 solid LIDC nodules of stated size and lobe (development data); "
        "phantoms of odd seeds: 40 of 45 findings hit, mean Dice 0.63; no real case of most "
        "categories was at hand; docs/quality/hu_text.md"
    )

    def segment(self, request: FindingRequest) -> Answer:
        """Candidates inside the request's site, best first; none, with the reason, otherwise."""
        finding = request.finding
        rule = rule_of(finding)
        if rule is None:
            return Answer((), f"no rule looks for {finding.type} ({finding.category})")
        field = field_of(request)
        if field is None:
            return Answer((), "the place holds no lung to look in")
        found = rule(field, finding)
        kept = weighed(found.candidates, field, finding)
        return Answer(kept) if kept else found


PLUGIN: FindingSegmenter = HuText()
