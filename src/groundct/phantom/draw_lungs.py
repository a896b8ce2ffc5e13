"""What fills the lungs: 18 segments, arteries and veins, bronchi."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from groundct.phantom.canvas import Canvas
from groundct.phantom.labels import LABEL, LUNG_LABELS
from groundct.phantom.spec import LOBES
from groundct.phantom.tubes import Tube, grow_tree, paint_soft
from groundct.vocabulary.segments import segments

Point = tuple[float, float, float]

SEGMENT_CENTRES: dict[str, Point] = {
    "RS1": (52, -26, 112),
    "RS2": (82, -60, 62),
    "RS3": (78, 32, 34),
    "RS4": (108, 22, -38),
    "RS5": (60, 58, -36),
    "RS6": (74, -66, 22),
    "RS7": (40, -34, -62),
    "RS8": (98, -4, -72),
    "RS9": (118, -40, -76),
    "RS10": (64, -72, -84),
    "LS1+2": (-56, -36, 96),
    "LS3": (-78, 34, 48),
    "LS4": (-104, 30, 2),
    "LS5": (-96, 48, -46),
    "LS6": (-72, -66, 26),
    "LS7+8": (-80, -12, -70),
    "LS9": (-118, -40, -76),
    "LS10": (-62, -72, -86),
}
"""Body mm; a voxel belongs to the nearest centre of its own lobe."""

_ARTERY_ROOT: dict[str, Point] = {"right": (40, -20, -4), "left": (-46, -34, 4)}
_VEIN_ROOT: dict[str, Point] = {"right": (24, -8, -24), "left": (-44, -12, -26)}
_BRONCHUS_ROOT: dict[str, Point] = {
    "right lung upper lobe": (38, -26, 12),
    "right lung middle lobe": (39, -21, -34),
    "right lung lower lobe": (37, -38, -42),
    "left lung upper lobe": (-47, -20, 1),
    "left lung lower lobe": (-44, -41, -28),
}


def draw_segments(canvas: Canvas) -> NDArray[np.uint8]:
    """The 18 segments, 1..18 in the vocabulary's order, as an array like the labels."""
    out = np.zeros(canvas.labels.shape, dtype=np.uint8)
    x, y, z = canvas.axes
    for lobe in LOBES:
        own = [(n, s) for n, s in enumerate(segments(), start=1) if s.lobe == lobe]
        numbers = np.array([number for number, _ in own], dtype=np.uint8)
        for k in range(len(out)):
            j, i = np.nonzero(canvas.labels[k] == LABEL[lobe])
            if not j.size:
                continue
            gaps = [
                (x[i] - a) ** 2 + (y[j] - b) ** 2 + (z[k] - c) ** 2
                for a, b, c in (SEGMENT_CENTRES[s.segment_id] for _, s in own)
            ]
            out[k, j, i] = numbers[np.argmin(gaps, axis=0)]
    return out


def draw_vessels_and_bronchi(canvas: Canvas, generator: np.random.Generator) -> tuple[Tube, ...]:
    """Trees of arteries, veins and bronchi in every lobe; returns the bronchi (their lumina)."""
    smallest = max(0.36, 0.16 * canvas.step)
    bronchi: list[Tube] = []
    for lobe in LOBES:
        side = lobe.split()[0]
        inside = _points(canvas, lobe)
        if len(inside) < 20:
            continue
        share = 0.6 if "middle" in lobe else 1.0
        for root, count, radius in (
            (_ARTERY_ROOT[side], 420, 5.4),
            (_VEIN_ROOT[side], 360, 5.0),
        ):
            targets = _chosen(inside, int(count * share), generator)
            tubes = grow_tree(root, targets, radius * share**0.4, generator, smallest)
            paint_soft(canvas, tubes, 45, LUNG_LABELS)
        targets = _chosen(inside, int(46 * share), generator)
        bronchi += grow_tree(_BRONCHUS_ROOT[lobe], targets, 3.4, generator, 0.7)
    # Walls first, all of them, then all lumina: forks stay open.
    seen = [tube for tube in bronchi if tube.start_mm > 0.3 * canvas.step]
    paint_soft(canvas, (t.widened(1.0, 0.25 + 0.22 * t.start_mm) for t in seen), -60, LUNG_LABELS)
    paint_soft(canvas, seen, -980, LUNG_LABELS, darker=True)
    return tuple(bronchi)


def _points(canvas: Canvas, lobe: str) -> NDArray[np.float64]:
    """Places of a lobe on a coarse lattice, body mm, (n, 3)."""
    x, y, z = canvas.axes
    strides = [max(1, round(4.0 / float(axis[1] - axis[0]))) for axis in (z, y, x)]
    a, b, c = strides
    k, j, i = np.nonzero(canvas.labels[::a, ::b, ::c] == LABEL[lobe])
    return np.column_stack([x[i * c], y[j * b], z[k * a]]).astype(np.float64)


def _chosen(
    points: NDArray[np.float64], count: int, generator: np.random.Generator
) -> NDArray[np.float64]:
    picked = generator.choice(len(points), size=min(count, len(points)), replace=False)
    return points[picked] + generator.uniform(-1.5, 1.5, size=(len(picked), 3))
