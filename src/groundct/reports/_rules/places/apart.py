"""What a sentence only sets apart: "apart from this mass", "except for the upper lobe"."""

from __future__ import annotations

from typing import Final

from groundct.reports._rules.mention.mentions import Mention
from groundct.reports._rules.words.parsed import Parsed

_APART: Final = "apart"
_APART_REACH = 3
_EXCEPT_REACH = 6


def set_apart(parsed: Parsed, mention: Mention) -> bool:
    """Whether a mention is what another stands beside: "apart from this mass, nodules in ..."."""
    comma = parsed.words[mention.last : mention.last + 1] == (",",)
    return comma and any(
        hit.entry.meaning == _APART and 0 <= mention.first - hit.last <= _APART_REACH
        for hit in parsed.relations
    )


def excepted(parsed: Parsed, low: int, high: int) -> bool:
    """Whether "except for" stands before a site: "atelectasis, except for the upper lobe"."""
    return any(
        hit.entry.meaning == _APART and low <= hit.first < high <= hit.last + _EXCEPT_REACH
        for hit in parsed.relations
    )
