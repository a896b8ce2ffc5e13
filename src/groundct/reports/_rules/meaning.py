"""What opacities are taken for lies where they do: "It is pneumonia", "in favor of pneumonia".

The place is given at the end, when it is known what the opacities are together with all that later
sentences add to them, to a pneumonia that no sentence has placed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from groundct.core.report import Finding, Laterality
from groundct.reports._rules.places.attach import MEANINGS
from groundct.reports._rules.reading import SentenceReading
from groundct.reports._rules.words.parsed import Parsed
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.findings import findings

_LUNG: Final = "lung/lung"
_LUNGS: Final = frozenset(("lung",))
_OPACITIES: Final = frozenset(("ground_glass", "consolidation"))
"""Appearances of what pneumonia looks like; of centrilobular nodules the code says so."""
_CENTRILOBULAR: Final = "1e"
_ATELECTASIS: Final = "atelectasis"
_OPENING: Final = 6
_INFILTRATE: Final = "infiltrate"
"""A meaning that is an appearance as well: what has a place may be taken for pneumonia."""
_GROUND_GLASS: Final = "ground-glass"


class Spot(NamedTuple):
    """Where findings lie together."""

    anatomy: tuple[str, ...]
    laterality: Laterality
    lung_segments: tuple[str, ...]


class Meant(NamedTuple):
    """The opacities, by their numbers, that a sentence's meanings are of.

    ``here`` has more than one answer, the best first, where "the findings" may be of more than one
    sentence. ``last`` are those that "it" is next, ``run`` those that "the findings" are: all since
    another region was named. ``goes_on``: the sentence names none of them, and no other finding.
    """

    here: tuple[tuple[int, ...], ...] = ()
    last: tuple[int, ...] = ()
    run: tuple[int, ...] = ()
    goes_on: bool = False


def meant_by(found: tuple[Finding, ...], said: SentenceReading, before: Meant, first: int) -> Meant:
    """What a sentence takes for pneumonia: opacities that it names, or those it goes on about.

    It goes on where it begins with "it" or "the findings", or names nothing but what they mean;
    ``first`` is the number of its first finding.
    """
    own = tuple([n for n, finding in enumerate(found, first) if is_opacity(finding)])
    if own:
        last = (*before.last, *own) if said.explains else own
        return Meant((own,), last, (*before.run, *own))
    if said.explains or (found and all(map(is_open, found))):
        both = (before.last, before.run)
        one = both[0] == both[1] or _of_one(said.parsed)
        return Meant(both[:1] if one else both[::-1], *both, goes_on=True)
    if not (found or said.regions):
        return Meant((), before.last, before.run)
    return Meant(run=before.run if _LUNGS.issuperset(said.regions or ()) else ())


def _of_one(parsed: Parsed) -> bool:
    """Whether a sentence begins with "it", or "First, it", and not with "these findings"."""
    again = any(hit.entry.meaning == "again" for hit in parsed.found.get("remarks", ()))
    return not again and parsed.any_word(0, _OPENING, parsed.grammar.pronoun)


def agreed(found: Iterable[tuple[int, Finding]]) -> tuple[int, ...]:
    """The numbers of a section's opacities, none where some lie on one side, some on the other.

    "Findings of viral pneumonia" that no place goes with are these.
    """
    seen = [(n, finding) for n, finding in found if is_opacity(finding)]
    sides = {finding.laterality for _, finding in seen}
    return tuple([n for n, _ in seen]) if len(sides) == 1 or "bilateral" in sides else ()


def is_meaning(finding: Finding) -> bool:
    """Whether a finding is what opacities are taken for."""
    return finding.type in MEANINGS and finding.presence != "absent"


def is_open(finding: Finding) -> bool:
    """Whether a finding is what others are taken for, and nothing says where it lies."""
    return is_meaning(finding) and finding.anatomy == (_LUNG,) and finding.laterality is None


def spot_of(there: Sequence[Finding]) -> Spot | None:
    """Where opacities lie together; None where one of them has no side."""
    sides = {finding.laterality for finding in there}
    if not there or not sides <= {"right", "left", "bilateral"}:
        return None
    side = sides.pop() if len(sides) == 1 else "bilateral"
    if side is None:
        return None
    paths = dict.fromkeys(path for finding in there for path in finding.anatomy)
    # "In both lungs, and in the right lower lobe" is in both lungs.
    wide = tuple(path for path in paths if paths.keys().isdisjoint(anatomy().ancestors(path)))
    segments = (name for f in there if set(f.anatomy) <= set(wide) for name in f.lung_segments)
    return Spot(wide, side, tuple(dict.fromkeys(segments)))


def is_opacity(finding: Finding) -> bool:
    """Whether a finding is there, and one of those that pneumonia looks like."""
    if finding.presence != "present":
        return False
    if finding.type in MEANINGS:
        return finding.type == _INFILTRATE and not is_open(finding)
    kind = findings().types[finding.type]
    seen = kind.appearance in _OPACITIES or kind.code == _CENTRILOBULAR
    looks = seen and kind.anatomy == _LUNG and finding.type != _ATELECTASIS
    return looks or _GROUND_GLASS in finding.modifiers
