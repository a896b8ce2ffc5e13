"""Focal findings: nodules and masses, cysts, consolidation, ground glass, bands, honeycombing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from groundct.core.volume import BoolArray
from groundct.phantom.canvas import FloatArray
from groundct.phantom.lesions.site import Spot, blend, wave
from groundct.phantom.spec import FindingSpec


def nodule(spot: Spot, spec: FindingSpec, generator: np.random.Generator) -> BoolArray:
    """Solid, part-solid or calcified; a mass is a large, lobulated one. Spicules stay outside."""
    half = spec.drawn_size_mm / 2
    mass = spec.drawn_type == "mass"
    depth = _lobulated(spot, half, 0.09 if mass else 0.05, generator)
    cover = depth / spot.step + 0.5
    if spec.margin == "spiculated":
        _spicules(spot, half, generator)
    match spec.drawn_type:
        case "part_solid_nodule":
            glass = -600 + 60 * wave(spot, half, generator)
            blend(spot, 0.9 * np.clip(cover, 0, 1), np.asarray(glass, dtype=np.float32))
            away = generator.normal(size=3) * 0.15 * half
            core = _lobulated(spot, 0.55 * half, 0.12, generator, away)
            blend(spot, core / spot.step + 0.5, 25.0)
        case "calcified_nodule":
            blend(spot, cover, 420 + 150 * np.clip(depth / half, 0, 1))
        case _:
            blend(spot, cover, 35 + 12 * wave(spot, half, generator))
    if mass and generator.random() < _NECROTIC:
        hollow = _lobulated(spot, 0.5 * half, 0.2, generator)
        air = generator.random() < 0.5
        blend(spot, hollow / (2 * spot.step) + 0.5, -900.0 if air else 12.0)
    return np.asarray((depth > 0) & spot.allowed)


_NECROTIC = 0.3
"""The share of masses with a cavity or a core of low density."""


def _lobulated(
    spot: Spot,
    half: float,
    bumps: float,
    generator: np.random.Generator,
    away_mm: NDArray[np.float64] | None = None,
) -> FloatArray:
    """Depth under a bumpy ellipsoid's surface whose longest axial radius is ``half``."""
    x, y, z = (
        c - np.float32(o)
        for c, o in zip(
            (spot.x, spot.y, spot.z), np.zeros(3) if away_mm is None else away_mm, strict=True
        )
    )
    turn = float(generator.uniform(0, np.pi))
    a, b = np.float32(np.cos(turn)), np.float32(np.sin(turn))
    along, across = a * x + b * y, a * y - b * x
    flat, tall = generator.uniform(0.78, 1.0), generator.uniform(0.75, 1.0)
    radius = np.sqrt(along**2 + (across / flat) ** 2 + (z / tall) ** 2)
    rough = wave(spot, 1.5 * half, generator) + 0.5 * wave(spot, 0.7 * half, generator)
    return np.asarray(half * (1 + bumps * (rough - 0.4)) - radius, dtype=np.float32)


def _spicules(spot: Spot, half: float, generator: np.random.Generator) -> None:
    for _ in range(int(generator.integers(12, 26))):
        direction = generator.normal(size=3)
        a, b, c = (np.float32(v) for v in direction / np.linalg.norm(direction))
        along = a * spot.x + b * spot.y + c * spot.z
        gap = np.sqrt(np.maximum(spot.radius_mm**2 - along**2, 0))
        length = half * float(generator.uniform(1.15, 1.8))
        radius = float(generator.uniform(0.6, 1.2)) * np.clip(1 - along / length, 0, 1)
        cover = np.where(along > 0, (radius - gap) / spot.step + 0.5, 0)
        blend(spot, cover * (radius > 0) * min(1.0, 1.8 / spot.step), -60.0)


def cyst(spot: Spot, spec: FindingSpec, generator: np.random.Generator) -> BoolArray:
    """A thin-walled pocket of air: an air cyst, or a bulla."""
    half = spec.drawn_size_mm / 2
    depth = half * (1 + 0.03 * wave(spot, 2 * half, generator)) - spot.radius_mm
    blend(spot, depth / spot.step + 0.5, -420.0)
    blend(spot, (depth - 1.2) / spot.step + 0.5, -985.0)
    return np.asarray((depth > 0) & spot.allowed)


def consolidation(spot: Spot, spec: FindingSpec, generator: np.random.Generator) -> BoolArray:
    """Airless lung with open bronchi in it; atelectasis is denser and has none."""
    half = spec.drawn_size_mm / 2
    depth = _ragged(spot, half, generator)
    airless = spec.drawn_type == "atelectasis"
    soft = (1.5 if airless else 3.0) + 1.2 * wave(spot, 9.0, generator)
    inner = (42.0 if airless else 22.0) + 12 * wave(spot, 11.0, generator)
    blend(spot, depth / np.maximum(soft, 0.8) + 0.5, np.asarray(inner, dtype=np.float32))
    if not airless:
        root = generator.normal(size=3) * 0.2 * half
        for _ in range(5):
            direction = generator.normal(size=3)
            direction /= np.linalg.norm(direction)
            a, b, c = (np.float32(v) for v in direction)
            dx, dy, dz = (
                v - np.float32(o) for v, o in zip((spot.x, spot.y, spot.z), root, strict=True)
            )
            along = a * dx + b * dy + c * dz
            gap = np.sqrt(np.maximum(dx**2 + dy**2 + dz**2 - along**2, 0))
            air = np.where((along > -1) & (along < 0.75 * half), 1.4 - gap - along / half, -9)
            blend(spot, np.where(depth > 2, air / spot.step + 0.5, 0), -900.0)
    return np.asarray((depth > 0) & spot.allowed)


def ground_glass(spot: Spot, spec: FindingSpec, generator: np.random.Generator) -> BoolArray:
    """A hazy patch that hides no vessel: density is added, most in its middle."""
    half = spec.drawn_size_mm / 2
    depth = _ragged(spot, half, generator)
    haze = (190 + 40 * wave(spot, 7.0, generator) + 30 * wave(spot, 18.0, generator)) * np.clip(
        depth / float(generator.uniform(3.0, 7.0)) + 0.5, 0, 1
    )
    haze *= np.clip((-100 - spot.hu) / 600, 0, 1) * spot.allowed
    spot.hu[:] = (spot.hu + haze).astype(np.int16)
    return np.asarray((depth > 0) & spot.allowed)


def band(spot: Spot, spec: FindingSpec, generator: np.random.Generator) -> BoolArray:
    """A plate-like band of subsegmental atelectasis; scars are shorter, thicker and bent."""
    half = spec.drawn_size_mm / 2
    scar = spec.drawn_type == "scarring"
    turn = float(generator.uniform(-0.6, 0.6))
    a, b = np.float32(np.cos(turn)), np.float32(np.sin(turn))
    along, across = a * spot.x + b * spot.y, a * spot.y - b * spot.x
    bend = (2.5 if scar else 1.2) * wave(spot, 30.0, generator)
    thick = max(2.0 if scar else 1.5, 0.75 * spot.step)
    flat = np.sqrt((along / half) ** 2 + (spot.z / (0.4 * half)) ** 2)
    tapered = thick * np.clip(2.2 * (1 - flat), 0, 1)
    depth = np.where(flat < 1, tapered - np.abs(across - bend), -9)
    blend(spot, depth / spot.step + 0.5, 5.0 if scar else -30.0)
    return np.asarray((depth > 0) & spot.allowed)


def honeycombing(spot: Spot, spec: FindingSpec, generator: np.random.Generator) -> BoolArray:
    """Stacked cysts of about 6 mm with shared walls."""
    depth = _patch_depth(spot, spec, generator)
    wall = cell_walls(spot, depth > -2, max(5.5, 2.2 * spot.step), generator)
    inside = np.clip(depth / 2.0 + 0.5, 0, 1)
    # Walls are of uneven thickness, and lung between them is scarred in places.
    thick = 1.2 + 0.6 * wave(spot, 12.0, generator)
    blend(spot, inside, np.asarray(-930 + 40 * wave(spot, 15.0, generator), dtype=np.float32))
    blend(spot, inside * np.clip((thick - wall) / spot.step + 0.5, 0, 1), -110.0)
    return np.asarray((depth > 0) & spot.allowed)


def septal_thickening(spot: Spot, spec: FindingSpec, generator: np.random.Generator) -> BoolArray:
    """Thick walls of secondary lobules of about 14 mm; the mask holds the walls alone."""
    depth = _patch_depth(spot, spec, generator)
    wall = cell_walls(spot, depth > -2, max(14.0, 3.2 * spot.step), generator)
    usual = max(0.8, 0.6 * spot.step)
    half = np.maximum(usual * (1 + 0.5 * wave(spot, 22.0, generator)), 0.55 * usual)
    cover = np.where(depth > 0, (half - wall) / spot.step + 0.5, 0)
    blend(spot, cover * min(1.0, 1.6 / spot.step), -80.0)
    return np.asarray((wall < half) & (depth > 0) & spot.allowed)


def cell_walls(
    spot: Spot, where: BoolArray, cell_mm: float, generator: np.random.Generator
) -> FloatArray:
    """Distance in mm to the walls of random cells of about ``cell_mm``; 99 elsewhere."""
    out = np.full(spot.allowed.shape, 99, dtype=np.float32)
    chosen = where & spot.allowed
    k, j, i = np.nonzero(chosen)
    if not k.size:
        return out
    places = np.column_stack([spot.x[0, 0, i], spot.y[0, j, 0], spot.z[k, 0, 0]])
    low, high = places.min(axis=0) - cell_mm, places.max(axis=0) + cell_mm
    lines = [np.arange(a, b + cell_mm, cell_mm) for a, b in zip(low, high, strict=True)]
    seeds = np.stack(np.meshgrid(*lines, indexing="ij"), axis=-1).reshape(-1, 3)
    seeds = seeds + generator.uniform(-0.38, 0.38, size=seeds.shape) * cell_mm
    near, _ = cKDTree(seeds).query(places, k=2)
    out[chosen] = (near[:, 1] - near[:, 0]) / 2
    return out


def _patch_depth(spot: Spot, spec: FindingSpec, generator: np.random.Generator) -> FloatArray:
    half = spec.drawn_size_mm / 2
    return np.asarray(half * (0.9 + 0.1 * wave(spot, half, generator)) - spot.radius_mm)


def _ragged(spot: Spot, half: float, generator: np.random.Generator) -> FloatArray:
    """Depth under the uneven border of a patch: smooth over its size, ragged over lobules."""
    rough = 0.15 * wave(spot, 0.9 * half, generator) + 0.05 * wave(spot, 8.0, generator)
    return np.asarray(half * (0.86 + rough) - _oval(spot, generator), dtype=np.float32)


def _oval(spot: Spot, generator: np.random.Generator) -> FloatArray:
    """A radius of an ovoid that is longest in the axial plane."""
    turn = float(generator.uniform(0, np.pi))
    a, b = np.float32(np.cos(turn)), np.float32(np.sin(turn))
    along, across = a * spot.x + b * spot.y, a * spot.y - b * spot.x
    q = along**2 + (across / 0.78) ** 2 + (spot.z / 0.85) ** 2
    return np.asarray(np.sqrt(q), dtype=np.float32)
