"""Trees that fill a lobe: each fork halves the places that are still to be reached."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from groundct.phantom.tubes import Points, Tube

_LONG_MM = 11.0


def grow_tree(
    root: ArrayLike,
    targets: Points,
    radii_mm: tuple[float, float],
    generator: np.random.Generator,
) -> list[Tube]:
    """A branching tree from ``root`` towards target points (n, 3) in the parenchyma.

    Targets are halved across their longest axis at each fork; radii follow Murray's law. Long
    pieces are bent. ``radii_mm`` are the first radius, and the least that is still drawn.
    """
    tubes: list[Tube] = []
    stack = [(np.asarray(root, dtype=np.float64), targets, radii_mm[0])]
    while stack:
        start, group, radius = stack.pop()
        if radius < radii_mm[1] or len(group) == 0:
            continue
        middle = group.mean(axis=0)
        share = 0.9 if len(group) == 1 else 0.45
        end = start + (middle - start) * share
        length = float(np.linalg.norm(end - start))
        end = end + generator.normal(size=3) * 0.06 * length
        last = radius * (0.7 if len(group) == 1 else 0.92)
        tubes += _bent(start, end, (radius, last), generator)
        if len(group) == 1:
            continue
        spread = group - middle
        _, axes = np.linalg.eigh(spread.T @ spread)
        order = np.argsort(spread @ axes[:, -1], kind="stable")
        cut = max(1, round(len(group) * float(generator.uniform(0.3, 0.7))))
        for part in (order[:cut], order[cut:]):
            stack.append((end, group[part], radius * (len(part) / len(group)) ** (1 / 2.7)))
    return tubes


def _bent(
    start: Points, end: Points, radii_mm: tuple[float, float], generator: np.random.Generator
) -> list[Tube]:
    length = float(np.linalg.norm(end - start))
    first, last = radii_mm
    if length < _LONG_MM:
        return [Tube(start, end, first, last)]
    between = (start + end) / 2 + generator.normal(size=3) * 0.07 * length
    half = (first + last) / 2
    return [Tube(start, between, first, half), Tube(between, end, half, last)]
