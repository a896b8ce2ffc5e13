"""Which lung sites belong to which finding of a sentence.

A place that leads the next finding, or that an earlier one has, is not this one's. Findings that
are one thing under two names, "opacity suggesting pneumonia", share what either has.
"""

from __future__ import annotations

from dataclasses import dataclass

from groundct.reports._rules.clauses import opening
from groundct.reports._rules.mentions import Mention
from groundct.reports._rules.parsed import Parsed
from groundct.reports._rules.side_words import emphasised, side_words
from groundct.reports._rules.sides import before_in_turn, laterality_of
from groundct.reports._rules.sites import Site
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.findings import findings

__all__ = ["Words", "laterality_of", "plain_sites", "sites_of"]

_CLOSE = 2
_SHARED_REACH = 5
_RENAMING_REACH = 4


@dataclass(frozen=True)
class Words:
    """What a sentence brings to its findings."""

    parsed: Parsed
    sites: tuple[Site, ...]


def sites_of(words: Words, mention: Mention, spoken: tuple[Mention, ...]) -> tuple[Site, ...]:
    """The lung sites of a mention: its own, and those of the names that it also goes by."""
    if not words.sites:
        return ()
    if words.parsed.verb_last:
        return before_in_turn(words.parsed, words.sites, mention, spoken)
    own = _own_sites(words, mention, spoken)
    if mention not in spoken:
        return own
    shared = [
        site
        for other in _same_thing(words.parsed, mention, spoken)
        for site in _own_sites(words, other, spoken)
    ]
    return tuple(dict.fromkeys((*own, *shared)))


def _same_thing(
    parsed: Parsed, mention: Mention, spoken: tuple[Mention, ...]
) -> tuple[Mention, ...]:
    """The mentions beside one that name the same thing: "opacity (pneumonia?)"."""
    index = spoken.index(mention)
    out: list[Mention] = []
    for step in (-1, 1):
        position = index
        while 0 <= position + step < len(spoken):
            pair = sorted((spoken[position], spoken[position + step]), key=lambda m: m.first)
            if not _renames(parsed, pair[0], pair[1]):
                break
            out.append(spoken[position + step])
            position += step
    return tuple(out)


def _renames(parsed: Parsed, first: Mention, second: Mention) -> bool:
    """Whether a mention is another name of the one before: in brackets, or "consistent with"."""
    if not _one_region(first, second):
        return False
    low, high = first.last, second.first
    gap = parsed.words[low:high]
    if ";" in gap or ")" in gap or parsed.scope_ends(low, high):
        return False
    if gap[-1:] == ("(",):
        return True
    cues = parsed.role("uncertainty", "uncertain_after", "explains")
    near = [cue for cue in cues if low <= cue.first and high - 2 <= cue.last <= high]
    return bool(near) and not _anew(parsed, low, near[-1].first)


def _anew(parsed: Parsed, low: int, high: int) -> bool:
    """Whether something new is named between two tokens: "and density increases ..."."""
    position = opening(parsed, low, high)
    if position is None:
        return False
    return parsed.words[position] in parsed.grammar.joint or high - position > _RENAMING_REACH


def _one_region(first: Mention, second: Mention) -> bool:
    types = findings().types
    tops = {anatomy().top_region(types[m.type].anatomy or "lung/lung") for m in (first, second)}
    return len(tops) == 1


def _own_sites(words: Words, mention: Mention, spoken: tuple[Mention, ...]) -> tuple[Site, ...]:
    """The sites around a mention, after it, shared with the next one, or before it."""
    parsed = words.parsed
    grammar = parsed.grammar
    inner = tuple(s for s in words.sites if s.first < mention.last and mention.first < s.last)
    following = [m.first for m in spoken if m.first >= mention.last]
    limit = min(following, default=len(parsed.words))
    after = tuple(s for s in words.sites if mention.last <= s.first < limit)
    if following and after:
        # "effusion and left lower lobe consolidation": the lobe is the consolidation's alone.
        of_next = _ahead(words, mention.last, limit)
        close = bool(of_next) and limit - of_next[-1].last <= _CLOSE
        parted = bool(of_next) and not (grammar.listing | grammar.with_).isdisjoint(
            parsed.words[mention.last : of_next[0].first]
        )
        after = tuple(s for s in after if not (close and parted and s in of_next))
    floor = max((m.last for m in spoken if m.last <= mention.first), default=0)
    ahead = _ahead(words, floor, mention.first)
    if inner or after:
        return (*inner, *after)
    if ahead and mention.first - ahead[-1].last <= _CLOSE:
        return ahead
    if following and _shares_next(words, mention, limit):
        nearest = next(m for m in spoken if m.first == limit)
        return _own_sites(words, nearest, spoken)
    # What stands before all findings is the sentence's topic; what another one has is not shared.
    topic = min((m.first for m in spoken), default=mention.first)
    before = ahead or tuple(
        s
        for s in words.sites
        if s.last <= min(topic, mention.first)
        and not _on_another_side(parsed, (topic, mention.first, limit))
    )
    said = _on_the_side(parsed, mention.last, limit)
    return tuple(s for s in before if not said or said & set(s.sides))


def _shares_next(words: Words, mention: Mention, limit: int) -> bool:
    """Whether a mention is joined to the next one, so that the sites behind are its own too."""
    parsed = words.parsed
    gap = parsed.words[mention.last : limit]
    together = any(
        mention.last <= hit.first < limit
        for hit in parsed.relations
        if hit.entry.meaning == "together"
    )
    if gap and parsed.grammar.listing.isdisjoint(gap) and not together:
        return False
    between = any(mention.last <= site.first < limit for site in words.sites)
    ended = parsed.scope_ends(mention.last, limit)
    verb = parsed.any_word(mention.last, limit, parsed.grammar.perceived | {";"})
    return len(gap) <= _SHARED_REACH and not (between or ended or verb)


def _on_another_side(parsed: Parsed, span: tuple[int, int, int]) -> bool:
    """Whether a mention stands behind a semicolon and its clause names a side of its own.

    ``span``: the sentence's topic, the mention, and the next one or the end.
    """
    topic, first, limit = span
    parted = parsed.any_word(topic, first, frozenset(";"))
    return parted and any(topic <= hit.first < limit for hit in side_words(parsed))


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
    plain = tuple(site for site in sites if not emphasised(parsed, site.first))
    return plain or sites


def _on_the_side(parsed: Parsed, first: int, last: int) -> set[str]:
    """The sides that "on the left" names among these tokens, when no other noun follows."""
    taken = {p.first for p in parsed.places if p.entry.meaning not in ("pleura", "hemithorax")}
    return {
        hit.entry.meaning
        for hit in parsed.role("laterality", "right", "left")
        if first <= hit.first < last
        and parsed.any_word(hit.first - 2, hit.first, parsed.grammar.on)
        and hit.last not in taken
        and not emphasised(parsed, hit.first)
    }
