"""What reports call a structure: the phrases that lead the reader of reports to its path.

Data: ``<language>/anatomy.tsv``, ``sites.tsv`` and ``segments.tsv``, by the places of
``places.tsv``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from groundct.vocabulary._tables import has_table, read_table, split_cell
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.lexicon import expand
from groundct.vocabulary.places import places
from groundct.vocabulary.segments import segments

_SIDES = ("left ", "right ")


def report_words(name: str, language: str = "en") -> tuple[str, ...]:
    """The phrases for a structure, those of fewer words first; of both sides for a sided one.

    A side that a report states stands beside these phrases. Empty for a structure that reports are
    not read for by name, and for a language without a lexicon of places.
    """
    found = _words(language)
    if name in found:
        return found[name]
    for side in _SIDES:
        if name.startswith(side):
            return found.get(name.removeprefix(side), ())
    return ()


@lru_cache(maxsize=8)
def _words(language: str) -> Mapping[str, tuple[str, ...]]:
    """All phrases by the structure that their place is."""
    found: dict[str, set[str]] = {}
    if has_table(f"{language}/anatomy.tsv"):
        for row in read_table(f"{language}/anatomy.tsv", ("id", "term", "key")):
            _add(found, _named(row["key"]), row["term"])
    if has_table(f"{language}/sites.tsv"):
        for row in read_table(f"{language}/sites.tsv", ("id", "term", "role")):
            role = row["role"].split(":")
            if role[0] == "lobe" and len(role) == 3:
                _add(found, f"{role[1]} lung {role[2]} lobe", row["term"])
    if has_table(f"{language}/segments.tsv"):
        names = {segment.segment_id: segment.name for segment in segments()}
        for row in read_table(f"{language}/segments.tsv", ("id", "variants", "alone", "in_lobe")):
            for variant in (*split_cell(row["variants"]), *split_cell(row["alone"])):
                _add(found, names[row["id"]], variant)
    return MappingProxyType({name: tuple(sorted(own, key=_rank)) for name, own in found.items()})


def _rank(phrase: str) -> tuple[int, str]:
    """Where a phrase stands among others: few words, then the alphabet."""
    return phrase.count(" "), phrase


def _named(key: str) -> str | None:
    """The structure, or the pair of structures, that a place is; None for a part of its parent."""
    if key in anatomy().structures or f"left {key}" in anatomy().structures:
        return key
    place = places().places[key]
    above = places().places.get(place.parent)
    if above is not None and above.paths[0] == place.paths[0]:
        return None
    return anatomy().leaf(place.paths[0])


def _add(found: dict[str, set[str]], name: str | None, term: str) -> None:
    if name is not None:
        found.setdefault(name, set()).update(" ".join(words) for words in expand(term))
