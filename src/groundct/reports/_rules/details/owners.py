"""Which mention of a sentence a size belongs to."""

from __future__ import annotations

from functools import lru_cache

from groundct.reports._rules.details.ahead import head_of
from groundct.reports._rules.details.organs import measured_organ, of_other
from groundct.reports._rules.mention.mentions import Mention
from groundct.reports._rules.words.parsed import Parsed
from groundct.reports._rules.words.sizes import Size
from groundct.vocabulary.grammar import grammar
from groundct.vocabulary.lexicon import lexicon
from groundct.vocabulary.sizes import default_kind

_REACH = 8
_CALCIFICATION = "~calcification"
_UNKNOWN = "unknown"
_STOPS = frozenset(",;:()")


def owner(
    parsed: Parsed, size: Size, mentions: tuple[Mention, ...], denied: frozenset[int]
) -> int | None:
    """Which mention a size belongs to: "5 mm nodule", else the last one before, else the next.

    ``denied`` are the numbers of mentions that are absent: they own a size only where no other
    mention can. The size of a vessel is of no finding elsewhere. Of several with the same words it
    is the one whose place is next to the size.
    """
    organ = measured_organ(parsed, size) if parsed.places else None
    if organ is not None and mentions:
        own = tuple([n for n, m in enumerate(mentions) if not of_other(m, organ)])
        if len(own) < len(mentions):
            rest = tuple([mentions[n] for n in own])
            lacks = frozenset([n for n, known in enumerate(own) if known in denied])
            number = owner(parsed, size, rest, lacks) if rest else None
            return None if number is None else own[number]
    if len(mentions) == 1:
        return 0
    number = _owner(parsed, size, mentions, denied)
    if number is None:
        return None
    words = mentions[number][:2]
    alike = [n for n, m in enumerate(mentions) if m[:2] == words]
    if len(alike) == 1:
        return number
    held = sorted((p.first, n) for n in alike for p in mentions[n].places)
    after = [n for first, n in held if first >= size.last]
    before = [n for first, n in held if first < size.first]
    return next(iter((*after, *before[::-1])), number)


def _owner(
    parsed: Parsed, size: Size, mentions: tuple[Mention, ...], denied: frozenset[int]
) -> int | None:
    """The mention by its words alone; of several with the same words the last one."""
    following = [n for n, m in enumerate(mentions) if m.first >= size.last]
    preceding = [n for n, m in enumerate(mentions) if m.last <= size.first]
    around = [n for n, m in enumerate(mentions) if m.first < size.last and size.first < m.last]
    if around:
        return around[0]
    if preceding and _measures(parsed, mentions[preceding[-1]].last, size.first):
        return preceding[-1]
    head = head_of(parsed, size, mentions) if parsed.verb_last else None
    if head is not None:
        return head
    if following:
        first = mentions[following[0]].first
        if first - size.last <= _REACH and not _parted(parsed, size.last, first):
            return following[0]
    asserted = [n for n in preceding if n not in denied]
    if len(asserted) > 1 and _is_feature(parsed, mentions, asserted[-1], size):
        asserted.pop()
    if preceding:
        return (asserted or preceding)[-1]
    if following:
        return next((n for n in following if n not in denied), following[0])
    return None


def _is_feature(parsed: Parsed, mentions: tuple[Mention, ...], number: int, size: Size) -> bool:
    """Whether "with" makes what is not measured a feature of a mention that is.

    "Nodes with calcification, the largest 15 mm", "a nodule with pleural retraction, 15 mm in
    size"; a comma leads back to the nodes.
    """
    own, before = mentions[number], mentions[number - 1]
    led = parsed.any_word(before.last, own.first, parsed.grammar.with_)
    parted = "," in parsed.words[own.last : size.first]
    if not (led and parted):
        return False
    unmeasured = default_kind(own.type) == _UNKNOWN != default_kind(before.type)
    return unmeasured or own.hit.entry.meaning == _CALCIFICATION


def _measures(parsed: Parsed, first: int, last: int) -> bool:
    """Whether only words of measuring lead from a mention to a size: "nodule with a size of"."""
    small = _small(parsed.language)
    kinds = lexicon(parsed.language, "measurement", "kind").find(parsed.words[first:last])
    covered = {first + n for hit in kinds for n in range(hit.first, hit.last)}
    rest = [n for n in range(first, last) if n not in covered and parsed.words[n] not in small]
    return not rest and (last > first or not parsed.grammar.listing)


@lru_cache(maxsize=8)
def _small(language: str) -> frozenset[str]:
    """The small words of a phrase of measuring."""
    own = grammar(language)
    words = own.article | own.article_one | own.of | own.with_ | own.is_
    return words | own.in_ | own.at | {"("}


def _parted(parsed: Parsed, low: int, high: int) -> bool:
    """Whether a word between a size and the next mention keeps them apart.

    "5 mm in diameter nodule" is one; "of 5 mm in the lobe with calcification" is not, nor "of 5 mm
    without calcification".
    """
    if any(low <= cue.first < high for cue in parsed.role("negation", "negates_after")):
        return True
    grammar, gap = parsed.grammar, parsed.words[low:high]
    stops = _STOPS | grammar.joint | grammar.is_ | grammar.with_ | grammar.perceived
    if not stops.isdisjoint(gap):
        return True
    measures = lexicon(parsed.language, "measurement", "kind").find(gap)
    led = {hit.first - 1 for hit in measures}
    return any(word in grammar.in_ | grammar.on and n not in led for n, word in enumerate(gap))
