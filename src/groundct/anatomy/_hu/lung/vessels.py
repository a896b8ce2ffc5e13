"""The vessels of the lung on the full grid: what stands out from the parenchyma in long threads.

Brighter than the smoothed parenchyma around by a weak and, somewhere, by a strong difference
(hysteresis); airways, round nodules, flat fissures and the lung's own border are taken out. Works
with and without contrast agent, for the contrast that counts is that to air.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import edt
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from groundct.anatomy._hu.airway.airways import Airways
from groundct.anatomy._hu.grid import SpacingMm, Working, crop_geometry, to_working
from groundct.anatomy._hu.lung.regions import pasted
from groundct.anatomy._hu.lung.vessel_shape import lying, without_flats, without_rounds
from groundct.core.geometry import Geometry
from groundct.core.volume import BoolArray, RegionMask
from groundct.imaging.components import bounding_slices, components
from groundct.imaging.distances import close_mm, dilate_mm, open_mm
from groundct.imaging.resample import resample_linear

PARENCHYMA_HU = -700
USUAL_HU = -850.0
AROUND_MM = 12.0
WEAK_HU = 200
STRONG_HU = 350
BORDER_MM = 2.0
STRONG_MM3 = 6.0
LEAST_MM3 = 40.0
NEAR_MM = 12.0
THICK_MM = 7.0
THICK_RIM_MM = 4.0
CAVITY_MM = 3.0
FILLED, FILLED_AT_HILUM = 0.8, 0.92
SOLID_HU = -400
SOLID_BACKGROUND_HU = 3000.0
"""A ball of this radius fits in no vessel inside the lung but in masses and consolidation; holes
in them are closed and a rim is added, of the working grid."""

HILUM_MM = 25.0
"""So near to a main or lobar bronchus a vessel may leave the lung."""


def find_vessels(
    grid: Working, lungs: tuple[RegionMask, ...], airways: Airways | None
) -> tuple[RegionMask, ...]:
    """The vessels within each of ``lungs`` (on the full grid), in their order."""
    background = _background(grid, lungs, airways)
    with ThreadPoolExecutor(2) as pool:
        return tuple(pool.map(lambda lung: _vessels(grid, lung, airways, background), lungs))


def _background(
    grid: Working, lungs: tuple[RegionMask, ...], airways: Airways | None
) -> NDArray[np.float32]:
    """The mean HU of the parenchyma around each working voxel; of ground glass within that.

    Solid lung counts as background too, so that nothing stands out from it.
    """
    out = np.full(grid.hu.shape, USUAL_HU, dtype=np.float32)
    within = np.zeros(grid.hu.shape, dtype=np.bool_, order="F")
    for lung in lungs:
        if lung.count:
            within |= to_working(grid, lung)
    crop = bounding_slices(within, margin=2)
    if crop is None:
        return out
    hu = grid.hu[crop].astype(np.float32)
    open_ = within[crop] & (hu < PARENCHYMA_HU)
    sigma = [AROUND_MM / s for s in grid.spacing_mm]
    value = ndimage.gaussian_filter(np.where(open_, hu, 0), sigma, truncate=2)
    share = ndimage.gaussian_filter(open_.astype(np.float32), sigma, truncate=2)
    np.divide(value, share, out=out[crop], where=share > 0.02)
    near = np.full(grid.hu.shape, USUAL_HU, dtype=np.float32)
    near[crop] = ndimage.uniform_filter(hu, [grid.voxels(NEAR_MM, a) for a in range(3)])
    thick = _thick(grid, np.asarray(within & (grid.hu > out + WEAK_HU)), airways)
    glass = thick & (near < SOLID_HU)
    out[glass] = np.maximum(out, near)[glass]
    out[dilate_mm(thick & ~glass, THICK_RIM_MM, grid.spacing_mm)] = SOLID_BACKGROUND_HU
    return out


def _thick(grid: Working, dense: BoolArray, airways: Airways | None) -> BoolArray:
    """Masses and consolidation; vessels that run close together at the hilum are less dense."""
    closed = close_mm(dense, CAVITY_MM, grid.spacing_mm)
    labels, sizes = components(open_mm(closed, THICK_MM, grid.spacing_mm), 6)
    filled = np.bincount(labels[dense], minlength=sizes.size) / sizes
    named = np.zeros(dense.shape, dtype=np.bool_)
    for mask in _named(airways):
        named |= to_working(grid, mask, 0.2)
    central = np.zeros(sizes.size, dtype=np.bool_)
    central[np.unique(labels[dilate_mm(named, HILUM_MM, grid.spacing_mm)])] = True
    keep = np.where(central, filled >= FILLED_AT_HILUM, filled >= FILLED)
    keep[0] = False
    return np.asarray(keep[labels])


def _vessels(
    grid: Working, lung: RegionMask, airways: Airways | None, background: NDArray[np.float32]
) -> RegionMask:
    if lung.count == 0:
        return lung
    geometry = crop_geometry(grid.volume.geometry, lung.slices)
    spacing = geometry.spacing_mm
    rise = grid.volume.hu[lung.slices] - resample_linear(background, grid.geometry, geometry)
    weak = np.asarray(rise > WEAK_HU)
    weak &= ~pasted(_parts(airways), lung)
    inner = _inner(lung.voxels, spacing)
    threads = _threads(weak & inner, rise, spacing)
    radius = edt.edt(np.asfortranarray(threads), anisotropy=spacing, black_border=False, parallel=1)
    hilum = _hilum_mm(airways, geometry)
    vessels = without_rounds(threads, radius, (lung.voxels, hilum), spacing)
    vessels = without_flats(vessels, radius, spacing) & ~lying(vessels, lung.voxels, spacing)
    kept = RegionMask.of(_threads(vessels, rise, spacing))
    i, j, k = np.add(lung.offset, kept.offset)
    return RegionMask((int(i), int(j), int(k)), kept.voxels)


def _inner(lung: BoolArray, spacing: SpacingMm) -> BoolArray:
    """The lung without its border, where voxels are filled in part by what lies outside."""
    far = edt.edt(np.asfortranarray(lung), anisotropy=spacing, black_border=False, parallel=1)
    out = np.asarray(far > BORDER_MM)
    out[:, :, 1:] &= lung[:, :, :-1]
    out[:, :, :-1] &= lung[:, :, 1:]
    return out


def _threads(mask: BoolArray, rise: NDArray[np.float32], spacing: SpacingMm) -> BoolArray:
    """Components that are large enough and somewhere stand out strongly."""
    voxel_mm3 = float(np.prod(spacing))
    labels, sizes = components(mask)
    strong = np.bincount(labels[mask & (rise > STRONG_HU)], minlength=sizes.size)
    keep = (strong * voxel_mm3 >= STRONG_MM3) & (sizes * voxel_mm3 >= LEAST_MM3)
    keep[0] = False
    return np.asarray(keep[labels])


def _parts(airways: Airways | None) -> list[RegionMask]:
    """Trachea and bronchi."""
    masks = [] if airways is None else [airways.trachea, airways.bronchi]
    return [mask for mask in masks if mask is not None]


def _named(airways: Airways | None) -> list[RegionMask]:
    """Main and lobar bronchi."""
    return [] if airways is None else list(airways.named.values())


def _hilum_mm(airways: Airways | None, geometry: Geometry) -> NDArray[np.float64]:
    """Points of the main and lobar bronchi (n, 3), in mm along the axes of a crop."""
    named = (
        [b.points_mm for b in airways.branches if b.label and b.parent is not None]
        if airways
        else []
    )
    if not named:
        return np.zeros((0, 3))
    places = geometry.index_from_world(np.concatenate(named))
    return np.asarray(places * np.array(geometry.spacing_mm))
