"""How many of a thing a sentence says there are."""

from __future__ import annotations

from functools import lru_cache

from groundct.reports._rules.mention.mentions import Mention
from groundct.reports._rules.words.parsed import Parsed
from groundct.reports._rules.words.tokens import small_number
from groundct.vocabulary.findings import findings
from groundct.vocabulary.grammar import grammar
from groundct.vocabulary.lexicon import lexicon
from groundct.vocabulary.words import is_plural

_REACH = 4
_STOPS = frozenset(",;()")
_MOST = 20
_ENDED = frozenset("'’")
"""What parts an ending from a number, which then is a name."""


def count_of(parsed: Parsed, mention: Mention, sized: frozenset[int]) -> int | None:
    """How many the text says there are: a number right before the mention, or "a" for one.

    The tokens of sizes, ``sized``, are passed over; of "2-3 nodules" and "at least two nodules" no
    number is sure.
    """
    if not mention.first:
        return None
    counting, stops = _counting(parsed.language), _stops(parsed.language)
    spelt = parsed.found.get("numbers")
    steps = 0
    for position in range(mention.first - 1, -1, -1):
        word = parsed.words[position]
        if position in sized:
            continue
        steps += 1
        if steps > _REACH or word in stops:
            return None
        number = number_at(parsed, position) if spelt or word.isdecimal() else None
        if number is not None:
            return number if 1 <= number <= _MOST and _sure(parsed, position) else None
        if word in counting:
            one = word in parsed.grammar.article_one and _singular(parsed, mention)
            return 1 if one and not _is_label(parsed, position) else None
    return None


def number_at(parsed: Parsed, position: int) -> int | None:
    """The number that a token says, in figures or in words."""
    for hit in parsed.found.get("numbers", ()):
        if hit.first == position:
            return int(hit.entry.meaning)
    return small_number(parsed.words[position])


@lru_cache(maxsize=8)
def _stops(language: str) -> frozenset[str]:
    """The words before a mention that no number reaches over."""
    own = grammar(language)
    return _STOPS | own.joint | own.of | own.in_ | own.with_


@lru_cache(maxsize=8)
def _counting(language: str) -> frozenset[str]:
    """The words that say whether there is one, and no number."""
    return grammar(language).article_one | grammar(language).vague


def _sure(parsed: Parsed, position: int) -> bool:
    """Whether no word before a number makes it one of an order, a label, a range or a bound."""
    if _is_label(parsed, position):
        return False
    if not position:
        return True
    previous = parsed.words[position - 1]
    own = parsed.grammar
    if previous in own.joint | own.to | own.article | own.not_ | own.both | {"/"}:
        return False
    if parsed.any_word(position + 1, position + 2, parsed.grammar.ordinal | _ENDED):
        return False  # "the 2nd rib", "segment 7'de"
    bounds = lexicon(parsed.language, "measurement", "kind").find(parsed.words[:position])
    bounded = bool(bounds) and bounds[-1].last == position
    return not (bounded or previous[0].isdigit())


def _is_label(parsed: Parsed, position: int) -> bool:
    """Whether a token is the name of one of several: "Covid 19", "T 7", "type A", "4R"."""
    units = parsed.found.get("units", ())
    if any(hit.last == position and hit.entry.meaning == "label" for hit in units):
        return True
    return any(hit.first == position for hit in parsed.role("laterality", "right", "left"))


def _singular(parsed: Parsed, mention: Mention) -> bool:
    """Whether a mention that "a" leads names one thing that can be counted."""
    kind = findings().types[mention.type]
    countable = kind.focal is not False or bool(kind.appearance)
    if parsed.any_word(mention.first, mention.last, parsed.grammar.amount):
        return False  # "An increase in wall thickness" is not one thing.
    return countable and not is_plural(parsed.surface(mention.last - 1), parsed.language)
