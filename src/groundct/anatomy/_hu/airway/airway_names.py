"""Which line of the airway's graph is which bronchus, by where its branches go.

The main bronchi part to the two sides. On the right the upper lobe's bronchus leaves first, to the
side and the head; the stem goes on as the bronchus intermedius until the middle lobe's leaves to
the front. On the left one branch goes to the front and the head, the other on downwards.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundct.anatomy._hu.airway import airway_tree as names
from groundct.anatomy._hu.airway.airway_graph import SHELL_MM, Line, Shells

MAIN_MM = 12.0
"""Each side of the carina holds at least so much tree."""
APART_MM = 12.0
UPPER_MM = (5.0, 50.0)
"""How far below the carina the right upper lobe's bronchus leaves."""
LEFT_MM = (18.0, 80.0)
INTERMEDIUS_MM = (6.0, 45.0)
RIGHT_USUAL_MM = 18.0
LEFT_USUAL_MM = 42.0
INTERMEDIUS_USUAL_MM = 22.0
"""How long the main bronchi and the bronchus intermedius are where their fork was not seen."""

LOWER_MM = 24.0
"""A lower lobe's bronchus is named so far; beyond are its segments'."""
STEMS = (
    names.RIGHT_MAIN,
    names.INTERMEDIUS,
    names.RIGHT_LOWER,
    names.LEFT_MAIN,
    names.LEFT_LOWER,
)
Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Named:
    """Lines of the tree by name, and the fork of the main bronchi in voxels.

    ``lobes`` holds the lines with which each lobe's part of the tree begins, ``guessed`` the names
    of bronchi that end where they usually do because their fork was not seen.
    """

    lines: dict[str, list[Line]]
    lobes: dict[str, list[Line]]
    carina: Vector
    guessed: frozenset[str]

    def forks(self) -> list[tuple[Line, Line, Line]]:
        """Where a lobe's bronchus leaves: the stem before and after, and the branch."""
        stems = [line for name in STEMS for line in self.lines.get(name, [])]
        out = []
        for before in stems:
            after = [line for line in before.children if line in stems]
            sides = [line for line in before.children if line not in stems]
            out += [(before, after[0], side) for side in sides if after]
        return out


def subtree(line: Line) -> list[Line]:
    """The line and all beyond it."""
    out, waiting = [], [line]
    while waiting:
        one = waiting.pop()
        out.append(one)
        waiting += one.children
    return out


@dataclass(frozen=True, eq=False)
class _View:
    """The tree in mm."""

    place_mm: Vector

    def mean(self, line: Line) -> Vector:
        """The mean place of a line and all beyond it."""
        at = [s for one in subtree(line) for s in one.shells]
        return np.asarray(self.place_mm[at].mean(axis=0))

    def length(self, line: Line) -> float:
        """Of a line and all beyond it."""
        return SHELL_MM * sum(len(one.shells) for one in subtree(line))

    def toward(self, stem: Line, line: Line) -> Vector:
        """From the end of a stem's line to the mean place of a branch and all beyond, in mm."""
        return np.asarray(self.mean(line) - self.place_mm[stem.shells[-1]])

    def lowest(self, line: Line) -> float:
        """How far towards the feet a line and all beyond it reach."""
        return min(float(self.place_mm[s, 2]) for one in subtree(line) for s in one.shells)


def named(tree: Shells, first: Line, spacing_mm: tuple[float, float, float]) -> Named | None:
    """The bronchi that can be told; None when no fork parts the tree to two sides."""
    view = _View(tree.centre * np.array(spacing_mm))
    fork = _carina(view, first)
    if fork is None:
        return None
    trachea, left, right = fork
    lines: dict[str, list[Line]] = {names.TRACHEA: trachea}
    lobes: dict[str, list[Line]] = {}
    ends = tree.centre[[left.shells[0], right.shells[0]]]
    guessed = _name_right(view, right, lines, lobes) | _name_left(view, left, lines, lobes)
    return Named(lines, lobes, np.asarray(ends.mean(axis=0)), guessed)


def _carina(view: _View, first: Line) -> tuple[list[Line], Line, Line] | None:
    """The trachea's lines, the left and the right main bronchus."""
    trachea, line = [first], first
    while line.children:
        order = sorted(line.children, key=view.length)
        if len(order) > 1:
            one, other = order[-1], order[-2]
            left, right = sorted((one, other), key=lambda c: float(view.mean(c)[0]))
            apart = float(view.mean(right)[0] - view.mean(left)[0])
            if min(view.length(left), view.length(right)) >= MAIN_MM and apart >= APART_MM:
                return trachea, left, right
        line = order[-1]
        trachea.append(line)
    return None


def _stem(view: _View, start: Line) -> list[Line]:
    """From a main bronchus down to the lower lobe: at each fork the way that leads lowest."""
    out = [start]
    while out[-1].children:
        out.append(min(out[-1].children, key=lambda c: _rise(view, out[-1], c)))
    return out


def _rise(view: _View, stem: Line, line: Line) -> float:
    """Low for what goes to the feet and the back, as a lower lobe's bronchi do."""
    return view.lowest(line) + 0.7 * float(view.toward(stem, line)[1])


def _sides(stem: list[Line], at: int) -> list[Line]:
    """The branches that leave where the stem's line ``at`` ends."""
    return [c for c in stem[at].children if at + 1 >= len(stem) or c is not stem[at + 1]]


def _run_mm(stem: list[Line]) -> list[float]:
    """How far from the carina each line of the stem ends."""
    return list(np.cumsum([SHELL_MM * len(line.shells) for line in stem]))


def _name_right(
    view: _View, right: Line, lines: dict[str, list[Line]], lobes: dict[str, list[Line]]
) -> frozenset[str]:
    stem = _stem(view, right)
    run = _run_mm(stem)
    at = _upper(view, stem, run)
    if at is None:
        lines[names.RIGHT_MAIN] = stem[: split(stem, RIGHT_USUAL_MM) + 1]
        return frozenset([names.RIGHT_MAIN])
    lines[names.RIGHT_MAIN] = stem[: at + 1]
    lobes[names.RIGHT_UPPER] = lines[names.RIGHT_UPPER] = _widest(view, _sides(stem, at))
    below = stem[at + 1 :]
    if not below:
        return frozenset()
    middle = _middle(view, below)
    if middle is not None:
        lines[names.INTERMEDIUS] = below[: middle[0] + 1]
        lobes[names.RIGHT_MIDDLE] = lines[names.RIGHT_MIDDLE] = [middle[1]]
        _name_lower(below, middle[0], names.RIGHT_LOWER, lines, lobes)
        return frozenset()
    last = split(below, INTERMEDIUS_USUAL_MM)
    lines[names.INTERMEDIUS] = below[: last + 1]
    if INTERMEDIUS_MM[1] < _run_mm(below)[-1]:
        _name_lower(below, last, names.RIGHT_LOWER, lines, lobes)
    return frozenset([names.INTERMEDIUS, names.RIGHT_LOWER])


def split(stem: list[Line], far_mm: float) -> int:
    """Which line of a stem ends ``far_mm`` on; a long one is split there into two."""
    run = _run_mm(stem)
    for at, end in enumerate(run):
        if end <= far_mm and at + 1 < len(run):
            continue
        line = stem[at]
        keep = round((far_mm - (run[at - 1] if at else 0.0)) / SHELL_MM)
        if 2 <= keep <= len(line.shells) - 2:
            beyond = Line(line.shells[keep:], line.children)
            line.shells, line.children = line.shells[:keep], [beyond]
            stem.insert(at + 1, beyond)
        return at
    return len(stem) - 1


def _widest(view: _View, sides: list[Line]) -> list[Line]:
    """The branches of one fork that are at least half as long, with all beyond, as the longest."""
    longest = max(view.length(side) for side in sides)
    return [side for side in sides if view.length(side) >= 0.5 * longest]


def _upper(view: _View, stem: list[Line], run: list[float]) -> int | None:
    """The line of the stem at whose end the right upper lobe's bronchus leaves."""
    for at, far in enumerate(run):
        if not UPPER_MM[0] <= far <= UPPER_MM[1]:
            continue
        for side in _sides(stem, at):
            toward = view.toward(stem[at], side)
            if toward[2] > -8 and toward[0] > 0 and view.length(side) >= 10:
                return at
    return None


def _middle(view: _View, below: list[Line]) -> tuple[int, Line] | None:
    """Where the middle lobe's bronchus leaves, and its line: to the front of the stem."""
    for at, far in enumerate(_run_mm(below)):
        if not INTERMEDIUS_MM[0] <= far <= INTERMEDIUS_MM[1]:
            continue
        for side in _sides(below, at):
            toward = view.toward(below[at], side)
            onward = view.toward(below[at], below[at + 1]) if at + 1 < len(below) else np.zeros(3)
            if toward[1] > 4 and toward[1] - onward[1] > 6 and view.length(side) >= 8:
                return at, side
    return None


def _name_left(
    view: _View, left: Line, lines: dict[str, list[Line]], lobes: dict[str, list[Line]]
) -> frozenset[str]:
    stem = _stem(view, left)
    for at, far in enumerate(_run_mm(stem)):
        if not LEFT_MM[0] <= far <= LEFT_MM[1] or at + 1 == len(stem):
            continue
        onward = view.toward(stem[at], stem[at + 1])
        upper = []
        for side in _sides(stem, at):
            toward = view.toward(stem[at], side)
            higher = toward[1] > onward[1] + 3 and toward[2] > onward[2] + 3
            if higher and view.length(side) >= 8:
                upper.append(side)
        if upper and sum(view.length(side) for side in upper) >= 10:
            lines[names.LEFT_MAIN] = stem[: at + 1]
            lobes[names.LEFT_UPPER] = lines[names.LEFT_UPPER] = upper
            _name_lower(stem, at, names.LEFT_LOWER, lines, lobes)
            return frozenset()
    lines[names.LEFT_MAIN] = stem[: split(stem, LEFT_USUAL_MM) + 1]
    return frozenset([names.LEFT_MAIN])


def _name_lower(
    stem: list[Line],
    at: int,
    name: str,
    lines: dict[str, list[Line]],
    lobes: dict[str, list[Line]],
) -> None:
    """What follows on the stem; its other branches belong to the lobe too."""
    own = stem[at + 1 :]
    if own:
        lobes[name] = [own[0]]
        lines[name] = own[: split(own, LOWER_MM) + 1]
