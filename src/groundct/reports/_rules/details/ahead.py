"""Which mention a size belongs to in languages that put it, and all else, before its finding.

"24 mm çapında, çevresinde buzlu cam halosu bulunan kitle": a participle makes the finding before it
a feature of the one behind it, and the size is that one's. A finding before the size keeps it where
only words of its own clause stand between: "nodül 5 mm, kitle 30 mm ölçülmüştür".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from groundct.reports._rules.mention.mentions import Mention
from groundct.reports._rules.words.parsed import Parsed
from groundct.reports._rules.words.sizes import Size, sizes_of

_STOPS: Final = frozenset(";:()")
_BEARS: Final = 4
_NEXT: Final = 2
_CONTINUES: Final = "continues"


def head_of(parsed: Parsed, size: Size, mentions: Sequence[Mention]) -> int | None:
    """The mention that a size stands before as one of its adjectives, None where it is no such."""
    following = [n for n, m in enumerate(mentions) if m.first >= size.last]
    if not following:
        return None
    number = following[0]
    while number + 1 < len(mentions) and is_feature(parsed, mentions, number):
        low, high = mentions[number].last, mentions[number + 1].first
        if any(low <= other.first < high for other in sizes_of(parsed)):
            break  # "İçinde 5 mm kalsifikasyon bulunan 20 mm nodül": each has its own.
        number += 1
    if _ended(parsed, size.last, mentions[number].first):
        return None
    before = max((m.last for m in mentions if m.last <= size.first), default=None)
    attribute = parsed.any_word(size.last, size.last + _NEXT, parsed.grammar.bears)
    if before is None or attribute or not _keeps(parsed, before, size.first):
        return number
    return None


def is_feature(parsed: Parsed, mentions: Sequence[Mention], number: int) -> bool:
    """Whether a participle behind a mention makes it a feature of the next one."""
    low, high = mentions[number].last, mentions[number + 1].first
    bears = parsed.any_word(low, min(low + _BEARS, high), parsed.grammar.bears)
    return bears and not _ended(parsed, low, high)


def _keeps(parsed: Parsed, last: int, first: int) -> bool:
    """Whether a mention that ends at token ``last`` keeps a size at ``first``."""
    if any(last <= h.first < first and h.entry.meaning == _CONTINUES for h in parsed.relations):
        return True
    parting = parsed.grammar.bears | parsed.grammar.listing
    return not (parsed.any_word(last, first, parting) or _ended(parsed, last, first))


def _ended(parsed: Parsed, first: int, last: int) -> bool:
    """Whether a verb or a sign ends a clause among tokens ``first`` to ``last``."""
    verbs = parsed.role("negation", "asserts", "negates_before", "negates_of")
    return parsed.any_word(first, last, _STOPS) or any(first <= v.first < last for v in verbs)
