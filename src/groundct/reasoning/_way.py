"""The way to a finding: which organ, lobe and segment lead to it, by the report and by position."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from groundct.core.record import Box, Region, StepLevel
from groundct.core.report import Finding
from groundct.vocabulary.segments import segments

SIDES = ("left lung", "right lung")
_LUNG = "lung"
_SIDE_WORDS = ("left", "right")


@dataclass(frozen=True)
class Place:
    """A place on the way; ``region`` is None when it is named and has no voxels."""

    level: StepLevel
    name: str
    region: Region | None


def inside(box: Box, index: Sequence[float]) -> bool:
    """Whether a point (fractional voxel indices) lies in a box; voxels reach half a voxel out."""
    return all(
        low - 0.5 <= value < high - 0.5
        for low, value, high in zip(box.low, index, box.high, strict=True)
    )


def places_to(finding: Finding, region: Region, places: Mapping[str, Region]) -> tuple[Place, ...]:
    """Organ, lobe and segment, outermost first; ``places`` has organ and site regions by name."""
    names = _names_to(finding, region, places)
    if not names:
        return ()
    if names[0] != _LUNG:
        return (_organ(finding, names, region, places),)
    side = _side(finding, names, region, places)
    found = [Place("organ", side or _LUNG, places.get(side or _LUNG))]
    lobe = _lobe(names, side)
    if lobe:
        found.append(Place("lobe", lobe, places.get(lobe)))
    segment = _segment(finding, region, lobe or side, places)
    return (*found, segment) if segment else tuple(found)


def _names_to(finding: Finding, region: Region, places: Mapping[str, Region]) -> tuple[str, ...]:
    """The names on the one path that leads to the region: below its top region, outermost first.

    Of several paths those are kept that the region's own allow, then those whose drawn places hold
    its centre; where more than one is left, what they have in common.
    """
    paths = finding.anatomy or region.anatomy
    if region.anatomy:
        paths = tuple(p for p in paths if any(_related(p, own) for own in region.anatomy)) or paths
    ways = [_below_top(path) for path in paths]
    holding = [way for way in ways if _holds(way, region, places)]
    return _common(holding or ways)


def _organ(
    finding: Finding, names: Sequence[str], region: Region, places: Mapping[str, Region]
) -> Place:
    """The deepest structure outside the lung that has voxels, on the finding's side if paired."""
    if region.kind != "finding":
        return Place("organ", region.name, region)
    sides = (finding.laterality,) if finding.laterality in _SIDE_WORDS else _SIDE_WORDS
    for name in reversed(names):
        paired = [places[f"{side} {name}"] for side in sides if f"{side} {name}" in places]
        holding = [place for place in paired if inside(place.box, region.centroid_index)]
        if len(holding) == 1:
            return Place("organ", holding[0].name, holding[0])
        if name in places:
            return Place("organ", name, places[name])
        if paired and len(sides) == 1:
            return Place("organ", paired[0].name, paired[0])
    return Place("organ", names[-1], None)


def _below_top(path: str) -> tuple[str, ...]:
    parts = path.split("/")
    return tuple(dict.fromkeys(parts[1:] or parts))


def _related(one: str, other: str) -> bool:
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")


def _holds(way: Iterable[str], region: Region, places: Mapping[str, Region]) -> bool:
    drawn = [places[name] for name in way if name in places]
    return bool(drawn) and all(inside(place.box, region.centroid_index) for place in drawn)


def _common(ways: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    common = []
    for names in zip(*ways, strict=False):
        if len(set(names)) > 1:
            break
        common.append(names[0])
    return tuple(common)


def _side(
    finding: Finding, names: Sequence[str], region: Region, places: Mapping[str, Region]
) -> str | None:
    """The lung that the report names; else the only one whose box holds the finding's centre."""
    named = {side for side in SIDES for name in names if name.startswith(side)}
    if not named and finding.laterality in _SIDE_WORDS:
        named = {f"{finding.laterality} lung"}
    if not named:
        named = {
            side
            for side in SIDES
            if side in places and inside(places[side].box, region.centroid_index)
        }
    return named.pop() if len(named) == 1 else None


def _lobe(names: Sequence[str], side: str | None) -> str | None:
    """``lung upper lobe`` is a lobe only once the side is known."""
    lobes = [name for name in names if name.endswith(" lobe")]
    if not lobes:
        return None
    if lobes[-1].startswith(SIDES):
        return lobes[-1]
    return f"{side.split()[0]} {lobes[-1]}" if side else None


def _segment(
    finding: Finding, region: Region, within: str | None, places: Mapping[str, Region]
) -> Place | None:
    """The segment that holds the finding's centre, or the names of those that the report gives."""
    lobe_of = {segment.name: segment.lobe for segment in segments()}
    names = [
        name
        for name in finding.lung_segments
        if within is None or lobe_of.get(name, "").startswith(within)
    ]
    drawn = [name for name in names if name in places]
    holding = [name for name in drawn if inside(places[name].box, region.centroid_index)]
    if len(holding) == 1:
        return Place("segment", holding[0], places[holding[0]])
    if len(names) == 1:
        return Place("segment", names[0], places.get(names[0]))
    return Place("segment", " and ".join(names), None) if names else None
