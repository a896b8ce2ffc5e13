"""Why a mask cannot be right: each rule compares what was measured with what is plausible."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from groundct.anatomy.choice.evidence import Evidence
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.plausible import DIRECTIONS, Position, plausible, positions

Centre = tuple[float, float, float]

SLACK_MM: Final = 4.0
"""A centre may lie this far on the wrong side before it counts."""
SMALLEST_SHARE: Final = 0.6
"""The largest piece of a structure in one piece holds at least this part of it."""
_UPWARD: Final = 2
_AXIS: Final[Mapping[str, tuple[int, int]]] = {
    "left": (0, -1),
    "right": (0, 1),
    "back": (1, -1),
    "front": (1, 1),
    "below": (2, -1),
    "above": (2, 1),
}
"""World axis (RAS+) and sign of each direction."""

if set(_AXIS) != set(DIRECTIONS):
    raise TypeError("the directions of positions changed")


def faults(name: str, evidence: Evidence, centres: Mapping[str, Centre]) -> tuple[str, ...]:
    """What is wrong with a mask, one text a fault; ``centres`` are those of other structures.

    Structures without a row in ``plausible.tsv`` are checked for their position alone.
    """
    return (
        *_volume_faults(name, evidence),
        *_hu_faults(name, evidence),
        *_piece_faults(name, evidence),
        *_position_faults(name, evidence, centres),
    )


def _volume_faults(name: str, evidence: Evidence) -> list[str]:
    bounds = plausible().get(name)
    if bounds is None:
        return []
    ml = evidence.volume_ml
    if bounds.high_ml is not None and ml > bounds.high_ml:
        return [f"{ml:.3g} ml is more than {bounds.high_ml:g} ml"]
    if bounds.low_ml is not None and ml < bounds.low_ml and not evidence.cut_off:
        return [f"{ml:.3g} ml is less than {bounds.low_ml:g} ml"]
    return []


def _hu_faults(name: str, evidence: Evidence) -> list[str]:
    bounds = plausible().get(name)
    if bounds is None:
        return []
    low, high = bounds.low_hu, bounds.high_hu
    if (low is not None and evidence.mean_hu < low) or (
        high is not None and evidence.mean_hu > high
    ):
        return [f"a mean of {evidence.mean_hu:.0f} HU lies outside {low:g} to {high:g} HU"]
    return []


def _piece_faults(name: str, evidence: Evidence) -> list[str]:
    bounds = plausible().get(name)
    if bounds is None or not bounds.pieces or evidence.pieces <= bounds.pieces:
        return []
    if bounds.pieces == 1 and evidence.largest_share >= SMALLEST_SHARE:
        return []
    return [f"it lies in {evidence.pieces} pieces, {bounds.pieces} at most are plausible"]


def _position_faults(name: str, evidence: Evidence, centres: Mapping[str, Centre]) -> list[str]:
    found = []
    for position in _positions_of(name):
        other = centres.get(position.other)
        if other is None:
            continue
        axis, sign = _AXIS[position.direction]
        if axis == _UPWARD and evidence.cut_off:
            continue  # the centre of what is in view may lie anywhere
        wrong_mm = (other[axis] - evidence.centroid_mm[axis]) * sign
        if wrong_mm > SLACK_MM:
            found.append(
                f"its centre lies {wrong_mm:.0f} mm on the wrong side: {position.direction} of "
                f"{position.other} is due"
            )
    return found


def _positions_of(name: str) -> list[Position]:
    """The table's positions, and that a left structure lies left of its right counterpart."""
    own = [position for position in positions() if position.name == name]
    structure = anatomy().structures.get(name)
    if structure is not None and structure.laterality is not None:
        side = structure.laterality
        other = "right" if side == "left" else "left"
        pair = name.replace(side, other, 1)
        own += [Position(name, side, pair)] if pair in anatomy().structures else []
    return own
