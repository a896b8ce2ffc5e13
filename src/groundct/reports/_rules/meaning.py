"""What opacities are taken for lies where they do: "It is pneumonia", "in favor of pneumonia".

The place is given at the end, to a pneumonia that no sentence has placed: it is what is known when
the text itself says none.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from groundct.core.report import Finding, Laterality
from groundct.reports._rules.ellipsis import Before
from groundct.reports._rules.places.attach import MEANINGS
from groundct.reports._rules.reading import SentenceReading
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.findings import findings

_LUNG: Final = "lung/lung"
_OPACITIES: Final = frozenset(("ground_glass", "consolidation"))
"""Appearances of what pneumonia looks like; of centrilobular nodules the code says so."""
_CENTRILOBULAR: Final = "1e"


class Spot(NamedTuple):
    """Where the findings of a sentence lie together."""

    anatomy: tuple[str, ...]
    laterality: Laterality
    lung_segments: tuple[str, ...]


def spots_of(
    before: Before | None, found: tuple[Finding, ...], said: SentenceReading
) -> dict[int, Spot]:
    """Where the findings of a sentence lie, by number, that the ones ``before`` are taken for."""
    if before is None or not said.explains:
        return {}
    meant = [n for n, finding in enumerate(found) if is_open(finding)]
    spot = _spot(before) if meant else None
    return dict.fromkeys(meant, spot) if spot is not None else {}


def is_open(finding: Finding) -> bool:
    """Whether a finding is what others are taken for, and nothing says where it lies."""
    bare = finding.anatomy == (_LUNG,) and finding.laterality is None
    return bare and finding.type in MEANINGS and finding.presence != "absent"


def _spot(before: Before) -> Spot | None:
    """Where the opacities of a sentence lie together; None where one of them has no side."""
    there = [f for f in before.findings if f.presence == "present" and _is_opacity(f)]
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


def _is_opacity(finding: Finding) -> bool:
    kind = findings().types[finding.type]
    seen = kind.appearance in _OPACITIES or kind.code == _CENTRILOBULAR
    return seen and kind.anatomy == _LUNG and finding.type not in MEANINGS
