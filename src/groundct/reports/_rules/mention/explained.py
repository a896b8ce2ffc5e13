"""General appearances that their sentence explains: they are no findings of their own.

"Density increases consistent with sequelae" and "atelectasis density increases" speak of one
thing. Only general words of the lexicon (``~density``) yield: an "opacity" that may be atelectasis
stays one. The pairs stand in ``vocabulary/explained.tsv``, the words of explaining in the lexicon
of uncertainty.
"""

from __future__ import annotations

from itertools import pairwise

from groundct.reports._rules.mention.mentions import Mention
from groundct.reports._rules.words.parsed import Parsed
from groundct.vocabulary.findings import findings
from groundct.vocabulary.places import GENERAL
from groundct.vocabulary.words import is_beside

_STOPS = frozenset(";:.()")
_CALCIFIED = "~calcification"
_VAGUE = "~density"
_ADJECTIVE_REACH = 2
_NODE = "lymph_node"
_LISTED = frozenset(",/")
_ROOT = 6


def unexplained(parsed: Parsed, mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """The mentions without those that the mention before or after them explains."""
    if len(mentions) < 2:
        return mentions
    dropped: set[int] = set()
    general = GENERAL in [m.hit.entry.meaning[:1] for m in mentions]
    for number, (one, other) in enumerate(pairwise(mentions)) if general else ():
        if not parsed.verb_last and _is(one, other) and _explains(parsed, one, other):
            dropped.add(number)
        elif _is_form(one, other) or (
            _is(other, one)
            and (one.last == other.first or (parsed.verb_last and _explains(parsed, one, other)))
        ):
            dropped.add(number + 1)
        elif _adjective(parsed, one, other):
            dropped.add(number)
    kept = tuple([m for n, m in enumerate(mentions) if n not in dropped]) if dropped else mentions
    return _once(parsed, kept)


def _once(parsed: Parsed, mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """The mentions, those that say one type twice as one: "bronchiectasis, bronchiectatic areas".

    Also "filling defects consistent with embolism", whose second name is the first one's cause.
    """
    if not parsed.verb_last and len({mention.type for mention in mentions}) == len(mentions):
        return mentions
    out: list[Mention] = []
    for mention in mentions:
        if _known(parsed, mention, out):
            continue
        before = out[-1] if out else None
        if before is None or before.type != mention.type or before.hit == mention.hit:
            out.append(mention)
        elif _is_its_name(parsed, before, mention):
            continue
        elif _is_again(parsed, before, mention):
            places = before.places or mention.places
            out[-1] = before._replace(last=mention.last, places=places)
        elif parsed.verb_last or not _explains(parsed, before, mention):
            out.append(mention)
    return tuple(out)


def _known(parsed: Parsed, mention: Mention, before: list[Mention]) -> bool:
    """Whether the ending of a mention that was named before says that it is spoken of again.

    "Sağda kitle izlenmiş olup kitlenin distalinde ...": no place or side stands before its words.
    """
    if not parsed.verb_last or not is_beside(parsed.surface(mention.last - 1), parsed.language):
        return False
    head = parsed.words[mention.last - 1]
    if all((o.type, parsed.words[o.last - 1]) != (mention.type, head) for o in before):
        return False
    floor = max(other.last for other in before)
    placed = (*parsed.places, *parsed.sides, *parsed.found.get("sites", ()))
    return not any(floor <= hit.first < mention.first for hit in placed)


def _is_its_name(parsed: Parsed, one: Mention, other: Mention) -> bool:
    """Whether brackets hold another name of it, for certain: "enlarged (splenomegaly)"."""
    inside = parsed.words[one.last : other.last + 1]
    return inside[: other.first - one.last] == ("(",) and inside[-1] == ")"


def _is_again(parsed: Parsed, one: Mention, other: Mention) -> bool:
    """Whether two names of one type are one: with nothing between, or of one root in a list."""
    gap = parsed.words[one.last : other.first]
    if one.last > other.first or len(gap) > 1:
        return False
    if gap and gap[0] in parsed.grammar.with_:
        return other.hit.entry.meaning == _CALCIFIED  # "plaques with calcification"
    roots = (
        {word[:_ROOT] for word in parsed.words[m.first : m.last] if len(word) >= _ROOT}
        for m in (one, other)
    )
    return not gap or (gap[0] in _LISTED and bool(set.intersection(*roots)))


def _is(general: Mention, other: Mention) -> bool:
    """Whether a general appearance may turn out to be what another mention names."""
    return general.hit.entry.meaning.startswith(GENERAL) and other.type in findings().explained.get(
        general.type, ()
    )


def _is_form(one: Mention, other: Mention) -> bool:
    """Whether a density is but how the finding right before it looks: "a plaque shadow"."""
    return one.last == other.first and other.hit.entry.meaning == _VAGUE


def _adjective(parsed: Parsed, one: Mention, other: Mention) -> bool:
    """Whether a lone "calcified" is the adjective of what follows: "calcified small plaques"."""
    lone = one.hit.entry.meaning == _CALCIFIED and one.last - one.first == 1
    if not lone or other.first < one.last:
        return False
    gap = parsed.words[one.last : other.first]
    grammar = parsed.grammar
    ends = grammar.listing | grammar.in_ | grammar.of | grammar.with_ | grammar.is_
    between = ends | grammar.at | grammar.on | grammar.perceived | _STOPS
    if len(gap) <= _ADJECTIVE_REACH and between.isdisjoint(gap):
        return True
    # "Calcified mediastinal and left hilar nodes": only words of places stand between.
    hits = (*parsed.places, *parsed.sides)
    placed = {n for hit in hits for n in range(hit.first, hit.last)}
    return other.type == _NODE and all(
        n in placed or parsed.words[n] in grammar.joint for n in range(one.last, other.first)
    )


def _explains(parsed: Parsed, one: Mention, other: Mention) -> bool:
    """Whether words between two mentions say that the second is what the first is."""
    if parsed.any_word(one.last, other.first, _STOPS):
        return False
    # Where the verb is last, so are these words: "sekel ile uyumlu dansite artışı".
    suspects, says = (
        (("uncertain_before", "uncertain_of"), "explains_before")
        if parsed.verb_last
        else (("uncertain_after",), "explains")
    )
    general = other if parsed.verb_last else one
    # What a nodule may be does not make it go away; a density is no more than what it may be.
    roles = (*suspects, says) if general.hit.entry.meaning == _VAGUE else (says,)
    return any(
        one.last <= cue.first and cue.last <= other.first
        for cue in parsed.role("uncertainty", *roles)
    )
