"""Metrics of masks: exact against all pairs of voxels, and unchanged by what must not matter.

Every sample is a pair of small random masks with random spacing. Distances are held against every
pair of border voxels (within 1e-9 mm); Dice, hits, components, instances and what is matched, by
the official rules or others, against fractions; every eighth sample also goes through the laws:
swapped, flipped, turned, padded, with labels renumbered.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np

from fuzz._brute import distances_mm
from fuzz._findings import score_exactly, score_laws
from fuzz._laws import require
from groundct.core.geometry import Geometry
from groundct.core.volume import LabelMap, Segment
from groundct.metrics.organs import organ_scores
from groundct.metrics.surface import SURFACE_METRICS, surface_metrics

APART = 1e-9
BORDER = (
    "hd:border",
    "hd95:max",
    "hd95:pooled",
    "assd:pooled",
    "assd:mean",
    "asd:reference",
    "asd:prediction",
    "nsd:border",
)
SWAPPED = {"asd:reference": "asd:prediction", "asd:surfel-reference": "asd:surfel-prediction"}
SWAPPED |= {two: one for one, two in SWAPPED.items()}
TOLERANCE_MM = 1.3


def attempt(rng: np.random.Generator, _folder: Path) -> str:
    """One pair of masks, which seed and round make again."""
    shape = tuple(rng.integers(1, 8, 3).tolist())
    reference, prediction = (rng.random(shape) < part for part in rng.uniform(0.02, 0.9, 2))
    if rng.integers(2):  # alike, and of parts
        reference = rng.random(shape) < rng.uniform(0.02, 0.4)
        prediction = reference ^ (rng.random(shape) < rng.uniform(0, 0.15))
    few = rng.choice([0.5, 0.75, 1.0, 2.5], 3)  # distances are then equal at times
    spacing = tuple((rng.uniform(0.3, 4, 3) if rng.integers(3) else few).tolist())
    _organs(rng, reference, prediction)
    scored = score_exactly(rng, reference, prediction, spacing)
    got = _measured(reference, prediction, spacing, BORDER)
    if not reference.any() or not prediction.any():
        missed = bool(reference.any())
        for name, value in got.items():
            require(value == (0.0 if missed and "nsd" in name else None), f"{name} is {value}")
        return "one is empty"
    _exact(got, reference, prediction, spacing)
    if rng.integers(8):
        return "exact"
    _laws(rng, reference, prediction, spacing)
    score_laws(rng, spacing, scored)
    return "exact, laws hold"


def _measured(reference, prediction, spacing, names=SURFACE_METRICS):
    return surface_metrics(
        reference, prediction, spacing, names=names, tolerances_mm=(TOLERANCE_MM,)
    )


def _exact(got, reference, prediction, spacing) -> None:
    there, back = distances_mm(reference, prediction, spacing)
    both = np.concatenate([there, back])
    expected = {
        "hd:border": both.max(),
        "hd95:max": max(np.percentile(there, 95), np.percentile(back, 95)),
        "hd95:pooled": np.percentile(both, 95),
        "assd:pooled": both.mean(),
        "assd:mean": (there.mean() + back.mean()) / 2,
        "asd:reference": there.mean(),
        "asd:prediction": back.mean(),
        f"nsd:border@{TOLERANCE_MM}mm": (both <= TOLERANCE_MM).mean(),
    }
    for name, value in expected.items():
        require(abs(got[name] - value) <= APART, f"{name} is {got[name]}, not {value}")


def _laws(rng, reference, prediction, spacing) -> None:
    got = _measured(reference, prediction, spacing)
    back = _measured(prediction, reference, spacing)
    _same("swapped", got, {name: back[SWAPPED.get(name, name)] for name in got})
    room = [tuple(rng.integers(0, 4, 2)) for _ in range(3)]
    axis, order = int(rng.integers(3)), tuple(rng.permutation(3))
    changes = {
        "padded": (lambda mask: np.pad(mask, room), spacing),
        "flipped": (lambda mask: np.flip(mask, axis), spacing),
        "in Fortran order": (np.asfortranarray, spacing),
        "turned": (lambda mask: mask.transpose(order), tuple(spacing[n] for n in order)),
    }
    for what, (change, moved) in changes.items():
        _same(what, got, _measured(change(reference), change(prediction), moved))
    one = _measured(reference, reference, spacing)
    _same("itself", one, {name: 1.0 if "nsd" in name else 0.0 for name in one})


def _same(what, one, two) -> None:
    for name, value in one.items():
        require(abs(value - two[name]) <= APART, f"{what}: {name} is {two[name]}, was {value}")


def _organs(rng, reference, prediction) -> None:
    """Two organs a map, their labels renumbered in one of them, against fractions."""
    grid = Geometry.of(reference.shape, np.eye(4))
    halves = rng.random(reference.shape) < 0.5
    maps, parts = [], []
    for mask in (reference, prediction):
        labels = np.array([0, *rng.choice(np.arange(1, 3000), 2, replace=False)], dtype=np.uint16)
        parts.append([mask & halves, mask & ~halves])
        held = tuple(Segment(name=f"{n}", parts=((0, int(labels[n])),)) for n in (1, 2))
        layer = labels[mask * (1 + ~halves)]
        maps.append(LabelMap((layer,), held, grid, grid))
    for score, a, b in zip(organ_scores(*maps).scores, *parts, strict=True):
        total = int(a.sum()) + int(b.sum())
        dice = float(Fraction(2 * int((a & b).sum()), total)) if a.any() else None
        require(score.dice == dice, f"Dice is {score.dice}, not {dice}")
