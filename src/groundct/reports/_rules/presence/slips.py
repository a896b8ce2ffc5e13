"""Denials that a slip of the pen tore from what they deny."""

from __future__ import annotations

from groundct.reports._rules.presence.clauses import STOPS, some, verbs
from groundct.reports._rules.words.parsed import Parsed
from groundct.vocabulary.lexicon import Hit

_KIN = (
    frozenset(("~effusion", "~thickening", "~fluid", "pleural_effusion")),
    frozenset(("infiltrate", "consolidation", "~mass", "~nodule", "pneumonia")),
)


def slipped(parsed: Parsed, cue: Hit, first: int, last: int) -> bool:
    """Whether "effusion - no thickening was detected" stands for "no effusion or thickening"."""
    gap = parsed.words[last : cue.first]
    if (
        cue.first < last
        or gap not in ((), (",",))
        or parsed.words[cue.first] not in parsed.grammar.not_
    ):
        return False
    own = next((hit for hit in parsed.findings if first <= hit.first and hit.last == last), None)
    other = next((hit for hit in parsed.findings if hit.first >= cue.last), None)
    if own is None or other is None or some(parsed, first) is not None:
        return False
    pair = {own.entry.meaning, other.entry.meaning}
    start = max((n + 1 for n in range(first) if parsed.words[n] in STOPS), default=0)
    told = verbs(parsed, other.last, len(parsed.words))
    seen = bool(told) and told[0].entry.meaning in ("asserts", "described")
    return (
        seen
        and any(pair <= kin for kin in _KIN)
        and not verbs(parsed, start, first)
        and not any(start <= hit.first < first for hit in parsed.role("negation", "introduces"))
    )
