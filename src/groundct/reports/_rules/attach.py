"""Which lung sites and which side belong to which finding of a sentence.

Right and left are never passed on by nearness alone: a place that leads the next finding, or that
an earlier one has, is not this one's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from groundct.core.report import Laterality
from groundct.reports._rules.mentions import Mention
from groundct.reports._rules.parsed import Parsed
from groundct.reports._rules.sites import Site
from groundct.reports._rules.verb_last import Thing, own_before
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.findings import findings
from groundct.vocabulary.lexicon import Hit
from groundct.vocabulary.places import places

_SIDE_REACH = 3
_CLOSE = 2
_PLEURA = "pleura/pleura"
_CHEST = frozenset(("lung", "pleura", "trachea and bronchie", "others"))
_EMPHASIS_REACH = 4


@dataclass(frozen=True)
class Words:
    """What a sentence brings to its findings."""

    parsed: Parsed
    sites: tuple[Site, ...]


def sites_of(words: Words, mention: Mention, spoken: tuple[Mention, ...]) -> tuple[Site, ...]:
    """The lung sites of a mention: around it, after it, shared with the next one, or before it."""
    if not words.sites:
        return ()
    if words.parsed.verb_last:
        return _before(words.parsed, words.sites, mention, spoken)
    grammar = words.parsed.grammar
    inner = tuple(s for s in words.sites if s.first < mention.last and mention.first < s.last)
    following = [m.first for m in spoken if m.first >= mention.last]
    limit = min(following, default=len(words.parsed.words))
    after = tuple(s for s in words.sites if mention.last <= s.first < limit)
    if following and after:
        # "effusion and left lower lobe consolidation": the lobe is the consolidation's alone.
        of_next = _ahead(words, mention.last, limit)
        close = bool(of_next) and limit - of_next[-1].last <= _CLOSE
        parted = bool(of_next) and not (grammar.listing | grammar.with_).isdisjoint(
            words.parsed.words[mention.last : of_next[0].first]
        )
        after = tuple(s for s in after if not (close and parted and s in of_next))
    floor = max((m.last for m in spoken if m.last <= mention.first), default=0)
    ahead = _ahead(words, floor, mention.first)
    if inner or after:
        return (*inner, *after)
    if ahead and mention.first - ahead[-1].last <= _CLOSE:
        return ahead
    if following and not grammar.listing.isdisjoint(words.parsed.words[mention.last : limit]):
        gap = words.parsed.words[mention.last : limit]
        nearest = next(m for m in spoken if m.first == limit)
        between = any(mention.last <= site.first < limit for site in words.sites)
        ended = words.parsed.scope_ends(mention.last, limit)
        verb = words.parsed.any_word(mention.last, limit, grammar.perceived | {";"})
        if len(gap) <= 5 and not (between or ended or verb):
            return sites_of(words, nearest, spoken)
    # What stands before all findings is the sentence's topic; what another one has is not shared.
    topic = min((m.first for m in spoken), default=mention.first)
    before = ahead or tuple(s for s in words.sites if s.last <= min(topic, mention.first))
    said = _on_the_side(words.parsed, mention.last, limit)
    return tuple(s for s in before if not said or said & set(s.sides))


def _of_other_organs(parsed: Parsed, mention: Mention) -> set[int]:
    """The first tokens of places, and those before them, in organs that a mention cannot be in."""
    own = findings().types[mention.type].anatomy
    top = anatomy().top_region(own) if own else ""
    out: set[int] = set()
    for place in parsed.places:
        regions = {anatomy().top_region(p) for p in places().places[place.entry.meaning].paths}
        chest = {*regions, top} <= _CHEST
        if top and top not in regions and not chest:
            out |= {place.first, place.first - 1}
    return out


def _before(
    parsed: Parsed, things: Sequence[Thing], mention: Mention, spoken: tuple[Mention, ...]
) -> tuple[Thing, ...]:
    """The things that belong to a mention where all is said before it; normal ones stand alone."""
    if mention not in spoken:
        return own_before(parsed, things, (mention,), 0)
    return own_before(parsed, things, spoken, spoken.index(mention))


def _ahead(words: Words, floor: int, first: int) -> tuple[Site, ...]:
    """The sites right before token ``first``, and those that are joined to them."""
    grammar = words.parsed.grammar
    between = (
        grammar.listing | grammar.article | grammar.of | grammar.segment | grammar.side
    ) | grammar.lung
    out: list[Site] = []
    edge = first
    for site in reversed([s for s in words.sites if floor <= s.first and s.last <= first]):
        gap = words.parsed.words[site.last : edge]
        joined = out and between.issuperset(gap)
        # "mass in the right lung and left lung nodule": the first is the mass's.
        leading = words.parsed.words[max(0, site.first - 3) : site.first]
        of_other = out and floor and not grammar.in_.isdisjoint(leading)
        if of_other or (not joined and (out or not grammar.listing.isdisjoint(gap))):
            break
        out.append(site)
        edge = site.first
    return tuple(reversed(out))


def plain_sites(parsed: Parsed, sites: tuple[Site, ...]) -> tuple[Site, ...]:
    """Sites without those that only say where it is most, "both lungs, more on the right"."""
    plain = tuple(site for site in sites if not _emphasised(parsed, site.first))
    return plain or sites


def _emphasised(parsed: Parsed, position: int) -> bool:
    cues = parsed.role("laterality", "emphasis")
    if parsed.verb_last:
        return any(0 < hit.first - position <= _EMPHASIS_REACH for hit in cues)
    return any(0 <= position - hit.last <= _EMPHASIS_REACH for hit in cues)


def _on_the_side(parsed: Parsed, first: int, last: int) -> set[str]:
    """The sides that "on the left" names among these tokens, when no other noun follows."""
    taken = {p.first for p in parsed.places if p.entry.meaning not in ("pleura", "hemithorax")}
    return {
        hit.entry.meaning
        for hit in parsed.role("laterality", "right", "left")
        if first <= hit.first < last
        and parsed.any_word(hit.first - 2, hit.first, parsed.grammar.on)
        and hit.last not in taken
        and not _emphasised(parsed, hit.first)
    }


def laterality_of(
    parsed: Parsed,
    mention: Mention,
    sites: tuple[Site, ...],
    spoken: tuple[Mention, ...],
    paths: tuple[str, ...],
) -> Laterality | None:
    sides = {side for site in sites for side in site.sides}
    if findings().types[mention.type].anatomy == _PLEURA:
        # "right pleural effusion and left lower lobe consolidation": its own side comes first.
        own = _nearby_sides(parsed, mention, spoken) if parsed.verb_last else None
        sides = own or _adjective_sides(parsed, mention) or sides
    if not sides:
        named = {anatomy().structures.get(anatomy().leaf(path)) for path in paths}
        sides = {s.laterality for s in named if s is not None and s.laterality is not None}
    if not sides and mention.hit.entry.meaning != "normal":
        sides = _nearby_sides(parsed, mention, spoken)
    if len(sides) == 2:
        return "bilateral"
    return ("right" if "right" in sides else "left") if sides else None


def _nearby_sides(parsed: Parsed, mention: Mention, spoken: tuple[Mention, ...]) -> set[str]:
    """Sides said of a mention without a site: right before it, else after it, else before."""
    hits = parsed.role("laterality", "right", "left", "bilateral")
    if parsed.verb_last:
        others = _of_other_organs(parsed, mention)
        plain = [h for h in hits if not (_emphasised(parsed, h.first) or h.last in others)]
        return _single({hit.entry.meaning for hit in _before(parsed, plain, mention, spoken)})
    limit = min((m.first for m in spoken if m.first >= mention.last), default=len(parsed.words))
    floor = max((m.last for m in spoken if m.last <= mention.first), default=0)
    choices = [_adjective_sides(parsed, mention)]
    topic = min((m.first for m in spoken), default=mention.first)
    for low, high in ((mention.first, limit), (floor, mention.first), (0, topic)):
        inside = [h for h in hits if low <= h.first and h.last <= high]
        if low == floor and floor:
            inside = [
                h for h in inside if parsed.grammar.listing.isdisjoint(parsed.words[h.last : high])
            ]
        if low == mention.first:
            inside = [h for h in inside if not _leads(parsed, h, mention.last, spoken)]
        choices.append({h.entry.meaning for h in inside if not _emphasised(parsed, h.first)})
    sides = next((choice for choice in choices if choice), set())
    return _single(sides)


def _single(sides: set[str]) -> set[str]:
    return {"right", "left"} if "bilateral" in sides else sides


def _adjective_sides(parsed: Parsed, mention: Mention) -> set[str]:
    """Sides right before a mention: "small left and trace right pleural effusion" has both."""
    hits = parsed.role("laterality", "right", "left", "bilateral")
    grammar = parsed.grammar
    parting = (grammar.lung | grammar.lobe | grammar.segment | grammar.in_ | grammar.on) | {";"}
    edge = mention.first
    close: set[str] = set()
    for hit in reversed([h for h in hits if h.last <= mention.first]):
        gap = set(parsed.words[hit.last : edge])
        listed = not grammar.listing.isdisjoint(gap)
        if edge - hit.last > _SIDE_REACH or gap & parting or (listed and not close):
            break
        close.add(hit.entry.meaning)
        edge = hit.first
    return _single(close)


def _leads(parsed: Parsed, side: Hit, floor: int, spoken: tuple[Mention, ...]) -> bool:
    """Whether a side is the adjective of the next mention: "effusion and left pneumothorax"."""
    parted = not parsed.grammar.listing.isdisjoint(parsed.words[floor : side.first])
    return parted and any(0 <= m.first - side.last <= _SIDE_REACH for m in spoken)
