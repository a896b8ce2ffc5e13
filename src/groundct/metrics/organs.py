"""Overlap of all structures of two label maps in one pass over the voxels.

The voxels are counted once by their pair of labels, of those pairs of layers in which a name
stands; what a name has in either map, and what both share, are sums of those counts. A name that
stands in several layers is counted by runs of voxels in which no layer changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from groundct.core.geometry import same_grid
from groundct.core.value import Value
from groundct.core.volume import BoolArray, LabelMap, Segment
from groundct.metrics.arguments import Whole, labels_of

Counts = NDArray[np.int64]
Labels = NDArray[np.integer[Any]]
Triple = tuple[int, int, int]
Lookups = list[tuple[int, BoolArray]]

_BLOCK = 1 << 20
_FEW = 1024


class OrganScore(Value):
    """One name's voxels in two label maps.

    ``predicted_voxels`` is None where the prediction does not answer for the name: it then counts
    as empty. ``dice`` is None where the reference has no voxel.
    """

    name: str
    reference_voxels: int
    predicted_voxels: int | None
    shared_voxels: int
    dice: float | None
    reference_ml: float
    volume_error_ml: float


class OrganScores(Value):
    """All names of a reference, and what the prediction has beyond or leaves out."""

    scores: tuple[OrganScore, ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]

    @property
    def mean_dice(self) -> float | None:
        """Mean over the names that have a Dice; None when none has."""
        values = [score.dice for score in self.scores if score.dice is not None]
        return float(np.mean(values)) if values else None


def organ_scores(reference: LabelMap, prediction: LabelMap) -> OrganScores:
    """Dice (2 |A and B| / (|A| + |B|)) and volumes of every name of the reference.

    Raises ValueError when the two maps are not on one grid.
    """
    if not same_grid(reference.geometry, prediction.geometry):
        raise ValueError("the label maps are not on one grid")
    theirs = {segment.name: segment for segment in prediction.segments}
    ml = reference.geometry.voxel_volume_mm3 / 1000
    pairs = [
        (own, theirs.get(own.name, Segment(name=own.name, parts=()))) for own in reference.segments
    ]
    scores = []
    for segment, (a, b, both) in zip(
        reference.segments, _triples(reference, prediction, pairs), strict=True
    ):
        found = theirs.get(segment.name)
        scores.append(
            OrganScore(
                name=segment.name,
                reference_voxels=a,
                predicted_voxels=None if found is None else b,
                shared_voxels=both,
                dice=2 * both / (a + b) if a else None,
                reference_ml=a * ml,
                volume_error_ml=(b - a) * ml,
            )
        )
    names = set(reference.names)
    return OrganScores(
        scores=tuple(scores),
        missing=tuple(name for name in reference.names if name not in theirs),
        extra=tuple(name for name in prediction.names if name not in names),
    )


def joint_counts(reference: ArrayLike, prediction: ArrayLike) -> JointCounts:
    """Voxels by pair of labels, of two label arrays (i, j, k) of one shape.

    Raises ArgumentError for arrays that are no labels, or of two shapes.
    """
    one, two = (_as_labels(array) for array in labels_of(reference, prediction))
    ranks = (_ranks(one), _ranks(two))
    rows, columns = (int(rank.max(initial=0)) + 1 for rank in ranks)
    own = np.zeros(ranks[0].size, dtype=np.int64)
    total = np.zeros(rows * columns, dtype=np.int64)
    for a, b in _blocks(one, two):
        own += np.bincount(a, minlength=own.size)
        # Label maps of one body agree nearly everywhere: pairs are formed where they do not.
        differs = np.flatnonzero(a != b)
        key = ranks[0][a[differs]] * columns + ranks[1][b[differs]]
        total += np.bincount(key, minlength=total.size)
    table = total.reshape(rows, columns)
    labels = np.flatnonzero(own[: ranks[1].size])
    table[ranks[0][labels], ranks[1][labels]] += own[labels] - table.sum(axis=1)[ranks[0][labels]]
    return JointCounts(ranks[0], ranks[1], table)


@dataclass(frozen=True, eq=False)
class JointCounts:
    """``table[rows[a], columns[b]]`` voxels carry label ``a`` in one array and ``b`` in the other.

    ``rows`` and ``columns`` give the place of every label up to the largest; labels that do not
    occur stand at the place of 0.
    """

    rows: Counts
    columns: Counts
    table: Counts

    def of(self, ours: Sequence[int] | None, theirs: Sequence[int] | None) -> int:
        """Voxels that carry one of our labels and one of theirs; None is any label."""
        part = self.table if ours is None else self.table[_places(self.rows, ours)]
        part = part if theirs is None else part[:, _places(self.columns, theirs)]
        return int(part.sum())


def _as_labels(array: Whole) -> Labels:
    """A mask is the label 1."""
    return array.view(np.uint8) if array.dtype == np.bool_ else cast("Labels", array)


def _places(ranks: Counts, labels: Sequence[int]) -> Counts:
    held = np.array([label for label in set(labels) if label < ranks.size], dtype=np.int64)
    places = ranks[held]
    return places[places > 0]


def _ranks(layer: Labels) -> Counts:
    """The place of every label, in the order of those that occur; 0 stands first."""
    largest = int(layer.max(initial=0))
    if largest < _FEW:
        return np.arange(largest + 1, dtype=np.int64)
    seen = np.zeros(largest + 1, dtype=np.bool_)
    seen[layer.ravel(order="K")] = True
    seen[0] = False
    return np.where(seen, np.cumsum(seen), 0)


def _blocks(*layers: Labels) -> Iterator[list[Labels]]:
    """The voxels of slabs across k, about a million each, in one order for all."""
    width, height, depth = layers[0].shape
    slabs = max(1, _BLOCK // max(1, width * height))
    for start in range(0, depth, slabs):
        yield [layer[:, :, start : start + slabs].ravel(order="F") for layer in layers]


def _by_layer(segment: Segment) -> dict[int, list[int]]:
    labels: dict[int, list[int]] = {}
    for layer, label in segment.parts:
        labels.setdefault(layer, []).append(label)
    return labels


class _Tables:
    """The joint counts of the pairs of layers that names stand in; each is made when asked for."""

    def __init__(self, reference: LabelMap, prediction: LabelMap) -> None:
        self._layers = (reference.layers, prediction.layers)
        self._made: dict[tuple[int, int], JointCounts] = {}

    def counted(self, ours: Segment, theirs: Segment) -> Triple:
        """Voxels of a segment of the reference, of one of the prediction, and of both."""
        (one, our_labels), *_ = [*_by_layer(ours).items(), (None, [])]
        (two, their_labels), *_ = [*_by_layer(theirs).items(), (None, [])]
        if one is None and two is None:
            return 0, 0, 0
        table = self._table(one, two)
        return (
            table.of(our_labels, None),
            table.of(None, their_labels),
            table.of(our_labels, their_labels),
        )

    def _table(self, one: int | None, two: int | None) -> JointCounts:
        """Of a pair of layers; where one of them does not matter, of a pair that is there."""
        for (a, b), table in self._made.items():
            if one in (a, None) and two in (b, None):
                return table
        pair = (one or 0, two or 0)
        self._made[pair] = joint_counts(self._layers[0][pair[0]], self._layers[1][pair[1]])
        return self._made[pair]


def _triples(
    reference: LabelMap, prediction: LabelMap, pairs: Sequence[tuple[Segment, Segment]]
) -> list[Triple]:
    """Voxels of each segment of the reference, of its like in the prediction, and of both."""
    bare = not reference.layers or not prediction.layers
    spread = [bare or max(len(_by_layer(a)), len(_by_layer(b))) > 1 for a, b in pairs]
    tables = _Tables(reference, prediction)
    by_runs = iter(
        _of_several_layers(
            reference,
            prediction,
            [pair for pair, several in zip(pairs, spread, strict=True) if several],
        )
    )
    return [
        next(by_runs) if several else tables.counted(*pair)
        for pair, several in zip(pairs, spread, strict=True)
    ]


def _of_several_layers(
    reference: LabelMap, prediction: LabelMap, pairs: Sequence[tuple[Segment, Segment]]
) -> list[Triple]:
    """The same for segments whose layers overlap, by runs of voxels in which no layer changes."""
    layers = [_as_labels(cast("Whole", layer)) for layer in (*reference.layers, *prediction.layers)]
    if not pairs or not layers:
        return [(0, 0, 0)] * len(pairs)
    largest = [int(layer.max(initial=0)) for layer in layers]
    first = len(reference.layers)
    lookups = [(_lookups(own, largest, 0), _lookups(other, largest, first)) for own, other in pairs]
    total = np.zeros((len(pairs), 3), dtype=np.int64)
    for block in _blocks(*layers):
        starts = _starts(block)
        lengths = np.diff(starts, append=block[0].size)
        labels = [part[starts] for part in block]
        for n, (ours, theirs) in enumerate(lookups):
            a, b = _held(labels, ours), _held(labels, theirs)
            total[n] += lengths @ a, lengths @ b, lengths @ (a & b)
    return [(int(a), int(b), int(both)) for a, b, both in total]


def _lookups(segment: Segment, largest: Sequence[int], first: int) -> Lookups:
    """For each layer of a segment, which of its labels are the segment's."""
    lookups = []
    for index, labels in _by_layer(segment).items():
        holds = np.zeros(largest[first + index] + 1, dtype=np.bool_)
        holds[[label for label in labels if label < holds.size]] = True
        lookups.append((first + index, holds))
    return lookups


def _starts(block: Sequence[Labels]) -> NDArray[np.intp]:
    """Where in flat voxels any layer has another label than in the voxel before."""
    changes = np.zeros(block[0].size, dtype=np.bool_)
    changes[:1] = True
    for part in block:
        changes[1:] |= part[1:] != part[:-1]
    return np.flatnonzero(changes)


def _held(labels: Sequence[Labels], lookups: Lookups) -> BoolArray:
    out = np.zeros(labels[0].size, dtype=np.bool_)
    for index, holds in lookups:
        out |= holds[labels[index]]
    return out
