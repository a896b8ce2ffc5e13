"""Sparse masks as runs: stretches of voxels along i that carry one label.

A finding fills a few thousandths of a scan; runs hold it in kilobytes, and sizes, overlaps and
centres come from run lengths without any voxel being looked at. A run never goes on into the next
row. Flat indices are those of a Fortran-ordered array (i, j, k).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundct.core.volume import BoolArray

Shape = tuple[int, int, int]
Flat = NDArray[np.int64]
Labels = NDArray[np.int32]
_PART = 1 << 22


@dataclass(frozen=True, eq=False)
class Runs:
    """Voxels of a grid of ``shape``: run n fills flat indices ``starts[n]`` to ``stops[n]``.

    ``starts`` are sorted, runs share no voxel, ``stops`` are exclusive, ``labels`` are over 0.
    """

    starts: Flat
    stops: Flat
    labels: Labels
    shape: Shape

    @classmethod
    def of(cls, labels: NDArray[Any]) -> Runs:
        """The runs of a dense array (i, j, k) of labels or of a mask."""
        if labels.ndim != 3:
            raise ValueError(f"an array (i, j, k) is due, got shape {labels.shape}")
        i, j, k = labels.shape
        if labels.flags.f_contiguous or not labels.flags.c_contiguous:
            return _joined_parts(labels.ravel(order="F"), (i, j, k))
        # The other order is read as it lies: voxels are sorted in less time than it is turned.
        flat = labels.ravel()
        found = nonzero_flat(flat)
        row = found // k
        place = row // j + i * (row % j + j * (found - row * k))
        order = np.argsort(place)
        return runs_of_voxels(place[order], flat[found[order]], (i, j, k))

    @property
    def lengths(self) -> Flat:
        """Voxels of each run."""
        return self.stops - self.starts

    @property
    def count(self) -> int:
        """Number of voxels."""
        return int(self.lengths.sum())

    @property
    def n_labels(self) -> int:
        """The largest label; 0 when there is no voxel."""
        return int(self.labels.max(initial=0))

    def voxels(self) -> Flat:
        """The flat index of every voxel, sorted."""
        before = np.cumsum(self.lengths) - self.lengths
        return np.repeat(self.starts - before, self.lengths) + np.arange(self.count)

    def dense(self) -> Labels:
        """The labels as an array (i, j, k) in Fortran order."""
        out = np.zeros(prod(self.shape), dtype=np.int32)
        out[self.voxels()] = np.repeat(self.labels, self.lengths)
        return out.reshape(self.shape, order="F")

    def indices(self) -> tuple[Flat, Flat, Flat]:
        """(i of the first voxel, j, k) of every run."""
        wide, high = max(self.shape[0], 1), max(self.shape[1], 1)
        row = self.starts // wide
        k = row // high
        return self.starts - row * wide, row - k * high, k


def _joined_parts(flat: NDArray[Any], shape: Shape) -> Runs:
    """The runs of a flat array, found in parts of whole rows: lists of voxels are long."""
    step = max(1, _PART // max(shape[0], 1)) * max(shape[0], 1)
    parts = [no_runs(shape)]
    for at in range(0, flat.size, step):
        place = nonzero_flat(flat[at : at + step]) + at
        if len(place):
            parts.append(runs_of_voxels(place, flat[place], shape))
    columns = zip(*((part.starts, part.stops, part.labels) for part in parts), strict=True)
    starts, stops, labels = (np.concatenate(column) for column in columns)
    return Runs(starts, stops, labels, shape)


def nonzero_flat(values: NDArray[Any]) -> Flat:
    """Indices of what is not 0 in a flat contiguous array; of bytes eight are looked at at once."""
    if values.itemsize > 1:
        return np.flatnonzero(values)
    whole = values.size // 8 * 8
    words = values[:whole].view(np.uint64)
    at = np.flatnonzero(words != 0)
    near = bytes_of_words(at, words[at])
    rest = np.flatnonzero(values[whole:]) + whole
    return np.concatenate([near, rest]) if len(rest) else near


def bytes_of_words(at: Flat, words: NDArray[np.uint64]) -> Flat:
    """Indices of the bytes that are not 0, where ``words[n]`` is word ``at[n]`` of an array."""
    inside = np.flatnonzero(words.view(np.uint8) != 0)
    return np.asarray((at[inside >> 3] << 3) + (inside & 7))


def runs_of_voxels(place: Flat, label: NDArray[Any], shape: Shape) -> Runs:
    """The runs of voxels given by sorted flat indices and their labels."""
    new = np.ones(len(place), dtype=np.bool_)
    np.not_equal(place[1:], place[:-1] + 1, out=new[1:])
    new[1:] |= label[1:] != label[:-1]
    first = np.flatnonzero(new)
    last = np.append(first, len(place))[1:] - 1
    starts, stops, whole = cut_at_rows(place[first], place[last] + 1, shape[0])
    return Runs(starts, stops, label[first][whole].astype(np.int32), shape)


def runs_of_crop(labels: NDArray[Any], offset: Shape, shape: Shape) -> Runs:
    """The runs of a dense crop (i, j, k) whose first voxel stands at ``offset`` of the grid."""
    i, j, k = offset
    return touching_joined(moved(Runs.of(labels), (-i, -j, -k), shape))


def no_runs(shape: Shape) -> Runs:
    """A mask without voxels."""
    none = np.zeros(0, dtype=np.int64)
    return Runs(none, none, none.astype(np.int32), shape)


def rows_met(starts: Flat, stops: Flat, row_length: int) -> Flat:
    """In how many rows each stretch of voxels lies."""
    return (stops - 1) // row_length - starts // row_length + 1


def cut_at_rows(starts: Flat, stops: Flat, row_length: int) -> tuple[Flat, Flat, Flat]:
    """Stretches cut where a row ends: starts, stops, and which stretch each piece is of."""
    many = rows_met(starts, stops, row_length)
    whole = np.repeat(np.arange(len(starts)), many)
    before = np.cumsum(many) - many
    row = starts[whole] // row_length + np.arange(len(whole)) - before[whole]
    first = np.maximum(starts[whole], row * row_length)
    return first, np.minimum(stops[whole], (row + 1) * row_length), whole


def joined(runs: Runs) -> Runs:
    """All voxels with the label 1, touching runs of one row joined."""
    return touching_joined(
        Runs(runs.starts, runs.stops, np.ones(len(runs.starts), dtype=np.int32), runs.shape)
    )


def touching_joined(runs: Runs) -> Runs:
    """Runs of one label that touch within a row made one."""
    if not len(runs.starts):
        return runs
    new = np.ones(len(runs.starts), dtype=np.bool_)
    new[1:] = (
        (runs.starts[1:] != runs.stops[:-1])
        | (runs.labels[1:] != runs.labels[:-1])
        | (runs.starts[1:] % runs.shape[0] == 0)
    )
    at = np.flatnonzero(new)
    last = np.append(at[1:], len(new)) - 1
    return Runs(runs.starts[at], runs.stops[last], runs.labels[at], runs.shape)


def relabelled(runs: Runs, new_labels: NDArray[Any]) -> Runs:
    """Label n becomes ``new_labels[n]``; those that become 0 go."""
    labels = new_labels[runs.labels].astype(np.int32)
    keep = labels > 0
    return Runs(runs.starts[keep], runs.stops[keep], labels[keep], runs.shape)


def label_sizes(runs: Runs) -> Flat:
    """(n_labels + 1,) voxels of each label; that of label 0 is 0."""
    weights = runs.lengths.astype(np.float64)
    return np.bincount(runs.labels, weights, runs.n_labels + 1).astype(np.int64)


def meeting_pairs(starts: Flat, stops: Flat, others: tuple[Flat, Flat]) -> tuple[Flat, Flat]:
    """Which intervals meet: indices (a, b) of every pair that shares a number.

    ``others`` are the starts and stops of the second ones, which share nothing among them. All four
    rise.
    """
    low = _places(others[1], starts, after_equal=True)
    high = _places(others[0], stops, after_equal=False)
    many = np.maximum(high - low, 0)
    a = np.repeat(np.arange(len(starts)), many)
    before = np.cumsum(many) - many
    return a, np.arange(len(a)) + np.repeat(low - before, many)


def _places(rising: Flat, values: Flat, *, after_equal: bool) -> Flat:
    """`numpy.searchsorted` for values that rise too: one merge in place of a search for each."""
    # A stable sort merges two rising sequences, and leaves the first of equals first.
    both = (rising, values) if after_equal else (values, rising)
    order = np.argsort(np.concatenate(both), kind="stable")
    new = order >= len(rising) if after_equal else order < len(values)
    return np.asarray(np.flatnonzero(new) - np.arange(len(values)))


def joint_sizes(a: Runs, b: Runs) -> Flat:
    """(labels of a + 1, labels of b + 1) voxels that two masks of one grid share, by their labels.

    Row and column 0 are 0. Raises ValueError when the shapes differ.
    """
    if a.shape != b.shape:
        raise ValueError(f"shapes {a.shape} and {b.shape} differ")
    one, two = meeting_pairs(a.starts, a.stops, (b.starts, b.stops))
    shared = np.minimum(a.stops[one], b.stops[two]) - np.maximum(a.starts[one], b.starts[two])
    rows, columns = a.n_labels + 1, b.n_labels + 1
    key = a.labels[one].astype(np.int64) * columns + b.labels[two]
    return (
        np.bincount(key, shared.astype(np.float64), rows * columns)
        .astype(np.int64)
        .reshape(rows, columns)
    )


def label_centres(runs: Runs) -> NDArray[np.float64]:
    """(n_labels + 1, 3) mean index (i, j, k) of each label's voxels; NaN for labels without any."""
    i, j, k = runs.indices()
    n = runs.lengths
    sums = [n * i + n * (n - 1) // 2, n * j, n * k]
    size = runs.n_labels + 1
    counts = np.bincount(runs.labels, n.astype(np.float64), size)
    out = np.full((size, 3), np.nan)
    has = counts > 0
    for axis, values in enumerate(sums):
        total = np.bincount(runs.labels, values.astype(np.float64), size)
        out[has, axis] = total[has] / counts[has]
    return out


def label_crop(runs: Runs, label: int) -> tuple[Shape, BoolArray]:
    """The box of a label's voxels: its first index, and the mask inside it."""
    chosen = runs.labels == label
    part = Runs(runs.starts[chosen], runs.stops[chosen], runs.labels[chosen], runs.shape)
    low, (mask,) = shared_crop(part)
    return low, mask


def shared_crop(*masks: Runs) -> tuple[Shape, tuple[BoolArray, ...]]:
    """The smallest box that holds all voxels of masks of one grid, and each mask inside it."""
    low, box = shared_box(*masks)
    crops = []
    for runs in masks:
        crop = np.zeros(prod(box), dtype=np.bool_)
        crop[moved(runs, low, box).voxels()] = True
        crops.append(crop.reshape(box, order="F"))
    return low, tuple(crops)


def shared_box(*masks: Runs) -> tuple[Shape, Shape]:
    """The first index and the size of the smallest box that holds all voxels of some masks."""
    filled = [runs for runs in masks if len(runs.starts)]
    if not filled:
        return (0, 0, 0), (0, 0, 0)
    low, size = [], []
    for axis, first in enumerate(zip(*(runs.indices() for runs in filled), strict=True)):
        last = [
            start + runs.lengths - 1 if axis == 0 else start
            for start, runs in zip(first, filled, strict=True)
        ]
        low.append(min(int(values.min()) for values in first))
        size.append(max(int(values.max()) for values in last) + 1 - low[-1])
    return (low[0], low[1], low[2]), (size[0], size[1], size[2])


def moved(runs: Runs, low: Shape, shape: Shape) -> Runs:
    """The same voxels on a grid of another shape, whose first voxel is ``low`` of the old one."""
    i, j, k = runs.indices()
    starts = (i - low[0]) + shape[0] * ((j - low[1]) + shape[1] * (k - low[2]))
    return Runs(starts, starts + runs.lengths, runs.labels, shape)
