"""Place a finding: choose where, draw it there, remember the voxels."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from groundct.core.volume import BoolArray, RegionMask
from groundct.phantom.lesions import diffuse, focal, pleural
from groundct.phantom.lesions.site import (
    Ground,
    Lattice,
    Slices,
    Spot,
    does_not_fit,
    lattice,
    spot_at,
)
from groundct.phantom.spec import FindingSpec, at_wall, group_of

Painter = Callable[[Spot, FindingSpec, np.random.Generator], BoolArray]

_FOCAL: dict[str, Painter] = {
    "1d": focal.septal_thickening,
    "2a": focal.band,
    "2b": focal.consolidation,
    "2c": focal.ground_glass,
    "2d": focal.nodule,
    "2f": focal.honeycombing,
    "2h": focal.cyst,
}
_WHOLE_SHAPE = frozenset({"2d", "2h"})
_HIDES_VESSELS = frozenset({"2b", "2d", "2f", "2h"})
_NEAR_PLEURA = frozenset({"1d", "2a", "2f"})


def place_finding(
    ground: Ground, spec: FindingSpec, generator: np.random.Generator
) -> tuple[RegionMask, ...]:
    """Draw a finding; one mask (i, j, k) an instance, the whole pattern for diffuse ones.

    Raises DoesNotFitError when the site has no room.
    """
    if spec.category == "2e" and at_wall(spec):
        return (
            _taken(ground, [pleural.lens(ground, spec, lattice(ground, spec), generator)], spec),
        )
    if spec.category == "2e":
        return (_taken(ground, [pleural.effusion(ground, spec, lattice(ground, spec))], spec),)
    if spec.category == "2g":
        return (_taken(ground, [pleural.pneumothorax(ground, spec, lattice(ground, spec))], spec),)
    bulla = spec.drawn_type == "bulla"
    if spec.category in _FOCAL or bulla:
        painter = focal.cyst if bulla else _FOCAL[spec.category]
        whole = bulla or spec.category in _WHOLE_SHAPE
        return tuple(
            _taken(ground, [_one(ground, spec, painter, generator, whole=whole)], spec)
            for _ in range(spec.count)
        )
    places = lattice(ground, spec)
    if spec.category in ("1c", "1e"):
        pieces = diffuse.spots(ground, spec, places, generator)
    elif spec.category == "1f":
        pieces = diffuse.mosaic(ground, spec, places, generator)
    else:
        pieces = diffuse.bronchi(ground, spec, places, generator)
    return (_taken(ground, pieces, spec),)


def _one(
    ground: Ground,
    spec: FindingSpec,
    painter: Painter,
    generator: np.random.Generator,
    *,
    whole: bool,
) -> tuple[Slices, BoolArray]:
    at = _choose(lattice(ground, spec), spec, generator, whole=whole)
    reach = spec.drawn_size_mm * (0.95 if spec.margin == "spiculated" else 0.65) + 2 * ground.step
    spot = spot_at(ground, spec.site, at, reach)
    mask = painter(spot, spec, generator)
    if spec.category in _HIDES_VESSELS:
        ground.canvas.overlay[spot.slices][mask] = 0
    return spot.slices, mask


def _choose(
    places: Lattice, spec: FindingSpec, generator: np.random.Generator, *, whole: bool
) -> NDArray[np.float32]:
    half, depth = spec.drawn_size_mm / 2, places.site_depth_mm
    if whole:
        fits = depth > half * 1.04 + 1.0
        if not fits.any():
            raise does_not_fit(
                spec, f"the free part of the site holds at most {2 * depth.max():.0f} mm."
            )
    elif spec.category in _NEAR_PLEURA:
        edge = places.lung_depth_mm < max(0.35 * half, 5.0)
        fits = edge if edge.any() else np.ones(len(depth), dtype=np.bool_)
    else:
        fits = depth >= min(0.62 * half, 0.8 * float(depth.max()))
    chosen = np.flatnonzero(fits)
    return np.asarray(places.places_mm[chosen[int(generator.integers(len(chosen)))]])


def _taken(ground: Ground, pieces: list[tuple[Slices, BoolArray]], spec: FindingSpec) -> RegionMask:
    """Join the pieces of one instance, mark them as used, and crop."""
    pieces = [(box, mask) for box, mask in pieces if mask.any()]
    if not pieces:
        raise does_not_fit(spec, "no voxel of the grid falls into it.")
    low = [min(box[a].start for box, _ in pieces) for a in range(3)]
    high = [max(box[a].stop for box, _ in pieces) for a in range(3)]
    joint = np.zeros([b - a for a, b in zip(low, high, strict=True)], dtype=np.bool_)
    for box, mask in pieces:
        if group_of(spec) != "diffuse":
            ground.used[box] |= mask
        joint[tuple(slice(b.start - a, b.stop - a) for b, a in zip(box, low, strict=True))] |= mask
    tight = RegionMask.of(joint.T)
    i, j, k = (a + b for a, b in zip(tight.offset, low[::-1], strict=True))
    return RegionMask((i, j, k), tight.voxels)
