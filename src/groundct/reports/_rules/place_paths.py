"""Anatomy paths of places: sides, vertebral levels and rib numbers that stand beside them."""

from __future__ import annotations

from groundct.reports._rules.parsed import Parsed
from groundct.reports._rules.tokens import small_number
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.lexicon import Hit
from groundct.vocabulary.places import places

_LEVELS = {"t": ("thoracic", 12), "d": ("thoracic", 12), "l": ("lumbar", 5), "c": ("cervical", 7)}
_REACH = 4


def paths_of_place(parsed: Parsed, place: Hit) -> tuple[str, ...]:
    """The most exact paths that the words around a place allow; several for a list of ribs."""
    if place.entry.meaning == "rib":
        return _ribs(parsed, place)
    return (_path_of(parsed, place),)


def _path_of(parsed: Parsed, place: Hit) -> str:
    path = places().places[place.entry.meaning].path
    tree = anatomy()
    if place.entry.meaning in ("vertebrae", "disc"):
        level = _vertebra(parsed, place)
        return level if level is not None else path
    side = _side(parsed, place)
    name = f"{side} {tree.leaf(path)}".replace("thyroid gland", "thyroid")
    if side is not None and name in tree.structures:
        return tree.path_of(name)
    return path


def _side(parsed: Parsed, place: Hit, first: int | None = None) -> str | None:
    """The one side that stands right before a place, or before token ``first``."""
    near = [
        hit
        for hit in parsed.role("laterality", "right", "left", "bilateral")
        if 0 <= (place.first if first is None else first) - hit.last <= 2
    ]
    meaning = near[-1].entry.meaning if near else "bilateral"
    return meaning if meaning in ("right", "left") else None


def _vertebra(parsed: Parsed, place: Hit) -> str | None:
    nearest = [place.first, *range(max(0, place.first - _REACH), place.last + 2)]
    for position in nearest:
        if position + 1 >= len(parsed.words):
            continue
        letter, number = parsed.words[position], small_number(parsed.words[position + 1])
        part = _LEVELS.get(letter)
        joined = parsed.tokens[position].end == parsed.tokens[position + 1].start
        if part and joined and number and number <= part[1]:
            name = f"{part[0]} vertebrae {number} ({part[0][0]}{number})"
            return anatomy().path_of(name)
    return None


def _ribs(parsed: Parsed, place: Hit) -> tuple[str, ...]:
    """Ribs by number: "left 4th through 6th ribs" are three; all ribs of a side without one."""
    numbers: list[int] = []
    first = place.first
    through = False
    grammar = parsed.grammar
    between = grammar.ordinal | grammar.joint | grammar.to | grammar.of | {","}
    while first > 0 and (parsed.words[first - 1].isdigit() or parsed.words[first - 1] in between):
        first -= 1
        word = parsed.words[first]
        number = small_number(word)
        if number and number <= 12:
            last = numbers[-1] if numbers and through else number
            numbers += range(last - 1, number, -1)
            numbers.append(number)
            through = False
        through = through or word in grammar.to
    side = _side(parsed, place, first)
    prefix = f"{side} " if side else ""
    tree = anatomy()
    if not numbers:
        return (tree.path_of(f"{prefix}rib"),)
    return tuple(tree.path_of(f"{prefix}rib {number}") for number in sorted(set(numbers)))
