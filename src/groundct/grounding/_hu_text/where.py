"""What a text says of a finding's place within the lung: at the pleura, along bronchi, below."""

from __future__ import annotations

from typing import Final

import numpy as np

from groundct.core.contracts import Candidate
from groundct.core.report import Finding
from groundct.core.volume import BoolArray, RegionMask
from groundct.grounding._hu_text.field import Field
from groundct.grounding._space.crops import (
    LUNG_SIDES,
    FloatArray,
    crop_of,
    scaled,
    steps_for,
    thinned,
)
from groundct.imaging.distances import distance_mm

_COARSE_MM = 2.5
_ELSEWHERE = 0.4
"""What is left of a candidate's confidence when it lies elsewhere than the text says."""
_AT_PLEURA_MM, _AT_PLEURA_QUANTILE = 10.0, 0.25
_INNER_MM = 15.0
_LOWER_PART = 0.5

_OUTER: Final = frozenset({"subpleural", "peripheral", "paraseptal"})
_INNER: Final = frozenset({"peribronchovascular", "central"})
_LOW: Final = frozenset({"dependent"})


def weighed(
    candidates: tuple[Candidate, ...], field: Field, finding: Finding
) -> tuple[Candidate, ...]:
    """The candidates, less sure where they do not lie as the text says; best first."""
    told = {relation.kind for relation in finding.relations} | set(finding.modifiers)
    if not (told & (_OUTER | _INNER | _LOW) and candidates):
        return candidates
    steps = steps_for(field.spacing_mm, _COARSE_MM)
    lung = thinned(crop_of(field.organs, LUNG_SIDES, field.crop) | field.filled, steps)
    deep_mm = distance_mm(lung, scaled(field.spacing_mm, steps))
    out = []
    for candidate in candidates:
        own = thinned(_in_crop(candidate.mask, field), steps)
        fits = not own.any() or _fits(own, lung, deep_mm, told)
        sure = candidate.confidence * (1.0 if fits else _ELSEWHERE)
        out.append(Candidate(candidate.mask, round(sure, 4)))
    return tuple(sorted(out, key=lambda c: -c.confidence))


def _in_crop(mask: RegionMask, field: Field) -> BoolArray:
    full = np.zeros(field.hu.shape, dtype=np.bool_, order="F")
    i, j, k = (
        slice(start - crop.start, start - crop.start + size)
        for start, crop, size in zip(mask.offset, field.crop, mask.voxels.shape, strict=True)
    )
    full[i, j, k] = mask.voxels
    return full


def _fits(own: BoolArray, lung: BoolArray, deep_mm: FloatArray, told: set[str]) -> bool:
    depth = deep_mm[own]
    if told & _OUTER and float(np.quantile(depth, _AT_PLEURA_QUANTILE)) > _AT_PLEURA_MM:
        return False
    if told & _INNER and float(np.median(depth)) < _INNER_MM:
        return False
    if told & _LOW:
        rows = np.flatnonzero(lung.any(axis=(0, 2)))
        height = (float(np.nonzero(own)[1].mean()) - rows[0]) / max(1, rows[-1] - rows[0])
        return bool(height <= _LOWER_PART)
    return True
