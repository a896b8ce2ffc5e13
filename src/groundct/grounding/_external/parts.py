"""A tool's mask -> candidates: its connected parts that lie in the site."""

from __future__ import annotations

from typing import Final

import numpy as np

from groundct.core.contracts import Answer, Candidate, FindingRequest
from groundct.core.volume import BoolArray, RegionMask
from groundct.imaging.components import components

CONFIDENCE: Final = 0.6
"""The tools give masks without a confidence; parts half outside their site get less."""
_LEAST_MM3: Final = 10.0
_MOST_PARTS: Final = 20


def answer_of(mask: BoolArray, request: FindingRequest, tool: str) -> Answer:
    """The parts of a mask that lie in the site with most of their voxels, the largest first."""
    if not mask.any():
        return Answer((), f"{tool} marks nothing for {request.finding.standardized!r}")
    labels, sizes = components(mask, 26)
    least = max(2.0, _LEAST_MM3 / request.volume.geometry.voxel_volume_mm3)
    inside = np.bincount(labels[request.site], minlength=len(sizes))
    out = []
    for label in range(1, min(len(sizes), _MOST_PARTS + 1)):
        share = float(inside[label] / sizes[label])
        if sizes[label] >= least and share >= 0.5:
            part = RegionMask.of(labels == label)
            out.append(Candidate(part, round(CONFIDENCE * share, 4)))
    return Answer(tuple(out), f"what {tool} marks does not lie in the place")
