"""Ask the finding segmenter, side by side, and hold its answers to the named place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from groundct.core.contracts import Candidate, FindingRequest, FindingSegmenter
from groundct.core.report import Finding
from groundct.core.volume import BoolArray, RegionMask
from groundct.grounding._space.crops import grown_mm
from groundct.grounding.assign.atlas import Atlas, Spot
from groundct.grounding.assign.claims import Offer
from groundct.grounding.assign.names import is_lung_part, lungs_of, side_of

_LEAST_INSIDE_SHARE = 0.3
_DENTED_MM = 20.0
"""How far a lesion at the wall may reach out of a site that was drawn without it."""
_DENTED = frozenset({"2d"})
_BORDER_MM = 3.0
_BORDER_PER_DOUBT_MM = 8.0
"""How far a place is grown before candidates are held to it: more where its mask is less sure."""
_LEAST_IN_PLACE_SHARE = {True: 0.2, False: 0.35}
"""Of a candidate, in the place itself (approximate, or drawn): less belongs to another lobe."""
_NEAR_SEGMENT_MM = 15.0
_OFF_SEGMENT = 0.7
_LEAST_NEAR_SEGMENT = 0.2
"""Of a pattern that spreads: so much near its segment, and the rest of it is not meant."""
_UNCERTAIN = 0.7


@dataclass(frozen=True, eq=False)
class Search:
    """What a segmenter offers for a finding, and why it offers nothing where it does not."""

    offers: tuple[Offer, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Place:
    """What a candidate is held to: the search site, the place grown a little, the lung segment.

    ``reach`` is where its voxels may lie: the site, and for nodules the wall beside it.
    """

    site: BoolArray
    reach: BoolArray
    strict: BoolArray | None
    least_share: float
    segment: BoolArray | None


def search(
    atlas: Atlas, finding: Finding, spots: tuple[Spot, ...], segmenter: FindingSegmenter
) -> Search:
    """Everything that the segmenter finds for one finding in its places."""
    offers: list[Offer] = []
    reasons: list[str] = []
    for side, group in _by_side(spots):
        site = atlas.search_site(group, finding.category, largest_mm(finding))
        if not site.any():
            reasons.append("the place holds no voxels to look in")
            continue
        answer = segmenter.segment(FindingRequest(finding, atlas.volume, atlas.organs, site))
        place = _place(atlas, finding, group, site)
        held = [_held(candidate, place, finding) for candidate in answer.candidates]
        kept = [candidate for candidate in held if candidate is not None]
        each = side if finding.laterality == "bilateral" else None
        offers += [Offer(finding, each, candidate) for candidate in kept]
        if not answer.candidates:
            reasons.append(answer.reason)
        elif not kept:
            names = ", ".join(spot.name for spot in group)
            reasons.append(f"what looks like it does not lie in the {names}")
    return Search(tuple(offers), tuple(dict.fromkeys(reasons)))


def largest_mm(finding: Finding) -> float:
    """The largest size that a finding states, in mm; 0 without any."""
    return max((v for m in finding.measurements for v in m.values_mm), default=0.0)


def _by_side(spots: tuple[Spot, ...]) -> list[tuple[str | None, tuple[Spot, ...]]]:
    groups: dict[str | None, list[Spot]] = {}
    for spot in spots:
        groups.setdefault(side_of(spot.name), []).append(spot)
    return [(side, tuple(group)) for side, group in groups.items()]


def _place(atlas: Atlas, finding: Finding, spots: tuple[Spot, ...], site: BoolArray) -> _Place:
    """How strictly candidates are held to a place: by how its border was drawn."""
    reach = site
    if finding.category in _DENTED:
        reach = grown_mm(site, _DENTED_MM, atlas.volume.geometry.spacing_mm)
        reach &= site | ~atlas.other_lungs(spots)
    wide = tuple(atlas.widest(spot) for spot in spots)
    if not all(_is_part(spot) for spot in wide):
        return _Place(site, reach, None, 0.0, None)
    approximate = any(spot.approximate for spot in wide)
    doubt = max(0.0, 0.9 - min(spot.confidence for spot in wide))
    strict = _grown(atlas, wide, _BORDER_MM + _BORDER_PER_DOUBT_MM * doubt)
    narrow = tuple(spot for spot, lobe in zip(spots, wide, strict=True) if spot is not lobe)
    segment = _grown(atlas, narrow, _NEAR_SEGMENT_MM) if narrow else None
    return _Place(site, reach, strict, _LEAST_IN_PLACE_SHARE[approximate], segment)


def _is_part(spot: Spot) -> bool:
    """Whether a place has a border inside its lung that a candidate can be held to."""
    approximate_site = spot.approximate and bool(lungs_of(spot.name))
    return (is_lung_part(spot.name) or approximate_site) and "pleura" not in spot.name


def _grown(atlas: Atlas, spots: tuple[Spot, ...], margin_mm: float) -> BoolArray:
    geometry = atlas.volume.geometry
    place = np.zeros(geometry.shape, dtype=np.bool_, order="F")
    for spot in spots:
        place[spot.mask.slices] |= spot.mask.voxels
    return grown_mm(place, margin_mm, geometry.spacing_mm)


def _held(candidate: Candidate, place: _Place, finding: Finding) -> Candidate | None:
    """A candidate cut to its search site; less sure where it leaves the place itself."""
    mask = candidate.mask
    held = np.count_nonzero(mask.voxels & place.site[mask.slices])
    cut = mask.voxels & place.reach[mask.slices]
    inside = int(np.count_nonzero(cut))
    if held == 0 or held < _LEAST_INSIDE_SHARE * mask.count or 2 * inside < mask.count:
        return None
    confidence = candidate.confidence
    if place.strict is not None:
        share = np.count_nonzero(cut & place.strict[mask.slices]) / inside
        if share < place.least_share:
            return None
        confidence *= 0.4 + 0.6 * share
    if place.segment is not None:
        near = cut & place.segment[mask.slices]
        share = np.count_nonzero(near) / inside
        if finding.focal is False and share >= _LEAST_NEAR_SEGMENT:
            cut = near
        confidence *= _OFF_SEGMENT + (1 - _OFF_SEGMENT) * share
    if finding.presence == "uncertain":
        confidence *= _UNCERTAIN
    inner = RegionMask.of(cut)
    i, j, k = (a + b for a, b in zip(mask.offset, inner.offset, strict=True))
    return Candidate(RegionMask((i, j, k), inner.voxels), round(float(confidence), 4))
