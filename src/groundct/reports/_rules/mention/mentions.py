"""Mentions of findings in a sentence: their types, resolved by the places they are tied to."""

from __future__ import annotations

from itertools import pairwise
from typing import Final, NamedTuple

from groundct.reports._rules.mention.guesses import is_guess
from groundct.reports._rules.mention.inside import in_lobe, lies_in, lies_in_lung
from groundct.reports._rules.mention.listed import listed_beside
from groundct.reports._rules.mention.nodes import (
    is_adjective,
    is_place,
    pathological,
)
from groundct.reports._rules.mention.tied import owned_places, tied_places
from groundct.reports._rules.words.parsed import Parsed
from groundct.vocabulary.findings import findings
from groundct.vocabulary.lexicon import Hit
from groundct.vocabulary.places import GENERAL, places
from groundct.vocabulary.words import has_ending

_SHARING = frozenset(("~effusion", "~thickening", "~calcification", "~plaque", "~dilatation"))
_OF_VESSELS = frozenset(("~calcification", "~plaque", "~dilatation"))
"""Words of `_SHARING` whose places behind them are their own: "aortic plaques, dilated atria"."""
_LISTING = frozenset(("~enlargement", "~aneurysm", "~metastasis"))
"""General words to which places in a list give a type each: "wide aorta and pulmonary artery"."""
_ABDOMEN = ("abdomen",)
_BONES = ("bone",)
_ALONE: Final = ("abdomen", "thyroid", "breast")
_OPERATED = frozenset(("postoperative_change", "surgical_absence"))
_SOLID = frozenset(("~nodule", "~lesion", "~mass", "~cyst", "~infarct", "~free_air", "~density"))
_LESIONS = frozenset(("~nodule", "~lesion", "~mass", "~cyst"))
_LINE = "device_line"
_AMID = 2
_JOINED = 3
_NONE = "~none"
_LUNG = "lung"


class Mention(NamedTuple):
    """A finding's own words (tokens ``first`` to ``last``), its type and the places tied to it.

    ``named``: the words that name it where it is told again without them, "... but not here".
    """

    first: int
    last: int
    type: str
    hit: Hit
    places: tuple[Hit, ...]
    named: tuple[int, int] | None = None


def mentions_of(parsed: Parsed) -> tuple[Mention, ...]:
    """All mentions; a general word that several places qualify gives one for each type."""
    hits = heads_of(parsed)
    if not hits:
        return ()
    out: list[Mention] = []
    adjectives: tuple[Hit, ...] = ()
    owned = owned_places(parsed, hits)
    tied_to: tuple[tuple[Hit, ...], ...] = ()
    for index, hit in enumerate(hits):
        if hit.first in parsed.again:
            continue  # `with_again` knows its type.
        own = owned[index]
        meaning = hit.entry.meaning
        if own:
            chosen = adjectives = own
            if meaning == _LINE:
                # Where it enters, and where its tip is: "right chest wall port, tip in the SVC".
                tied_to = tied_to or tied_places(parsed, hits, owned)
                chosen = (*own, *[place for place in tied_to[index] if place.first >= hit.last])
            elif meaning in _LESIONS:
                chosen = in_lobe(parsed, hit, own) or own
        else:
            if adjectives and not _takes_over(parsed, hits[index - 1], hit):
                adjectives = ()
            tied_to = tied_to or tied_places(parsed, hits, owned)
            tied = tied_to[index]
            # "Pleural effusion or thickening" share the pleura; "pleural effusion, nodules" do not.
            behind = meaning in _OF_VESSELS and tied and tied[0].first >= hit.last
            shares = meaning in _SHARING and not behind
            chosen = (adjectives or tied) if shares else (tied or adjectives)
        meant = _meant(parsed, hit, out[-1]) if out else ()
        chosen = chosen or meant
        if not meaning.startswith(GENERAL):
            # "Increase in the heart size, plaques": the heart is no adjective of the plaques.
            adjectives = ()
            out.append(_named(parsed, hits, index, chosen))
            out += _listed(parsed, hits, index, owned) if own else ()
            continue
        adjectives = adjectives or meant  # "liver lesion, likely a cyst or a hemangioma"
        first = own[0].first if own and _touches(parsed, own, hit) else hit.first
        kind = None if chosen else _of_neighbour(parsed, hits, index) or _of_organs(parsed, hit)
        if kind is not None:
            out.append(Mention(first, hit.last, kind, hit, ()))
        else:
            out += _resolved(parsed, hit, chosen, first)
            out += _listed(parsed, hits, index, owned) if own else ()
    return tuple(out)


def _listed(
    parsed: Parsed, hits: tuple[Hit, ...], index: int, owned: tuple[tuple[Hit, ...], ...]
) -> list[Mention]:
    """The mentions of a finding at the organs listed beside the one in its own words."""
    hit = hits[index]
    found = listed_beside(parsed, hits, index, owned)
    return [Mention(hit.first, hit.last, kind, hit, at) for kind, at in found]


def _takes_over(parsed: Parsed, before: Hit, hit: Hit) -> bool:
    """Whether a word takes over the adjectives of the one before.

    "Pleural effusion, nodules": a word of another kind does not.
    """
    alike = hit.entry.meaning in _SHARING or before.entry.meaning not in _SHARING
    return alike and _joined(parsed, before.last, hit.first)


def _meant(parsed: Parsed, hit: Hit, before: Mention) -> tuple[Hit, ...]:
    """The places of the mention before a hit that is a guess at what it is."""
    if not (before.places and parsed.cues["uncertainty"]):
        return ()
    return before.places if is_guess(parsed, hit, before.last, before.type) else ()


def _named(parsed: Parsed, hits: tuple[Hit, ...], index: int, chosen: tuple[Hit, ...]) -> Mention:
    """A mention whose words are its type; of nodes it is another where they are enlarged."""
    hit = hits[index]
    meaning = hit.entry.meaning
    if meaning == "lymph_node" and pathological(parsed, hit):
        meaning = "lymphadenopathy"
        said = hits[index - 1]
        if index and is_place(parsed, said, hit):
            return Mention(said.first, said.last, meaning, hit, chosen, (said.first, hit.last))
    return Mention(hit.first, hit.last, meaning, hit, chosen)


def heads_of(parsed: Parsed) -> tuple[Hit, ...]:
    """The findings' words, without those that only look like one: "the pleural cavity"."""
    hits = tuple([hit for hit in parsed.findings if hit.entry.meaning != _NONE])
    if len(hits) < 2:
        return hits
    named = [one for one, other in pairwise(hits) if is_adjective(parsed, one, other)]
    return tuple([hit for hit in hits if hit not in named]) if named else hits


def _of_neighbour(parsed: Parsed, hits: tuple[Hit, ...], index: int) -> str | None:
    """The type of a general word at the usual place of one beside it: "effusion-thickening"."""
    head = hits[index].entry.meaning
    for first, other in ((index - 1, index - 1), (index, index + 1)):
        if not (first >= 0 and other < len(hits)):
            continue
        gap = parsed.words[hits[first].last : hits[first + 1].first]
        usual = places().default(hits[other].entry.meaning)
        joined = len(gap) <= 1 and (parsed.grammar.listing | parsed.grammar.not_).issuperset(gap)
        if usual is None or not joined or places().default(head) != "other":
            continue
        region = findings().types[usual].anatomy.partition("/")[0]
        if region in places().places:
            return places().resolve(head, region) or None
    return None


def _of_organs(parsed: Parsed, hit: Hit) -> str | None:
    """The type of a general word where a sentence names nothing but the abdomen, or one organ.

    "A nodule behind the spleen", "the thyroid is large, and there are nodules".
    """
    vague = parsed.words[hit.last - 1] in parsed.grammar.neutral
    if hit.entry.meaning not in _SOLID or vague or not parsed.places:
        return None
    operated = [h for h in parsed.findings if h.entry.meaning in _OPERATED]
    named = {n for other in operated for n in range(other.first, other.last)}
    keys = {place.entry.meaning for place in parsed.places if place.first not in named}
    for organ in _ALONE if keys else ():
        if all(organ in (key, *places().holding(key)) for key in keys):
            return places().resolve(hit.entry.meaning, organ) or None
    return None


def _touches(parsed: Parsed, own: tuple[Hit, ...], hit: Hit) -> bool:
    """Whether a mention's one adjective stands right before it, as in "pleural effusion"."""
    close = len(own) == 1 and own[0].last == hit.first and own[0].entry.meaning != "lung"
    # "plevral efüzyon" is one phrase; in "böbrekte kist" the ending says that the place is a noun.
    return close and not (
        parsed.verb_last and has_ending(parsed.surface(hit.first - 1), parsed.language)
    )


def _resolved(parsed: Parsed, hit: Hit, chosen: tuple[Hit, ...], first: int) -> list[Mention]:
    head = hit.entry.meaning
    types: dict[str, list[Hit]] = {}
    for place in chosen if head in _SHARING else _narrow(parsed, chosen):
        kind = places().resolve(head, place.entry.meaning)
        if kind is not None:
            types.setdefault(kind, []).append(place)
    if types.pop("", None) and not types:
        return []
    if not types:
        default = places().default(head)
        if default is None:
            return []
        # "Periportal edema": what has no place of its own is where it is said to be; else it is in
        # its own organ, "a diverticulum of the colon" in the abdomen.
        home = findings().types[default].anatomy
        inside = tuple([p for p in chosen if lies_in(p, home)]) if home else chosen
        return [Mention(first, hit.last, default, hit, inside)]
    if len(types) > 1:
        several = (
            head in _SHARING
            or _organs_in_a_list(parsed, chosen)
            or (head in _LISTING and _in_a_list(parsed, chosen))
        )
        kept = list(types) if several else list(types)[:1]
        types = {
            kind: types[kind]
            for kind in kept
            if not (several and lies_in_lung(parsed, types[kind], chosen))
        }
    return [Mention(first, hit.last, kind, hit, tuple(own)) for kind, own in types.items()]


def _narrow(parsed: Parsed, chosen: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """The one place that all others hold: "in the upper abdomen, a lesion in the liver".

    In "the upper abdomen and the adrenals" both count.
    """
    if len(chosen) < 2 or chosen[0].entry.meaning == chosen[-1].entry.meaning:
        return chosen
    one = chosen[-1]
    wider = places().holding(one.entry.meaning)
    between = parsed.words[chosen[-2].last : one.first]
    joined = len(between) <= _JOINED and not parsed.grammar.joint.isdisjoint(between)
    alone = all(place.entry.meaning in wider for place in chosen[:-1])
    return (one,) if alone and not joined else chosen


def _organs_in_a_list(parsed: Parsed, chosen: tuple[Hit, ...]) -> bool:
    """Whether places are abdominal organs joined to each other: "liver, spleen and pancreas"."""
    known = (places().places[place.entry.meaning] for place in chosen)
    organs = all(
        (place.regions == _ABDOMEN and place.parent)
        or place.key == _LUNG
        or place.regions == _BONES
        for place in known
    )
    # "Between the left kidney and the pancreas" it is in neither.
    amid = any(
        hit.entry.meaning == "between" and 0 <= chosen[0].first - hit.last <= _AMID
        for hit in parsed.found.get("units", ())
    )
    return organs and not amid and _in_a_list(parsed, chosen)


def _in_a_list(parsed: Parsed, chosen: tuple[Hit, ...]) -> bool:
    """Whether nothing but joints, articles and sides stands between places."""
    between = parsed.grammar.listing | parsed.grammar.article | parsed.grammar.side
    between |= parsed.grammar.both
    gaps = (parsed.words[one.last : other.first] for one, other in pairwise(chosen))
    return all(between.issuperset(gap) for gap in gaps)


def _joined(parsed: Parsed, last: int, first: int) -> bool:
    gap = parsed.words[last:first]
    if gap == ("(",):
        return True  # "Left renal lesion (cyst?)"
    return len(gap) <= 2 and (parsed.grammar.listing | parsed.grammar.not_).issuperset(gap)
