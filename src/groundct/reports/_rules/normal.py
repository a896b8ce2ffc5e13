"""What a normal statement rules out: "trachea and main bronchi are open" has no obstruction."""

from __future__ import annotations

from groundct.reports._rules.mentions import Mention
from groundct.reports._rules.parsed import Parsed
from groundct.vocabulary.lexicon import Hit
from groundct.vocabulary.places import places

_STOPS = frozenset((";", ":", "but"))


def normal_mentions(parsed: Parsed, mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """One mention for each type that a normal statement rules out, at the place it names."""
    said = {mention.type for mention in mentions}
    out: list[Mention] = []
    for cue in parsed.role("normality", "normal"):
        for place in _subjects(parsed, cue):
            kind = places().ruled_out.get(place.entry.meaning)
            if kind is not None and kind not in said:
                said.add(kind)
                out.append(Mention(place.first, place.last, kind, cue, (place,)))
    return tuple(out)


def _subjects(parsed: Parsed, cue: Hit) -> tuple[Hit, ...]:
    """The places that a cue of normality speaks of: before it, or after "normal" as adjective."""
    floor = max(
        (n + 1 for n in range(cue.first) if parsed.words[n] in _STOPS),
        default=0,
    )
    before = [p for p in parsed.places if floor <= p.first and p.last <= cue.first]
    # A finding between place and cue is what the place was named for.
    between = [h for h in parsed.findings if h.last <= cue.first]
    last = max((h.last for h in between), default=0)
    negated = parsed.any_word(cue.first - 2, cue.first, frozenset(("not", "no", "than")))
    if negated:
        return ()
    kept = [p for p in before if p.first >= last]
    if kept:
        return tuple(kept)
    after = [p for p in parsed.places if cue.last <= p.first <= cue.last + 3]
    return tuple(after[:1]) if not before else ()
