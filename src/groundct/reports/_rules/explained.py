"""General appearances that their sentence explains: they are no findings of their own.

"Density increases consistent with sequelae" and "atelectasis density increases" speak of one
thing. Only general words of the lexicon (``~density``) yield: an "opacity" that may be atelectasis
stays one. The pairs stand in ``vocabulary/explained.tsv``, the words of explaining in the lexicon
of uncertainty.
"""

from __future__ import annotations

from groundct.reports._rules.mentions import Mention
from groundct.reports._rules.parsed import Parsed
from groundct.vocabulary.findings import findings
from groundct.vocabulary.places import GENERAL

_STOPS = frozenset(";:")


def unexplained(parsed: Parsed, mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """The mentions without those that the mention before or after them explains."""
    dropped: set[int] = set()
    for number, (one, other) in enumerate(zip(mentions, mentions[1:], strict=False)):
        if _is(one, other) and _explains(parsed, one, other):
            dropped.add(number)
        elif _is(other, one) and one.last == other.first:
            dropped.add(number + 1)
    return tuple(mention for number, mention in enumerate(mentions) if number not in dropped)


def _is(general: Mention, other: Mention) -> bool:
    """Whether a general appearance may turn out to be what another mention names."""
    return general.hit.entry.meaning.startswith(GENERAL) and other.type in findings().explained.get(
        general.type, ()
    )


def _explains(parsed: Parsed, one: Mention, other: Mention) -> bool:
    """Whether words between two mentions say that the second is what the first is."""
    if parsed.any_word(one.last, other.first, _STOPS):
        return False
    return any(
        one.last <= cue.first and cue.last <= other.first
        for cue in parsed.role("uncertainty", "uncertain_after", "explains")
    )
