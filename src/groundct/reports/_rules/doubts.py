"""Why the rules may have misread a sentence: what `hybrid` asks a language model about."""

from __future__ import annotations

from typing import Final

from groundct.core.report import Finding
from groundct.reports._rules.mention.normal import is_denied
from groundct.reports._rules.places.site import Site
from groundct.reports._rules.words.parsed import Parsed

UNKNOWN_WORDS: Final = "unknown-words"
UNUSED_NEGATION: Final = "unused-negation"
UNPLACED_SIZE: Final = "unplaced-size"
CROWDED: Final = "crowded"
IMPOSSIBLE_PLACE: Final = "impossible-place"
_MANY_FINDINGS = 6
_UNIT_WORDS = frozenset(("mm", "cm"))


def doubts_of(
    parsed: Parsed, sites: tuple[Site, ...], found: tuple[Finding, ...]
) -> tuple[str, ...]:
    """The reasons for doubt in a sentence, in a fixed order; empty where there is none.

    ``unknown-words``: it names a place and neither finding nor normality, or says that the place
    is not normal; ``unused-negation``: a negation that negates none of its findings;
    ``unplaced-size``: a size that no finding has; ``crowded``: more findings than the rules' scopes
    were made for; ``impossible-place``: a lobe that the lung of the named side has not ("left
    middle lobe"), of which only the side is kept.
    """
    reasons: list[str] = []
    if not found and parsed.places and not _calls_normal(parsed):
        reasons.append(UNKNOWN_WORDS)
    denies = parsed.cues["negation"] and parsed.role("negation", "negates_after", "negates_before")
    if denies and "absent" not in [finding.presence for finding in found]:
        reasons.append(UNUSED_NEGATION)
    sized = "units" in parsed.found and not _UNIT_WORDS.isdisjoint(parsed.words)
    if sized and not any(finding.measurements for finding in found):
        reasons.append(UNPLACED_SIZE)
    if len(found) >= _MANY_FINDINGS:
        reasons.append(CROWDED)
    if sites and any(site.clashes for site in sites):
        reasons.append(IMPOSSIBLE_PLACE)
    return tuple(reasons)


def _calls_normal(parsed: Parsed) -> bool:
    """Whether a sentence says that something is normal."""
    return any(not is_denied(parsed, cue) for cue in parsed.role("normality", "normal"))
