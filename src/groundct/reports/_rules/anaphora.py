"""A lung finding "directly below it" lies in the lung of the finding named just before.

Only the lung is carried over, never a lobe, and only where nothing else can be meant: the sentence
before says one lung finding of one side and no other place, this one says one lung finding and
neither side nor place of its own.
"""

from __future__ import annotations

from typing import Final, Literal

from groundct.core.report import Cue, Finding
from groundct.reports._rules.american.wording import worded
from groundct.reports._rules.reading import SentenceReading
from groundct.reports._rules.words.parsed import ANAPHOR, Parsed
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.findings import findings
from groundct.vocabulary.places import places

_LUNG = "lung/lung"
_SIDES: Final[tuple[Literal["right", "left"], ...]] = ("right", "left")


def placed(before: SentenceReading | None, said: SentenceReading) -> tuple[Finding, ...]:
    """The findings of a sentence, its one lung finding placed by the sentence ``before``."""
    if before is None or not said.points_back or not _placeless(said):
        return said.findings
    side = _side(before)
    if side is None:
        return said.findings
    hit = next(hit for hit in said.parsed.relations if hit.entry.meaning == ANAPHOR)
    cue = Cue(span=said.parsed.span_of(hit.first, hit.last), role=ANAPHOR, entry=hit.entry.entry_id)
    finding = said.findings[0]
    paths = (anatomy().path_of(f"{side} lung"),)
    carried = finding.changed(anatomy=paths, laterality=side, cues=(*finding.cues, cue))
    return (worded(carried, said.parsed.text, said.parsed.language),)


def _placeless(said: SentenceReading) -> bool:
    """Whether a sentence says one lung finding that is there, and no side or place."""
    if len(said.findings) != 1 or said.findings[0].presence == "absent":
        return False
    finding = said.findings[0]
    own = findings().types[finding.type].anatomy
    sides = ("right", "left", "bilateral", "midline", "opposite", "same")
    named = said.parsed.role("laterality", *sides) or not said.parsed.grammar.elsewhere.isdisjoint(
        said.parsed.words
    )
    return own == _LUNG and finding.anatomy == (_LUNG,) and not named and _only_lung(said.parsed)


def _side(before: SentenceReading) -> Literal["right", "left"] | None:
    """The side of a sentence's one lung finding, when the sentence names no place beside lungs."""
    if len(before.findings) != 1 or before.findings[0].presence == "absent":
        return None
    if not _only_lung(before.parsed):
        return None
    finding = before.findings[0]
    for side in _SIDES:
        lung = anatomy().path_of(f"{side} lung")
        inside = all(lung in (path, *anatomy().ancestors(path)) for path in finding.anatomy)
        if finding.laterality == side and finding.anatomy and inside:
            return side
    return None


def _only_lung(parsed: Parsed) -> bool:
    """Whether all places that a sentence names, neighbours too, are places of the lung."""
    return all(places().places[p.entry.meaning].regions == ("lung",) for p in parsed.places)
