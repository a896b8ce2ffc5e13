"""Nodules and masses: blob centres, a region around each, ranked by shape and by the stated size.

Around a centre the border is drawn at half height between the lesion's own core and the lung, as
readers do; an opening in proportion to the lesion's size cuts vessels, and the filled site cuts
the chest wall. Without a stated size the region is drawn again at the size it turned out to have.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundct.core.contracts import Candidate
from groundct.core.report import Finding
from groundct.core.volume import BoolArray, RegionMask
from groundct.grounding._hu_text.blobs import Blob, find_blobs
from groundct.grounding._hu_text.field import Field
from groundct.grounding._hu_text.stated import size_fit, stated_diameter_mm
from groundct.grounding._space.crops import placed
from groundct.imaging.components import Crop, components
from groundct.imaging.distances import SpacingMm, dilate_mm, distance_mm
from groundct.imaging.shape import longest_axial_diameter_mm

Index = tuple[int, int, int]

_RADII_MM = (2.5, 4.0, 6.5, 10.0, 16.0)
_MOST_BLOBS = 40
_MOST_CANDIDATES = 8
_LUNG_HU = -850.0
_BORDER_HEIGHT = 0.45
_LEAST_CONFIDENCE = 0.05
_CUT_SHARE = 0.3
"""What is thinner than this share of the lesion is cut from it: vessels, spicules."""


@dataclass(frozen=True, eq=False)
class _Lesion:
    mask: BoolArray
    crop: Crop
    diameter_mm: float
    confidence: float


def nodules(field: Field, finding: Finding) -> tuple[Candidate, ...]:
    """Candidates for a nodule or mass, best first."""
    stated = stated_diameter_mm(finding)
    radii = _RADII_MM if stated is None else (0.4 * stated, 0.55 * stated)
    lesions = [
        lesion
        for blob in find_blobs(field, radii, _MOST_BLOBS)
        if (lesion := _lesion(field, blob, stated)) is not None
        and lesion.confidence >= _LEAST_CONFIDENCE
    ]
    lesions.sort(key=lambda lesion: -lesion.confidence)
    taken = np.zeros(field.hu.shape, dtype=np.bool_, order="F")
    out: list[Candidate] = []
    for lesion in lesions:
        if taken[lesion.crop][lesion.mask].any():
            continue
        taken[lesion.crop] |= lesion.mask
        mask = placed(lesion.mask, field.crop, lesion.crop)
        out.append(Candidate(mask, lesion.confidence))
        if len(out) == _MOST_CANDIDATES:
            break
    return tuple(out)


def _lesion(field: Field, blob: Blob, stated_mm: float | None) -> _Lesion | None:
    if stated_mm is not None:
        return _drawn(field, blob.centre, stated_mm, stated_mm)
    lesion = _drawn(field, blob.centre, 2 * blob.radius_mm, None)
    for _ in range(2):
        if lesion is None:
            return None
        again = _drawn(field, blob.centre, 1.1 * lesion.diameter_mm, None)
        if again is None or again.diameter_mm < 1.1 * lesion.diameter_mm:
            break
        lesion = again
    return lesion


def _drawn(
    field: Field, centre: Index, expected_mm: float, stated_mm: float | None
) -> _Lesion | None:
    crop, own_centre = _window(field, centre, expected_mm + 6.0)
    hu, inside = field.hu[crop], field.filled[crop]
    away = _distance_from(own_centre, hu.shape, field.spacing_mm)
    near = away <= max(0.25 * expected_mm, 1.5 * max(field.spacing_mm[:2]))
    if not (near & inside).any():
        return None
    core_hu = min(float(np.median(hu[near & inside])), 50.0)
    border_hu = _LUNG_HU + _BORDER_HEIGHT * (core_hu - _LUNG_HU)
    dense = (hu > border_hu) & inside & (away <= max(0.85 * expected_mm, 4.0))
    mask = _cut_free(dense, away, _CUT_SHARE * expected_mm / 2, field.spacing_mm)
    if mask is None:
        return None
    shell = dilate_mm(mask, 3.0, field.spacing_mm) & ~dilate_mm(mask, 1.0, field.spacing_mm)
    ring = hu[shell & inside]
    crowding = float(np.mean(ring > border_hu)) if ring.size else 1.0
    embedding = float(np.mean(inside[shell])) if shell.any() else 0.0
    diameter = longest_axial_diameter_mm(RegionMask((0, 0, 0), mask), field.geometry)
    size = 1.0 - np.exp(-diameter / 6.0) if stated_mm is None else size_fit(diameter, stated_mm)
    contrast = float(np.clip((core_hu + 800.0) / 500.0, 0.0, 1.0))
    shape = _roundness(mask, field.spacing_mm)
    confidence = float(size) * shape * (1 - crowding) ** 2 * contrast * (0.5 + 0.5 * embedding)
    return _Lesion(mask, crop, diameter, round(confidence, 4))


def _cut_free(
    dense: BoolArray, away: NDArray[np.float32], radius_mm: float, spacing_mm: SpacingMm
) -> BoolArray | None:
    """The dense part nearest the centre without what hangs on it by less than twice the radius."""
    depth = distance_mm(dense, spacing_mm)
    radius = min(radius_mm, 0.6 * float(depth.max()))
    core = depth > radius
    if not core.any():
        return None
    labels, _ = components(core, 6)
    nearest = np.unravel_index(np.where(core, away, np.inf).argmin(), away.shape)
    own = labels == labels[nearest]
    return dilate_mm(own, radius + 0.75 * min(spacing_mm), spacing_mm) & dense


def _roundness(mask: BoolArray, spacing_mm: SpacingMm) -> float:
    """Ratio of the shortest to the longest principal axis by second moments, 0..1."""
    points = np.argwhere(mask) * np.array(spacing_mm)
    offsets = points - points.mean(axis=0)
    spread = offsets.T @ offsets / len(points)
    axes = np.sqrt(np.linalg.eigvalsh(spread + np.diag(np.square(spacing_mm) / 12.0)))
    return float(axes[0] / axes[2])


def _window(field: Field, centre: Index, half_mm: float) -> tuple[Crop, Index]:
    parts = []
    for c, n, step in zip(centre, field.hu.shape, field.spacing_mm, strict=True):
        half = int(np.ceil(half_mm / step))
        parts.append(slice(max(0, c - half), min(n, c + half + 1)))
    i, j, k = (c - part.start for c, part in zip(centre, parts, strict=True))
    return (parts[0], parts[1], parts[2]), (i, j, k)


def _distance_from(
    centre: Index, shape: tuple[int, ...], spacing_mm: SpacingMm
) -> NDArray[np.float32]:
    x, y, z = (
        ((np.arange(n) - c) * step).astype(np.float32) ** 2
        for n, c, step in zip(shape, centre, spacing_mm, strict=True)
    )
    return np.asarray(np.sqrt(x[:, None, None] + y[None, :, None] + z[None, None, :]))
