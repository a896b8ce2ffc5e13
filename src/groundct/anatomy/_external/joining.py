"""Label maps of one grid put together: layers are shared, no voxel is copied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from groundct.core.volume import Abstention, LabelArray, LabelMap, Segment


def moved(segment: Segment, layers_before: int) -> Segment:
    """A segment of a label map whose layers stand behind ``layers_before`` others."""
    parts = tuple((layer + layers_before, label) for layer, label in segment.parts)
    return segment.changed(parts=parts)


def joined(maps: Iterable[LabelMap]) -> LabelMap:
    """Label maps of one grid as one; of two structures of a name the first one stays.

    Raises ValueError when there is none.
    """
    given = tuple(maps)
    if not given:
        raise ValueError("no label map to join")
    layers: list[LabelArray] = []
    segments: dict[str, Segment] = {}
    abstained: dict[str, Abstention] = {}
    for each in given:
        for segment in each.segments:
            segments.setdefault(segment.name, moved(segment, len(layers)))
        for abstention in each.abstained:
            abstained.setdefault(abstention.name, abstention)
        layers += each.layers
    return LabelMap(
        tuple(layers),
        tuple(segments.values()),
        given[0].geometry,
        given[0].stored,
        tuple(a for name, a in abstained.items() if name not in segments),
    )


def compact(labels: LabelMap) -> LabelMap:
    """The same structures without layers and labels that belong to none of them."""
    used: dict[int, set[int]] = {}
    for segment in labels.segments:
        for layer, label in segment.parts:
            used.setdefault(layer, set()).add(label)
    place = {layer: n for n, layer in enumerate(sorted(used))}
    layers = tuple(_only(labels.layers[layer], used[layer]) for layer in sorted(used))
    segments = tuple(
        s.changed(parts=tuple((place[layer], label) for layer, label in s.parts))
        for s in labels.segments
    )
    return LabelMap(layers, segments, labels.geometry, labels.stored, labels.abstained)


def voxel_counts(labels: LabelMap) -> Mapping[tuple[int, int], int]:
    """How many voxels each (layer, label) has."""
    found: dict[tuple[int, int], int] = {}
    for index, layer in enumerate(labels.layers):
        total = np.zeros(1 << 16, dtype=np.int64)
        for k in range(layer.shape[2]):
            plane = np.bincount(layer[:, :, k].ravel(order="K"))
            total[: len(plane)] += plane
        found.update({(index, int(n)): int(total[n]) for n in np.flatnonzero(total) if n})
    return found


def without_empty(labels: LabelMap, note: str) -> LabelMap:
    """Structures with voxels, with a note on what made them; the others were looked for in vain."""
    counts = voxel_counts(labels)
    found = [s for s in labels.segments if any(counts.get(part) for part in s.parts)]
    named = {segment.name for segment in found}
    return LabelMap(
        labels.layers,
        tuple(segment.changed(note=note) for segment in found),
        labels.geometry,
        labels.stored,
        tuple(
            Abstention(name=s.name, reason=f"no voxel of it was found ({note})")
            for s in labels.segments
            if s.name not in named
        ),
    )


def _only(layer: LabelArray, used: set[int]) -> LabelArray:
    """A layer with the labels ``used`` alone; itself when it holds no others."""
    keep = np.zeros(int(layer.max(initial=0)) + 1, dtype=np.bool_)
    keep[[label for label in used if label < len(keep)]] = True
    keep[0] = True
    if all(keep[np.unique(layer[:, :, k])].all() for k in range(layer.shape[2])):
        return layer
    numbers = np.where(keep, np.arange(len(keep)), 0).astype(layer.dtype)
    out = np.empty(layer.shape, dtype=layer.dtype, order="F")
    for k in range(layer.shape[2]):
        out[:, :, k] = numbers[layer[:, :, k]]
    return out
