"""Record -> reasoning traces: scan -> organ -> lobe -> segment -> finding, with coordinates."""

from __future__ import annotations

from dataclasses import dataclass

from groundct.core.geometry import Geometry
from groundct.core.record import Box, Grounded, Grounding, ReasoningStep, ReasoningTrace, Region
from groundct.core.report import Finding, Reading
from groundct.reasoning._texts import box_text, centre_text, extent_text, step_text
from groundct.reasoning._way import Place, inside, places_to
from groundct.vocabulary.findings import findings as finding_vocabulary

SCAN_NAME = "chest CT"


@dataclass(frozen=True)
class TraceRequest:
    """What traces are made from. ``geometry`` is the volume's stored grid (VolumeInfo.geometry)."""

    case_id: str
    reading: Reading
    regions: tuple[Region, ...]
    groundings: tuple[Grounding, ...]
    geometry: Geometry


def trace_findings(request: TraceRequest) -> tuple[ReasoningTrace, ...]:
    """One trace for every region of every present, grounded finding, in the reading's order.

    A step with voxels holds the finding's centre in its box; a place that does not is left out, and
    the last step says so. A finding that is grounded to its place only (an organ or a site) ends in
    a step that is marked approximate and has the box of that place. The same request gives the same
    traces.
    """
    regions = {region.region_id: region for region in request.regions}
    places: dict[str, Region] = {}
    for region in request.regions:
        if region.kind != "finding":
            # The segmenter's mask goes before a drawn site of the same name.
            known = places.get(region.name)
            if known is None or (known.kind == "site" and region.kind == "organ"):
                places[region.name] = region
    grounded = {
        grounding.target_id: grounding
        for grounding in request.groundings
        if isinstance(grounding, Grounded) and grounding.target == "finding"
    }
    return tuple(
        _trace(request, finding, regions[region_id], places)
        for finding in request.reading.findings
        if finding.presence == "present" and finding.finding_id in grounded
        for region_id in grounded[finding.finding_id].region_ids
    )


def _trace(
    request: TraceRequest, finding: Finding, region: Region, places: dict[str, Region]
) -> ReasoningTrace:
    key = (request.case_id, finding.finding_id, region.region_id)
    steps = [_scan_step(request.geometry, key)]
    left_out: list[str] = []
    for place in places_to(finding, region, places):
        if place.region is not None and not inside(place.region.box, region.centroid_index):
            left_out.append(place.name)
        else:
            steps.append(_place_step(place, key))
    steps.append(_finding_step(finding, region, left_out, key))
    return ReasoningTrace(
        finding_id=finding.finding_id, region_id=region.region_id, steps=tuple(steps)
    )


def _scan_step(geometry: Geometry, key: tuple[str, ...]) -> ReasoningStep:
    i, j, k = geometry.shape
    box = Box(low=(0, 0, 0), high=(i, j, k))
    index = ((i - 1) / 2, (j - 1) / 2, (k - 1) / 2)
    x, y, z = (float(value) for value in geometry.world_from_index(index))
    slots = {"name": SCAN_NAME, "box": box_text(box), "centre": centre_text((x, y, z), index)}
    return ReasoningStep(
        level="scan",
        name=SCAN_NAME,
        text=step_text("scan", "drawn", key, slots),
        box=box,
        centroid_mm=(x, y, z),
        centroid_index=index,
    )


def _place_step(place: Place, key: tuple[str, ...]) -> ReasoningStep:
    region = place.region
    if region is None:
        text = step_text(place.level, "named", key, {"name": place.name})
        return ReasoningStep(level=place.level, name=place.name, text=text)
    variant = "approximate" if region.approximate else "drawn"
    return ReasoningStep(
        level=place.level,
        name=place.name,
        text=step_text(place.level, variant, key, _slots(place.name, region)),
        region_id=region.region_id,
        approximate=region.approximate,
        box=region.box,
        centroid_mm=region.centroid_mm,
        centroid_index=region.centroid_index,
    )


def _finding_step(
    finding: Finding, region: Region, left_out: list[str], key: tuple[str, ...]
) -> ReasoningStep:
    known = finding_vocabulary().types.get(finding.type)
    name = known.name if known else finding.type.replace("_", " ")
    own = region.kind == "finding"
    slots = {**_slots(name, region), "extent": extent_text(region)}
    texts = [step_text("finding", "found" if own else "placed", key, slots)]
    texts += [step_text("finding", "left-out", key, {"name": place}) for place in left_out]
    return ReasoningStep(
        level="finding",
        name=name,
        text=" ".join(texts),
        region_id=region.region_id,
        approximate=region.approximate or not own,
        box=region.box,
        centroid_mm=region.centroid_mm,
        centroid_index=region.centroid_index,
    )


def _slots(name: str, region: Region) -> dict[str, str]:
    centre = centre_text(region.centroid_mm, region.centroid_index)
    return {"name": name, "box": box_text(region.box), "centre": centre}
