"""What grounding is made from, and what it gives."""

from __future__ import annotations

from dataclasses import dataclass

from groundct.core.contracts import FindingSegmenter
from groundct.core.record import Grounding, Region
from groundct.core.report import Reading, Report
from groundct.core.volume import LabelMap, RegionMask, Volume


@dataclass(frozen=True, eq=False)
class PublishedMask:
    """What a dataset published for a finding: one mask an instance, on the volume's grid (RAS)."""

    finding_id: str
    instances: tuple[RegionMask, ...]


@dataclass(frozen=True, eq=False)
class GroundingRequest:
    """A case's voxels and what was read in its report.

    ``segmenter`` looks for findings; those with ``published`` masks are not looked for.
    """

    volume: Volume
    organs: LabelMap
    report: Report
    reading: Reading
    segmenter: FindingSegmenter
    published: tuple[PublishedMask, ...] = ()


@dataclass(frozen=True, eq=False)
class GroundingOutcome:
    """Regions; their voxels (sites and findings; a segment's name is its region's id); groundings.

    There is exactly one grounding for each sentence (``target_id`` is its index as text) and for
    each finding, sentences first.
    """

    regions: tuple[Region, ...]
    masks: LabelMap
    groundings: tuple[Grounding, ...]
