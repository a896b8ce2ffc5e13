"""Why the rules may have misread a sentence: what `hybrid` asks a language model about.

Which reasons there are, and how often each is right, was measured on sentences that second readers
judged (``docs/quality/sentences.md``).
"""

from __future__ import annotations

from typing import Final

from groundct.core.report import Finding
from groundct.reports._rules.details.measures import measured
from groundct.reports._rules.details.organs import measured_organ
from groundct.reports._rules.mention.normal import is_denied
from groundct.reports._rules.places.site import Site
from groundct.reports._rules.presence.clauses import of_earlier
from groundct.reports._rules.unread import has_unread_words
from groundct.reports._rules.words.parsed import Parsed

UNKNOWN_WORDS: Final = "unknown-words"
UNUSED_NEGATION: Final = "unused-negation"
UNPLACED_SIZE: Final = "unplaced-size"
UNUSED_SIDE: Final = "unused-side"
UNPLACED_FINDING: Final = "unplaced-finding"
SIDES_APART: Final = "sides-apart"
CROWDED: Final = "crowded"
IMPOSSIBLE_PLACE: Final = "impossible-place"
_MANY_FINDINGS = 5
_MANY_WORDS = 50
_WHOLE = "lung/lung"
_SIDES: Final = ("right", "left")


def doubts_of(
    parsed: Parsed, sites: tuple[Site, ...], sides: frozenset[str], found: tuple[Finding, ...]
) -> tuple[str, ...]:
    """The reasons for doubt in a sentence, in a fixed order; empty where there is none.

    ``sites`` are the lung sites that it names, ``sides`` the sides of whatever it speaks.
    ``unknown-words``: it names a place and neither finding, normality, size of an organ nor that
    it was not examined, it says that the place is not normal, or it has many words that no entry
    knows; ``unused-negation``: a negation of today that negates none of its findings;
    ``unplaced-size``: a size that no finding and no organ has; ``unused-side``: a side that none of
    its findings has; ``unplaced-finding``: a finding anywhere in the lungs where it names their
    parts or sides; ``sides-apart``: findings on sides that differ; ``crowded``: more findings or
    words than the rules' scopes were made for; ``impossible-place``: a lobe that the lung of the
    named side has not ("left middle lobe"), of which only the side is kept.
    """
    reasons: list[str] = []
    there = [own for own in found if own.presence == "present"]
    sided = bool(sides and found)
    if _says_nothing(parsed) if not found else has_unread_words(parsed):
        reasons.append(UNKNOWN_WORDS)
    if parsed.cues["negation"] and _negates_in_vain(parsed, found):
        reasons.append(UNUSED_NEGATION)
    if "units" in parsed.found and _has_loose_size(parsed, found):
        reasons.append(UNPLACED_SIZE)
    if sided and not sides <= _sides(found) and any(own.presence != "absent" for own in found):
        reasons.append(UNUSED_SIDE)
    if (sites or sided) and any(map(_is_anywhere, there)):
        reasons.append(UNPLACED_FINDING)
    if len(there) > 1 and len({own.laterality for own in there}) > 1:
        reasons.append(SIDES_APART)
    if len(found) >= _MANY_FINDINGS or len(parsed.words) >= _MANY_WORDS:
        reasons.append(CROWDED)
    if sites and any(site.clashes for site in sites):
        reasons.append(IMPOSSIBLE_PLACE)
    return tuple(reasons)


def _says_nothing(parsed: Parsed) -> bool:
    """Whether a sentence names a place, and nothing is known of what it says of it."""
    if not parsed.places or any(
        not is_denied(parsed, cue) for cue in parsed.role("normality", "normal")
    ):
        return False
    if any(measured_organ(parsed, item.size) is not None for item in measured(parsed)):
        return False
    assessed = parsed.grammar.assessed
    ignored = parsed.role("negation", "ignored")
    return not any(parsed.any_word(hit.first, hit.last, assessed) for hit in ignored)


def _negates_in_vain(parsed: Parsed, found: tuple[Finding, ...]) -> bool:
    """Whether a negation of today negates nothing that is found or named."""
    if not (found or parsed.places):
        return False
    for own in found:
        if own.presence == "absent" or own.change == "new":
            return False
    cues = parsed.role("negation", "negates_after", "negates_before")
    return bool(cues) and any(not of_earlier(parsed, cue) for cue in cues)


def _has_loose_size(parsed: Parsed, found: tuple[Finding, ...]) -> bool:
    """Whether a size of today, and no distance, is none of a finding's or an organ's."""
    sizes = measured(parsed)
    if not sizes:
        return False
    taken = {size.span.start for own in found for size in own.measurements}
    return any(
        not item.prior
        and item.size.measurement.kind != "distance"
        and item.size.measurement.span.start not in taken
        and measured_organ(parsed, item.size) is None
        for item in sizes
    )


def _sides(found: tuple[Finding, ...]) -> frozenset[str]:
    """The sides that findings have, or their places."""
    had = {own.laterality for own in found}
    if "bilateral" in had:
        return frozenset(_SIDES)
    places = " ".join([path for own in found for path in own.anatomy])
    return frozenset([side for side in _SIDES if side in had or side in places])


def _is_anywhere(finding: Finding) -> bool:
    """Whether all that is known of a finding's place is that it lies in the lungs."""
    return finding.laterality is None and _WHOLE in finding.anatomy
