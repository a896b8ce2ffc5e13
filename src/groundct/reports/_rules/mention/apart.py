"""What a sentence only sets apart: "apart from this mass", "except for the upper lobe"."""

from __future__ import annotations

from groundct.reports._rules.mention.mentions import Mention
from groundct.reports._rules.mention.verb_last import Spanned
from groundct.reports._rules.words.parsed import Parsed, once
from groundct.reports._rules.words.retold import APART
from groundct.vocabulary.lexicon import Hit

_APART_REACH = 3
_EXCEPT_REACH = 6


def set_apart(parsed: Parsed, mention: Mention) -> bool:
    """Whether a mention is what another stands beside: "apart from this mass, nodules in ..."."""
    comma = parsed.words[mention.last : mention.last + 1] == (",",)
    return comma and any(
        0 <= mention.first - hit.last <= _APART_REACH for hit in exceptions(parsed)
    )


def excepted(parsed: Parsed, low: int, high: int) -> bool:
    """Whether "except for" stands before a site: "atelectasis, except for the upper lobe"."""
    return any(low <= hit.first < high <= hit.last + _EXCEPT_REACH for hit in exceptions(parsed))


@once
def exceptions(parsed: Parsed) -> tuple[Hit, ...]:
    """The words such as "except for" of a sentence."""
    return tuple(hit for hit in parsed.relations if hit.entry.meaning == APART)


def is_excepted(parsed: Parsed, mention: Mention, thing: Spanned) -> bool:
    """Whether a place or side is what a mention is not at: "except on the left, no effusion"."""
    if not parsed.relations or not exceptions(parsed) or mention.named is not None:
        return False
    if mention.last <= thing.first:
        return excepted(parsed, mention.last, thing.first)
    return set_aside(parsed, thing, mention.first)


def set_aside(parsed: Parsed, thing: Spanned, first: int) -> bool:
    """Whether a place is excepted from what follows a comma: "except on the left, ..."."""
    return "," in parsed.words[thing.last : first] and excepted(parsed, 0, thing.first)
