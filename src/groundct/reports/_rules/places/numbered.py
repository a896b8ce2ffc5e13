"""Vertebrae and ribs by their numbers: lists, ranges, and the sides inside a list of ribs."""

from __future__ import annotations

from groundct.reports._rules.words.parsed import Parsed
from groundct.reports._rules.words.tokens import small_number
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.lexicon import Hit

_PARTS = (("cervical", 7), ("thoracic", 12), ("lumbar", 5))
_LETTERS = {"c": "cervical", "t": "thoracic", "d": "thoracic", "l": "lumbar"}
_SPINE = tuple((part, number) for part, count in _PARTS for number in range(1, count + 1))
_REACH = 4
_RIBS = 12
_UNITS = frozenset(("mm", "cm"))
_HYPHENS = frozenset("-–—")


def vertebrae(parsed: Parsed, place: Hit) -> tuple[str, ...]:
    """The paths of the vertebrae whose levels stand at a place or next to it."""
    lettered = not _LETTERS.keys().isdisjoint(parsed.words)
    nearest = [place.first, *range(max(0, place.first - _REACH), place.last + 2)]
    for position in nearest if lettered else ():
        level = _level(parsed, position)
        if level is not None:
            end = _range_end(parsed, position + 2, level)
            return tuple(_path_of_level(n) for n in range(level, (end or level) + 1))
    return _ordinal_level(parsed, place)


def _level(parsed: Parsed, position: int) -> int | None:
    """The place in the spine of a letter with a number joined to it, "T4"."""
    if not 0 <= position < len(parsed.words) - 1:
        return None
    part = _LETTERS.get(parsed.words[position])
    number = small_number(parsed.words[position + 1])
    joined = parsed.said.ends[position] == parsed.said.starts[position + 1]
    if part is None or number is None or not joined or (part, number) not in _SPINE:
        return None
    return _SPINE.index((part, number))


def _range_end(parsed: Parsed, position: int, level: int) -> int | None:
    """Where a range of vertebrae ends that goes on at a token: "T7-T9", "T7 to T9", "T7/8"."""
    if parsed.any_word(position, position + 1, parsed.grammar.to | {"/"}):
        position += 1
    elif not _hyphen_before(parsed, position):
        return None
    end = _level(parsed, position)
    if end is None and position < len(parsed.words):
        part, number = _SPINE[level][0], small_number(parsed.words[position])
        end = _SPINE.index((part, number)) if number and (part, number) in _SPINE else None
    return end if end is not None and end > level else None


def _hyphen_before(parsed: Parsed, position: int) -> bool:
    if not 0 < position < len(parsed.words):
        return False
    between = parsed.text[parsed.said.ends[position - 1] : parsed.said.starts[position]]
    return between.strip() in _HYPHENS


def _ordinal_level(parsed: Parsed, place: Hit) -> tuple[str, ...]:
    """The level of "12th thoracic vertebra"."""
    part = place.entry.meaning.partition(" ")[0]
    if part not in dict(_PARTS):
        return ()
    first = place.first
    while first > 0 and parsed.words[first - 1] in parsed.grammar.ordinal:
        first -= 1
    number = small_number(parsed.words[first - 1]) if 0 < first < place.first else None
    if number is None or (part, number) not in _SPINE:
        return ()
    return (_path_of_level(_SPINE.index((part, number))),)


def _path_of_level(level: int) -> str:
    part, number = _SPINE[level]
    return anatomy().path_of(f"{part} vertebrae {number} ({part[0]}{number})")


def rib_list(parsed: Parsed, place: Hit) -> tuple[int, int]:
    """The tokens, first and past the last, of a rib with the numbers and sides listed beside it."""
    return _list_start(parsed, place.first), _list_end(parsed, place.last)


def ribs(parsed: Parsed, place: Hit, sides: tuple[str, ...]) -> tuple[str, ...]:
    """The paths of the ribs that are numbered before or after a rib: "left 4th through 6th ribs".

    Each number takes the side named last before it in the list, else ``sides``, those of the rib.
    """
    first, last = rib_list(parsed, place)
    named = {hit.first: hit for hit in parsed.sides}
    own = _side_before(parsed, first)
    found: dict[str, None] = {}
    previous: int | None = None
    for position in (*range(first, place.first), *range(place.last, last)):
        if position in named:
            own, previous = _single(named[position]), None
        number = small_number(parsed.words[position])
        if number is None or not 0 < number <= _RIBS:
            continue
        through = previous is not None and previous < number and _through(parsed, position)
        for rib in range(previous + 1 if through and previous else number, number + 1):
            # "5th right rib": the side after the numbers is that of all of them.
            found.update(dict.fromkeys(_rib_names(rib, sides if own is None else own)))
        previous = number
    return tuple(anatomy().path_of(name) for name in found)


def _list_start(parsed: Parsed, end: int) -> int:
    """Where a list of numbers and sides before token ``end`` begins; "2 ribs" is a count."""
    grammar = parsed.grammar
    between = grammar.listing | grammar.to | grammar.of | grammar.side
    numbers = 0
    ordinal = False
    start = position = end
    while position > 0:
        word = parsed.words[position - 1]
        before = parsed.words[position - 2] if position > 1 else ""
        marks = word in grammar.ordinal or (word == "." and before.isdigit())
        if not (word.isdigit() or marks or word in between):
            break
        position -= 1
        ordinal = ordinal or marks
        numbers += word.isdigit()
        if word.isdigit() or (numbers and word in grammar.side):
            start = position
    return start if ordinal or numbers > 1 else end


def _list_end(parsed: Parsed, position: int) -> int:
    """Where a list of numbers after a token ends: "ribs 3, 4 and 5"; a size is none."""
    between = parsed.grammar.listing | parsed.grammar.to | parsed.grammar.ordinal
    end = position
    while position < len(parsed.words):
        word = parsed.words[position]
        if word.isdigit() and _bare(parsed, position):
            end = position + 1
        elif word not in between:
            break
        position += 1
    return end


def _bare(parsed: Parsed, position: int) -> bool:
    """Whether the number at a token has no unit, noun or further axis after it."""
    after = "".join(parsed.words[position + 1 : position + 2])
    grammar = parsed.grammar
    listed = grammar.listing | grammar.to | grammar.ordinal | grammar.on
    # "Ribs 5-7 fractures", and not "ribs 5 nodules".
    ranged = position > 0 and _hyphen_before(parsed, position) and after not in _UNITS
    return not after.isalpha() or after in listed or ranged


def _side_before(parsed: Parsed, first: int) -> tuple[str, ...] | None:
    """The side right before a list of numbers, with one word between at most."""
    for hit in parsed.sides:
        gap = parsed.words[hit.last : first]
        if 0 <= first - hit.last <= 1 and parsed.grammar.listing.isdisjoint(gap):
            return _single(hit)
    return None


def _single(side: Hit) -> tuple[str, ...]:
    return () if side.entry.meaning == "bilateral" else (side.entry.meaning,)


def _through(parsed: Parsed, position: int) -> bool:
    """Whether the number at a token ends a range."""
    return parsed.words[position - 1] in parsed.grammar.to or _hyphen_before(parsed, position)


def _rib_names(number: int, sides: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{side} rib {number}" for side in sides) or (f"rib {number}",)
