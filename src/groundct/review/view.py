"""CaseView: what the case page and the contact sheet are drawn from."""

from __future__ import annotations

from dataclasses import dataclass

from groundct.core.geometry import require_same_grid
from groundct.core.record import Grounded, Grounding, Record, Region
from groundct.core.volume import LabelMap, Segment, Volume


@dataclass(frozen=True, eq=False)
class CaseView:
    """A record with its volume and its two label maps, all on one grid.

    Raises GridError when a label map lies on another grid than the volume.
    """

    record: Record
    volume: Volume
    organs: LabelMap
    regions: LabelMap

    def __post_init__(self) -> None:
        where = self.record.case_id
        require_same_grid(self.volume.geometry, self.organs.geometry, f"{where}: organs")
        require_same_grid(self.volume.geometry, self.regions.geometry, f"{where}: regions")

    def region(self, region_id: str) -> Region:
        """The region of an id; KeyError when the record has none."""
        for region in self.record.regions:
            if region.region_id == region_id:
                return region
        raise KeyError(f"{self.record.case_id} has no region {region_id!r}")

    def place(self, region: Region) -> tuple[LabelMap, str]:
        """The label map that holds a region's voxels, and the name of its segment there."""
        if region.kind == "organ":
            return self.organs, region.name
        return self.regions, region.region_id

    def grounding(self, target: str, target_id: str) -> Grounding | None:
        """The grounding of a sentence (its index as text) or of a finding (its id)."""
        for grounding in self.record.groundings:
            if grounding.target == target and grounding.target_id == target_id:
                return grounding
        return None


ENVELOPES = frozenset({"body", "thoracic cavity"})
"""Structures that hold many others: shown only when asked for."""


def separate_organs(organs: LabelMap) -> tuple[Segment, ...]:
    """The segments with voxels that are neither envelopes nor made of other segments.

    Shown together they cover each place once: "left lung" and "right lung", not "lung" as well.
    """
    return tuple(
        segment
        for segment in organs.segments
        if segment.parts
        and segment.name not in ENVELOPES
        and not _is_union(segment, organs.segments)
    )


def grounded_finding_ids(record: Record) -> list[str]:
    """The ids of the findings that are tied to voxels, in the order of the reading."""
    done = {
        g.target_id for g in record.groundings if g.target == "finding" and isinstance(g, Grounded)
    }
    return [f.finding_id for f in record.reading.findings if f.finding_id in done]


def _is_union(segment: Segment, segments: tuple[Segment, ...]) -> bool:
    own = set(segment.parts)
    return any(other.parts and set(other.parts) < own for other in segments)
