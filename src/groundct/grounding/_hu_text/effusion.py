"""Pleural effusion: homogeneous fluid that lies on the inside of the ribs, at the lung's back.

Fluid is told from fat and muscle side by side (which have its mean density where they mix) by the
spread around each voxel, held against the scan's own noise. What then is fluid must lie where free
fluid lies in a patient on the back: its rear on the ribs, its front under the lung.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from groundct.core.contracts import Answer, Candidate
from groundct.core.report import Finding
from groundct.core.volume import BoolArray
from groundct.grounding._hu_text.field import Field
from groundct.grounding._space.crops import (
    LUNG_SIDES,
    FloatArray,
    block_mean,
    crop_of,
    placed,
    repeated,
    scaled,
    smooth,
    steps_for,
)
from groundct.imaging.components import components
from groundct.imaging.distances import SpacingMm, dilate_mm, open_mm

_COARSE_MM = 2.0
_SMOOTH_MM = 2.5
_LOWEST_HU, _HIGHEST_HU = -12.0, 31.0
_SOLID_HU = -130.0
_SOFT_LOWEST_HU, _SOFT_HIGHEST_HU = -20.0, 120.0
_QUIET = 0.05
"""The quantile of soft tissue's spread that is taken for the scan's noise."""
_SPREAD_OVER_NOISE = 2.2
_FINE_MM = 1.5
_EDGE_LOWEST_HU = -45.0
_HALF_FILLED_HU = -420.0
_RIM_MM = 2.5
_LEAST_RADIUS_MM = 2.5
_FILM_RADIUS_MM = 7.0
_FLAT_MM = 1e3
_EDGE_MM = 12.0
_WALL_MM = 9.0
_LUNG_MM = 12.0
_LEAST_AT_WALL = 0.5
_LEAST_UNDER_LUNG = 0.25
_LEAST_CORE_ML = 1.0
_LEAST_ML = 6.0
_SIZE_ML = 40.0
_MOST_CANDIDATES = 10


@dataclass(frozen=True, eq=False)
class _Scene:
    """One side on the coarse grid: the place searched, densities, and the lung."""

    site: BoolArray
    hu: FloatArray
    lung: BoolArray
    spacing_mm: SpacingMm

    @property
    def voxel_ml(self) -> float:
        return float(np.prod(self.spacing_mm)) / 1000.0


def pleural_effusion(field: Field, finding: Finding) -> Answer:
    """Candidates for pleural effusions, the surest first; they do not overlap."""
    del finding  # thickness is no diameter; the count is one a side
    steps = steps_for(field.spacing_mm, _COARSE_MM)
    spacing = scaled(field.spacing_mm, steps)
    site = block_mean(field.site.astype(np.float32), steps) > 0.5
    hu = block_mean(np.clip(field.hu, -1000, 200).astype(np.float32), steps)
    lung = block_mean(crop_of(field.organs, LUNG_SIDES, field.crop).astype(np.float32), steps) > 0.5
    scene = _Scene(site, hu, lung & site, spacing)
    if not scene.lung.any():
        return Answer((), "no lung is seen there")
    labels, sizes = components(_fluid(scene), 6)
    out: list[Candidate] = []
    taken = np.zeros(site.shape, dtype=np.bool_, order="F")
    for label in range(1, min(len(sizes), _MOST_CANDIDATES + 1)):
        if sizes[label] * scene.voxel_ml < _LEAST_CORE_ML:
            break
        own = labels == label
        lies = _lies_as_fluid(own, scene)
        if lies <= 0:
            continue
        grown = (own | _edge(own, scene)) & ~taken
        volume_ml = float(np.count_nonzero(grown)) * scene.voxel_ml
        if volume_ml < _LEAST_ML:
            continue
        taken |= grown
        region = placed(repeated(grown, steps, field.hu.shape) & field.site, field.crop)
        confidence = lies * (1.0 - np.exp(-volume_ml / _SIZE_ML))
        if region.count:
            out.append(Candidate(region, round(float(confidence), 4)))
    out.sort(key=lambda c: -c.confidence)
    return Answer(tuple(out), "no even fluid lies there between lung and ribs")


def _fluid(scene: _Scene) -> BoolArray:
    """Even density between fat's and muscle's; aerated lung beside it does not count."""
    solid = scene.hu > _SOLID_HU
    mean, spread = _around(scene.hu, solid, scene.spacing_mm, _SMOOTH_MM)
    soft = scene.site & solid & (mean > _SOFT_LOWEST_HU) & (mean < _SOFT_HIGHEST_HU)
    if not soft.any():
        return soft
    noise = float(np.quantile(spread[soft], _QUIET))
    even = spread < _SPREAD_OVER_NOISE * noise
    fluid = scene.site & solid & even & (mean > _LOWEST_HU) & (mean < _HIGHEST_HU)
    return open_mm(fluid, _LEAST_RADIUS_MM, scene.spacing_mm) | _film(fluid, scene)


def _film(fluid: BoolArray, scene: _Scene) -> BoolArray:
    """Fluid too thin to be opened: a wide sheet between the lung and the wall behind it."""
    i, j, k = scene.spacing_mm
    close = _near_behind(fluid, ~scene.site, _WALL_MM / j)
    close &= _near_behind(fluid[:, ::-1], scene.lung[:, ::-1], _LUNG_MM / j)[:, ::-1]
    sheet = np.asarray(close.any(axis=1))[:, None, :]
    wide = open_mm(sheet, _FILM_RADIUS_MM, (i, _FLAT_MM, k))
    return np.asarray(close & wide)


def _near_behind(own: BoolArray, other: BoolArray, most: float) -> BoolArray:
    """The voxels of ``own`` with a voxel of ``other`` at most ``most`` voxels behind them."""
    run = np.cumsum(other, axis=1, dtype=np.int16)
    steps = int(most) + 1
    before = np.zeros_like(run)
    before[:, steps:] = run[:, :-steps]
    return np.asarray(own & (run > before))


def _around(
    hu: FloatArray, solid: BoolArray, spacing_mm: SpacingMm, sigma_mm: float
) -> tuple[FloatArray, FloatArray]:
    """Mean and standard deviation of the solid voxels around each voxel."""
    weight = smooth(solid.astype(np.float32), sigma_mm, spacing_mm)
    share = np.maximum(weight, np.float32(1e-3))
    known = np.where(solid, hu, np.float32(0))
    mean = smooth(known, sigma_mm, spacing_mm) / share
    square = smooth(known * known, sigma_mm, spacing_mm) / share
    return np.asarray(mean), np.asarray(np.sqrt(np.maximum(square - mean * mean, 0.0)))


def _edge(own: BoolArray, scene: _Scene) -> BoolArray:
    """What a core's smoothing took from it: fluid towards the wall, half-filled voxels at lung."""
    solid = scene.hu > _SOLID_HU
    mean, _ = _around(scene.hu, solid, scene.spacing_mm, _FINE_MM)
    even = solid & (mean > _EDGE_LOWEST_HU) & (mean < _HIGHEST_HU)
    grown = dilate_mm(own, _EDGE_MM, scene.spacing_mm) & scene.site & even
    grown = open_mm(grown | own, 1.5, scene.spacing_mm) | own
    half = (scene.hu > _HALF_FILLED_HU) & ~solid & scene.site
    return grown | (dilate_mm(grown, _RIM_MM, scene.spacing_mm) & half)


def _lies_as_fluid(own: BoolArray, scene: _Scene) -> float:
    """How surely a core lies as free fluid does, 0..1; 0 off the wall or not under the lung."""
    columns = own.any(axis=1)
    at_wall = _behind(own, ~scene.site, _WALL_MM / scene.spacing_mm[1])[columns].mean()
    under = _before(own, scene.lung, _LUNG_MM / scene.spacing_mm[1])[columns].mean()
    if at_wall < _LEAST_AT_WALL or under < _LEAST_UNDER_LUNG:
        return 0.0
    return float(at_wall * _lowness(own, scene.lung))


def _behind(own: BoolArray, other: BoolArray, most: float) -> BoolArray:
    """Per column (i, k): whether ``other`` begins at most ``most`` voxels behind ``own``."""
    first = own.argmax(axis=1)
    j = np.arange(own.shape[1])[None, :, None]
    close = (j < first[:, None]) & (j >= first[:, None] - most - 1)
    return np.asarray((other & close).any(axis=1) | (first <= most))


def _before(own: BoolArray, other: BoolArray, most: float) -> BoolArray:
    """Per column (i, k): whether ``other`` begins at most ``most`` voxels before ``own``."""
    return _behind(own[:, ::-1], other[:, ::-1], most)


def _lowness(own: BoolArray, lung: BoolArray) -> float:
    """1 when the layer lies at the lung's back (supine: low j), 0 when at its front."""
    rows = np.flatnonzero(lung.any(axis=(0, 2)))
    mean = float(np.argwhere(own)[:, 1].mean())
    return float(np.clip(1.0 - (mean - rows[0]) / max(1, rows[-1] - rows[0]), 0.0, 1.0))
