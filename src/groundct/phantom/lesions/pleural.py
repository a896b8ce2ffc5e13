"""Pleural findings: fluid that lies behind or is held at the wall, air in front, thick pleura."""

from __future__ import annotations

import edt
import numpy as np

from groundct.core.volume import BoolArray
from groundct.phantom.labels import PLEURAL_SPACE
from groundct.phantom.lesions.diffuse import whole_site
from groundct.phantom.lesions.site import Ground, Lattice, Slices, does_not_fit, spot_at, wave
from groundct.phantom.spec import FindingSpec


def effusion(ground: Ground, spec: FindingSpec, lattice: Lattice) -> tuple[Slices, BoolArray]:
    """Fluid up to a level that is flat and lower towards the head, with a meniscus at the edge.

    The greatest depth over the back of the lung is the size asked for.
    """
    return _layer(ground, spec, lattice, behind=True)


def pneumothorax(ground: Ground, spec: FindingSpec, lattice: Lattice) -> tuple[Slices, BoolArray]:
    """Air in front of the lung, with the pleura as a thin line along the lung's new border."""
    return _layer(ground, spec, lattice, behind=False)


def lens(
    ground: Ground, spec: FindingSpec, lattice: Lattice, generator: np.random.Generator
) -> tuple[Slices, BoolArray]:
    """Loculated fluid or thick pleura: a lens at the chest wall, as deep as the size asked for."""
    thick = spec.drawn_type == "pleural_thickening"
    side = 1.0 if spec.site.startswith("right") else -1.0
    places = lattice.places_mm
    # The wall is at the side and behind; the border to the mediastinum is left alone.
    outer = side * places[:, 0] - 0.4 * places[:, 1]
    wall = lattice.lung_depth_mm < 5.0
    far = wall & (outer > np.quantile(outer[wall], 0.7)) if wall.any() else wall
    if not far.any():
        raise does_not_fit(spec, "the scan shows no wall of this lung.")
    at = places[generator.choice(np.flatnonzero(far))]
    half = spec.drawn_size_mm * (4.0 if thick else 1.4) + 8.0
    spot = spot_at(ground, spec.site, at, half + 2.0)
    k, j, i = (float(abs(a.flat[1] - a.flat[0])) for a in (spot.z, spot.y, spot.x))
    depth = edt.edt(np.ascontiguousarray(spot.allowed), anisotropy=(k, j, i), black_border=False)
    uneven = 1 + 0.12 * wave(spot, max(12.0, half), generator)
    reach = spec.drawn_size_mm * np.clip(1 - (spot.radius_mm / half) ** 2, 0, 1) * uneven
    mask = np.asarray(spot.allowed & (depth < reach))
    if not mask.any():
        raise does_not_fit(spec, "the grid is too coarse for it.")
    ground.canvas.labels[spot.slices][mask] = PLEURAL_SPACE
    spot.hu[mask] = 38 if thick else 12
    return spot.slices, mask


def _layer(
    ground: Ground, spec: FindingSpec, lattice: Lattice, *, behind: bool
) -> tuple[Slices, BoolArray]:
    spot = whole_site(ground, spec, lattice)
    lung = spot.allowed
    column = lung.any(axis=1)
    if not column.any():
        raise does_not_fit(spec, "the scan shows no voxel of this lung.")
    y, z = spot.y[0, :, 0], spot.z[:, 0, 0]
    sign = np.float32(1 if behind else -1)
    height = sign * y
    order = lung if behind else lung[:, ::-1]
    first = order.argmax(axis=1)
    start = (height if behind else height[::-1])[first]
    slope = np.float32(0.18 if behind else -0.05)
    tilt = slope * (z - z.min())[:, None]
    level = float((start + tilt)[column].min()) + spec.drawn_size_mm
    top = level - tilt - spot.step / 2
    thickness = np.where(column, top - start, 0)
    # Surface tension lifts the fluid where the layer runs out; the lung's edge lifts the air.
    edge = np.exp(-np.clip(thickness, 0, None) / 5.0) * np.clip(1 + thickness / 12.0, 0, 1)
    top = top + 5.0 * edge
    deep = height[None, :, None] - top[:, None, :]
    mask = np.asarray(lung & (deep < 0))
    if not mask.any():
        raise does_not_fit(spec, "the grid is too coarse for it.")
    labels = ground.canvas.labels[spot.slices]
    labels[mask] = PLEURAL_SPACE
    spot.hu[mask] = 9 if behind else -998
    # Lung next to fluid is compressed; lung under a pneumothorax has a visible pleura.
    rest = lung & ~mask
    if behind:
        squeezed = rest & (deep < 12)
        share = np.exp(-deep[squeezed] / 2.5)
        spot.hu[squeezed] = (1 - share) * spot.hu[squeezed] - 60 * share
    else:
        spot.hu[rest] += 25
        line = rest & (deep < max(1.2, 0.8 * spot.step))
        spot.hu[line] = -180
    return spot.slices, mask
