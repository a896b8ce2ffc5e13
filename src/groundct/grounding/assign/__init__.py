"""Reading x Volume x LabelMap -> regions, masks and one grounding for each sentence and finding."""

from groundct.grounding.assign.ground import ground, ground_without_volume
from groundct.grounding.assign.outcome import GroundingOutcome, GroundingRequest, PublishedMask

__all__ = [
    "GroundingOutcome",
    "GroundingRequest",
    "PublishedMask",
    "ground",
    "ground_without_volume",
]
