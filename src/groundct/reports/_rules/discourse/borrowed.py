"""A finding that names no organ lies in the one that the sentence before speaks of.

"Parenchymal calcification in the left kidney. A 45 mm lesion is seen as well." The organ is
borrowed where nothing else can be meant: all that the sentence before found, or all that it named,
is in one place, and this one names no place, no side, and no word that may be an unknown place.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from groundct.core.report import Finding, Laterality
from groundct.reports._rules.american.wording import worded
from groundct.reports._rules.discourse.ellipsis import Before
from groundct.reports._rules.reading import SentenceReading, is_nowhere
from groundct.reports._rules.words.parsed import Parsed
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.findings import findings
from groundct.vocabulary.places import GENERAL, places

_ORGANS: Final = frozenset(("abdomen", "thyroid", "breast"))
"""Regions of organs that reports speak of in one run of sentences."""
_JOINS: Final = frozenset(("joins", "segment", "label"))
_ITS: Final = "continues"


class Organ(NamedTuple):
    """A place of the vocabulary, and where in it findings are."""

    key: str
    anatomy: tuple[str, ...]
    laterality: Laterality | None


def at_organ(
    before: Before, found: tuple[Finding, ...], said: SentenceReading
) -> tuple[Finding, ...]:
    """A sentence's findings; those without a place are at the organ of the sentence before.

    Those of "it", named without a side, are on the side that the sentence before names of it.
    """
    last = before.named or before
    if not said.nowhere:
        return _of_side(last, found, said)
    organ = _organ(last)
    if organ is None:
        return found
    near = anatomy().top_region(organ.anatomy[0]) in _ORGANS
    if not (near or said.explains or said.points_back) or _may_be_elsewhere(said.parsed):
        return found
    return tuple([_moved(own, organ, said) if is_nowhere(own) else own for own in found])


def _of_side(
    before: Before, found: tuple[Finding, ...], said: SentenceReading
) -> tuple[Finding, ...]:
    """The findings of "it", an organ of one side: "The left kidney is small. It has a cyst"."""
    free = [own for own in found if own.laterality is None and own.presence != "absent"]
    if not free or len(before.said.sides) != 1:
        return found
    (side,) = before.said.sides
    organs = [places().places[key] for key in before.said.places]
    sided = {organ.paths[0]: f"{side} {organ.sided}" for organ in organs}
    names = anatomy().structures
    out = []
    for own in found:
        name = sided.get(own.anatomy[0], "") if len(own.anatomy) == 1 else ""
        named = any(cue.role == "place" for cue in own.cues)
        if named and own.laterality is None and own.presence != "absent" and name in names:
            path = (anatomy().path_of(name),)
            moved = own.changed(anatomy=path, laterality="left" if side == "left" else "right")
            out.append(worded(moved, said.text, said.language))
        else:
            out.append(own)
    return tuple(out)


def _organ(before: Before) -> Organ | None:
    """The place of all that a sentence found; None where it has none."""
    there = [finding for finding in before.findings if finding.presence != "absent"]
    spots = {(finding.anatomy, finding.laterality) for finding in there}
    if len(spots) != 1:
        return None
    paths, side = spots.pop()
    if not paths:
        return None
    # "In the abdominal sections, in the left kidney": the closest place has the name.
    keys = before.said.places
    held = {key: up for key in keys for up in places().places[key].paths if _holds(up, paths)}
    return Organ(max(held, key=lambda key: len(held[key])), paths, side) if held else None


def _holds(above: str, paths: tuple[str, ...]) -> bool:
    return all(path == above or path.startswith(f"{above}/") for path in paths)


def _moved(finding: Finding, organ: Organ, said: SentenceReading) -> Finding:
    """A finding at an organ; a general word is what it is called there."""
    heads = {hit.entry.entry_id: hit.entry.meaning for hit in said.parsed.findings}
    head = next((heads[cue.entry] for cue in finding.cues if cue.entry in heads), "")
    name = places().resolve(head, organ.key) if head.startswith(GENERAL) else None
    kind = findings().types[name or finding.type]
    moved = finding.changed(
        type=kind.type,
        category=kind.code,
        focal=kind.focal,
        anatomy=organ.anatomy,
        laterality=organ.laterality,
    )
    return worded(moved, said.text, said.language)


def _may_be_elsewhere(parsed: Parsed) -> bool:
    """Whether a word after "in" or "at" is none that the vocabulary knows: "in the cecal wall"."""
    known = {
        position
        for hits in parsed.found.values()
        for hit in hits
        if hit.entry.meaning not in _JOINS
        for position in range(hit.first, hit.last)
    }
    grammar = parsed.grammar
    small = grammar.article | grammar.article_one
    for position, word in enumerate(parsed.words):
        if word in grammar.in_ or word in grammar.at or word in grammar.on:
            after = position + 1
            while after < len(parsed.words) and parsed.words[after] in small:
                after += 1
            named = after < len(parsed.words) and parsed.words[after].isalpha()
            if named and position not in known and after not in known:
                return True
    return False
