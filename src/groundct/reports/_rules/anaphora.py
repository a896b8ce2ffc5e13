"""A lung finding "directly below it" lies in the lung of the finding named just before.

Only the lung is carried over, never a lobe, and only where nothing else can be meant: the sentence
before says lung findings of one side and no other place, this one says lung findings and neither
side nor place of its own.
"""

from __future__ import annotations

from typing import Final, Literal

from groundct.core.report import Cue, Finding
from groundct.reports._rules.american.wording import worded
from groundct.reports._rules.ellipsis import Before
from groundct.reports._rules.reading import SentenceReading
from groundct.reports._rules.words.parsed import ANAPHOR, ANAPHORS, Parsed
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.findings import findings
from groundct.vocabulary.places import places

_LUNG = "lung/lung"
_SIDES: Final[tuple[Literal["right", "left"], ...]] = ("right", "left")


def placed(before: Before, said: SentenceReading) -> tuple[Finding, ...]:
    """The findings of a sentence that points back, those of the lungs placed by ``before``."""
    side = _side(before)
    if side is None or not _sideless(said):
        return said.findings
    hit = next(hit for hit in said.parsed.relations if hit.entry.meaning in ANAPHORS)
    cue = Cue(span=said.parsed.span_of(hit.first, hit.last), role=ANAPHOR, entry=hit.entry.entry_id)
    paths = (anatomy().path_of(f"{side} lung"),)
    return tuple(
        worded(
            finding.changed(anatomy=paths, laterality=side, cues=(*finding.cues, cue)),
            said.parsed.text,
            said.parsed.language,
        )
        if _placeless(finding)
        else finding
        for finding in said.findings
    )


def _sideless(said: SentenceReading) -> bool:
    """Whether a sentence names no side, and no place beside the lungs."""
    sides = ("right", "left", "bilateral", "midline", "opposite", "same")
    named = said.parsed.role("laterality", *sides) or not said.parsed.grammar.elsewhere.isdisjoint(
        said.parsed.words
    )
    return not named and _only_lung(said.parsed)


def _placeless(finding: Finding) -> bool:
    """Whether a finding of the lungs is there, and nothing says where."""
    own = findings().types[finding.type].anatomy
    return own == _LUNG and finding.anatomy == (_LUNG,) and finding.presence != "absent"


def _side(before: Before) -> Literal["right", "left"] | None:
    """The side of a sentence's lung findings, when the sentence names no place beside lungs."""
    there = [finding for finding in before.findings if finding.presence != "absent"]
    if not there or there[0].laterality not in _SIDES or not _only_lung(before.said.parsed):
        return None
    for side in _SIDES:
        lung = anatomy().path_of(f"{side} lung")
        if all(
            finding.laterality == side
            and finding.anatomy
            and all(lung in (path, *anatomy().ancestors(path)) for path in finding.anatomy)
            for finding in there
        ):
            return side
    return None


def _only_lung(parsed: Parsed) -> bool:
    """Whether all places that a sentence names, neighbours too, are places of the lung."""
    return all(places().places[p.entry.meaning].regions == ("lung",) for p in parsed.places)
