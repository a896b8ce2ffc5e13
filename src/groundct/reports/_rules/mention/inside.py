"""Places that only say where another place is."""

from __future__ import annotations

from typing import Final

from groundct.reports._rules.words.parsed import Parsed
from groundct.vocabulary.lexicon import Hit
from groundct.vocabulary.places import places

_LUNG = "lung"
_PLEURA = "pleura"
MEDIASTINUM: Final = "mediastinum"
_AROUND: Final = frozenset((MEDIASTINUM, "bone", "pericardium"))
"""What lies around the lungs, so that lungs are told by it: "the paravertebral lower lobe"."""
_LOBES: Final = frozenset(("lobe", "lingula"))
_NEAR: Final = 3
_STOPS: Final = frozenset(";:.()")


def lies_in(place: Hit, home: str) -> bool:
    """Whether a place lies inside an anatomy path."""
    paths = places().places[place.entry.meaning].paths
    return all(path.startswith(f"{home}/") for path in paths)


def lies_in_lung(parsed: Parsed, own: list[Hit], chosen: tuple[Hit, ...]) -> bool:
    """Whether a lung only says where pleura is: "in the pleura in the left lower lobe"."""
    if any(place.entry.meaning != _LUNG for place in own):
        return False
    before = [p for p in chosen if p.last <= own[0].first and p.entry.meaning == _PLEURA]
    if not before:
        return False
    between = parsed.words[before[-1].last : own[0].first]
    within = parsed.grammar.in_ | parsed.grammar.of | parsed.grammar.at
    return parsed.grammar.listing.isdisjoint(between) and not within.isdisjoint(between)


def of_lobe(parsed: Parsed, place: Hit) -> bool:
    """Whether the mediastinum at a place only says which part of a lobe.

    "The paracardiac area of the lobe".
    """
    grammar = parsed.grammar
    position = place.last
    if not parsed.any_word(position, position + 1, grammar.of | grammar.in_):
        return False
    small = grammar.of | grammar.in_ | grammar.article | grammar.side | grammar.both
    while parsed.any_word(position, position + 1, small):
        position += 1
    return any(hit.first == position for hit in parsed.found.get("sites", ()))


def in_lobe(parsed: Parsed, hit: Hit, own: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """The lung in whose lobe a lesion lies, where its adjectives only say in which part.

    "A paravertebral nodule in the right lower lobe" is no lesion of a vertebra; a "pleural" one
    stays at the pleura.
    """
    grammar = parsed.grammar
    if not parsed.any_word(hit.last, hit.last + 1, grammar.in_ | grammar.of):
        return ()
    around = (
        not _AROUND.isdisjoint((place.entry.meaning, *places().holding(place.entry.meaning)))
        for place in own
    )
    behind = next((place for place in parsed.places if place.first >= hit.last), None)
    if behind is None or behind.entry.meaning != _LUNG or not all(around):
        return ()
    told = any(other.first in range(hit.last, behind.first) for other in parsed.findings)
    if told or parsed.any_word(hit.last, behind.first, grammar.listing | grammar.with_ | _STOPS):
        return ()
    reach = range(hit.last, behind.last + _NEAR)
    sites = parsed.found.get("sites", ())
    return (behind,) if any(s.entry.meaning in _LOBES and s.first in reach for s in sites) else ()
