"""The stages of hu that bones and wall need, timed."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from groundct.anatomy._hu.airway.airways import find_airways
from groundct.anatomy._hu.bone.ribs import find_bones
from groundct.anatomy._hu.bone.spine import find_spine
from groundct.anatomy._hu.chest import find_chest
from groundct.anatomy._hu.grid import Working, working
from groundct.anatomy._hu.lung.lungs import find_lungs
from groundct.anatomy._hu.paint import paint
from groundct.anatomy._hu.scene import Scene
from groundct.anatomy._hu.wall.body import find_body
from groundct.anatomy._hu.wall.wall import find_wall
from groundct.core.volume import LabelMap, Volume


@dataclass(frozen=True, eq=False)
class Found:
    """Bones and wall of a scan; times are seconds of CPU."""

    volume: Volume
    grid: Working
    scene: Scene
    labels: LabelMap
    bones_s: float
    wall_s: float
    paint_s: float


def find(volume: Volume) -> Found | None:
    """Bones and wall; None where no body, lung or spine is found."""
    grid = working(volume)
    body = find_body(grid)
    if body is None:
        return None
    airways = find_airways(grid, body)
    spine = find_spine(grid, body)
    lungs = find_lungs(grid, body, airways, spine)
    if lungs is None or spine is None:
        return None
    chest = find_chest(grid, lungs.both, lungs.right if lungs.right is not None else lungs.both)
    carina_k = airways.carina[2] if airways is not None and airways.carina_in_view else None
    times = [time.process_time()]
    bones = find_bones(grid, body, lungs.both, chest, spine, carina_k)
    times.append(time.process_time())
    scene = Scene(grid, body, airways, lungs, spine, chest, bones)
    wall = find_wall(scene)
    times.append(time.process_time())
    labels = paint(grid, (*bones.structures, *wall))
    times.append(time.process_time())
    steps = [b - a for a, b in pairwise(times)]
    return Found(volume, grid, scene, labels, steps[0], steps[1], steps[2])


def numbers() -> Iterable[tuple[str, tuple[str, str, str]]]:
    """Every level from C1 to L5: its short name, its vertebra and its ribs by name."""
    for part, letter, count in (("cervical", "C", 7), ("thoracic", "T", 12), ("lumbar", "L", 5)):
        for n in range(1, count + 1):
            vertebra = f"{part} vertebrae {n} ({letter.lower()}{n})"
            ribs = (f"left rib {n}", f"right rib {n}") if letter == "T" else ("", "")
            yield f"{letter}{n}", (vertebra, *ribs)
