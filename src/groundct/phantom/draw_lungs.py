"""What fills the lungs: 18 segments, arteries beside bronchi, and veins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundct.phantom.canvas import Canvas
from groundct.phantom.labels import LABEL, LUNG_LABELS, OVERLAY
from groundct.phantom.spec import LOBES
from groundct.phantom.trees import grow_tree
from groundct.phantom.tubes import Paint, Points, Tube, paint_soft
from groundct.phantom.warp import Warp
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
_BLOOD_HU = 45
_LUMEN = 0.74
"""A bronchus' lumen beside its artery, as a share of the artery's radius."""
_LEAST_LUMEN_MM = 0.65


@dataclass(frozen=True)
class Filling:
    """How much fills a lung: branches a lobe, the HU that contrast adds to arteries and veins."""

    branches: int
    artery_hu: int = 0
    vein_hu: int = 0


def draw_segments(canvas: Canvas, warp: Warp) -> NDArray[np.uint8]:
    """The 18 segments, 1..18 in the vocabulary's order, as an array like the labels."""
    out = np.zeros(canvas.labels.shape, dtype=np.uint8)
    x, y, z = canvas.axes
    for lobe in LOBES:
        own = [(n, s) for n, s in enumerate(segments(), start=1) if s.lobe == lobe]
        numbers = np.array([number for number, _ in own], dtype=np.uint8)
        centres = warp.moved([SEGMENT_CENTRES[s.segment_id] for _, s in own]).astype(np.float32)
        for k in range(len(out)):
            j, i = np.nonzero(canvas.labels[k] == LABEL[lobe])
            if not j.size:
                continue
            gaps = [(x[i] - a) ** 2 + (y[j] - b) ** 2 + (z[k] - c) ** 2 for a, b, c in centres]
            out[k, j, i] = numbers[np.argmin(gaps, axis=0)]
    return out


def draw_vessels_and_bronchi(
    canvas: Canvas, warp: Warp, filling: Filling, generator: np.random.Generator
) -> tuple[Tube, ...]:
    """Trees of arteries, veins and bronchi in every lobe; returns the bronchi (their lumina).

    Bronchi run beside the arteries down to lumina of 0.65 mm; veins have trees of their own.
    """
    smallest = max(0.36, 0.16 * canvas.step)
    bronchi: list[Tube] = []
    blood = _BLOOD_HU + filling.artery_hu, _BLOOD_HU + filling.vein_hu
    for lobe in LOBES:
        side = lobe.split()[0]
        inside = _points(canvas, lobe)
        if len(inside) < 20:
            continue
        share = 0.6 if "middle" in lobe else 1.0
        roots = warp.moved([_ARTERY_ROOT[side], _VEIN_ROOT[side], _BRONCHUS_ROOT[lobe]])
        count = int(filling.branches * share)
        thick = 4.8 * share**0.4
        arteries = grow_tree(
            roots[0], _chosen(inside, count, generator), (thick, smallest), generator
        )
        veins = grow_tree(
            roots[1], _chosen(inside, count, generator), (0.95 * thick, smallest), generator
        )
        for tubes, hu, name in ((arteries, blood[0], "artery"), (veins, blood[1], "vein")):
            paint_soft(canvas, tubes, Paint(hu, LUNG_LABELS, OVERLAY[name]))
        bronchi += _beside(arteries, roots[0], roots[2])
    # Walls first, all of them, then all lumina: forks stay open.
    seen = [tube for tube in bronchi if tube.start_mm > 0.3 * canvas.step]
    walls = (t.widened(1.0, 0.28 + 0.16 * t.start_mm) for t in seen)
    paint_soft(canvas, walls, Paint(-40, LUNG_LABELS, OVERLAY["airway wall"]))
    lumen = Paint(-985, LUNG_LABELS, OVERLAY["airway lumen"], darker=True)
    paint_soft(canvas, seen, lumen)
    return tuple(bronchi)


def _beside(arteries: list[Tube], artery_root: Points, bronchus_root: Points) -> list[Tube]:
    """The bronchi that go with the larger arteries of a lobe, from the lobar bronchus on."""
    way = bronchus_root - artery_root
    gap = max(float(np.linalg.norm(way)), 1e-3)
    unit = way / gap

    def moved(place: Points) -> Points:
        away = float(np.linalg.norm(place - artery_root))
        return np.asarray(place + unit * (2.3 + max(0.0, gap - 2.3) * np.exp(-away / 20.0)))

    return [
        Tube(moved(t.start), moved(t.end), t.start_mm * _LUMEN, t.end_mm * _LUMEN)
        for t in arteries
        if t.start_mm * _LUMEN >= _LEAST_LUMEN_MM
    ]


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
