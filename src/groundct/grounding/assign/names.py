"""From what a finding says to the names of the places it speaks of; sides are never crossed."""

from __future__ import annotations

from groundct.core.report import Finding, Laterality
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.findings import findings

PLEURA = "pleura"
SIDES = ("left", "right")


def names_of(finding: Finding) -> tuple[str, ...]:
    """The names of a finding's places, the most exact that the text gives.

    Lung segments before anatomy paths, those before the type's own place. Empty when nothing says
    where, or when every place contradicts the side that the text states.
    """
    segments = [name for name in finding.lung_segments if agrees(name, finding.laterality)]
    if segments:
        return tuple(dict.fromkeys(segments))
    known = findings().types.get(finding.type)
    paths = finding.anatomy or ((known.anatomy,) if known and known.anatomy else ())
    names = [n for path in paths for n in sided(anatomy().leaf(path), finding.laterality)]
    return tuple(dict.fromkeys(names))


def sided(name: str, laterality: Laterality | None) -> tuple[str, ...]:
    """A name with the text's side put to it where the structure is paired."""
    if not agrees(name, laterality):
        return ()
    if side_of(name) is not None or laterality is None or laterality == "midline":
        return (name,)
    sides = SIDES if laterality == "bilateral" else (laterality,)
    if not is_paired(name):
        return (name,)
    return tuple(f"{side} {name}" for side in sides)


def agrees(name: str, laterality: Laterality | None) -> bool:
    """Whether a name's own side, if it has one, is not the opposite of the one stated."""
    own = side_of(name)
    return own is None or laterality not in SIDES or own == laterality


def side_of(name: str) -> str | None:
    """The side (left or right) that the name of a structure, segment or rim begins with."""
    first = name.split(" ", 1)[0]
    return first if first in SIDES else None


def is_paired(name: str) -> bool:
    """Whether both a left and a right structure of this name exist."""
    known = anatomy().structures
    return name == PLEURA or all(f"{side} {name}" in known for side in SIDES)


def lungs_of(name: str) -> tuple[str, ...]:
    """The lungs that a place in the lung or pleura belongs to; none for other places."""
    words = name.split()
    if "lung" not in words and PLEURA not in words:
        return ()
    side = side_of(name)
    return tuple(f"{s} lung" for s in SIDES if side in (None, s))


def is_lung_part(name: str) -> bool:
    """Whether a name is that of a lobe or a lung segment."""
    return bool(lungs_of(name)) and name.endswith((" lobe", " segment"))
