"""Nodes that are called enlarged, and where that is said."""

from __future__ import annotations

from typing import Final

from groundct.reports._rules.words.parsed import Parsed
from groundct.vocabulary.lexicon import Hit
from groundct.vocabulary.places import places

ENLARGED: Final = "~enlargement"
"""The general word of what is too large."""
_NODES: Final = frozenset(("lymph_node", "lymphadenopathy"))
_ENDS: Final = frozenset(";:.()")


def pathological(parsed: Parsed, hit: Hit) -> bool:
    """Whether nodes are called enlarged around their mention, before another finding is named."""
    if parsed.grammar.enlarged.isdisjoint(parsed.words):
        return False
    others = [o for o in parsed.findings if o is not hit and not _names_nodes(parsed, o, hit)]
    low = max((o.last for o in others if o.last <= hit.first), default=0)
    high = min((o.first for o in others if o.first >= hit.last), default=len(parsed.words))
    if not parsed.any_word(low, high, parsed.grammar.enlarged):
        return False
    ignored = {
        position
        for cue in parsed.role("negation", "ignored", "negates_before")
        for position in range(cue.first, cue.last)
    }
    return any(
        parsed.words[position] in parsed.grammar.enlarged and position not in ignored
        for position in range(low, high)
    )


def is_adjective(parsed: Parsed, one: Hit, other: Hit) -> bool:
    """Whether "enlarged" is but the adjective of nodes: "enlarged gastrohepatic nodes"."""
    if one.entry.meaning != ENLARGED or other.entry.meaning not in _NODES:
        return False
    covered = {n for hit in (*parsed.places, *parsed.sides) for n in range(hit.first, hit.last)}
    small = parsed.grammar.listing | parsed.grammar.both
    gap = range(one.last, other.first)
    plain = all(n in covered or parsed.words[n] in small for n in gap)
    return plain and all(n in covered for n in gap[:1]) and _names_nodes(parsed, one, other)


def is_place(parsed: Parsed, said: Hit, nodes: Hit) -> bool:
    """Whether nodes are but the place of "enlargement": "none was detected in the nodes"."""
    grammar = parsed.grammar
    gap = parsed.words[said.last : nodes.first]
    linked = not (grammar.of | grammar.in_ | grammar.at).isdisjoint(gap)
    parted = not (grammar.listing | grammar.with_ | _ENDS).isdisjoint(gap)
    return said.entry.meaning == ENLARGED and linked and not parted


def _names_nodes(parsed: Parsed, enlarged: Hit, nodes: Hit) -> bool:
    """Whether "enlarged" is said of nodes: "enlarged mediastinal and hilar nodes"."""
    low, high = sorted((enlarged, nodes))
    between = [p for p in parsed.places if low.last <= p.first and p.last <= high.last]
    return enlarged.entry.meaning == ENLARGED and not any(
        places().resolve(ENLARGED, place.entry.meaning) for place in between
    )
