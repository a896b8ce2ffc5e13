"""The thyroid gland: two lobes beside the upper trachea, brighter than muscle by their iodine."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from groundct.anatomy._hu.grid import crop_geometry, full_box, to_working
from groundct.anatomy._hu.scene import Scene
from groundct.anatomy._hu.structure import Stage, Structure
from groundct.core.volume import Abstention, BoolArray
from groundct.imaging.components import bounding_slices, largest_component
from groundct.imaging.distances import dilate_mm, open_mm
from groundct.imaging.resample import resample_linear, working_geometry

BELOW_APEX_MM = 45.0
ABOVE_APEX_MM = 75.0
REACH_MM = 26.0
BESIDE_MM = 9.0
BEHIND_MM = 16.0
BRIGHT_HU = (84.0, 340.0)
SPREAD_HU = 40.0
SPREAD_SHARE = 0.25
SEED_ML = 0.6
LOBE_ML = (0.8, 60.0)
OPENING_MM = 2.2
TOUCH_MM = 5.5
CUBE_MM = 1.4


def find_thyroid(scene: Scene) -> Stage:
    """Both lobes, or why not."""
    names = {"left thyroid": -1, "right thyroid": 1}
    if scene.airways is None:
        return _none(tuple(names), "no trachea was found beside which it lies")
    lobes = _lobes(scene)
    if lobes is None:
        why = "nothing brighter than muscle lies beside the upper trachea, or that is not in view"
        return _none(tuple(names), why)
    out: list[Structure | Abstention] = []
    for name, side in names.items():
        mask = lobes.get(side)
        if mask is None:
            out.append(Abstention(name=name, reason="no bright lobe of its size on that side"))
        else:
            out.append(Structure(name, mask, "intensity", 0.55))
    return tuple(out)


def _none(names: tuple[str, ...], why: str) -> Stage:
    return tuple(Abstention(name=name, reason=why) for name in names)


def _lobes(scene: Scene) -> dict[int, BoolArray] | None:
    """Masks on the working grid by side (-1 left, 1 right)."""
    grid, airways = scene.grid, scene.airways
    assert airways is not None
    trachea = to_working(grid, airways.trachea, 0.3)
    planes = np.arange(grid.hu.shape[2])
    low = scene.chest.top - grid.voxels(BELOW_APEX_MM, 2)
    high = scene.chest.top + grid.voxels(ABOVE_APEX_MM, 2)
    trachea &= (planes >= low) & (planes <= high)
    crop = bounding_slices(trachea, margin=grid.voxels(REACH_MM, 0))
    if crop is None:
        return None
    levels = np.flatnonzero(trachea.any(axis=(0, 1)))
    crop = (crop[0], crop[1], slice(int(levels[0]), int(levels[-1]) + 1))
    box = full_box(grid, crop)
    source = crop_geometry(grid.volume.geometry, box)
    fine = working_geometry(source, CUBE_MM)
    hu = resample_linear(grid.volume.hu[box], source, fine)
    near = crop_geometry(grid.geometry, crop)
    lumen = resample_linear(trachea[crop], near, fine) > 0.5
    # Of the bones the spine alone: an enhanced gland is as bright as marrow.
    column = (scene.spine.vertebrae | scene.spine.canal)[crop]
    solid = resample_linear(column, near, fine) > 0.3
    found = _bright(hu, lumen, solid, fine.spacing_mm)
    if found is None:
        return None
    out = {}
    for side, mask in found.items():
        whole = np.zeros(grid.hu.shape, dtype=np.bool_, order="F")
        whole[crop] = resample_linear(mask, fine, near) > 0.5
        if whole.any():
            out[side] = whole
    return out or None


def _bright(
    hu: np.ndarray, lumen: BoolArray, solid: BoolArray, spacing: tuple[float, float, float]
) -> dict[int, BoolArray] | None:
    """The even bright lobes that touch the trachea's wall, by side."""
    there = lumen.any(axis=(0, 1))
    weights = np.maximum(lumen.sum(axis=(0, 1)), 1)
    i = np.arange(lumen.shape[0])[:, None, None]
    j = np.arange(lumen.shape[1])[None, :, None]
    x = (i - (i * lumen).sum(axis=(0, 1)) / weights) * spacing[0]
    y = (j - (j * lumen).sum(axis=(0, 1)) / weights) * spacing[1]
    smooth = ndimage.gaussian_filter(hu, 0.8)
    zone = dilate_mm(lumen, REACH_MM, (spacing[0], spacing[1], 1000.0)) & ~lumen & ~solid
    zone &= (y > -BEHIND_MM) & there
    ml = float(np.prod(spacing)) / 1000
    beside = zone & dilate_mm(lumen, BESIDE_MM, spacing) & (np.abs(x) > 7)
    bright = np.asarray(beside & (smooth > BRIGHT_HU[0]) & (smooth < BRIGHT_HU[1]))
    values = smooth[open_mm(bright, OPENING_MM, spacing)]
    if values.size * ml < SEED_ML:
        return None
    counts, edges = np.histogram(values, bins=np.arange(BRIGHT_HU[0], BRIGHT_HU[1] + 10, 10))
    # Muscle and the blurred wall of the trachea fill the lower classes.
    counts = ndimage.uniform_filter1d(counts.astype(np.float64), 5) * edges[:-1] ** 1.5
    center = float(edges[int(counts.argmax())] + 5)
    even = zone & (np.abs(smooth - center) < max(SPREAD_HU, SPREAD_SHARE * center))
    even &= smooth > BRIGHT_HU[0]
    core = open_mm(np.asarray(even), OPENING_MM, spacing)
    beside = dilate_mm(lumen, TOUCH_MM, spacing)
    glands = np.zeros(core.shape, dtype=np.bool_, order="F")
    for k in np.flatnonzero(core.any(axis=(0, 1))):
        # In each slice by itself: vessels that leave the gland go on beside it.
        labels, _ = ndimage.label(core[:, :, k])
        touching = np.unique(labels[beside[:, :, k]])
        glands[:, :, k] = np.isin(labels, touching[touching > 0])
    out = {}
    for side in (-1, 1):
        half = largest_component(np.asarray(glands & (side * x > 0)), 6)
        volume = np.count_nonzero(half) * ml
        if LOBE_ML[0] <= volume <= LOBE_ML[1]:
            out[side] = half
    return out or None
