"""Overlap of all structures of two label maps in one pass over the voxels.

The voxels are counted once by their pair of labels; what a name has in either map, and what both
share, are sums of those counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
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
    tables = {
        (r, p): joint_counts(one, two)
        for (r, one), (p, two) in product(enumerate(reference.layers), enumerate(prediction.layers))
    }
    theirs = {segment.name: segment for segment in prediction.segments}
    ml = reference.geometry.voxel_volume_mm3 / 1000
    scores = []
    for segment in reference.segments:
        found = theirs.get(segment.name)
        other = found or Segment(name=segment.name, parts=())
        if not tables or len(_by_layer(segment)) > 1 or len(_by_layer(other)) > 1:
            a, b, both = _masked(reference, prediction, segment, other)
        else:
            a, b, both = _counted(tables, segment, other)
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


def _blocks(one: Labels, two: Labels) -> Iterator[tuple[Labels, Labels]]:
    """The voxels of slabs across k, about a million each, in one order for both."""
    slabs = max(1, _BLOCK // max(1, one.shape[0] * one.shape[1]))
    for start in range(0, one.shape[2], slabs):
        part = (slice(None), slice(None), slice(start, start + slabs))
        yield one[part].ravel(order="F"), two[part].ravel(order="F")


def _by_layer(segment: Segment) -> dict[int, list[int]]:
    labels: dict[int, list[int]] = {}
    for layer, label in segment.parts:
        labels.setdefault(layer, []).append(label)
    return labels


def _counted(
    tables: Mapping[tuple[int, int], JointCounts], ours: Segment, theirs: Segment
) -> Triple:
    """Voxels of a segment of the reference, of one of the prediction, and of both."""
    (one, our_labels), *_ = [*_by_layer(ours).items(), (0, [])]
    (two, their_labels), *_ = [*_by_layer(theirs).items(), (0, [])]
    table = tables[one, two]
    return (
        table.of(our_labels, None),
        table.of(None, their_labels),
        table.of(our_labels, their_labels),
    )


def _masked(reference: LabelMap, prediction: LabelMap, ours: Segment, theirs: Segment) -> Triple:
    """The same for segments whose layers overlap, voxel by voxel."""
    a, b = (_mask(layers, part) for layers, part in ((reference, ours), (prediction, theirs)))
    return int(a.sum()), int(b.sum()), int((a & b).sum())


def _mask(labels: LabelMap, segment: Segment) -> BoolArray:
    return labels.mask(segment.name) if segment.parts else np.zeros(labels.geometry.shape, np.bool_)
