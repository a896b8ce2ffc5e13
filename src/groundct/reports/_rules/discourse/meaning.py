"""What opacities are taken for lies where they do: "It is pneumonia", "in favor of pneumonia".

The place is given at the end, when it is known what the opacities are together with all that later
sentences add to them, to a pneumonia that no sentence has placed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from groundct.core.report import Finding, Laterality
from groundct.reports._draft import DraftFinding
from groundct.reports._rules.opacities import is_opacity, is_open
from groundct.reports._rules.reading import SentenceReading
from groundct.vocabulary.anatomy import anatomy

_LUNGS: Final = frozenset(("lung",))


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

    def after(self, found: tuple[Finding, ...], said: SentenceReading) -> Meant:
        """Behind a sentence that neither names opacities nor goes on about them."""
        if not (found or said.regions):
            return Meant((), self.last, self.run)
        return Meant(run=self.run) if _LUNGS.issuperset(said.regions or ()) else NOTHING


NOTHING: Final = Meant()


def meant_by(found: tuple[Finding, ...], said: SentenceReading, before: Meant, first: int) -> Meant:
    """What a sentence takes for pneumonia: opacities that it names, or those it goes on about.

    It goes on where it begins with "it" or "the findings", or names nothing but what they mean;
    ``first`` is the number of its first finding.
    """
    own = tuple([n for n, finding in enumerate(found, first) if is_opacity(finding)])
    if own:
        last = (*before.last, *own) if said.explains else own
        return Meant((own,), last, (*before.run, *own))
    if said.explains or all(map(is_open, found)):
        both = (before.last, before.run)
        one = said.of_it or both[0] == both[1]
        return Meant(both[:1] if one else both[::-1], *both, goes_on=True)
    return before.after(found, said)


def agreed(numbers: Sequence[int], found: Sequence[DraftFinding]) -> tuple[int, ...]:
    """The numbers of a section's opacities, none where some lie on one side, some on the other.

    "Findings of viral pneumonia" that no place goes with are these.
    """
    sides = {found[number].finding.laterality for number in numbers}
    return tuple(numbers) if len(sides) == 1 or "bilateral" in sides else ()


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
