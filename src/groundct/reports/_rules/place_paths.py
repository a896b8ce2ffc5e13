"""Anatomy paths of places: sides, vertebral levels and rib numbers that stand beside them."""

from __future__ import annotations

from groundct.reports._rules.parsed import Parsed
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.lexicon import Hit
from groundct.vocabulary.places import places

_LEVELS = {"t": ("thoracic", 12), "d": ("thoracic", 12), "l": ("lumbar", 5), "c": ("cervical", 7)}
_REACH = 4


def path_of_place(parsed: Parsed, place: Hit) -> str:
    """The most exact path that the words around a place allow."""
    path = places().places[place.entry.meaning].path
    tree = anatomy()
    if place.entry.meaning in ("vertebrae", "disc"):
        level = _vertebra(parsed, place)
        return level if level is not None else path
    side = _side(parsed, place)
    if place.entry.meaning == "rib":
        number = _rib_number(parsed, place)
        name = f"{side + ' ' if side else ''}rib{f' {number}' if number else ''}"
        return tree.path_of(name)
    name = f"{side} {tree.leaf(path)}".replace("thyroid gland", "thyroid")
    if side is not None and name in tree.structures:
        return tree.path_of(name)
    return path


def _side(parsed: Parsed, place: Hit) -> str | None:
    """The one side that stands right before a place."""
    near = [
        hit
        for hit in parsed.role("laterality", "right", "left", "bilateral")
        if 0 <= place.first - hit.last <= 2
    ]
    meaning = near[-1].entry.meaning if near else "bilateral"
    return meaning if meaning in ("right", "left") else None


def _vertebra(parsed: Parsed, place: Hit) -> str | None:
    for position in range(max(0, place.first - _REACH), min(len(parsed.words), place.last + 3) - 1):
        letter, number = parsed.words[position], parsed.words[position + 1]
        part = _LEVELS.get(letter)
        joined = parsed.tokens[position].end == parsed.tokens[position + 1].start
        if part and joined and number.isdigit() and 1 <= int(number) <= part[1]:
            name = f"{part[0]} vertebrae {int(number)} ({part[0][0]}{int(number)})"
            return anatomy().path_of(name)
    return None


def _rib_number(parsed: Parsed, place: Hit) -> int | None:
    for position in range(place.first - 1, max(place.first - _REACH, -1), -1):
        word = parsed.words[position]
        if word.isdigit() and 1 <= int(word) <= 12:
            return int(word)
    return None
