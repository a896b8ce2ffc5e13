"""Which line of the airway's graph is which bronchus, by where its branches go.

The main bronchi part to the two sides. On the right the upper lobe's bronchus leaves first, to the
side and the head; the stem goes on as the bronchus intermedius until the middle lobe's leaves to
the front. On the left one branch goes to the front and the head, the other on downwards.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundct.anatomy._hu import airway_tree as names
from groundct.anatomy._hu.airway_graph import SHELL_MM, Line, Shells

MAIN_MM = 20.0
"""Each side of the carina holds at least so much tree."""
APART_MM = 12.0
UPPER_MM = (5.0, 50.0)
"""How far below the carina the right upper lobe's bronchus leaves."""
LEFT_MM = (18.0, 80.0)
INTERMEDIUS_MM = (6.0, 45.0)
LOWER_MM = 30.0
"""A lower lobe's bronchus is named so far; beyond are its segments'."""
Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Named:
    """Lines of the tree by name, and the fork of the main bronchi in voxels."""

    lines: dict[str, list[Line]]
    lobes: dict[str, list[Line]]
    carina: Vector


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

    def start(self, line: Line) -> Vector:
        """Where a line leaves its fork."""
        return np.asarray(self.place_mm[line.shells[0]])

    def toward(self, line: Line) -> Vector:
        """From where a line leaves to the mean place of it and all beyond, in mm."""
        return self.mean(line) - self.start(line)

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
    _name_right(view, right, lines, lobes)
    _name_left(view, left, lines, lobes)
    ends = tree.centre[[left.shells[0], right.shells[0]]]
    return Named(lines, lobes, np.asarray(ends.mean(axis=0)))


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
        out.append(min(out[-1].children, key=lambda c: _rise(view, c)))
    return out


def _rise(view: _View, line: Line) -> float:
    """Low for what goes to the feet and the back, as a lower lobe's bronchi do."""
    forward = float(view.toward(line)[1])
    return view.lowest(line) + 0.7 * forward


def _sides(stem: list[Line], at: int) -> list[Line]:
    """The branches that leave where the stem's line ``at`` ends."""
    return [c for c in stem[at].children if at + 1 >= len(stem) or c is not stem[at + 1]]


def _run_mm(stem: list[Line]) -> list[float]:
    """How far from the carina each line of the stem ends."""
    return list(np.cumsum([SHELL_MM * len(line.shells) for line in stem]))


def _name_right(
    view: _View, right: Line, lines: dict[str, list[Line]], lobes: dict[str, list[Line]]
) -> None:
    stem = _stem(view, right)
    run = _run_mm(stem)
    upper = _upper(view, stem, run)
    if upper is None:
        return
    lines[names.RIGHT_MAIN] = stem[: upper[0] + 1]
    lines[names.RIGHT_UPPER] = [upper[1]]
    lobes[names.RIGHT_UPPER] = [upper[1]]
    after = upper[0] + 1
    middle = _middle(view, stem, run, upper[0])
    if middle is None:
        if after < len(stem):
            lines[names.INTERMEDIUS] = [stem[after]]
        return
    lines[names.INTERMEDIUS] = stem[after : middle[0] + 1]
    lines[names.RIGHT_MIDDLE] = [middle[1]]
    lobes[names.RIGHT_MIDDLE] = [middle[1]]
    _name_lower(stem, middle[0], names.RIGHT_LOWER, lines, lobes)


def _upper(view: _View, stem: list[Line], run: list[float]) -> tuple[int, Line] | None:
    """Where the right upper lobe's bronchus leaves, and its line."""
    for at, far in enumerate(run):
        if not UPPER_MM[0] <= far <= UPPER_MM[1]:
            continue
        for side in _sides(stem, at):
            toward = view.toward(side)
            if toward[2] > -8 and toward[0] > 0 and view.length(side) >= 10:
                return at, side
    return None


def _middle(view: _View, stem: list[Line], run: list[float], upper: int) -> tuple[int, Line] | None:
    """Where the middle lobe's bronchus leaves, and its line: to the front of the stem."""
    for at in range(upper + 1, len(stem)):
        far = run[at] - run[upper]
        if not INTERMEDIUS_MM[0] <= far <= INTERMEDIUS_MM[1]:
            continue
        for side in _sides(stem, at):
            toward = view.toward(side)
            onward = view.toward(stem[at + 1]) if at + 1 < len(stem) else np.zeros(3)
            if toward[1] > 4 and toward[1] - onward[1] > 5 and view.length(side) >= 8:
                return at, side
    return None


def _name_left(
    view: _View, left: Line, lines: dict[str, list[Line]], lobes: dict[str, list[Line]]
) -> None:
    stem = _stem(view, left)
    for at, far in enumerate(_run_mm(stem)):
        if not LEFT_MM[0] <= far <= LEFT_MM[1]:
            continue
        for side in _sides(stem, at):
            toward = view.toward(side)
            onward = view.toward(stem[at + 1])
            if view.length(side) >= 10 and toward[1] > onward[1] + 3 and toward[2] > onward[2]:
                lines[names.LEFT_MAIN] = stem[: at + 1]
                lines[names.LEFT_UPPER] = [side]
                lobes[names.LEFT_UPPER] = [side]
                _name_lower(stem, at, names.LEFT_LOWER, lines, lobes)
                return


def _name_lower(
    stem: list[Line],
    at: int,
    name: str,
    lines: dict[str, list[Line]],
    lobes: dict[str, list[Line]],
) -> None:
    """What follows on the stem, and every branch but those that were named before."""
    if at + 1 >= len(stem):
        return
    far, own = 0.0, []
    for line in stem[at + 1 :]:
        if own and far + SHELL_MM * len(line.shells) > LOWER_MM:
            break
        own.append(line)
        far += SHELL_MM * len(line.shells)
    lines[name] = own
    lobes[name] = [stem[at + 1]]
