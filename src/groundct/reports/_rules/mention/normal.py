"""What a normal statement rules out: "trachea and main bronchi are open" has no obstruction."""

from __future__ import annotations

from groundct.reports._rules.mention.apart import set_aside
from groundct.reports._rules.mention.mentions import Mention
from groundct.reports._rules.mention.normal_clauses import (
    normal_clauses,
    normal_tokens,
    said_normal,
)
from groundct.reports._rules.mention.verb_last import Spanned
from groundct.reports._rules.words.parsed import Parsed
from groundct.vocabulary.lexicon import Hit
from groundct.vocabulary.places import places

_LABEL_END = ":"
_STOPS = frozenset((";", _LABEL_END))
_NONE = "~none"
_AHEAD = 3


def normal_mentions(parsed: Parsed, mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """One mention for each type that a normal statement rules out, at the place it names."""
    if not parsed.cues["normality"]:
        return ()
    cues = parsed.role("normality", "normal")
    said = {mention.type for mention in mentions}
    out: list[Mention] = []
    for cue in cues:
        kinds: dict[str, list[Hit]] = {}
        named = _subjects(parsed, cue)
        for place in named:
            kind = _ruled_out(parsed, place, named)
            if kind is not None and kind not in said:
                kinds.setdefault(kind, []).append(place)
        said.update(kinds)
        for kind, own in kinds.items():
            out.append(Mention(own[0].first, own[0].last, kind, cue, tuple(own)))
    return tuple(out)


def in_normal_clause(parsed: Parsed, mention: Mention, thing: Spanned) -> bool:
    """Whether a place or side is told of what is normal, and not of a mention, or the other way."""
    if not (parsed.cues["normality"] and normal_clauses(parsed)):
        return False
    if mention.hit.entry.meaning != "normal":
        return thing.first in normal_tokens(parsed)
    end = mention.hit.first
    first = normal_clauses(parsed).get(end)
    return first is not None and not first <= thing.first < end


def statement_of(mention: Mention) -> tuple[int, int]:
    """The tokens of a finding's own words; of a normal statement, from the organ to the cue.

    Statements of several organs overlap: "liver and spleen are normal" holds "spleen are normal".
    """
    if mention.hit.entry.meaning != "normal":
        return mention.named or (mention.first, mention.last)
    return min(mention.first, mention.hit.first), max(mention.last, mention.hit.last)


def _ruled_out(parsed: Parsed, place: Hit, named: tuple[Hit, ...]) -> str | None:
    """The type that is ruled out at a place; in "mediastinal vessels" that of the vessels."""
    if place.entry.meaning == "mediastinum":
        inside = parsed.grammar.in_ | parsed.grammar.of | parsed.grammar.article
        for other in named:
            gap = parsed.words[other.last : place.first]
            if gap and inside.issuperset(gap):
                return None  # "The vessels in the mediastinum".
            gap = parsed.words[place.last : other.first]
            if (
                other.first >= place.last
                and len(gap) <= 1
                and parsed.grammar.listing.isdisjoint(gap)
            ):
                return None
    return places().ruled_out.get(place.entry.meaning)


def _subjects(parsed: Parsed, cue: Hit) -> tuple[Hit, ...]:
    """The places that a cue of normality speaks of.

    They stand before it, after "normal" as adjective, or in the label that it answers.
    """
    stops = _STOPS | parsed.grammar.but
    # Of an organ before an earlier cue, normal or not, or one of not being seen, all is said.
    said = [hit.last for hit in parsed.cues["normality"] if hit.last <= cue.first]
    said += [
        hit.last
        for hit in parsed.role("negation", "ignored")
        if hit.last <= cue.first and parsed.any_word(hit.first, hit.last, parsed.grammar.assessed)
    ]
    said += [n + 1 for n in range(cue.first) if parsed.words[n] in stops]
    floor = max(*said, normal_clauses(parsed).get(cue.first, 0), 0)
    before = [p for p in parsed.places if floor <= p.first and p.last <= cue.first]
    before = [p for p in before if not set_aside(parsed, p, cue.first)]
    # A finding between place and cue is what the place was named for.
    between = [
        h
        for h in parsed.findings
        if h.last <= cue.first and h.entry.meaning != _NONE and said_normal(parsed, h) is None
    ]
    last = max((h.last for h in between), default=0)
    if is_denied(parsed, cue):
        return ()
    kept = [p for p in before if p.first >= last]
    if kept:
        return tuple(kept)
    if before:
        return ()
    return _listed(parsed, cue) or _labelled(parsed, cue)


def is_denied(parsed: Parsed, cue: Hit) -> bool:
    """Whether a statement is that something is not normal: "the lungs are not clear"."""
    return parsed.any_word(cue.first - 2, cue.first, parsed.grammar.not_)


def _listed(parsed: Parsed, cue: Hit) -> tuple[Hit, ...]:
    """The place right behind a cue and those joined to it: "normal heart and pericardium".

    In "normal size, no pericardial effusion" a comma parts them.
    """
    grammar = parsed.grammar
    between = grammar.listing | grammar.article | grammar.both
    named: list[Hit] = []
    for place in [p for p in parsed.places if p.first >= cue.last]:
        gap = parsed.words[named[-1].last if named else cue.last : place.first]
        near = between.issuperset(gap) if named else len(gap) <= _AHEAD and "," not in gap
        # "Normal liver and splenic cyst": the spleen is the cyst's.
        of_other = any(h.first <= place.last and place.first < h.last for h in parsed.findings)
        if not near or of_other:
            break
        named.append(place)
    return tuple(named)


def _labelled(parsed: Parsed, cue: Hit) -> tuple[Hit, ...]:
    """The places of a label of which a cue says the first: "Pleura: unremarkable"."""
    label = parsed.words.index(_LABEL_END) if _LABEL_END in parsed.words[: cue.first] else 0
    said = (*parsed.places, *parsed.findings, *parsed.cues["normality"])
    if any(label <= hit.first < cue.first for hit in said):
        return ()
    named = tuple([place for place in parsed.places if place.last <= label])
    # "Heart and pericardium: normal size" is of the heart.
    sizes = (h for h in parsed.found.get("measurement", ()) if h.entry.meaning == "diameter")
    sized = any(cue.first <= hit.first <= cue.last for hit in sizes)
    return named[:1] if sized else named
