"""Diffuse findings over a whole site: emphysema, micronodules, mosaic attenuation, bronchi."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from groundct.core.volume import BoolArray
from groundct.phantom.canvas import FloatArray
from groundct.phantom.lesions.site import Ground, Lattice, Slices, Spot, blend, spot_at, wave
from groundct.phantom.spec import FindingSpec
from groundct.phantom.tubes import Points, Tube

Piece = tuple[Slices, BoolArray]
"""Voxels of a finding within a box of the canvas."""

_MOST = 400
_IN_TREES = 0.4
"""The share of micronodules that lie in groups."""


def spots(
    ground: Ground, spec: FindingSpec, lattice: Lattice, generator: np.random.Generator
) -> list[Piece]:
    """Emphysematous holes or micronodules scattered over the site, one every few ml."""
    holes = spec.category == "1c"
    volume_ml = len(lattice.places_mm) * 2.5**3 / 1000
    wanted = int(np.clip(volume_ml * (1.2 if holes else 0.45), 12, _MOST))
    enough = lattice.site_depth_mm > spec.drawn_size_mm / 2
    places = lattice.places_mm[enough] if enough.any() else lattice.places_mm
    if holes:
        rank = np.argsort(-places[:, 2] + generator.normal(size=len(places)) * 40)
        places = places[rank][: max(wanted * 4, len(places) // 2)]
    chosen = places[generator.permutation(len(places))[:wanted]]
    if not holes and generator.random() < _IN_TREES:
        chosen = _clustered(chosen, places, generator)
    out: list[Piece] = []
    for place in chosen:
        size = spec.drawn_size_mm * float(generator.uniform(0.55, 1.0))
        spot = spot_at(ground, spec.site, place, 0.8 * size + ground.step)
        radius = max(size / 2, 0.6 * spot.step)
        depth = radius * (1 + 0.15 * wave(spot, 1.5 * size, generator)) - spot.radius_mm
        blend(spot, depth / spot.step + 0.5, -972.0 if holes else 10.0)
        out.append((spot.slices, np.asarray((depth > 0) & spot.allowed)))
    return out


def _clustered(
    chosen: NDArray[np.float32], places: NDArray[np.float32], generator: np.random.Generator
) -> NDArray[np.float32]:
    """Small nodules in groups, as on the twigs of a tree in bud: each near one of a few places."""
    heads = places[generator.integers(len(places), size=max(2, len(chosen) // 9))]
    own = heads[generator.integers(len(heads), size=len(chosen))]
    near = own + generator.normal(size=own.shape) * 6.0
    # Each goes to the nearest place of the site.
    _, nearest = cKDTree(places).query(near)
    moved = places[nearest] + generator.uniform(-1.0, 1.0, size=own.shape)
    return np.asarray(moved, dtype=np.float32)


def mosaic(
    ground: Ground, spec: FindingSpec, lattice: Lattice, generator: np.random.Generator
) -> list[Piece]:
    """Sharp patches of darker and brighter lung; the mask holds the dark ones (air trapping)."""
    spot = whole_site(ground, spec, lattice)
    field = wave(spot, 2.2 * spec.drawn_size_mm, generator)
    field = field + 0.25 * wave(spot, 0.6 * spec.drawn_size_mm, generator)
    dark = np.clip((field - 0.1) / 0.1 + 0.5, 0, 1)
    change = np.where(spot.hu < -500, 75 - 130 * dark, 0) * spot.allowed
    spot.hu[:] = np.maximum(spot.hu + change, -1000).astype(np.int16)
    return [(spot.slices, np.asarray((field > 0.1) & spot.allowed))]


def bronchi(
    ground: Ground, spec: FindingSpec, lattice: Lattice, generator: np.random.Generator
) -> list[Piece]:
    """Thick walls (1a: the mask holds the walls) or wide lumina (1b: wall and lumen)."""
    size, wide = spec.drawn_size_mm, spec.category == "1b"
    out: list[Piece] = []
    pieces = [t for t in _true_mm(ground) if _inside(ground, spec, t)]
    pieces = sorted(pieces, key=lambda t: -t.start_mm)[:60] or [_straight(lattice, generator)]
    drawn = []
    for tube in pieces:
        inner = size / 2 - 1.2 if wide else max(tube.start_mm, 1.0)
        outer = size / 2 if wide else inner + size
        outer = max(outer, 0.75 * ground.step)
        middle, reach = (tube.start + tube.end) / 2, outer + ground.step
        reach += float(np.abs(tube.end - tube.start).max()) / 2
        part = spot_at(ground, spec.site, middle, reach)
        gap = _gap_mm(part, tube, middle)
        blend(part, (outer - gap) / part.step + 0.5, -20.0)
        drawn.append((part, gap, inner))
        out.append((part.slices, np.asarray((gap < outer) & part.allowed)))
    for n, (part, gap, inner) in enumerate(drawn):
        blend(part, (inner - gap) / part.step + 0.5, -975.0)
        if not wide and inner > 0.5 * part.step:
            wall = out[n][1] & (gap >= inner)
            out[n] = (part.slices, wall if wall.any() else out[n][1])
    return out


def whole_site(ground: Ground, spec: FindingSpec, lattice: Lattice) -> Spot:
    """One box around all of the site."""
    low, high = lattice.places_mm.min(axis=0), lattice.places_mm.max(axis=0)
    middle = (low + high) / 2
    return spot_at(ground, spec.site, middle, float((high - low).max()) / 2 + 5.0)


def _true_mm(ground: Ground) -> list[Tube]:
    """The bronchi in true instead of body mm."""
    scale = np.array([a[-1] / b[-1] for a, b in zip(ground.axes, ground.canvas.axes, strict=True)])
    return [Tube(t.start * scale, t.end * scale, t.start_mm, t.end_mm) for t in ground.bronchi]


def _inside(ground: Ground, spec: FindingSpec, tube: Tube) -> bool:
    spot = spot_at(ground, spec.site, (tube.start + tube.end) / 2, ground.step)
    return bool(spot.allowed.any())


def _straight(lattice: Lattice, generator: np.random.Generator) -> Tube:
    """A bronchus of its own for a site that no drawn bronchus reaches."""
    at = lattice.places_mm[int(np.argmax(lattice.site_depth_mm))].astype(np.float64)
    half = generator.normal(size=3)
    half *= 9 / np.linalg.norm(half)
    return Tube(at - half, at + half, 2.0, 1.4)


def _gap_mm(spot: Spot, tube: Tube, middle: Points) -> FloatArray:
    """Distance to the tube's axis."""
    axis = tube.end - tube.start
    length2 = max(float(axis @ axis), 1e-6)
    start = tube.start - middle
    d = [v - np.float32(o) for v, o in zip((spot.x, spot.y, spot.z), start, strict=True)]
    t = sum(v * np.float32(a / length2) for v, a in zip(d, axis, strict=True))
    t = np.clip(t, 0, 1)
    square = sum((v - t * np.float32(a)) ** 2 for v, a in zip(d, axis, strict=True))
    return np.asarray(np.sqrt(square), dtype=np.float32)
