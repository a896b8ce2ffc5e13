"""Which lung sites belong to which finding of a sentence.

A place that leads the next finding, or that an earlier one has, is not this one's. Findings that
are one thing under two names, "opacity suggesting pneumonia", share what either has.
"""

from __future__ import annotations

from itertools import takewhile

from groundct.reports._rules.mention.apart import excepted, set_apart
from groundct.reports._rules.mention.mentions import Mention
from groundct.reports._rules.mention.neighbours import NEAR
from groundct.reports._rules.mention.verb_last import Spanned
from groundct.reports._rules.places.ahead import Words, ahead_of, opened, sites_lead
from groundct.reports._rules.places.linked import LUNG, TOGETHER, linked_to, lung_of, one_region
from groundct.reports._rules.places.most import led_sites, plain_sites
from groundct.reports._rules.places.renamed import same_thing
from groundct.reports._rules.places.side_words import on_the_side, side_words
from groundct.reports._rules.places.sides import (
    adjective_sides,
    before_in_turn,
    floor_of,
    laterality_of,
    on_own_side,
    sided,
)
from groundct.reports._rules.places.site import sides_of
from groundct.reports._rules.places.sites import Site
from groundct.reports._rules.presence.clauses import opening
from groundct.reports._rules.words.parsed import HERE, Parsed
from groundct.vocabulary.findings import findings
from groundct.vocabulary.lexicon import Hit

__all__ = ["Words", "adjective_sides", "laterality_of", "on_own_side", "plain_sites", "sites_of"]

_CLOSE = 2
_PARTS = frozenset(";")
_SHARED_REACH = 5
_PLACED_REACH = 4
_LINKED_REACH = 10
_EVERYWHERE = frozenset(("1c", "1f"))
"""Emphysema, and what else fills a lung such as mosaic attenuation."""
_ALIKE = "alike"
_BARE = "lung"
"""A lung without a side: it tells no more than the finding itself."""


def sites_of(words: Words, mention: Mention, spoken: tuple[Mention, ...]) -> tuple[Site, ...]:
    """The lung sites of a mention: its own, and those of the names that it also goes by."""
    if not words.sites or _is_throughout(words.parsed, mention):
        return ()
    if words.parsed.verb_last:
        own = before_in_turn(words.parsed, words.sites, mention, spoken)
        return sided(words.parsed, own, mention, spoken)
    own = _own_sites(words, mention, spoken)
    if mention not in spoken or (own and len(spoken) == 1):
        return own
    alike = same_thing(words.parsed, mention, spoken)
    shared: list[Site] = []
    if alike:
        # "Left lower lobe lesion, nodule in the right lung, possible metastases".
        others = {m.first for m in spoken if own and m is not mention and m not in alike}
        shared = [s for other in alike for s in _own_sites(words, other, spoken)]
        shared = [site for site in shared if site.last not in others]
    return tuple(dict.fromkeys((*own, *shared))) or _there(words, mention, spoken)


def _is_throughout(parsed: Parsed, mention: Mention) -> bool:
    """Whether a mention is everywhere: "wall thickening throughout, with a plug in the lingula"."""
    last = mention.last
    if not parsed.any_word(last, last + 1, parsed.grammar.throughout):
        return False
    behind = parsed.words[last + 1 : last + 2]
    ends = parsed.grammar.listing | parsed.grammar.with_ | {".", ";"}
    return ends.issuperset(behind)


def _own_sites(words: Words, mention: Mention, spoken: tuple[Mention, ...]) -> tuple[Site, ...]:
    """The sites around a mention, worked out once where ``words`` keep them."""
    if words.own is None:
        return _around(words, mention, spoken)
    found = words.own.get(mention)
    if found is None:
        found = words.own[mention] = _around(words, mention, spoken)
    return found


def _around(words: Words, mention: Mention, spoken: tuple[Mention, ...]) -> tuple[Site, ...]:
    """The sites around a mention, after it, shared with the next one, or before it."""
    parsed = words.parsed
    following = [m.first for m in spoken if m.first >= mention.last]
    limit = min(following, default=len(parsed.words))
    inner = [s for s in words.sites if s.first < mention.last and mention.first < s.last]
    after = [s for s in words.sites if mention.last <= s.first < limit]
    if after:
        after = _of_its_own(words, mention.last, spoken, after)
    if inner or after:
        lone = len(words.sites) > len(after) == 1 and not inner
        alone = lone and len({m.first for m in spoken}) == 1
        return (*inner, *(led_sites(parsed, words.sites, after[0]) if alone else ()), *after)
    floor = floor_of(mention, spoken)
    ahead = ahead_of(words, floor, mention.first)
    if floor and not ahead and sites_lead(words, spoken):
        ahead = opened(words, floor, mention.first)
    if ahead and mention.first - ahead[-1].last <= _CLOSE:
        # "Consolidation in the right upper lobe with nodules on the left".
        led = parsed.any_word(ahead[-1].last, mention.first, parsed.grammar.with_)
        return _on_sides(ahead, _said_sides(parsed, mention, spoken, limit)) if led else ahead
    nearest = next((m for m in spoken if m.first == limit), None) if following else None
    if nearest is not None and _shares_next(words, mention, nearest):
        shared = _own_sites(words, nearest, spoken)
        if shared and not adjective_sides(parsed, mention, spoken) > sides_of(shared):
            return shared
    # What stands before all findings is the sentence's topic; what another one has is not shared.
    before = ahead or _clause_topic(words, mention, spoken) or _topic(words, mention, spoken, limit)
    return _on_sides(before, _said_sides(parsed, mention, spoken, limit)) if before else ()


def _of_its_own(
    words: Words, low: int, spoken: tuple[Mention, ...], after: list[Site]
) -> list[Site]:
    """The sites behind a mention's end ``low`` that are not the next one's or another clause's."""
    parsed = words.parsed
    grammar = parsed.grammar
    following = [m.first for m in spoken if m.first >= low]
    if parsed.relations:
        after = [s for s in after if not excepted(parsed, low, s.first)]
    if after and following and parsed.any_word(low, after[-1].first, _PARTS):
        # "..., emphysema; in the left lung, a nodule": the lung is the next clause's.
        after = [s for s in after if not parsed.any_word(low, s.first, _PARTS)]
    here = after
    if after and parsed.any_word(low, after[-1].first, grammar.but):
        # "Nodules in the right upper lobe, while the left lung is clear".
        here = [s for s in after if not parsed.any_word(low, s.first, grammar.but)]
        after = here or after
    if not (following and after):
        return after
    limit = min(following)
    if sites_lead(words, spoken) and _leads_next(parsed, after[-1], limit):
        return [s for s in here if opening(parsed, low, s.first) is None]
    # "effusion and left lower lobe consolidation": the lobe is the consolidation's alone.
    of_next = ahead_of(words, low, limit)
    if not of_next or limit - of_next[-1].last > _CLOSE:
        return after
    parting = grammar.listing | grammar.with_ | grammar.but
    parted = parsed.any_word(low, of_next[0].first, parting)
    led = parted and not parsed.any_word(of_next[-1].last, limit, grammar.with_)
    if not led or _is_placed(words, limit, spoken):
        return after
    return [s for s in after if s not in of_next]


def _on_sides(sites: tuple[Site, ...], said: set[str]) -> tuple[Site, ...]:
    """The sites that lie on all of the sides that are said."""
    return tuple([s for s in sites if said.issubset(s.sides)]) if said else sites


def _topic(
    words: Words, mention: Mention, spoken: tuple[Mention, ...], limit: int
) -> tuple[Site, ...]:
    """The sites that lead all findings, where a clause behind them names no side of its own."""
    first = min([m.first for m in spoken], default=mention.first)
    sites = tuple([s for s in words.sites if s.last <= min(first, mention.first)])
    if sites and _on_another_side(words.parsed, (first, mention.first, limit)):
        return ()
    return sites


def _clause_topic(words: Words, mention: Mention, spoken: tuple[Mention, ...]) -> tuple[Site, ...]:
    """The sites that lead all findings of a mention's clause, behind a semicolon."""
    if not words.parsed.any_word(0, mention.first, _PARTS):
        return ()
    start = max([n + 1 for n in range(mention.first) if words.parsed.words[n] in _PARTS])
    first = min([m.first for m in spoken if m.first >= start], default=start)
    return tuple([s for s in words.sites if start <= s.first and s.last <= first])


def _there(words: Words, mention: Mention, spoken: tuple[Mention, ...]) -> tuple[Site, ...]:
    """The sites of the mention that this one is linked to, or of the one that all others lie in.

    Of "a nodule below it" only the lung is known, and where it is one.
    """
    parsed = words.parsed
    link = linked_to(parsed, words.sites, mention, spoken)
    if link is not None:
        alike = takewhile(lambda m: one_region(m, mention), link.mentions)
        found = ((_own_sites(words, m, spoken) or _there(words, m, spoken)) for m in alike)
        sites = next((own for own in found if own), ())
        return sites if link.whole else lung_of(sites)
    earlier = [m for m in spoken if m.last <= mention.first]
    if not earlier:
        return ()
    before = max(earlier, key=lambda m: m.last)
    both = _in_both(words, before, mention, spoken)
    if both:
        return both
    floor = before.last
    limit = min((m.first for m in spoken if m.first >= mention.last), default=len(parsed.words))
    topic = _of_topic(words, min(earlier, key=lambda m: m.first), mention, spoken)
    said = max((site.last for site in topic), default=0)
    named = [hit for hit in side_words(parsed) if floor <= hit.first < limit]
    return () if any(said <= hit.first for hit in named) else topic


def _in_both(
    words: Words, before: Mention, mention: Mention, spoken: tuple[Mention, ...]
) -> tuple[Site, ...]:
    """Both lungs, which stand behind the mention before: "fibrosis in both lungs and emphysema".

    No place or side stands behind this one. One lung is never passed on so, nor a lobe of both to
    what is everywhere in a lung.
    """
    parsed = words.parsed
    kind = findings().types[mention.type]
    parted = parsed.any_word(before.last, mention.first, _PARTS)
    if parted or kind.anatomy != LUNG:
        return ()
    if words.absent and not words.absent.isdisjoint((before, mention)):
        return ()
    found = _own_sites(words, before, spoken)
    wide = kind.code in _EVERYWHERE
    whole = all(s.side == "bilateral" and not (wide and s.level) for s in found)
    last = max((site.last for site in words.sites), default=0)
    if not (found and whole) or found[0].first < before.last or last > mention.first:
        return ()
    return () if any(hit.first >= last for hit in side_words(parsed)) else found


def _of_topic(
    words: Words, first: Mention, mention: Mention, spoken: tuple[Mention, ...]
) -> tuple[Site, ...]:
    """The sites of a finding that others lie in: "in the mass of the left upper lobe, cavities"."""
    parsed = words.parsed
    grammar = parsed.grammar
    start = next((n + 1 for n in range(first.first - 1, -1, -1) if parsed.words[n] in _PARTS), 0)
    lead = parsed.words[start : first.first]
    leads = (
        bool(lead) and lead[0] in grammar.in_ and (grammar.in_ | grammar.article).issuperset(lead)
    )
    parted = parsed.any_word(first.last, mention.first, _PARTS)
    if not leads or parted or not one_region(first, mention):
        return ()
    return _own_sites(words, first, spoken)


def _is_placed(words: Words, first: int, spoken: tuple[Mention, ...]) -> bool:
    """Whether a mention at token ``first`` has a place right behind it, "nodules in both lungs"."""
    parsed = words.parsed
    last = max(m.last for m in spoken if m.first == first)
    preposition = parsed.grammar.in_ | parsed.grammar.at | parsed.grammar.on
    if not parsed.any_word(last, last + 1, preposition):
        return False
    return any(0 < place.first - last <= _PLACED_REACH for place in parsed.places)


def _leads_next(parsed: Parsed, site: Site, limit: int) -> bool:
    """Whether only a comma and adjectives stand between a site and the next mention."""
    grammar = parsed.grammar
    if limit - site.last > _SHARED_REACH:
        return False
    return not parsed.any_word(site.last, limit, grammar.of | grammar.in_ | grammar.at)


def _shares_next(words: Words, mention: Mention, following: Mention) -> bool:
    """Whether a mention is joined to the next one, so that the sites behind are its own too.

    By a comma or "and", or within one region by "of", "causing", "with".
    """
    parsed = words.parsed
    low, high = mention.last, following.first
    if high - low > _LINKED_REACH:
        return False
    related = [hit for hit in parsed.relations if low <= hit.first < high]
    linked = bool(related) and _linked(related, high)
    if not linked and (high - low > _SHARED_REACH or parsed.scope_ends(low, high)):
        return False
    if parsed.any_word(low, high, _PARTS if linked else parsed.grammar.perceived | _PARTS):
        return False
    said = [hit.entry.meaning for hit in related]
    if HERE in said or set_apart(parsed, mention):
        return False  # "Ground glass around it, and nodules".
    lacks = _lacks(parsed, low, high) and mention not in words.absent
    unlike = words.absent and (mention in words.absent) != (following in words.absent)
    if unlike and not lacks:
        return False  # "No effusion, nodule in the right lung": no list goes on.
    alike = one_region(mention, following)
    joined = low == high or parsed.any_word(low, high, parsed.grammar.listing)
    if not (joined or TOGETHER in said or linked or lacks or alike):
        return False
    # "Peribronchial consolidations": a place that is an adjective of what follows parts nothing.
    own = following.places if alike else ()
    parting: list[Spanned] = [*words.sites, *side_words(parsed)]
    parting += [p for p in parsed.places if p.entry.meaning != _BARE and p not in own]
    return not any(low <= thing.first and thing.last < high for thing in parting)


def _lacks(parsed: Parsed, low: int, high: int) -> bool:
    """Whether "without" leads from a mention to the next: what it lacks is no thing of its own."""
    cues = parsed.role("negation", "negates_after")
    if not cues or parsed.any_word(low, high, parsed.grammar.listing):
        return False
    led = low + parsed.any_word(low, low + 1, parsed.grammar.with_)
    return any(low <= h.first <= led and h.last <= high for h in cues)


def _linked(related: list[Hit], high: int) -> bool:
    """Whether the words up to a mention at token ``high`` make it a neighbour or look of another.

    "Atelectasis adjacent to the effusion", "nodules, some of which look like a tree-in-bud".
    """
    return any(
        hit.last <= high
        and (
            hit.entry.meaning == _ALIKE
            or (hit.entry.meaning.startswith(NEAR) and high - hit.last <= _CLOSE)
        )
        for hit in related
    )


def _on_another_side(parsed: Parsed, span: tuple[int, int, int]) -> bool:
    """Whether a mention stands behind a semicolon and its clause names a side of its own.

    ``span``: the sentence's topic, the mention, and the next one or the end.
    """
    topic, first, limit = span
    parted = parsed.any_word(topic, first, _PARTS)
    return parted and any(topic <= hit.first < limit for hit in side_words(parsed))


def _said_sides(
    parsed: Parsed, mention: Mention, spoken: tuple[Mention, ...], limit: int
) -> set[str]:
    """The sides said of a mention itself: "bilateral nodules", "nodules bilaterally"."""
    if not parsed.cues["laterality"]:
        return set()
    if any(h.first == mention.last for h in parsed.role("laterality", "bilateral")):
        return {"right", "left"}
    adjectives = adjective_sides(parsed, mention, spoken)
    return adjectives or on_the_side(parsed, mention.last, limit)
