"""Why the rules may have misread a sentence: what `hybrid` asks a language model about."""

from __future__ import annotations

from typing import Final

from groundct.core.report import Finding
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

    ``unknown-words``: it names a place and neither finding nor normality; ``unused-negation``: a
    negation that negates none of its findings; ``unplaced-size``: a size that no finding has;
    ``crowded``: more findings than the rules' scopes were made for; ``impossible-place``: a lobe
    that the lung of the named side has not ("left middle lobe"), of which only the side is kept.
    """
    places_only = not found and bool(parsed.places) and not parsed.role("normality", "normal")
    negations = parsed.role("negation", "negates_after", "negates_before")
    negated = "absent" in [finding.presence for finding in found]
    sized = any(finding.measurements for finding in found)
    size = not _UNIT_WORDS.isdisjoint(parsed.words)
    reasons = {
        UNKNOWN_WORDS: places_only,
        UNUSED_NEGATION: bool(negations) and not negated,
        UNPLACED_SIZE: size and not sized,
        CROWDED: len(found) >= _MANY_FINDINGS,
        IMPOSSIBLE_PLACE: any(site.clashes for site in sites),
    }
    return tuple(reason for reason, holds in reasons.items() if holds)
