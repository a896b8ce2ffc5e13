"""What a finding's standard words are made of."""

from __future__ import annotations

from typing import NamedTuple

from groundct.core.report import Change, Finding, Laterality, Presence


class Told(NamedTuple):
    """A finding as it is told in standard words, but for its sizes.

    ``words`` are the report's own for it, which stand where its type's name says less ("bone
    finding"); ``plural``: the report speaks of several without a number.
    """

    type: str
    presence: Presence
    change: Change | None
    how_many: int | None
    anatomy: tuple[str, ...]
    laterality: Laterality | None
    lung_segments: tuple[str, ...]
    modifiers: tuple[str, ...]
    words: str = ""
    plural: bool = False


def told_of(finding: Finding, *, words: str = "", plural: bool = False) -> Told:
    """A finding as it is told in standard words."""
    return Told(
        finding.type,
        finding.presence,
        finding.change,
        finding.count,
        finding.anatomy,
        finding.laterality,
        finding.lung_segments,
        finding.modifiers,
        words,
        plural,
    )
