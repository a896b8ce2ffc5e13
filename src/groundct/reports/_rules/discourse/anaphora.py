"""A lung finding "directly below it" lies in the lung of the finding named just before.

Only the lung is carried over, and only where nothing else can be meant: the sentence before says
lung findings of one side and no other place, this one says lung findings and neither side nor place
of its own. "In these areas", or where "it is accompanied by" them, they lie at the very place of
all that was found before.
"""

from __future__ import annotations

from typing import Final, Literal

from groundct.core.report import Cue, Finding
from groundct.reports._rules.american.wording import worded
from groundct.reports._rules.discourse.ellipsis import Before
from groundct.reports._rules.discourse.meaning import Spot, spot_of
from groundct.reports._rules.opacities import is_meaning
from groundct.reports._rules.reading import SentenceReading
from groundct.reports._rules.words.parsed import ANAPHOR, Parsed, pointing
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.findings import findings
from groundct.vocabulary.places import places

_LUNG = "lung/lung"
_PLEURA = "pleura/pleura"
_LUNGS = frozenset(("lung",))
_CHEST = frozenset(("lung", "pleura"))
_SIDES: Final[tuple[Literal["right", "left"], ...]] = ("right", "left")


def placed(before: Before, said: SentenceReading) -> tuple[Finding, ...]:
    """The findings of a sentence that points back, those of the lungs placed by ``before``."""
    if not any(_placeless(own, home) for own in said.findings for home in (_LUNG, _PLEURA)):
        return said.findings
    hit = pointing(said.parsed)
    here = hit is not None and hit.entry.meaning != ANAPHOR
    if hit is None:
        return said.findings
    last = before.named or before
    spot = _spot(last) if here else _lung_of(before)
    spot = spot if _sideless(said, _LUNGS) else None
    side = _one_side(last) if here and _sideless(said, _CHEST) else None
    if spot is None and side is None:
        return said.findings
    cue = Cue(span=said.parsed.span_of(hit.first, hit.last), role=ANAPHOR, entry=hit.entry.entry_id)
    out = []
    for finding in said.findings:
        moved = finding
        if spot is not None and _placeless(finding, _LUNG):
            moved = finding.changed(**spot._asdict(), cues=(*finding.cues, cue))
        elif side is not None and _placeless(finding, _PLEURA):
            moved = finding.changed(laterality=side, cues=(*finding.cues, cue))
        told = moved is not finding
        out.append(worded(moved, said.parsed.text, said.parsed.language) if told else finding)
    return tuple(out)


def _one_side(before: Before) -> Literal["right", "left"] | None:
    """The one side that a sentence's findings have and that it names, of whatever organ."""
    there = {f.laterality for f in before.findings if f.presence != "absent"}
    named = before.said.sides
    return next((side for side in _SIDES if there == {side} and named <= {side}), None)


def _spot(before: Before) -> Spot | None:
    """Where all findings of a sentence lie, or the lung that they are in, if no more is common."""
    there = [finding for finding in before.findings if finding.presence != "absent"]
    spots = {(f.anatomy, f.laterality, f.lung_segments) for f in there}
    if len(spots) == 1 and all(_of_lung(f) and f.laterality for f in there):
        return spot_of(there)
    return _lung_of(before)


def _lung_of(before: Before) -> Spot | None:
    """The lung of a sentence's findings."""
    side = _side(before)
    return None if side is None else Spot((anatomy().path_of(f"{side} lung"),), side, ())


def _sideless(said: SentenceReading, regions: frozenset[str]) -> bool:
    """Whether a sentence names no side, and no place beside these regions."""
    sides = ("right", "left", "bilateral", "midline", "opposite", "same")
    named = said.parsed.role("laterality", *sides) or not said.parsed.grammar.elsewhere.isdisjoint(
        said.parsed.words
    )
    return not named and _only(said.parsed, regions)


def _placeless(finding: Finding, home: str) -> bool:
    """Whether a finding of lungs or pleura, its home, is there, and nothing says where."""
    bare = finding.anatomy == (home,) and finding.laterality is None
    seen = finding.presence != "absent" and not is_meaning(finding)
    return bare and seen and findings().types[finding.type].anatomy == home


def _of_lung(finding: Finding) -> bool:
    return findings().types[finding.type].anatomy == _LUNG


def _side(before: Before) -> Literal["right", "left"] | None:
    """The side of a sentence's lung findings, when the sentence names no place beside lungs."""
    there = [finding for finding in before.findings if finding.presence != "absent"]
    if not there or there[0].laterality not in _SIDES or not _only(before.said.parsed, _LUNGS):
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


def _only(parsed: Parsed, regions: frozenset[str]) -> bool:
    """Whether all places that a sentence names, neighbours too, are places of these regions."""
    return all(regions.issuperset(places().places[p.entry.meaning].regions) for p in parsed.places)
