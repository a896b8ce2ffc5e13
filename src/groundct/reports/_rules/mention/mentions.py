"""Mentions of findings in a sentence: their types, resolved by the places they are tied to."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from groundct.reports._rules.mention.guesses import is_guess
from groundct.reports._rules.mention.inside import MEDIASTINUM, lies_in, lies_in_lung, of_lobe
from groundct.reports._rules.mention.neighbours import beside
from groundct.reports._rules.mention.nodes import (
    ENLARGED,
    is_adjective,
    is_place,
    pathological,
)
from groundct.reports._rules.mention.verb_last import own_before
from groundct.reports._rules.words.parsed import Parsed, line_starts
from groundct.vocabulary.findings import findings
from groundct.vocabulary.grammar import grammar
from groundct.vocabulary.lexicon import Hit
from groundct.vocabulary.places import GENERAL, places
from groundct.vocabulary.words import has_ending, is_beside

_SHARING = frozenset(("~effusion", "~thickening", "~calcification", "~plaque", "~dilatation"))
_OF_VESSELS = frozenset(("~calcification", "~plaque", "~dilatation"))
"""Words of `_SHARING` whose places behind them are their own: "aortic plaques, dilated atria"."""
_LISTING = frozenset(("~enlargement", "~aneurysm", "~metastasis"))
"""General words to which places in a list give a type each: "wide aorta and pulmonary artery"."""
_ABDOMEN = ("abdomen",)
_ALONE: Final = ("abdomen", "thyroid", "breast")
_OPERATED = frozenset(("postoperative_change", "surgical_absence"))
_SOLID = frozenset(("~nodule", "~lesion", "~mass", "~cyst", "~infarct", "~free_air", "~density"))
_LINE = "device_line"
_AMID = 2
_CLOSE = 2
_JOINED = 3
_ENDS = frozenset(";:.()")
_NONE = "~none"
_LUNG = "lung"
_WIDE: Final = frozenset((_LUNG, "heart"))
_WITH_REACH = 6


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
            continue
        adjectives = adjectives or meant  # "liver lesion, likely a cyst or a hemangioma"
        first = own[0].first if own and _touches(parsed, own, hit) else hit.first
        kind = None if chosen else _of_neighbour(parsed, hits, index) or _of_organs(parsed, hit)
        if kind is not None:
            out.append(Mention(first, hit.last, kind, hit, ()))
        else:
            out += _resolved(parsed, hit, chosen, first)
    return tuple(out)


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
        (place.regions == _ABDOMEN and place.parent) or place.key == _LUNG for place in known
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


def owned_places(parsed: Parsed, hits: tuple[Hit, ...]) -> tuple[tuple[Hit, ...], ...]:
    """For each finding hit the places that are its adjectives."""
    if not parsed.places:
        return ((),) * len(hits)
    owned: list[tuple[Hit, ...]] = []
    floor = 0
    for hit in hits:
        owned.append(_adjectives(parsed, hit, floor))
        floor = hit.last
    return tuple(owned)


def _adjectives(parsed: Parsed, hit: Hit, floor: int) -> tuple[Hit, ...]:
    """Places that stand inside or right before a mention, with those joined to them by and/or."""
    if hit.first in parsed.again:
        return ()
    inside: list[Hit] = []
    before: list[Hit] = []
    for place in parsed.places:
        if place.first >= hit.last:
            break
        if place.last > hit.first:
            inside.append(place)
        elif place.first >= floor:
            before.append(place)
    if parsed.verb_last:
        before = [p for p in before if not beside(parsed, p)]  # "trakeaya bası oluşturan nodül"
    if not before or hit.first in line_starts(parsed):  # "the thyroid Atherosclerosis"
        return tuple(inside)
    chain: list[Hit] = []
    edge = hit.first
    for place in reversed(before):
        if not _leads_to(parsed, place, edge, listed=bool(chain)):
            break
        if chain and parsed.verb_last and place.last == edge and _is_noun(parsed, place):
            break  # "üst lobda mediastinal kitleye komşu": the mass is in the mediastinum
        chain.append(place)
        edge = place.first
    # "Right hilar lung mass": what stands in the words themselves says most.
    return (*inside, *reversed(chain))


def _leads_to(parsed: Parsed, place: Hit, edge: int, *, listed: bool) -> bool:
    """Whether a place is an adjective of what begins at token ``edge``; ``listed``: another one."""
    if place.last == edge and not listed:
        return True
    grammar = parsed.grammar
    gap = parsed.words[place.last : edge]
    # "T7 due to metastases", "lung in which": a preposition is no adjective's.
    if len(gap) > _CLOSE or not _apart(parsed.language).isdisjoint(gap):
        return False
    if not (listed or grammar.listing.isdisjoint(gap)):
        return False
    # "The liver suspicious for metastases".
    if any(place.last <= cue.first and cue.last <= edge for cue in parsed.cues["uncertainty"]):
        return False
    sides = parsed.role("laterality", "right", "left", "bilateral")
    sided = {position for side in sides for position in range(side.first, side.last)}
    if listed:
        # "in the left lung and pleural effusion": the lung is no adjective of the effusion.
        leading = parsed.words[max(0, place.first - 2) : place.first]
        noun_signs = grammar.article | grammar.in_ | grammar.of
        # "Normal spleen, liver lesion".
        if any(0 <= place.first - c.last < 2 for c in parsed.role("normality", "normal")):
            return False
        if not noun_signs.isdisjoint(leading) or any(
            word not in grammar.listing and position not in sided
            for position, word in enumerate(gap, start=place.last)
        ):
            return False
    # "Right heart, left pleural effusion": two sides are of two things.
    return sided.isdisjoint(range(place.last, edge)) or sided.isdisjoint(
        range(place.first - 1, place.last)
    )


@lru_cache(maxsize=8)
def _apart(language: str) -> frozenset[str]:
    """The words that no adjective of a place stands before."""
    own = grammar(language)
    return own.article | own.to | own.with_ | own.in_ | _ENDS


def _joined(parsed: Parsed, last: int, first: int) -> bool:
    gap = parsed.words[last:first]
    if gap == ("(",):
        return True  # "Left renal lesion (cyst?)"
    return len(gap) <= 2 and (parsed.grammar.listing | parsed.grammar.not_).issuperset(gap)


def tied_places(
    parsed: Parsed, hits: tuple[Hit, ...], owned: tuple[tuple[Hit, ...], ...]
) -> tuple[tuple[Hit, ...], ...]:
    """For each finding hit the places after it, else those it shares, else those before it.

    A place that is the adjective of one hit ("pleural effusion") is never a place of another; one
    whose ending makes it the place of things ("karaciğerde lezyon") may be.
    """
    if not parsed.places:
        return owned
    free = _free_places(parsed, hits, owned)
    if parsed.verb_last:
        return tuple([own_before(parsed, free, hits, index) for index in range(len(hits))])
    out: list[tuple[Hit, ...]] = []
    behind: tuple[Hit, ...] = ()
    limit = len(parsed.words)
    for index in range(len(hits) - 1, -1, -1):
        hit = hits[index]
        floor = hits[index - 1].last if index else 0
        after: list[Hit] = []
        before: list[Hit] = []
        for place in free:
            if place.first >= hit.last and place.last <= limit:
                after.append(place)
            elif place.first >= floor and place.last <= hit.first:
                before.append(place)
        tied = tuple(after)
        if not tied and behind:
            shared = _shares(parsed, hit, hits[index + 1]) or _leads_wider(free, hit, behind)
            tied = behind if shared else ()
        tied = tied or tuple(before)
        # "Nodes at the esophagus, which have increased in size": the nodes have.
        if not tied and index and hit.entry.meaning != ENLARGED:
            tied = tuple([p for p in free if p.last <= hit.first])
        if not tied and behind and hits[index + 1].first not in parsed.again:
            tied = behind
        if not tied and index:
            tied = _subject(parsed, hits, owned, index)
        out.append(tied)
        behind, limit = tied, hit.first
    return tuple(reversed(out))


def _free_places(
    parsed: Parsed, hits: tuple[Hit, ...], owned: tuple[tuple[Hit, ...], ...]
) -> tuple[Hit, ...]:
    """The places that are no adjective, no neighbour and no part of a lobe."""
    free = parsed.places
    backwards = parsed.verb_last
    if any(owned):
        taken = {p.first for own in owned for p in own if not (backwards and _is_noun(parsed, p))}
        free = tuple([p for p in free if p.first not in taken])
    if parsed.relations:
        # "Abutting the thickened pleura": it is near the pleura, and the thickening is in it.
        objects = () if backwards else [hit.last for hit in hits]
        free = tuple([p for p in free if p.first in objects or not beside(parsed, p)])
    if MEDIASTINUM in [place.entry.meaning for place in free]:
        free = tuple([p for p in free if p.entry.meaning != MEDIASTINUM or not of_lobe(parsed, p)])
    return free


def _leads_wider(free: tuple[Hit, ...], hit: Hit, behind: tuple[Hit, ...]) -> bool:
    """Whether what leads a hit only holds the next one's place.

    "In the upper abdomen, a lesion with calcifications in the left kidney" is in the kidney.
    """
    before = [place for place in free if place.last <= hit.first]
    inner = [place for place in behind if place not in before]
    if not (before and inner):
        return False
    wider = places().holding(inner[0].entry.meaning)
    return all(p.entry.meaning in wider and p.entry.meaning != _LUNG for p in before)


def _is_noun(parsed: Parsed, place: Hit) -> bool:
    """Whether a place's ending says that other things are there: "karaciğerde"."""
    return is_beside(parsed.surface(place.last - 1), parsed.language)


def _subject(
    parsed: Parsed, hits: tuple[Hit, ...], owned: tuple[tuple[Hit, ...], ...], index: int
) -> tuple[Hit, ...]:
    """What a hit before was said to be: "the esophagus is dilated and contains a fluid level".

    Or where it is, "a renal cyst with calcification"; in or beside lungs and heart is much else.
    """
    before = hits[index - 1]
    gap = parsed.words[before.last : hits[index].first]
    led = len(gap) <= _WITH_REACH and not parsed.grammar.with_.isdisjoint(gap)
    if led and (parsed.grammar.listing | _ENDS).isdisjoint(gap):
        return tuple(p for p in owned[index - 1] if p.entry.meaning not in _WIDE)
    said = tuple(p for p in owned[index - 1] if p.last <= before.first)
    predicate = said and parsed.any_word(said[-1].last, before.first, parsed.grammar.is_)
    parted = parsed.any_word(before.last, hits[index].first, _ENDS | {","})
    return said if predicate and not parted else ()


def _shares(parsed: Parsed, hit: Hit, following: Hit) -> bool:
    """Whether two hits are joined, so that the place after the second is the first one's too."""
    if following.first - hit.last > _JOINED:
        return False
    gap = parsed.words[hit.last : following.first]
    joined = not parsed.grammar.listing.isdisjoint(gap)
    return gap == ("(",) or (joined and not parsed.scope_ends(hit.last, following.first))
