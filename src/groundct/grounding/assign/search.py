"""Ask the finding segmenter, side by side, and hold its answers to the named place."""

from __future__ import annotations

import numpy as np

from groundct.core.contracts import Candidate, FindingRequest, FindingSegmenter
from groundct.core.report import Finding
from groundct.core.volume import BoolArray, RegionMask
from groundct.grounding._space.crops import grown_mm
from groundct.grounding.assign.atlas import Atlas, Spot
from groundct.grounding.assign.claims import Offer
from groundct.grounding.assign.names import lungs_of, side_of

_LEAST_INSIDE_SHARE = 0.5
_LEAST_IN_PLACE_SHARE = 0.2
"""Of a candidate, in the approximate place itself: less of it belongs to another lobe."""
_BORDER_MM = 5.0
_UNCERTAIN = 0.7


def offers_of(
    atlas: Atlas, finding: Finding, spots: tuple[Spot, ...], segmenter: FindingSegmenter
) -> list[Offer]:
    """What the segmenter finds for one finding; empty when it looked and found nothing."""
    out: list[Offer] = []
    for side, group in _by_side(spots):
        site = atlas.search_site(group, finding.category)
        if not site.any():
            continue
        request = FindingRequest(finding, atlas.volume, atlas.organs, site)
        strict = _strict(atlas, group)
        for candidate in segmenter.segment(request).candidates:
            kept = _held(candidate, site, strict, finding)
            if kept is not None:
                each = side if finding.laterality == "bilateral" else None
                out.append(Offer(finding, each, kept))
    return out


def _by_side(spots: tuple[Spot, ...]) -> list[tuple[str | None, tuple[Spot, ...]]]:
    groups: dict[str | None, list[Spot]] = {}
    for spot in spots:
        groups.setdefault(side_of(spot.name), []).append(spot)
    return [(side, tuple(group)) for side, group in groups.items()]


def _strict(atlas: Atlas, spots: tuple[Spot, ...]) -> BoolArray | None:
    """The approximate place itself, a little grown; None when all of the search site is meant."""
    if not all(spot.approximate and lungs_of(spot.name) for spot in spots):
        return None
    if any("pleura" in spot.name for spot in spots):
        return None
    geometry = atlas.volume.geometry
    place = np.zeros(geometry.shape, dtype=np.bool_, order="F")
    for spot in spots:
        place[spot.mask.slices] |= spot.mask.voxels
    return grown_mm(place, _BORDER_MM, geometry.spacing_mm)


def _held(
    candidate: Candidate, site: BoolArray, strict: BoolArray | None, finding: Finding
) -> Candidate | None:
    """A candidate cut to its search site; less sure where it leaves the place itself."""
    mask = candidate.mask
    cut = mask.voxels & site[mask.slices]
    inside = int(np.count_nonzero(cut))
    if inside == 0 or inside < _LEAST_INSIDE_SHARE * mask.count:
        return None
    confidence = candidate.confidence
    if strict is not None:
        share = np.count_nonzero(cut & strict[mask.slices]) / inside
        if share < _LEAST_IN_PLACE_SHARE:
            return None
        confidence *= 0.4 + 0.6 * share
    if finding.presence == "uncertain":
        confidence *= _UNCERTAIN
    inner = RegionMask.of(cut)
    i, j, k = (a + b for a, b in zip(mask.offset, inner.offset, strict=True))
    return Candidate(RegionMask((i, j, k), inner.voxels), round(float(confidence), 4))
