"""Pleural effusion: a layer of fluid density in the cavity, against the lung, low on the table."""

from __future__ import annotations

import numpy as np

from groundct.core.contracts import Candidate
from groundct.core.report import Finding
from groundct.core.volume import BoolArray
from groundct.grounding._hu_text.field import Field
from groundct.grounding._space.crops import (
    LUNG_SIDES,
    block_mean,
    crop_of,
    placed,
    repeated,
    scaled,
    smooth,
    steps_for,
)
from groundct.imaging.components import components
from groundct.imaging.distances import dilate_mm, open_mm

_COARSE_MM = 2.0
_SMOOTH_MM = 2.5
_LOWEST_HU, _HIGHEST_HU = -8.0, 32.0
_EDGE_LOWEST_HU, _EDGE_HIGHEST_HU = -300.0, 40.0
_LEAST_RADIUS_MM = 2.5
_EDGE_MM = 4.0
_CONTACT_MM = 10.0
_LEAST_CONTACT_SHARE = 0.02
_LEAST_ML = 4.0
_MOST_CANDIDATES = 4


def pleural_effusion(field: Field, finding: Finding) -> tuple[Candidate, ...]:
    """Candidates for pleural effusions, the largest dependent layer first; one a side at most."""
    del finding  # thickness is no diameter; the count is one a side
    steps = steps_for(field.spacing_mm, _COARSE_MM)
    spacing = scaled(field.spacing_mm, steps)
    site = block_mean(field.site.astype(np.float32), steps) > 0.5
    hu = block_mean(np.clip(field.hu, -300, 200).astype(np.float32), steps)
    level = smooth(hu, _SMOOTH_MM, spacing)
    fluid = site & (level > _LOWEST_HU) & (level < _HIGHEST_HU)
    fluid = open_mm(fluid, _LEAST_RADIUS_MM, spacing)
    voxel_ml = float(np.prod(spacing)) / 1000.0
    out: list[Candidate] = []
    for name in LUNG_SIDES:
        full_lung = crop_of(field.organs, (name,), field.crop)
        lung = block_mean(full_lung.astype(np.float32), steps) > 0.5
        if not (lung & site).any():
            continue
        near = dilate_mm(lung, _CONTACT_MM, spacing)
        labels, sizes = components(fluid, 6)
        for label in range(1, min(len(sizes), _MOST_CANDIDATES + 1)):
            own = labels == label
            if sizes[label] * voxel_ml < _LEAST_ML or not _touches(own, near):
                continue
            low = _lowness(own, lung)
            grown = dilate_mm(own, _EDGE_MM, spacing) & site
            grown &= (hu > _EDGE_LOWEST_HU) & (hu < _EDGE_HIGHEST_HU)
            size = 1.0 - np.exp(-sizes[label] * voxel_ml / 30.0)
            region = placed(repeated(grown | own, steps, field.hu.shape) & field.site, field.crop)
            if region.count:
                out.append(Candidate(region, round(float(size * low), 4)))
    return _one_a_place(out)


def _touches(own: BoolArray, near: BoolArray) -> bool:
    return bool(np.count_nonzero(own & near) >= _LEAST_CONTACT_SHARE * np.count_nonzero(own))


def _lowness(own: BoolArray, lung: BoolArray) -> float:
    """1 when the layer lies at the lung's back (supine: low j), 0 when at its front."""
    rows = np.flatnonzero(lung.any(axis=(0, 2)))
    mean = float(np.argwhere(own)[:, 1].mean())
    return float(np.clip(1.0 - (mean - rows[0]) / max(1, rows[-1] - rows[0]), 0.0, 1.0))


def _one_a_place(candidates: list[Candidate]) -> tuple[Candidate, ...]:
    """Best first, without those that repeat a place already taken."""
    seen: set[tuple[int, int, int]] = set()
    out = []
    for candidate in sorted(candidates, key=lambda c: -c.confidence):
        if candidate.mask.offset not in seen:
            seen.add(candidate.mask.offset)
            out.append(candidate)
    return tuple(out)
