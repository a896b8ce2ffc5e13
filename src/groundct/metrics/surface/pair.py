"""Two masks in one padded crop, with their surfaces and the distances between them, made once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from operator import attrgetter
from typing import Final, Literal, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from groundct.imaging.runs import Runs, bytes_of_words, moved, shared_box
from groundct.metrics.arguments import labels_of, spacing_of
from groundct.metrics.surface.far import Floats, SpacingMm
from groundct.metrics.surface.lazy import lazy
from groundct.metrics.surface.nearest import WORD, Flat, Grid, Target, nearest_mm, padding
from groundct.metrics.surface.surfels import surfel_areas_mm2

_FULL = 255
_WORDS: Final = np.dtype("<u8")
"""Eight voxels in a row, a byte each, the first the lowest."""
Words = NDArray[np.uint64]
_BYTE, _ALL_BUT_A_BYTE = np.uint64(8), np.uint64(56)
_LARGE = 1 << 18
"""Voxels from which on both sides are worked on at once."""
_RUNS = 1 << 13
"""Runs whose voxels are listed at once."""
_THREADS = 2
Kind = Literal["voxel", "surfel", "border"]
KINDS: Final[tuple[Kind, ...]] = ("voxel", "surfel", "border")
"""What distances lead from; the longest work first."""
_In = TypeVar("_In")
_Out = TypeVar("_Out")

Surfels = tuple[Flat, Floats]


@dataclass(frozen=True, eq=False)
class Side:
    """One mask of a pair, on its grid with room around it."""

    runs: Runs
    grid: Grid

    @lazy
    def count(self) -> int:
        """Number of voxels."""
        return self.runs.count

    def voxels(self) -> Iterator[Flat]:
        """The flat index of every voxel, rising, in parts: a large mask has many."""
        runs = self.runs
        for at in range(0, len(runs.starts), _RUNS):
            some = slice(at, at + _RUNS)
            yield Runs(runs.starts[some], runs.stops[some], runs.labels[some], runs.shape).voxels()

    @lazy
    def dense(self) -> NDArray[np.bool_]:
        """True at the voxels, flat; with a word more, for what comes after the last of the grid."""
        dense = np.zeros(self.grid.size + WORD, dtype=np.bool_)
        for voxels in self.voxels():
            dense[voxels] = True
        return dense

    @lazy
    def border(self) -> Flat:
        """Voxels with a neighbour along an axis outside the mask; so is what the array ends at."""
        where = _words_met(self.runs.starts, self.runs.stops)
        own = self._words[where]
        inner = own & self._before(where) & self._after(where)
        for step in self._word_steps[: self.grid.axes - 1]:
            inner &= self._words[where - step]
            inner &= self._words[where + step]
        return bytes_of_words(where, own ^ inner)

    def cells(self) -> tuple[Flat, NDArray[np.uint8]]:
        """Cells that the surface crosses, by their lower corner's voxel, and their codes.

        Such a cell has an edge between an inner and an outer corner, so that it touches a border
        voxel.
        """
        row, slab = self._word_steps
        steps = [b * row + c * slab for b, c in product((0, 1), repeat=2)]
        touched = np.zeros(self.grid.size // WORD, dtype=np.bool_)
        for corner in (self.border, self.border - 1):
            border = _words_met(corner, corner + 1)
            for step in steps:
                touched[border - step] = True
        where = np.flatnonzero(touched)
        # A byte of a word is a cell, a bit of the byte one of its corners.
        codes = np.zeros(where.size, dtype=_WORDS)
        for corners in (self._words.__getitem__, self._after):
            for step in steps:
                codes <<= 1
                codes |= corners(where + step)
        cells, of_cell = bytes_of_words(where, codes), codes.view(np.uint8)
        of_cell = of_cell[of_cell != 0]
        crossed = of_cell != _FULL
        return cells[crossed], of_cell[crossed]

    @lazy
    def _words(self) -> Words:
        return self.dense.view(_WORDS)

    @property
    def _word_steps(self) -> tuple[int, int]:
        """From a word to that of the next row, and of the next slab."""
        _, row, slab = (self.grid.strides // WORD).tolist()
        return row, slab

    def _before(self, where: Flat) -> Words:
        """Words whose every voxel is the one before, along i."""
        return (self._words[where] << _BYTE) | (self._words[where - 1] >> _ALL_BUT_A_BYTE)

    def _after(self, where: Flat) -> Words:
        return (self._words[where] >> _BYTE) | (self._words[where + 1] << _ALL_BUT_A_BYTE)


def _words_met(starts: Flat, stops: Flat) -> Flat:
    """The words that stretches of voxels meet, which rise, as the words do."""
    first = starts // WORD
    many = (stops - 1) // WORD - first + 1
    words = np.repeat(first - np.cumsum(many) + many, many) + np.arange(many.sum())
    new = np.ones(words.size, dtype=np.bool_)
    np.not_equal(words[1:], words[:-1], out=new[1:])
    return words[new]


@dataclass(frozen=True, eq=False)
class Pair:
    """A reference and a prediction on one grid; ``a`` is the reference's side."""

    a: Side
    b: Side
    grid: Grid

    @classmethod
    def of(cls, reference: ArrayLike, prediction: ArrayLike, spacing_mm: Sequence[float]) -> Pair:
        """Crop both masks, (i, j, k) or (i, j), to what either fills, with room for the probes.

        Raises ArgumentError for arrays that are no masks of one such shape, and for a spacing that
        is not a finite length over 0 for every axis.
        """
        ours, theirs = labels_of(reference, prediction, (2, 3))
        axes = ours.ndim
        steps = spacing_of(spacing_mm, axes)
        if axes == 2:
            ours, theirs = ours[:, :, None], theirs[:, :, None]
        i, j, k = (*steps, max(steps))[:3]
        runs = _both(Runs.of, (ours, theirs), ours.size)
        return cls.of_runs(*runs, (i, j, k), axes)

    @classmethod
    def of_runs(
        cls, reference: Runs, prediction: Runs, spacing_mm: SpacingMm, axes: int = 3
    ) -> Pair:
        """The same of sparse masks of one grid (i, j, k), whatever their labels."""
        room = padding(spacing_mm)
        low, size = shared_box(reference, prediction)
        first = (low[0] - room[0], low[1] - room[1], low[2] - room[2])
        grid = Grid.around(size, room, spacing_mm, axes)

        def placed(runs: Runs) -> Side:
            return Side(moved(runs, first, grid.shape), grid)

        return cls(*_both(placed, (reference, prediction), grid.size), grid)

    @lazy
    def borders(self) -> tuple[Flat, Flat]:
        """Border voxels of the reference and of the prediction."""
        return _both(attrgetter("border"), (self.a, self.b), self.grid.size)

    @lazy
    def surfels(self) -> tuple[Surfels, Surfels]:
        """Cells that either surface crosses and the areas in them, in mm2."""
        return _both(self._surfels_of, (self.a, self.b), self.grid.size)

    @property
    def borders_mm(self) -> tuple[Floats, Floats]:
        """Distances of border voxels: the reference's to the prediction's, and back."""
        return self._border_from_a, self._border_from_b

    @property
    def surfels_mm(self) -> tuple[Floats, Floats]:
        """Distances of surface elements: the reference's to the prediction's, and back."""
        return self._surfel_from_a, self._surfel_from_b

    @property
    def voxels_mm(self) -> tuple[Floats, Floats]:
        """Distances over 0 of voxels of one mask to the other mask: a to b, and b to a."""
        return self._voxel_from_a, self._voxel_from_b

    def work_out(self, kinds: Collection[Kind]) -> None:
        """Find distances of some kinds, several at a time where there are many voxels."""
        names = [f"_{kind}_from_{side}" for kind in KINDS if kind in kinds for side in "ab"]
        if self.grid.size < _LARGE or len(names) < 2:
            return
        _ = self._border_targets
        if "surfel" in kinds:
            _ = self.surfels
        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(self.__getattribute__, names))

    def _surfels_of(self, side: Side) -> Surfels:
        where, codes = side.cells()
        return where, surfel_areas_mm2(self.grid.spacing_mm)[codes]

    @lazy
    def _border_targets(self) -> tuple[Target, Target]:
        a, b = self.borders
        return Target(a, self.grid), Target(b, self.grid)

    @lazy
    def _border_from_a(self) -> Floats:
        found = vars(self).get("_outside_a")
        return _with_known(self.borders[0], self.b, self._border_targets[1], found)

    @lazy
    def _border_from_b(self) -> Floats:
        found = vars(self).get("_outside_b")
        return _with_known(self.borders[1], self.a, self._border_targets[0], found)

    @lazy
    def _surfel_from_a(self) -> Floats:
        return nearest_mm(self.surfels[0][0], self.surfels[1][0], self.grid)

    @lazy
    def _surfel_from_b(self) -> Floats:
        return nearest_mm(self.surfels[1][0], self.surfels[0][0], self.grid)

    @property
    def _voxel_from_a(self) -> Floats:
        return self._outside_a[1]

    @property
    def _voxel_from_b(self) -> Floats:
        return self._outside_b[1]

    @lazy
    def _outside_a(self) -> tuple[Flat, Floats]:
        """The reference's voxels outside the prediction, and how far from it each is."""
        where = _only(self.a, self.b)
        return where, self._border_targets[1].nearest_mm(where)

    @lazy
    def _outside_b(self) -> tuple[Flat, Floats]:
        where = _only(self.b, self.a)
        return where, self._border_targets[0].nearest_mm(where)


def _with_known(
    start: Flat, other: Side, target: Target, found: tuple[Flat, Floats] | None
) -> Floats:
    """Distances of border voxels to ``target``; ``found`` has those of voxels outside ``other``."""
    if found is None:
        return target.nearest_mm(start)
    inside = other.dense[start]
    out = np.empty(start.size)
    out[inside] = target.nearest_mm(start[inside])
    where, mm = found
    out[~inside] = mm[np.searchsorted(where, start[~inside])]
    return out


def _only(one: Side, other: Side) -> Flat:
    """Voxels of one mask that are not in the other."""
    found = [voxels[~other.dense[voxels]] for voxels in one.voxels()]
    return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)


def _both(work: Callable[[_In], _Out], sides: tuple[_In, _In], size: int) -> tuple[_Out, _Out]:
    """The work of both sides, at the same time where there are many voxels."""
    if size < _LARGE:
        return work(sides[0]), work(sides[1])
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(work, sides[0])
        second = work(sides[1])
        return waiting.result(), second
