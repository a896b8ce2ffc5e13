"""From the structures that were found to one label map on the full grid."""

from __future__ import annotations

from collections.abc import Iterable

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


def paint(grid: Working, found: Iterable[Structure | Abstention]) -> LabelMap:
    """The label map of what was found; a structure that lost all its voxels is left out.

    The whole of parts is their union and what none of them took.
    """
    found = tuple(found)
    structures = {s.name: s for s in found if isinstance(s, Structure)}
    wholes = [s for s in structures.values() if s.within not in structures]
    masks: dict[str, RegionMask] = {}
    members: dict[str, list[str]] = {}
    for whole in wholes:
        _divide(grid, whole, _on_full(grid, whole), structures, masks, members)
    packed = label_map_of_masks(masks.items(), grid.volume.geometry, grid.volume.stored)
    places = {segment.name: segment.parts for segment in packed.segments}
    segments = []
    for structure in structures.values():
        leaves = _leaves(structure.name, members)
        parts = tuple(part for leaf in leaves for part in places.get(leaf, ()))
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


def _divide(
    grid: Working,
    whole: Structure,
    mask: RegionMask,
    structures: dict[str, Structure],
    masks: dict[str, RegionMask],
    members: dict[str, list[str]],
) -> None:
    """Put a whole's parts into ``masks``, down to those that have none; or the whole itself."""
    parts = [s for s in structures.values() if s.within == whole.name]
    if mask.count == 0:
        return
    if not parts:
        masks[whole.name] = mask
        return
    winner = _shared_out(grid, parts, mask)
    members[whole.name] = [part.name for part in parts]
    for n, part in enumerate(parts, start=1):
        _divide(grid, part, _cropped(mask, winner == n), structures, masks, members)
    rest = _cropped(mask, mask.voxels & (winner == 0))
    if rest.count:
        masks[whole.name + REST] = rest
        members[whole.name].append(whole.name + REST)


def _shared_out(grid: Working, parts: list[Structure], mask: RegionMask) -> NDArray[np.uint8]:
    """For each voxel of the mask's crop the number of the part that has it; 0 for none."""
    shape = mask.voxels.shape
    total = np.zeros(shape, dtype=np.float32, order="F")
    most = np.zeros(shape, dtype=np.float32, order="F")
    winner = np.zeros(shape, dtype=np.uint8, order="F")
    for n, part in enumerate(parts, start=1):
        there = _reach(grid, part, mask.slices)
        if there is None:
            continue
        fraction = _fraction(grid, part, there)
        here = tuple(
            slice(t.start - m.start, t.stop - m.start)
            for t, m in zip(there, mask.slices, strict=True)
        )
        total[here] += fraction
        better = fraction > most[here]
        winner[here][better] = n
        most[here][better] = fraction[better]
    winner[~mask.voxels | (total <= 0.5)] = 0
    return winner


def _reach(grid: Working, part: Structure, box: Box) -> Box | None:
    """Where a part can fill voxels of a box of the full grid; None when nowhere."""
    if isinstance(part.mask, RegionMask):
        own: Box = part.mask.slices
    else:
        crop = bounding_slices(part.mask, margin=2)
        if crop is None:
            return None
        own = full_box(grid, crop)
    a, b, c = (
        slice(max(m.start, o.start), min(m.stop, o.stop)) for m, o in zip(box, own, strict=True)
    )
    return None if min(a.stop - a.start, b.stop - b.start, c.stop - c.start) <= 0 else (a, b, c)


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
    box, fraction = fraction_on_full(grid, structure.mask)
    chosen = fraction > 0.5
    if structure.border == "bone":
        dense = grid.volume.hu[box] > BONE_HU
        chosen = (fraction > 0.8) | ((fraction > 0.25) & dense)
    offset = (box[0].start, box[1].start, box[2].start)
    return _cropped(RegionMask(offset, chosen), chosen)


def _leaves(name: str, members: dict[str, list[str]]) -> list[str]:
    if name not in members:
        return [name]
    return [leaf for member in members[name] for leaf in _leaves(member, members)]
