"""What is found for a text: instances with their voxels, and what they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from groundct.anatomy.sentinel import sides_in_doubt
from groundct.core.geometry import Geometry
from groundct.core.issues import Issue
from groundct.core.record import Box
from groundct.core.report import Finding
from groundct.core.value import Value
from groundct.core.volume import LabelArray, RegionMask


class PlaceLookedIn(Value):
    """A place that a finding was looked for in.

    ``approximate`` says that its border is a rule's and was not seen; ``confidence`` is how well
    its mask stands for the name, 0..1.
    """

    name: str
    approximate: bool
    confidence: float


class FindingLookedFor(Value):
    """A finding that the text states, and what became of it.

    ``reason`` says why it has no instance; it is empty when it has one.
    """

    finding: Finding
    places: tuple[PlaceLookedIn, ...]
    labels: tuple[int, ...]
    reason: str = ""


class Instance(Value):
    """One thing found: ``label`` is its number in the instance map.

    ``long_axis_mm`` is the longest line within an axial slice, ``short_axis_mm`` the widest extent
    across it in that slice. ``box`` and ``centroid_index`` are voxels of the stored grid,
    ``centroid_mm`` is RAS+. ``lies_in`` is the place that holds most of it; ``method`` names the
    finding segmenter; ``confidence`` is 0..1, the method's own, not calibrated.
    """

    label: int
    finding_id: str
    type: str
    confidence: float
    method: str
    lies_in: str
    lies_in_is_approximate: bool
    voxels: int
    volume_ml: float
    long_axis_mm: float
    short_axis_mm: float
    mean_hu: float
    centroid_mm: tuple[float, float, float]
    centroid_index: tuple[float, float, float]
    box: Box


class Answered(Value):
    """All that is said of a text's findings, as it stands beside the mask's file.

    ``issues`` are the anatomy sentinel's flags of the scan. ``sides_in_doubt`` says that its
    content contradicts left and right as its header has them: every side here is the header's.
    """

    format: Literal["groundct finding 1"] = "groundct finding 1"
    text: str
    segmenter: str
    grid: Geometry
    instances: tuple[Instance, ...]
    looked_for: tuple[FindingLookedFor, ...]
    reason: str
    sides_in_doubt: bool = False
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, eq=False)
class FoundFinding:
    """The answer to a text on one volume.

    ``masks`` has the voxels of each instance, in their order, on ``geometry`` (RAS order), and
    ``searched`` those of the places that were looked in, by name.
    ``issues`` are the anatomy sentinel's flags of the scan, the same for every text on it.
    """

    text: str
    segmenter: str
    looked_for: tuple[FindingLookedFor, ...]
    instances: tuple[Instance, ...]
    masks: tuple[RegionMask, ...]
    geometry: Geometry
    stored: Geometry
    searched: Mapping[str, RegionMask]
    issues: tuple[Issue, ...] = ()

    @property
    def sides_in_doubt(self) -> bool:
        """Whether the scan's content contradicts left and right as its header has them."""
        return sides_in_doubt(self.issues)

    def where(self, instance: Instance) -> str:
        """The place an instance lies in, in words, with what is unsure about it."""
        unsure = (
            *(("approximate",) if instance.lies_in_is_approximate else ()),
            *(("left and right are in doubt",) if self.sides_in_doubt else ()),
        )
        place = instance.lies_in or "outside the lungs"
        return f"{place} ({', '.join(unsure)})" if unsure else place

    @property
    def confidence(self) -> float:
        """That of the surest instance; 0 when there is none."""
        return max((instance.confidence for instance in self.instances), default=0.0)

    @property
    def reason(self) -> str:
        """Why there is no instance; empty when there is one."""
        if self.instances:
            return ""
        return "; ".join(dict.fromkeys(each.reason for each in self.looked_for))

    @property
    def labels(self) -> LabelArray:
        """The instance map (i, j, k) in RAS order: 0 is background, uint8 up to 255 instances."""
        few = len(self.masks) <= np.iinfo(np.uint8).max
        shape = self.geometry.shape
        out: LabelArray = (
            np.zeros(shape, dtype=np.uint8, order="F")
            if few
            else np.zeros(shape, dtype=np.uint16, order="F")
        )
        for instance, mask in zip(self.instances, self.masks, strict=True):
            out[mask.slices][mask.voxels] = instance.label
        return out

    @property
    def answered(self) -> Answered:
        """The answer without its voxels."""
        return Answered(
            text=self.text,
            segmenter=self.segmenter,
            grid=self.stored,
            instances=self.instances,
            looked_for=self.looked_for,
            reason=self.reason,
            sides_in_doubt=self.sides_in_doubt,
            issues=self.issues,
        )
