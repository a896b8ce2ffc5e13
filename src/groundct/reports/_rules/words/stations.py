"""Nodes' stations and their sides: "stations 4R, 7 and 10L", "4L node", "nodes at 2R and 4R"."""

from __future__ import annotations

from typing import Final

from groundct.vocabulary.grammar import Grammar
from groundct.vocabulary.lexicon import Found, Hit, meant

_SIDES: Final = {"station_right": "right", "station_left": "left"}
_NODES: Final = frozenset(("lymph_node", "lymphadenopathy"))
_LABEL: Final = "label"
_SIGNS: Final = frozenset(("-", "–", "(", ")", "mm", "cm"))
_LETTERS: Final = frozenset("rl")


def with_stations(found: Found, words: list[str], known: Grammar) -> tuple[Hit, ...]:
    """The hits of sides, those of stations among them as the sides that they are.

    "4R" is a station in a list of them behind "station" or nodes, or right before one of these.
    """
    hits = found.get("laterality", ())
    if not hits or _SIDES.keys().isdisjoint([hit.entry.meaning for hit in hits]):
        return hits
    between = known.listing | known.to | _SIGNS
    labels = [hit for hit in found.get("units", ()) if hit.entry.meaning == _LABEL]
    nodes = [hit for hit in found.get("findings", ()) if hit.entry.meaning in _NODES]
    ends = {hit.last for hit in (*labels, *nodes)}
    starts = {hit.first for hit in (*labels, *nodes)}
    out = []
    low, high = 0, 0
    for hit in hits:
        side = _SIDES.get(hit.entry.meaning)
        if side is None:
            out.append(hit)
            continue
        if hit.first >= high:
            low, high = _list_around(words, hit, between)
        led = low in ends or (words[low - 1] in known.at | known.in_ and low - 1 in ends)
        if led or high in starts:
            out.append(Hit(hit.first, hit.last, meant(hit.entry, side)))
    return tuple(out)


def _list_around(words: list[str], hit: Hit, between: frozenset[str]) -> tuple[int, int]:
    """The first token of the list of stations that a hit stands in, and the one behind the last."""
    low, high = hit.first, hit.last
    while low and _is_listed(words[low - 1], between):
        low -= 1
    while high < len(words) and _is_listed(words[high], between):
        high += 1
    return low, high


def _is_listed(word: str, between: frozenset[str]) -> bool:
    return word[0].isdigit() or word in _LETTERS or word in between
