"""From the structures that were found to one label map on the full grid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from groundct.anatomy._hu.grid import Box, Working, fraction_on_full, full_box
from groundct.anatomy._hu.structure import Structure
from groundct.core.volume import (
    Abstention,
    BoolArray,
    LabelMap,
    RegionMask,
    Segment,
    label_map_of_masks,
)
from groundct.imaging.components import bounding_slices

BONE_HU = 150
REST = " (rest)"
"""Ends the name under which what no part of a whole took is packed."""

SLAB = 24
"""Slices that are worked on at once, so that fractions of whole scans are never held."""


@dataclass(frozen=True, eq=False)
class _Leaves:
    """What is packed: ``masks`` by name, and the ``members`` of each whole that was parted."""

    masks: dict[str, RegionMask] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=dict)


def paint(grid: Working, found: Iterable[Structure | Abstention]) -> LabelMap:
    """The label map of what was found; a structure that lost all its voxels is left out.

    The whole of parts is their union and what none of them took.
    """
    found = tuple(found)
    structures = {s.name: s for s in found if isinstance(s, Structure)}
    wholes = [s for s in structures.values() if s.within not in structures]
    leaves = _Leaves()
    with ThreadPoolExecutor(2) as pool:
        for each in pool.map(lambda whole: _leaves_of(grid, whole, structures), wholes):
            leaves.masks.update(each.masks)
            leaves.members.update(each.members)
    packed = label_map_of_masks(leaves.masks.items(), grid.volume.geometry, grid.volume.stored)
    places = {segment.name: segment.parts for segment in packed.segments}
    segments = []
    for structure in structures.values():
        names = _names_of(structure.name, leaves.members)
        parts = tuple(part for name in names for part in places.get(name, ()))
        if parts:
            segments.append(
                Segment(
                    name=structure.name,
                    parts=parts,
                    method=structure.method,
                    confidence=structure.confidence,
                    note=structure.note,
                )
            )
    here = {segment.name for segment in segments}
    abstained = tuple(a for a in found if isinstance(a, Abstention) and a.name not in here)
    return LabelMap(
        packed.layers, tuple(segments), grid.volume.geometry, grid.volume.stored, abstained
    )


def _leaves_of(grid: Working, whole: Structure, structures: dict[str, Structure]) -> _Leaves:
    leaves = _Leaves()
    _divide(grid, whole, _on_full(grid, whole), structures, leaves)
    return leaves


def _divide(
    grid: Working,
    whole: Structure,
    mask: RegionMask,
    structures: dict[str, Structure],
    leaves: _Leaves,
) -> None:
    """Put a whole's parts into ``leaves``, down to those that have none; or the whole itself."""
    parts = [s for s in structures.values() if s.within == whole.name]
    if mask.count == 0:
        return
    if not parts:
        leaves.masks[whole.name] = mask
        return
    winner = _shared_out(grid, parts, mask)
    leaves.members[whole.name] = [part.name for part in parts]
    for n, part in enumerate(parts, start=1):
        _divide(grid, part, _cropped(mask, winner == n), structures, leaves)
    rest = _cropped(mask, mask.voxels & (winner == 0))
    if rest.count:
        leaves.masks[whole.name + REST] = rest
        leaves.members[whole.name].append(whole.name + REST)


def _shared_out(grid: Working, parts: list[Structure], mask: RegionMask) -> NDArray[np.uint8]:
    """For each voxel of the mask's crop the number of the part that has it; 0 for none."""
    winner = np.zeros(mask.voxels.shape, dtype=np.uint8, order="F")
    reaches = [_reach(grid, part, mask.slices) for part in parts]
    for box in _slabs(mask.slices):
        own = _within(box, mask.slices)
        total = np.zeros(winner[own].shape, dtype=np.float32, order="F")
        most = np.zeros(total.shape, dtype=np.float32, order="F")
        for n, (part, reach) in enumerate(zip(parts, reaches, strict=True), start=1):
            there = None if reach is None else _meeting(reach, box)
            if there is None:
                continue
            fraction = _fraction(grid, part, there)
            here = _within(there, box)
            total[here] += fraction
            np.copyto(winner[own][here], n, where=fraction > most[here])
            np.maximum(most[here], fraction, out=most[here])
        np.copyto(winner[own], 0, where=~mask.voxels[own] | (total <= 0.5))
    return winner


def _slabs(box: Box) -> Iterator[Box]:
    """A box in slabs of ``SLAB`` slices."""
    for low in range(box[2].start, box[2].stop, SLAB):
        yield box[0], box[1], slice(low, min(low + SLAB, box[2].stop))


def _within(inner: Box, outer: Box) -> Box:
    """A box in the indices of one that holds it."""
    a, b, c = (
        slice(i.start - o.start, i.stop - o.start) for i, o in zip(inner, outer, strict=True)
    )
    return a, b, c


def _meeting(one: Box, other: Box) -> Box | None:
    """What two boxes share; None when nothing."""
    a, b, c = (
        slice(max(m.start, o.start), min(m.stop, o.stop)) for m, o in zip(one, other, strict=True)
    )
    return None if min(a.stop - a.start, b.stop - b.start, c.stop - c.start) <= 0 else (a, b, c)


def _reach(grid: Working, part: Structure, box: Box) -> Box | None:
    """Where a part can fill voxels of a box of the full grid; None when nowhere."""
    if isinstance(part.mask, RegionMask):
        own: Box = part.mask.slices
    else:
        crop = bounding_slices(part.mask, margin=2)
        if crop is None:
            return None
        own = full_box(grid, crop)
    return _meeting(box, own)


def _fraction(grid: Working, part: Structure, box: Box) -> NDArray[np.float32]:
    if isinstance(part.mask, RegionMask):
        return _placed(part.mask, box).astype(np.float32)
    return fraction_on_full(grid, part.mask, box)[1]


def _placed(mask: RegionMask, box: Box) -> BoolArray:
    """A region's voxels in a box of the full grid; what lies outside the box is left out."""
    out = np.zeros(tuple(s.stop - s.start for s in box), dtype=np.bool_, order="F")
    here, there = [], []
    for part, own in zip(box, mask.slices, strict=True):
        low, high = max(part.start, own.start), min(part.stop, own.stop)
        if low >= high:
            return out
        here.append(slice(low - part.start, high - part.start))
        there.append(slice(low - own.start, high - own.start))
    out[tuple(here)] = mask.voxels[tuple(there)]
    return out


def _cropped(mask: RegionMask, voxels: BoolArray) -> RegionMask:
    inner = RegionMask.of(voxels)
    i, j, k = (a + b for a, b in zip(mask.offset, inner.offset, strict=True))
    return RegionMask((i, j, k), inner.voxels)


def _on_full(grid: Working, structure: Structure) -> RegionMask:
    if isinstance(structure.mask, RegionMask):
        return structure.mask
    if not structure.mask.any():
        return RegionMask.of(structure.mask)
    crop = bounding_slices(structure.mask, margin=2)
    box = full_box(grid, crop) if crop is not None else (slice(0, 0),) * 3
    chosen = np.zeros(tuple(part.stop - part.start for part in box), dtype=np.bool_, order="F")
    for slab in _slabs(box):
        fraction = fraction_on_full(grid, structure.mask, slab)[1]
        voxels = fraction > 0.5
        if structure.border == "bone":
            dense = grid.volume.hu[slab] > BONE_HU
            voxels = (fraction > 0.8) | ((fraction > 0.25) & dense)
        chosen[_within(slab, box)] = voxels
    return _cropped(RegionMask((box[0].start, box[1].start, box[2].start), chosen), chosen)


def _names_of(name: str, members: dict[str, list[str]]) -> list[str]:
    if name not in members:
        return [name]
    return [leaf for member in members[name] for leaf in _names_of(member, members)]
