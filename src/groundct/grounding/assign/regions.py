"""Region values of masks: statistics in world mm and on the stored grid."""

from __future__ import annotations

from typing import Any

from groundct.core.geometry import reorientation_to
from groundct.core.record import Box, Region
from groundct.core.report import Finding
from groundct.core.volume import INTERNAL_ORIENTATION, RegionMask, Volume
from groundct.grounding.assign.atlas import Spot
from groundct.imaging.shape import longest_axial_diameter_mm, region_statistics
from groundct.vocabulary.anatomy import anatomy


def region_of_spot(spot: Spot, volume: Volume) -> Region:
    """The organ or site region of a place."""
    return Region(
        region_id=f"{spot.kind}:{spot.name}",
        kind=spot.kind,
        name=spot.name,
        anatomy=paths_of(spot.name),
        approximate=spot.approximate,
        **measured(spot.mask, volume),
    )


def region_of_instance(finding: Finding, instance: int, mask: RegionMask, volume: Volume) -> Region:
    """One instance of a finding; ``instance`` counts from 1."""
    return Region(
        region_id=f"{finding.finding_id}.{instance}",
        kind="finding",
        name=finding.type,
        anatomy=finding.anatomy,
        finding_id=finding.finding_id,
        instance=instance,
        longest_axial_diameter_mm=longest_axial_diameter_mm(mask, volume.geometry),
        **measured(mask, volume),
    )


def paths_of(name: str) -> tuple[str, ...]:
    """The anatomy path of a place; a lung segment has its lobe's, a rim the pleura's."""
    if name in anatomy().structures:
        return (anatomy().published_path(name),)
    last = name.rsplit(" ", 1)[-1]
    return (anatomy().path_of(last),) if last in anatomy().structures else ()


def measured(mask: RegionMask, volume: Volume) -> dict[str, Any]:
    """The fields of a Region that its voxels give; boxes and indices on the stored grid."""
    here = region_statistics(mask, volume.geometry)
    turn = reorientation_to(volume.stored, INTERNAL_ORIENTATION)
    low, high, centre = [0, 0, 0], [0, 0, 0], [0.0, 0.0, 0.0]
    for new, (old, flip) in enumerate(zip(turn.axes, turn.flips, strict=True)):
        size = volume.stored.shape[old]
        low[old] = size - here.high[new] if flip else here.low[new]
        high[old] = size - here.low[new] if flip else here.high[new]
        centre[old] = size - 1 - here.centroid_index[new] if flip else here.centroid_index[new]
    return {
        "voxels": here.voxels,
        "volume_ml": here.volume_ml,
        "box": Box(low=(low[0], low[1], low[2]), high=(high[0], high[1], high[2])),
        "centroid_mm": here.centroid_mm,
        "centroid_index": (centre[0], centre[1], centre[2]),
        "mean_hu": float(volume.hu[mask.slices][mask.voxels].mean()),
    }
