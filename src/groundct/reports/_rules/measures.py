"""Sizes in a sentence, in mm, and counts."""

from __future__ import annotations

import re

from groundct.core.report import Measurement, MeasurementKind, Span
from groundct.reports._rules.mentions import Mention
from groundct.reports._rules.parsed import Parsed
from groundct.reports._rules.tokens import small_number
from groundct.vocabulary.findings import findings
from groundct.vocabulary.lexicon import lexicon

_NUMBER = r"\d{1,4}(?:[.,]\d{1,2})?"
_UNIT = r"(?:mm|cm|millimet(?:er|re)s?|centimet(?:er|re)s?)\b"
_SIZE = re.compile(
    rf"(?<![\w.,])({_NUMBER})\s?({_UNIT})?"
    rf"(?:\s?[x×X*]\s?({_NUMBER})\s?({_UNIT})?)?"
    rf"(?:\s?[x×X*]\s?({_NUMBER})\s?({_UNIT})?)?[\s-]?({_UNIT})?",
)
_LIST = re.compile(rf"(?<![\w.,])({_NUMBER})\s?(?:-|–|to|and|,)\s?(?={_NUMBER}\s?{_UNIT})")
_NEAR = 5
_COUNT_REACH = 4
_SIZE_WORDS = frozenset(("mm", "cm", "x", "×"))
_COUNT_STOPS = frozenset(",;()")
_KINDS: dict[str, MeasurementKind] = {
    "short_axis": "short_axis",
    "long_axis": "long_axis",
    "thickness": "thickness",
    "diameter": "diameter",
    "distance": "distance",
}


def measurements_of(parsed: Parsed) -> tuple[Measurement, ...]:
    """All sizes with a unit, in order. Each number of a range or list is one of its own."""
    found: list[Measurement] = []
    for match in _SIZE.finditer(parsed.text):
        numbers = [match[n] for n in (1, 3, 5) if match[n]]
        units = [match[n] for n in (2, 4, 6, 7) if match[n]]
        if not units:
            continue
        scale = 10.0 if units[-1][0] in "cC" else 1.0
        listed = _LIST.search(parsed.text, max(0, match.start() - 12), match.end())
        if listed is not None and listed.end() == match.start() and len(numbers) == 1:
            found.append(_measurement((listed.start(1), listed.end(1)), [listed[1]], scale))
        end = match.start() + len(match.group().rstrip())
        found.append(_measurement((match.start(), end), numbers, scale))
    kinds = lexicon(parsed.language, "measurement", "kind").find(parsed.words)
    out = []
    for size in found:
        position = position_of(parsed, size.span)
        near = [h for h in kinds if h.first - _NEAR <= position <= h.last + _NEAR - 1]
        near.sort(key=lambda hit: abs(hit.first - position))
        kind = _KINDS[near[0].entry.meaning] if near else "unknown"
        out.append(size.model_copy(update={"kind": kind}))
    return tuple(out)


def _measurement(place: tuple[int, int], numbers: list[str], scale: float) -> Measurement:
    values = tuple(round(float(number.replace(",", ".")) * scale, 3) for number in numbers)
    return Measurement(span=Span(start=place[0], end=place[1]), values_mm=values)


def position_of(parsed: Parsed, span: Span) -> int:
    """The index of the first token at or after a span's start."""
    return next(
        (n for n, token in enumerate(parsed.tokens) if token.end > span.start),
        len(parsed.tokens) - 1,
    )


def owner(parsed: Parsed, size: Measurement, mentions: tuple[Mention, ...]) -> int | None:
    """Which mention a size belongs to: "5 mm nodule", else the last one before, else the next."""
    if _of_prior(parsed, size.span):
        return None
    position = position_of(parsed, size.span)
    following = [n for n, m in enumerate(mentions) if m.first > position]
    preceding = [n for n, m in enumerate(mentions) if m.last <= position]
    if following:
        gap = parsed.words[position + 1 : mentions[following[0]].first]
        ends = _COUNT_STOPS | parsed.grammar.joint | parsed.grammar.is_
        if len(gap) <= 8 and ends.isdisjoint(gap):
            return following[0]
    if preceding:
        return preceding[-1]
    return following[0] if following else None


def _of_prior(parsed: Parsed, span: Span) -> bool:
    """Whether a size is what an earlier examination showed."""
    position = position_of(parsed, span)
    before = parsed.words[max(0, position - 2) : position]
    grammar = parsed.grammar
    if before and before[-1] in grammar.earlier:
        return True
    if not (grammar.past.isdisjoint(before) or grammar.pronoun.isdisjoint(before)):
        return True
    for hit in parsed.role("temporal", "prior"):
        if "previous" in hit.entry.term and 0 <= hit.first - position <= _NEAR:
            return "(" in parsed.words[max(0, position - 2) : position]
    return False


def count_of(parsed: Parsed, mention: Mention) -> int | None:
    """How many the text says there are: a number right before the mention, or "a" for one."""
    numbers = {
        hit.first: int(hit.entry.meaning)
        for hit in lexicon(parsed.language, "numbers", "value").find(parsed.words)
    }
    grammar = parsed.grammar
    stops = _COUNT_STOPS | grammar.joint | grammar.of | grammar.in_ | grammar.with_
    no_count = grammar.joint | grammar.to | grammar.article | grammar.not_
    steps = 0
    for position in range(mention.first - 1, -1, -1):
        word = parsed.words[position]
        if word in _SIZE_WORDS or (position + 1 < mention.first and _is_size(parsed, position)):
            continue
        steps += 1
        if steps > _COUNT_REACH or word in stops:
            return None
        if position in numbers:
            previous = parsed.words[position - 1] if position else ""
            return None if previous in no_count else numbers[position]
        if word in grammar.article_one:
            return 1 if _singular(parsed, mention) else None
        if word in grammar.vague:
            return None
        if (number := small_number(word)) is not None:
            return number if 1 <= number <= 20 else None
    return None


def _is_size(parsed: Parsed, position: int) -> bool:
    """Whether the token is a number that a unit or another number of a product follows."""
    return parsed.words[position][0].isdigit() and parsed.words[position + 1] in _SIZE_WORDS


def _singular(parsed: Parsed, mention: Mention) -> bool:
    """Whether a mention that "a" leads names one thing that can be counted."""
    kind = findings().types[mention.type]
    countable = kind.focal is not False or bool(kind.appearance)
    token = parsed.tokens[mention.last - 1]
    return countable and parsed.text[token.start : token.end].lower() == token.word
