"""Focal findings: nodules and masses, cysts, consolidation, ground glass, bands, honeycombing."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from groundct.core.volume import BoolArray
from groundct.phantom.canvas import FloatArray
from groundct.phantom.lesions.site import Spot, blend, wave
from groundct.phantom.spec import FindingSpec


def nodule(spot: Spot, spec: FindingSpec, generator: np.random.Generator) -> BoolArray:
    """Solid, part-solid or calcified; a mass is a large, lobulated one. Spicules stay outside."""
    half = spec.drawn_size_mm / 2
    bumps = 0.05 if spec.drawn_type == "mass" else 0.03
    depth = half * (1 + bumps * wave(spot, 1.6 * half, generator)) - spot.radius_mm
    cover = depth / spot.step + 0.5
    if spec.margin == "spiculated":
        _spicules(spot, half, generator)
    match spec.drawn_type:
        case "part_solid_nodule":
            blend(spot, 0.9 * np.clip(cover, 0, 1), -560.0)
            blend(spot, (depth - half * 0.5) / spot.step + 0.5, 25.0)
        case "calcified_nodule":
            blend(spot, cover, 420 + 150 * np.clip(depth / half, 0, 1))
        case _:
            blend(spot, cover, 38 + 10 * wave(spot, half, generator))
    return np.asarray((depth > 0) & spot.allowed)


def _spicules(spot: Spot, half: float, generator: np.random.Generator) -> None:
    for _ in range(14):
        direction = generator.normal(size=3)
        a, b, c = (np.float32(v) for v in direction / np.linalg.norm(direction))
        along = a * spot.x + b * spot.y + c * spot.z
        gap = np.sqrt(np.maximum(spot.radius_mm**2 - along**2, 0))
        length = half * float(generator.uniform(1.3, 1.7))
        radius = 0.9 * np.clip(1 - along / length, 0, 1)
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
    depth = half * (0.88 + 0.14 * wave(spot, 0.9 * half, generator)) - _oval(spot, generator)
    airless = spec.drawn_type == "atelectasis"
    blend(spot, depth / 2.0 + 0.5, 42.0 if airless else 28.0)
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
    depth = half * (0.88 + 0.16 * wave(spot, 0.8 * half, generator)) - _oval(spot, generator)
    haze = (210 + 45 * wave(spot, 7.0, generator)) * np.clip(depth / 3.0 + 0.5, 0, 1)
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
    blend(spot, inside, -945.0)
    blend(spot, inside * np.clip((1.3 - wall) / spot.step + 0.5, 0, 1), -120.0)
    return np.asarray((depth > 0) & spot.allowed)


def septal_thickening(spot: Spot, spec: FindingSpec, generator: np.random.Generator) -> BoolArray:
    """Thick walls of secondary lobules of about 14 mm; the mask holds the walls alone."""
    depth = _patch_depth(spot, spec, generator)
    wall = cell_walls(spot, depth > -2, max(14.0, 3.2 * spot.step), generator)
    half = max(0.8, 0.6 * spot.step)
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


def _oval(spot: Spot, generator: np.random.Generator) -> FloatArray:
    """A radius of an ovoid that is longest in the axial plane."""
    turn = float(generator.uniform(0, np.pi))
    a, b = np.float32(np.cos(turn)), np.float32(np.sin(turn))
    along, across = a * spot.x + b * spot.y, a * spot.y - b * spot.x
    q = along**2 + (across / 0.78) ** 2 + (spot.z / 0.85) ** 2
    return np.asarray(np.sqrt(q), dtype=np.float32)
