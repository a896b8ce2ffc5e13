"""Where a name lies in this case: an organ's mask, an approximate site, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from groundct.anatomy.sites import approximate_lobes, approximate_segments
from groundct.core.volume import BoolArray, LabelMap, RegionMask, Volume
from groundct.grounding._space.crops import LUNG_SIDES, around, crop_of, grown_mm, whole
from groundct.grounding._space.lungs import filled_site
from groundct.grounding._space.spaces import SpaceName, space_of
from groundct.grounding.assign.names import (
    PLEURA,
    SIDES,
    is_lung_part,
    is_paired,
    lungs_of,
    side_of,
)
from groundct.grounding.assign.rim import pleural_rim
from groundct.imaging.shape import region_statistics
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.segments import segments

_TOO_WIDE = frozenset({"bone", "abdomen", "mediastinum"})
_SITE_MARGIN_MM = {True: 15.0, False: 8.0}
"""How far around an approximate place, and around a drawn one, is looked."""
_NEAR_SEGMENT_MM = 15.0
_DIFFUSE = frozenset({"1a", "1b", "1d", "1e"})
"""Patterns judged by how much of them a place holds: a whole lobe would thin out a segment's."""
_DENTING = frozenset({"2d"})
_LARGE_MM = 18.0
_SIZE_SHARE = 0.7
_NO_LUNG = ("mediastinal tissue", "heart", "aorta", "rib", "vertebrae", "liver", "spleen")
_ORGAN_CONFIDENCE = 0.9
"""Of a mask whose segmenter states none."""
_FLUID = frozenset({"2e"})
_WHOLE_CAVITY = frozenset({"2b", "2e", "2g"})
_WITH_CAVITY = frozenset({"2b", "2g"})


@dataclass(frozen=True, eq=False)
class Spot:
    """A place with voxels. ``confidence`` says how well the mask stands for the name, 0..1."""

    name: str
    kind: Literal["organ", "site"]
    mask: RegionMask
    approximate: bool
    confidence: float


@dataclass(frozen=True)
class Missing:
    """A place without voxels, and why."""

    reason: Literal["not_segmented", "outside_scan"]
    detail: str


class Atlas:
    """The places of one case; masks are made when first asked for and then kept."""

    def __init__(self, volume: Volume, organs: LabelMap) -> None:
        self.volume = volume
        self.organs = organs
        self._spots: dict[str, Spot | Missing] = {}
        self._drawn: dict[str, RegionMask] | None = None
        self._spaces: dict[tuple[SpaceName, tuple[str, ...]], BoolArray] = {}
        self._closed: dict[tuple[str, ...], BoolArray] = {}

    def look(self, name: str) -> Spot | Missing:
        """The place of a structure, region, lobe or lung segment by name."""
        if name not in self._spots:
            found = self._find(name)
            if isinstance(found, Spot) and found.mask.count == 0:
                detail = f"{name} holds no voxel at this scan's resolution."
                found = Missing("not_segmented", detail)
            self._spots[name] = found
        return self._spots[name]

    def search_site(
        self, spots: tuple[Spot, ...], category: str, size_mm: float = 0.0
    ) -> BoolArray:
        """Where a finding segmenter may look: the spots, with the slack that their kind needs.

        Parts of a lung and approximate sites get a margin within their own lung, and a lung
        segment, which no rule sees, is looked for in its whole lobe, or for patterns that fill a
        place within 15 mm. Findings of the pleural space
        and those that hide lung from its mask are looked for in the thoracic cavity of that side,
        since a lobe that is drawn in what is left of the lung does not hold them; so are nodules
        of a stated ``size_mm`` that may have taken a piece of the lung's mask away.
        """
        shape = self.volume.geometry.shape
        out = np.zeros(shape, dtype=np.bool_, order="F")
        for spot in spots:
            lungs = lungs_of(spot.name)
            if not lungs:
                out[spot.mask.slices] |= spot.mask.voxels
                continue
            space = self._space(lungs, category)
            if size_mm >= _LARGE_MM and category in _DENTING:
                space = space | self._cavity_of_lung(lungs)
            wide = self.widest(spot)
            if category in _WHOLE_CAVITY or not (wide.approximate or is_lung_part(wide.name)):
                out |= space
            else:
                margin_mm = max(_SITE_MARGIN_MM[wide.approximate], _SIZE_SHARE * size_mm)
                if spot is not wide and category in _DIFFUSE:
                    wide, margin_mm = spot, _NEAR_SEGMENT_MM
                dense = wide.mask.dense(shape)
                out |= grown_mm(dense, margin_mm, self.volume.geometry.spacing_mm) & space
        return out

    def widest(self, spot: Spot) -> Spot:
        """The lobe of a lung segment; any other place itself."""
        for segment in segments():
            if segment.name == spot.name and isinstance(lobe := self.look(segment.lobe), Spot):
                return lobe
        return spot

    def other_lungs(self, spots: tuple[Spot, ...]) -> BoolArray:
        """The lungs that no place lies in: never to be entered."""
        own = {lung for spot in spots for lung in lungs_of(spot.name)}
        out = np.zeros(self.volume.geometry.shape, dtype=np.bool_, order="F")
        for name in LUNG_SIDES:
            if name not in own and isinstance(spot := self.look(name), Spot):
                out[spot.mask.slices] |= spot.mask.voxels
        return out

    def _space(self, lungs: tuple[str, ...], category: str) -> BoolArray:
        if category in _FLUID:
            return self._around("pleural space", lungs)
        if category in _WITH_CAVITY:
            return self._around("thoracic cavity", lungs)
        return self._lungs(lungs)

    def _find(self, name: str) -> Spot | Missing:
        for way in (self._organ, self._lung_part, self._rim, self._pair, self._region, self._half):
            found = way(name)
            if found is not None:
                return found
        return self._holder(name) or Missing("not_segmented", f"No mask answers for {name}.")

    def _organ(self, name: str) -> Spot | Missing | None:
        if name not in self.organs.names:
            return None
        mask = RegionMask.of(crop_of(self.organs, (name,), whole(self.volume.geometry.shape)))
        if mask.count == 0:
            return Missing("outside_scan", f"The segmenter looked for {name} and found no voxels.")
        segment = self.organs.segment(name)
        sure = _ORGAN_CONFIDENCE if segment.confidence is None else segment.confidence
        rests_on_place = segment.method == "spatial prior"
        return Spot(name, "organ", mask, approximate=rests_on_place, confidence=sure)

    def _lung_part(self, name: str) -> Spot | Missing | None:
        if not is_lung_part(name):
            return None
        if not any(lung in self.organs.names for lung in lungs_of(name)):
            return Missing("not_segmented", f"{name} is drawn in its lung, which has no mask.")
        if self._drawn is None:
            self._drawn = {
                **approximate_lobes(self.organs),
                **approximate_segments(self.organs),
            }
        wanted = [name] if side_of(name) else [f"{side} {name}" for side in SIDES]
        masks = [self._drawn[n] for n in wanted if n in self._drawn]
        if not masks:
            return Missing("outside_scan", f"The lung of {name} has no voxels in this scan.")
        confidence = 0.6 if name.endswith(" lobe") else 0.45
        return Spot(name, "site", self._union(masks), approximate=True, confidence=confidence)

    def _rim(self, name: str) -> Spot | Missing | None:
        if PLEURA not in name.split():
            return None
        lungs = [spot for lung in lungs_of(name) if isinstance(spot := self.look(lung), Spot)]
        if not lungs:
            missing = self.look(lungs_of(name)[0])
            return missing if isinstance(missing, Missing) else None
        geometry = self.volume.geometry
        masks = [pleural_rim(spot.mask, geometry) for spot in lungs]
        barred = [
            s.mask
            for lung in LUNG_SIDES
            if isinstance(s := self.look(lung), Spot) and lung not in lungs_of(name)
        ]
        mask = self._union(masks, barred)
        return Spot(name, "site", mask, approximate=True, confidence=0.5)

    def _pair(self, name: str) -> Spot | Missing | None:
        if not is_paired(name) or name in self.organs.names:
            return None
        spots = [self._organ(f"{side} {name}") for side in SIDES]
        masks = [spot.mask for spot in spots if isinstance(spot, Spot)]
        if len(masks) < 2:
            return None
        return Spot(name, "site", self._union(masks), approximate=False, confidence=0.9)

    def _region(self, name: str) -> Spot | Missing | None:
        definition = anatomy().regions.get(name)
        if definition is None:
            return None
        spots = {m: self.look(m) for m in definition.members if m != name}
        there = {m: spot for m, spot in spots.items() if isinstance(spot, Spot)}
        tissue = any(m.endswith(" tissue") for m in there)
        if not there or not (tissue or 2 * len(there) >= len(spots)):
            return None
        mask = self._union([spot.mask for spot in there.values()])
        complete = len(there) == len(spots)
        confidence = 0.9 if complete else 0.6
        return Spot(name, "site", mask, approximate=not complete, confidence=confidence)

    def _half(self, name: str) -> Spot | Missing | None:
        """The left or right half of a paired structure that has one mask for both sides."""
        side, _, whole = name.partition(" ")
        if side not in SIDES or not is_paired(whole):
            return None
        both = self._organ(whole)
        middle = self._midline()
        if middle is None or not isinstance(both, Spot):
            return both if isinstance(both, Missing) else None
        cut = int(np.clip(round(middle) - both.mask.offset[0], 0, both.mask.voxels.shape[0]))
        voxels = both.mask.voxels.copy(order="F")
        if side == "left":
            voxels[cut:] = False
        else:
            voxels[: cut + 1] = False
        inner = RegionMask.of(voxels)
        if inner.count == 0:
            return Missing("outside_scan", f"{whole} has no voxels on the {side}.")
        i, j, k = (a + b for a, b in zip(both.mask.offset, inner.offset, strict=True))
        mask = RegionMask((i, j, k), inner.voxels)
        return Spot(name, "site", mask, approximate=True, confidence=0.6)

    def _holder(self, name: str) -> Spot | None:
        """The nearest segmented structure that holds the named one, on the same side."""
        if name not in anatomy().structures:
            return None
        side = side_of(name)
        for path in reversed(anatomy().ancestors(anatomy().path_of(name))):
            holder = anatomy().leaf(path)
            if side and side_of(holder) is None and is_paired(holder):
                holder = f"{side} {holder}"
            if holder in _TOO_WIDE or holder == name:
                continue
            spot = self._organ(holder) or self._half(holder)
            if isinstance(spot, Spot):
                return Spot(spot.name, spot.kind, spot.mask, spot.approximate, 0.4)
        return None

    def _midline(self) -> float | None:
        """The index i of the midline: of the spine, else half way between the lungs."""
        geometry = self.volume.geometry
        for name in ("spinal canal", "vertebrae"):
            spot = self._organ(name)
            if isinstance(spot, Spot):
                return region_statistics(spot.mask, geometry).centroid_index[0]
        lungs = [spot for lung in LUNG_SIDES if isinstance(spot := self.look(lung), Spot)]
        if len(lungs) < 2:
            return None
        means = [region_statistics(spot.mask, geometry).centroid_index[0] for spot in lungs]
        return sum(means) / 2

    def _union(self, masks: list[RegionMask], barred: list[RegionMask] | None = None) -> RegionMask:
        if len(masks) == 1 and not barred:
            return masks[0]
        out = np.zeros(self.volume.geometry.shape, dtype=np.bool_, order="F")
        for mask in masks:
            out[mask.slices] |= mask.voxels
        for mask in barred or []:
            out[mask.slices] &= ~mask.voxels
        return RegionMask.of(out)

    def _lungs(self, lungs: tuple[str, ...]) -> BoolArray:
        """The lungs with dents and holes closed, so that dense lesions are inside."""
        if lungs not in self._closed:
            spacing = self.volume.geometry.spacing_mm
            out = np.zeros(self.volume.geometry.shape, dtype=np.bool_, order="F")
            for lung in lungs:
                spot = self.look(lung)
                if isinstance(spot, Spot):
                    dense = spot.mask.dense(self.volume.geometry.shape)
                    crop = around(dense, spacing, 6.0)
                    if crop is not None:
                        out[crop] |= filled_site(dense[crop], self.organs, crop, spacing)
            self._closed[lungs] = out
        return self._closed[lungs]

    def _both_lungs(self) -> dict[str, BoolArray]:
        """Full-size masks of the lungs that are segmented."""
        spots = {name: self.look(name) for name in LUNG_SIDES if name in self.organs.names}
        return {
            name: spot.mask.dense(self.volume.geometry.shape)
            for name, spot in spots.items()
            if isinstance(spot, Spot)
        }

    def _around(self, name: SpaceName, lungs: tuple[str, ...]) -> BoolArray:
        key = (name, lungs)
        if key not in self._spaces:
            both = self._both_lungs()
            self._spaces[key] = space_of(name, self.volume, self.organs, lungs, both)
        return self._spaces[key]

    def _cavity_of_lung(self, lungs: tuple[str, ...]) -> BoolArray:
        """The cavity of these lungs without what is known to be no lung."""
        out = self._around("thoracic cavity", lungs).copy(order="F")
        for name in _NO_LUNG:
            if isinstance(spot := self.look(name), Spot) and spot.name == name:
                out[spot.mask.slices] &= ~spot.mask.voxels
        return out
