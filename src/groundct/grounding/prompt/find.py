"""Look for what a free text states: its reading, its places, a finding segmenter, claims."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import cast

import numpy as np

from groundct.anatomy import sentinel
from groundct.anatomy._segment import organs_of
from groundct.core.contracts import Candidate, FindingSegmenter
from groundct.core.geometry import require_same_grid
from groundct.core.options import configured
from groundct.core.plugins import load_plugin
from groundct.core.record import NotGroundable
from groundct.core.report import Finding, Reading
from groundct.core.volume import (
    LabelMap,
    RegionMask,
    Volume,
    require_label_map,
    require_volume,
)
from groundct.grounding._space.crops import LUNG_SIDES
from groundct.grounding.assign.atlas import Atlas, Spot
from groundct.grounding.assign.claims import Offer, claim
from groundct.grounding.assign.places import places_of
from groundct.grounding.assign.regions import measured
from groundct.grounding.assign.search import search
from groundct.grounding.prompt.found import (
    FindingLookedFor,
    FoundFinding,
    Instance,
    PlaceLookedIn,
)
from groundct.grounding.prompt.measure import axial_axes_mm
from groundct.grounding.prompt.text import not_asked_for, read_prompt

_LOBES = (
    *("left lung upper lobe", "left lung lower lobe"),
    *("right lung upper lobe", "right lung middle lobe", "right lung lower lobe"),
)
_LEAST_SHARED = 0.2
_UNSURE = "what is seen there fits the text too poorly, or fits another of its findings better"


def find(
    volume: Volume,
    text: str,
    organs: LabelMap | None = None,
    *,
    segmenter: str = "hu_text",
    options: Mapping[str, str] | None = None,
    language: str = "en",
) -> FoundFinding:
    """Find in a volume what a free text states, such as "34 mm mass in the left lower lobe".

    Args:
        volume: The CT.
        text: A report's words for one finding or several. It is read as a report is, so that
            nothing in it can be an instruction.
        organs: The organs on the same grid; the segmenter ``hu`` makes them when left out.
        segmenter: A finding segmenter's name.
        options: What that segmenter must be told.
        language: The text's, as an ISO 639-1 code.

    Returns:
        The instances with their voxels; none, with the reason, when the text denies the finding,
        no method covers it, or nothing like it lies where the text says. ``issues`` says where
        the scan's content contradicts its header: sides are the header's, and are not corrected.

    Raises:
        PromptError: No finding is read in the text.
        GridError: The organs lie on another grid than the volume.
        OptionError: The segmenter lacks an option or does not know one.
        UnknownPluginError: There is no such segmenter.
        TypeError: ``volume`` or ``organs`` is an array, which has no grid.
    """
    require_volume(volume)
    read_prompt(text, language)  # what cannot be read is refused before organs are looked for
    return finder(volume, organs, segmenter=segmenter, options=options, language=language)(text)


def finder(
    volume: Volume,
    organs: LabelMap | None = None,
    *,
    segmenter: str = "hu_text",
    options: Mapping[str, str] | None = None,
    language: str = "en",
) -> Callable[[str], FoundFinding]:
    """`find` for several texts on one volume: organs and places are found once.

    Example:
        >>> look = finder(volume, organs)                               # doctest: +SKIP
        >>> nodule = look("8 mm nodule in the right upper lobe")        # doctest: +SKIP
        >>> effusion = look("small left pleural effusion")              # doctest: +SKIP
    """
    require_volume(volume)
    plugin = configured(
        cast(FindingSegmenter, load_plugin("grounding", segmenter)), dict(options or {})
    )
    if organs is None:
        organs = organs_of(volume)
    require_label_map(organs)
    require_same_grid(organs.geometry, volume.geometry, "organs")
    atlas = Atlas(volume, organs)
    seen = sentinel.flags(sentinel.look(volume), "scan")

    def look(text: str) -> FoundFinding:
        return replace(find_in(atlas, text, read_prompt(text, language), plugin), issues=seen)

    return look


def find_in(atlas: Atlas, text: str, reading: Reading, plugin: FindingSegmenter) -> FoundFinding:
    """As `find`, for a text that was read and an atlas that serves several texts."""
    refused = _refused(text, reading, plugin)
    places: dict[str, tuple[Spot, ...]] = {}
    offers: list[Offer] = []
    for finding in reading.findings:
        if finding.finding_id in refused:
            continue
        spots = places_of(finding, atlas)
        if isinstance(spots, NotGroundable):
            refused[finding.finding_id] = spots.detail
            continue
        places[finding.finding_id] = spots
        found = search(atlas, finding, spots, plugin)
        offers += found.offers
        refused[finding.finding_id] = "; ".join(found.reasons) or _UNSURE
    claimed = claim(offers, reading)
    instances: list[Instance] = []
    masks: list[RegionMask] = []
    looked_for: list[FindingLookedFor] = []
    for finding in reading.findings:
        labels: list[int] = []
        for candidate in claimed.get(finding.finding_id, ()):
            mask = _free(candidate.mask, masks)
            if mask.count:
                labels.append(len(masks) + 1)
                sure = Candidate(mask, candidate.confidence)
                instances.append(_instance(labels[-1], finding, sure, atlas, plugin))
                masks.append(mask)
        looked_for.append(
            FindingLookedFor(
                finding=finding,
                places=tuple(_place(spot) for spot in places.get(finding.finding_id, ())),
                labels=tuple(labels),
                reason="" if labels else refused[finding.finding_id],
            )
        )
    return FoundFinding(
        text=text,
        segmenter=f"{plugin.name} {plugin.version}",
        looked_for=tuple(looked_for),
        instances=tuple(instances),
        masks=tuple(masks),
        geometry=atlas.volume.geometry,
        stored=atlas.volume.stored,
        searched={spot.name: spot.mask for spots in places.values() for spot in spots},
    )


def _refused(text: str, reading: Reading, plugin: FindingSegmenter) -> dict[str, str]:
    """The findings that are not to be looked for, by id, and why."""
    refused = not_asked_for(text, reading)
    for finding in reading.findings:
        if finding.finding_id not in refused and finding.category not in plugin.categories:
            kind = f"{finding.type} (category {finding.category})"
            refused[finding.finding_id] = f"{plugin.name} has no method for {kind}"
    return refused


def _place(spot: Spot) -> PlaceLookedIn:
    return PlaceLookedIn(name=spot.name, approximate=spot.approximate, confidence=spot.confidence)


def _free(mask: RegionMask, taken: list[RegionMask]) -> RegionMask:
    """A mask without the voxels that earlier instances have: an instance map holds one each."""
    voxels = mask.voxels
    for other in taken:
        lows = np.maximum(mask.offset, other.offset)
        highs = np.minimum(
            np.add(mask.offset, mask.voxels.shape), np.add(other.offset, other.voxels.shape)
        )
        if (highs <= lows).any():
            continue
        here, there = (
            tuple(slice(a - o, b - o) for a, b, o in zip(lows, highs, m.offset, strict=True))
            for m in (mask, other)
        )
        voxels = voxels.copy(order="F")
        voxels[here] &= ~other.voxels[there]
    if voxels is mask.voxels:
        return mask
    inner = RegionMask.of(voxels)
    i, j, k = (a + b for a, b in zip(mask.offset, inner.offset, strict=True))
    return RegionMask((i, j, k), inner.voxels)


def _instance(
    label: int, finding: Finding, found: Candidate, atlas: Atlas, plugin: FindingSegmenter
) -> Instance:
    long_axis, short_axis = axial_axes_mm(found.mask, atlas.volume.geometry)
    holder = _holder(found.mask, atlas)
    return Instance(
        label=label,
        finding_id=finding.finding_id,
        type=finding.type,
        confidence=found.confidence,
        method=plugin.name,
        lies_in=holder.name if holder else "",
        lies_in_is_approximate=holder.approximate if holder else False,
        long_axis_mm=round(long_axis, 2),
        short_axis_mm=round(short_axis, 2),
        **measured(found.mask, atlas.volume),
    )


def _holder(mask: RegionMask, atlas: Atlas) -> Spot | None:
    """The lobe that holds most of a mask, else the lung; None when it lies in neither."""
    for names in (_LOBES, LUNG_SIDES):
        spots = [spot for name in names if isinstance(spot := atlas.look(name), Spot)]
        shared = [mask.count - _free(mask, [spot.mask]).count for spot in spots]
        if shared and max(shared) >= _LEAST_SHARED * mask.count:
            return spots[shared.index(max(shared))]
    return None
