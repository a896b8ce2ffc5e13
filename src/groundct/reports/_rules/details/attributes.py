"""Words that say how a finding looks and how it changed, given to the mention that they qualify.

An adjective belongs to the next mention when only words of its own phrase stand between; what
stands after "is", "with" or a comma, or is a phrase of its own, belongs to the last mention before.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from groundct.core.report import Change, Presence
from groundct.reports._rules.details.times import is_part_of, times_of
from groundct.reports._rules.mention.mentions import Mention
from groundct.reports._rules.mention.nodes import ENLARGED
from groundct.reports._rules.mention.verb_last import Spanned
from groundct.reports._rules.places.side_words import side_behind
from groundct.reports._rules.presence.scope import presence_of
from groundct.reports._rules.words.parsed import Parsed, once
from groundct.vocabulary.findings import findings
from groundct.vocabulary.grammar import grammar
from groundct.vocabulary.lexicon import Hit, lexicon
from groundct.vocabulary.modifiers import NO_MODIFIER, in_order
from groundct.vocabulary.words import is_beside

_REACH = 8
_ENDING = 3
_ROOT = 4
_STOPS = frozenset(";:()?")
_ENDS = frozenset(",;:().")
_LEADS = frozenset(",(;")
_CHANGES: Final[dict[str, Change]] = {
    "new": "new",
    "stable": "stable",
    "increased": "increased",
    "decreased": "decreased",
    "resolved": "resolved",
}
_COMPARING: Final = frozenset(("exam", "compared", "since"))
_GROWTH: Final = frozenset(("increased", "decreased"))
_WITH_PRIOR: Final[dict[str, Change]] = {"increased_if": "increased", "decreased_if": "decreased"}


class Changed(NamedTuple):
    """How a mention changed, and the words that say so, in order."""

    change: Change | None = None
    words: tuple[tuple[Hit, Change], ...] = ()


def modifiers_of(parsed: Parsed, mentions: tuple[Mention, ...]) -> tuple[tuple[str, ...], ...]:
    """The standard words of each mention; one that is denied ("not calcified") is none."""
    words: list[list[str]] = [[] for _ in mentions]
    for hit in parsed.found.get("modifiers", ()):
        if hit.entry.meaning == NO_MODIFIER:
            continue
        for number in _qualified(parsed, hit, mentions):
            mention = mentions[number]
            if not _says_more(hit.entry.meaning, mention.type):
                continue
            if hit.first < mention.last or not _denied(parsed, hit):
                words[number].append(hit.entry.meaning)
    return tuple([in_order(own) if len(own) > 1 else tuple(own) for own in words])


def changes_of(
    parsed: Parsed, mentions: tuple[Mention, ...], presences: tuple[Presence, ...]
) -> tuple[Changed, ...]:
    """How each mention changed; the last word that speaks of it decides.

    Words such as "increased" count only beside an earlier examination or another change, or as a
    clause of their own: a diameter that is "40 mm and increased" is wide, "an effusion, increased"
    has grown.
    """
    hits = times_of(parsed)
    changes: list[Change | None] = [None] * len(mentions)
    words: list[list[tuple[Hit, Change]]] = [[] for _ in mentions]
    compared = not _COMPARING.isdisjoint([hit.entry.meaning for hit in hits])
    contrast = len(hits) > 1 and _is_contrast(parsed, hits)
    own: list[Spanned] = [h for h in parsed.findings if h.entry.meaning != ENLARGED]
    named = own + list(mentions)
    for hit in hits:
        change = _CHANGES.get(hit.entry.meaning)
        growth = _WITH_PRIOR.get(hit.entry.meaning)
        if growth is not None and (
            compared
            or _is_clause(parsed, hit)
            or (contrast and _ends_clause(parsed, hit))
            or _of_known(parsed, hit, mentions)
        ):
            change = growth
        if change not in (None, "new", "stable") and _refused(parsed, hit):
            change = "stable" if change != "resolved" else None
        if change is None:
            continue
        if any(is_part_of(hit, other) for other in named):
            continue  # "density increase", "the heart has increased in size" are findings.
        for number in _changed(parsed, hit, mentions):
            words[number].append((hit, change))
            if presences[number] == "absent" and change != "resolved":
                changes[number] = changes[number] or ("new" if change == "new" else None)
            elif changes[number] is None or change != "stable":
                changes[number] = change
    return tuple(map(Changed, changes, map(tuple, words)))


def _is_contrast(parsed: Parsed, hits: tuple[Hit, ...]) -> bool:
    """Whether two changes are set beside each other: "effusion decreased, collapse increased"."""
    said = {hit.entry.meaning for hit in hits}
    if len(said) < 2 or said.isdisjoint(_WITH_PRIOR):
        return False
    ended = {hit.entry.meaning for hit in hits if _ends_clause(parsed, hit)}
    sided = any(_is_sided(parsed, h) for h in hits if h.entry.meaning in _WITH_PRIOR)
    other = _CHANGES if sided else _GROWTH
    return ended.issuperset(_WITH_PRIOR) or not said.isdisjoint(other)


def _is_sided(parsed: Parsed, hit: Hit) -> bool:
    """Whether a change is told of a side: "increased on the left", "on the left decreased"."""
    named = hit.first - parsed.any_word(hit.first - 1, hit.first, parsed.grammar.is_)
    return named in _side_ends(parsed) or side_behind(parsed, hit.last) is not None


@once
def _side_ends(parsed: Parsed) -> frozenset[int]:
    return frozenset(side.last for side in parsed.role("laterality", "right", "left"))


def _is_clause(parsed: Parsed, hit: Hit) -> bool:
    """Whether a word of change is all that its clause says, but for how much: ", mildly worse".

    And for the side: ", increased on the left".
    """
    before = hit.first - 1
    led = parsed.words[before] in _LEADS
    if not led and before > 0 and parsed.words[before - 1] in _LEADS:
        named = (*parsed.findings, *parsed.places)
        led = not any(h.first <= before < h.last for h in named)
    return led and _ends_clause(parsed, hit)


def _ends_clause(parsed: Parsed, hit: Hit) -> bool:
    """Whether a clause ends behind a word of change, or behind the side that it has changed on."""
    side = side_behind(parsed, hit.last)
    last = hit.last if side is None else side.last
    ends = _ENDS if side is None else _ENDS | parsed.grammar.joint
    return last == len(parsed.words) or parsed.words[last] in ends


def _of_known(parsed: Parsed, hit: Hit, mentions: tuple[Mention, ...]) -> bool:
    """Whether what grew was known: by its ending, "efüzyonda artış", or by a verb, "... arttı"."""
    before = max((m.last for m in mentions if m.last <= hit.first), default=0)
    if not before or not parsed.verb_last:
        return False
    told = hit.first == before and parsed.any_word(hit.last, hit.last + 1, _ENDS)
    return told or is_beside(parsed.surface(before - 1), parsed.language)


def _refused(parsed: Parsed, hit: Hit) -> bool:
    """Whether a word of change is negated: "has not resolved", "no regression was detected"."""
    before = parsed.words[max(0, hit.first - 2) : hit.first]
    if not parsed.grammar.not_.isdisjoint(before):
        return True
    presence, cue = presence_of(parsed, hit.first, hit.last)
    if presence != "absent" or cue is None or hit.entry.meaning == "resolved":
        return False
    # "The right one has increased, the left has resolved": to resolve denies no change.
    gone = parsed.role("temporal", "resolved")
    return not any(other.first < cue.last and cue.first < other.last for other in gone)


def _changed(parsed: Parsed, hit: Hit, mentions: tuple[Mention, ...]) -> list[int]:
    """The mentions that a word of change speaks of: the next, else all before in its clause."""
    around = [n for n, m in enumerate(mentions) if hit.first < m.first and m.last <= hit.last]
    if around:
        return around
    following = None if _is_said(parsed, hit, mentions) else _next(parsed, hit, mentions)
    if following is None:
        following = _inside(parsed, hit, mentions)
    if following is not None and not (
        parsed.verb_last
        and parsed.any_word(hit.last, mentions[following].first, parsed.grammar.listing)
    ):
        own = parsed.grammar.of | parsed.grammar.in_
        named = parsed.any_word(hit.last, hit.last + 1, own)
        if named:
            return _listed(parsed, mentions, following)
        # "New pericardial and pleural effusion" is of both.
        return [n for n, m in enumerate(mentions) if m.hit == mentions[following].hit]
    before = [n for n, m in enumerate(mentions) if m.last <= hit.first]
    if not before:
        return _listed(parsed, mentions, 0)
    stops = _open_stops(parsed, hit.first)
    floor = max((n for n in stops if n > mentions[before[0]].first), default=0)
    near = [n for n in before if mentions[n].first >= floor] or before
    kept = [near[-1]]
    for number in reversed(near[:-1]):
        low, high = mentions[number].last, mentions[kept[0]].first
        told = any(low <= verb.first < high for verb in parsed.role("negation", "asserts"))
        told = told or _has_changed(parsed, low, high)
        told = told or _is_another(parsed, mentions[number], mentions[kept[0]])
        if not told and parsed.grammar.is_.isdisjoint(parsed.words[low:high]):
            kept.insert(0, number)
        else:
            break
    return kept


def _inside(parsed: Parsed, hit: Hit, mentions: tuple[Mention, ...]) -> int | None:
    """The mention that a change which begins its phrase is in: "..., decrease in lung nodules"."""
    grammar = parsed.grammar
    linked = parsed.any_word(hit.last, hit.last + 1, grammar.in_ | grammar.of)
    following = next((n for n, m in enumerate(mentions) if m.first > hit.last), None)
    if parsed.verb_last or not linked or following is None:
        return None
    low = max((m.last for m in mentions if m.last <= hit.first), default=0)
    led = not low or parsed.any_word(low, hit.first, grammar.listing | grammar.with_)
    # "Regressed in the form of ground glass" is what has regressed.
    parting = _STOPS | grammar.listing | grammar.with_ | grammar.is_ | grammar.in_ | grammar.form
    parted = parsed.any_word(hit.last + 1, mentions[following].first, parting)
    return following if led and not parted else None


def _is_said(parsed: Parsed, hit: Hit, mentions: tuple[Mention, ...]) -> bool:
    """Whether a change is said of a mention before: "the nodules are stable and the mass is new".

    Or ends its clause: "effusion on the left regressed, effusion on the right increased".
    """
    grammar = parsed.grammar
    low = max((m.last for m in mentions if m.last <= hit.first), default=0)
    if not low or any(low <= h.first < hit.first for h in parsed.role("negation", "introduces")):
        return False
    if parsed.any_word(hit.first - 1, hit.first + 1, grammar.is_ | grammar.has):
        return True
    leads = grammar.with_ | grammar.of | grammar.in_ | grammar.article | grammar.article_one
    parting = grammar.listing | _STOPS
    return (
        parsed.any_word(hit.last, hit.last + 1, parting)
        and not parsed.any_word(low, hit.first, parting)
        and not parsed.any_word(hit.first - 1, hit.first, leads)
    )


def _is_another(parsed: Parsed, one: Mention, other: Mention) -> bool:
    """Whether "the" begins a clause of one of them: "masses, the mass on the left has grown"."""
    article = parsed.grammar.article
    return one.type == other.type and any(
        parsed.words[n] == "," and parsed.words[n + 1] in article
        for n in range(one.last, other.first - 1)
    )


def _has_changed(parsed: Parsed, low: int, high: int) -> bool:
    """Whether a change is told between two mentions: "the cyst has grown, and the mass is new"."""
    ends = parsed.grammar.joint | _ENDS
    return any(
        low <= hit.first
        and hit.last < high
        and (hit.entry.meaning in _CHANGES or parsed.words[hit.last] in ends)
        and not any(is_part_of(hit, h) for h in parsed.findings if h.entry.meaning != ENLARGED)
        for hit in parsed.role("temporal", *_CHANGES, *_WITH_PRIOR)
    )


def _listed(parsed: Parsed, mentions: tuple[Mention, ...], first: int) -> list[int]:
    """A mention and those listed with it: "regression of nodules and of effusions"."""
    kept = [first] if mentions else []
    for number in range(first + 1, len(mentions)):
        low, high = mentions[number - 1].last, mentions[number].first
        told = any(low <= verb.first < high for verb in parsed.role("negation", "asserts"))
        ended = told or parsed.any_word(low, high, _STOPS | parsed.grammar.is_)
        joined = parsed.any_word(low, high, parsed.grammar.joint) or any(
            parsed.words[n] == "," and parsed.words[n + 1] in parsed.grammar.in_
            for n in range(low, high - 1)
        )
        if ended or not joined or _is_told_of(parsed, mentions, number):
            break
        kept.append(number)
    return kept


def _is_told_of(parsed: Parsed, mentions: tuple[Mention, ...], number: int) -> bool:
    """Whether a clause says how a mention changed: "..., and the nodules are stable"."""
    last = mentions[number].last
    end = min((m.first for m in mentions if m.first >= last), default=len(parsed.words))
    changes = parsed.role("temporal", *_CHANGES, *_WITH_PRIOR)
    return any(
        last < hit.first < end and parsed.words[hit.first - 1] in parsed.grammar.is_
        for hit in changes
    )


def _open_stops(parsed: Parsed, end: int) -> list[int]:
    """The stops before a token; brackets that are closed before it are an aside."""
    out: list[int] = []
    for position in range(end) if parsed.any_word(0, end, _STOPS) else ():
        word = parsed.words[position]
        if word == ")" and out and parsed.words[out[-1]] == "(":
            out.pop()
        elif word in _STOPS and not (word == "?" and out and parsed.words[out[-1]] == "("):
            out.append(position)
    return out


def _qualified(parsed: Parsed, hit: Hit, mentions: tuple[Mention, ...]) -> list[int]:
    """The mentions that a modifier is said of; several where one word has several types."""
    inside: list[int] = []
    before: list[int] = []
    for number, mention in enumerate(mentions):
        if mention.last <= hit.first:
            before.append(number)
        elif mention.first <= hit.first and hit.last <= mention.last:
            inside.append(number)
    if inside:
        return inside
    following = _next(parsed, hit, mentions) if len(before) < len(mentions) else None
    if following is not None:
        first = mentions[following].hit
        return [n for n, m in enumerate(mentions) if m.hit == first]
    if before and _predicate(parsed, hit, mentions[before[-1]]):
        last = mentions[before[-1]].hit
        return [n for n in before if mentions[n].hit == last]
    return []


def _next(parsed: Parsed, hit: Hit, mentions: tuple[Mention, ...]) -> int | None:
    """The mention whose phrase a word stands in: nothing but adjectives and "of" lie between."""
    behind = [n for n, m in enumerate(mentions) if m.first >= hit.last]
    if not behind or mentions[behind[0]].first == hit.last:
        return behind[0] if behind else None
    following = behind[0]
    gap = parsed.words[hit.last : mentions[following].first]
    grammar = parsed.grammar
    if len(gap) > _REACH or not _stops(parsed.language).isdisjoint(gap):
        return None
    if not grammar.listing.isdisjoint(gap):
        # "multiple, spiculated nodules", "new hilar and axillary nodes": no list of findings.
        known = lexicon(parsed.language, "modifiers", "modifier").find(gap)
        covered = {hit.last + n for other in known for n in range(other.first, other.last)}
        hits = [p for m in mentions if m.hit == mentions[following].hit for p in m.places]
        hits += (*parsed.sides, *parsed.cues["temporal"])
        covered |= {n for other in hits for n in range(other.first, other.last)}
        words = enumerate(gap, start=hit.last)
        small = grammar.listing | grammar.enlarged
        rest = [w for n, w in words if n not in covered and w not in small]
        if rest:
            return None
    return following


@lru_cache(maxsize=8)
def _stops(language: str) -> frozenset[str]:
    """The words that no adjective reaches over."""
    own = grammar(language)
    places = own.in_ | own.on | own.at | own.with_
    return _STOPS | places | own.is_ | own.perceived | own.to | own.but


def _predicate(parsed: Parsed, hit: Hit, mention: Mention) -> bool:
    """Whether a modifier is said of the mention before: after "is", "with" or a comma."""
    gap = parsed.words[mention.last : hit.first]
    if not _STOPS.isdisjoint(gap) and gap[:1] != ("(",):
        return False
    if hit.last - hit.first > 1:
        return True
    if gap and gap[-1] not in _leads(parsed.language):
        return False
    return not parsed.words[hit.last :] or parsed.words[hit.last] in _phrase_ends(parsed.language)


@lru_cache(maxsize=8)
def _leads(language: str) -> frozenset[str]:
    """The words and signs that lead a predicate."""
    own = grammar(language)
    return own.is_ | own.with_ | own.of | {",", "("}


@lru_cache(maxsize=8)
def _phrase_ends(language: str) -> frozenset[str]:
    """The words and signs that a predicate ends before."""
    own = grammar(language)
    places = own.in_ | own.on | own.at | own.side
    return _ENDS | places | own.joint | own.with_ | own.is_


@lru_cache(maxsize=1 << 12)
def _says_more(word: str, kind: str) -> bool:
    """Whether a modifier adds to the name of a type."""
    name = findings().types[kind].name.replace("-", " ")
    root = word[: max(_ROOT, len(word) - _ENDING)]
    return word.replace("-", " ") not in name and not any(
        part.startswith(root) for part in name.split()
    )


def _denied(parsed: Parsed, hit: Hit) -> bool:
    """Whether a predicate is negated: "the nodule is not calcified"."""
    return presence_of(parsed, hit.first, hit.last)[0] == "absent" or (
        parsed.words[hit.first - 1] in parsed.grammar.not_
    )
