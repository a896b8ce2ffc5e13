"""A lobe with a side and no level is none of the lungs': the thyroid and the liver have such.

"The thyroid gland is large. There is a nodule in the right lobe." The organ is the one where all
findings of the sentence before are, or that it names and finds nothing in.
"""

from __future__ import annotations

from typing import Final

from groundct.core.report import Finding
from groundct.reports._rules.discourse.ellipsis import Before
from groundct.reports._rules.discourse.headings import under
from groundct.reports._rules.reading import SentenceReading
from groundct.reports._rules.words.parsed import Parsed
from groundct.vocabulary.places import places

_LOBED: Final = {"thyroid": "thyroid", "liver": "liver lobe"}
"""Organs with a right and a left lobe, and the places that these are."""


def at_lobe(
    before: Before, found: tuple[Finding, ...], said: SentenceReading
) -> tuple[Finding, ...]:
    """A sentence's findings, general words in a lobe of the organ that the one before speaks of."""
    if not _names_lobe(said.parsed):
        return found
    organ = _organ(before.named or before)
    return found if organ is None else under(_LOBED[organ], found, said)


def _names_lobe(parsed: Parsed) -> bool:
    """Whether a sentence names lobes, a side right before each, and no level or segment."""
    hits = [hit for hit in parsed.found.get("sites", ()) if hit.entry.meaning != "joins"]
    sides = {hit.last for hit in parsed.role("laterality", "right", "left", "bilateral")}
    return bool(hits) and all(h.entry.meaning == "lobe" and h.first in sides for h in hits)


def _organ(before: Before) -> str | None:
    """The organ with two lobes that a sentence speaks of."""
    there = [finding.anatomy for finding in before.findings]
    named = [places().places[key].paths for key in before.said.places]
    paths = {path for own in there or named for path in own}
    for organ in _LOBED:
        (home,) = places().places[organ].paths
        if paths and all(f"{path}/".startswith(f"{home}/") for path in paths):
            return organ
    return None
