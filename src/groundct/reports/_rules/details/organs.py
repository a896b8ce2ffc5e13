"""Sizes of vessels and organs, which are no findings': "ascending aorta 44 mm, a nodule ..."."""

from __future__ import annotations

from typing import Final

from groundct.reports._rules.mention.mentions import Mention
from groundct.reports._rules.words.parsed import Parsed
from groundct.reports._rules.words.sizes import Size
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.findings import findings
from groundct.vocabulary.lexicon import Hit
from groundct.vocabulary.places import places

_ORGANS: Final = ("heart", "abdomen", "thyroid")
_VESSELS: Final = ("mediastinum/aorta", "mediastinum/pulmonary artery")
_STOPS: Final = frozenset(",;:.()")
_TO_SIZE: Final = 6
_LED: Final = 8


def measured_organ(parsed: Parsed, size: Size) -> Hit | None:
    """The vessel or organ that a size is told of: "the ascending aorta is 44 mm", else None.

    It begins a clause, nothing but small words leads to the size, and no finding follows it there.
    """
    before = [place for place in parsed.places if place.last <= size.first]
    if not before:
        return None
    place = before[-1]
    path = places().places[place.entry.meaning].paths[0]
    if not (path.startswith(_VESSELS) or anatomy().top_region(path) in _ORGANS):
        return None
    low = _clause(parsed, place.first)
    ends = _STOPS | parsed.grammar.joint
    high = next(
        (n for n in range(size.last, len(parsed.words)) if parsed.words[n] in ends),
        len(parsed.words),
    )
    if size.first - place.last > _TO_SIZE or parsed.any_word(place.last, size.first, _STOPS):
        return None
    if any(low <= hit.first < high for hit in parsed.findings):
        return None
    return place if _is_subject(parsed, low, place.first) else None


def of_other(mention: Mention, organ: Hit) -> bool:
    """Whether a mention is of another place than an organ that is measured."""
    if organ in mention.places:
        return False
    home = findings().types[mention.type].anatomy
    if not home:
        return False
    key = organ.entry.meaning
    paths = [path for own in (key, *places().holding(key)) for path in places().places[own].paths]
    return not any(f"{home}/".startswith(f"{path}/") for path in paths)


def _clause(parsed: Parsed, first: int) -> int:
    """The token where the clause of one at ``first`` begins."""
    ends = _STOPS | parsed.grammar.joint
    return next((n + 1 for n in range(first - 1, -1, -1) if parsed.words[n] in ends), 0)


def _is_subject(parsed: Parsed, low: int, first: int) -> bool:
    """Whether no preposition leads to a place; "the diameter of" does, "in" and "of" do not."""
    grammar = parsed.grammar
    if parsed.verb_last or first - low > _LED:
        return parsed.verb_last
    leads = grammar.in_ | grammar.on | grammar.at | grammar.to | grammar.with_
    if parsed.any_word(low, first, leads):
        return False
    kinds = parsed.found.get("measurement", ())
    told = any(low <= hit.first < first for hit in kinds)
    return told or not parsed.any_word(low, first, grammar.of)
