"""Mentions of findings that a clause tells again without their name."""

from __future__ import annotations

from groundct.reports._rules.mention.mentions import Mention, heads_of
from groundct.reports._rules.mention.tied import owned_places, tied_places
from groundct.reports._rules.words.parsed import Parsed
from groundct.vocabulary.places import places


def with_again(parsed: Parsed, named: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """All mentions in order; those told again have their own places, or what their name says."""
    out = list(named)
    by_name = {mention.hit.first: mention for mention in named}
    hits = heads_of(parsed)
    tied = tied_places(parsed, hits, owned_places(parsed, hits))
    for hit, own in zip(hits, tied, strict=True):
        told = parsed.again.get(hit.first)
        mention = by_name.get(told.of.first) if told is not None else None
        if mention is not None:
            words = (mention.first, mention.last)
            said = tuple(place for place in mention.places if place.last <= mention.last)
            # "Calcification of the aorta, but not in the coronary arteries": another type.
            own_kind = places().resolve(hit.entry.meaning, own[0].entry.meaning) if own else None
            kind = mention.type if said else own_kind or mention.type
            out.append(Mention(hit.first, hit.last, kind, mention.hit, own or said, words))
    return tuple(sorted(out, key=lambda mention: mention.first))
