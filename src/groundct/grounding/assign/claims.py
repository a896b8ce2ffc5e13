"""Which candidates are whose: how many each finding wants, and no blob for two rivals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from groundct.core.contracts import Candidate
from groundct.core.report import Finding, Reading
from groundct.core.volume import RegionMask

_LEAST_CONFIDENCE = 0.1
_FURTHER_CONFIDENCE = 0.5
_MOST_UNCOUNTED = 5
_SAME_BLOB_SHARE = 0.3


@dataclass(frozen=True, eq=False)
class Offer:
    """A candidate offered to a finding; ``side`` is set when each side gets its own."""

    finding: Finding
    side: str | None
    candidate: Candidate


def claim(offers: list[Offer], reading: Reading) -> Mapping[str, tuple[Candidate, ...]]:
    """Each finding's instances by finding id, best first.

    Findings that state a size are settled first, then the surest offer. Rivals are findings of
    one category that the same section states: they never share a blob. An impression may speak
    of the same blob as the findings.
    """
    order = sorted(
        range(len(offers)),
        key=lambda n: (not offers[n].finding.measurements, -offers[n].candidate.confidence, n),
    )
    taken: list[Offer] = []
    for n in order:
        offer = offers[n]
        own = [t for t in taken if t.finding is offer.finding and t.side == offer.side]
        if not _wants(offer, len(own)):
            continue
        clash = (
            t
            for t in taken
            if (t.finding is offer.finding or _rivals(t.finding, offer.finding, reading))
            and same_blob(t.candidate, offer.candidate)
        )
        if next(clash, None) is None:
            taken.append(offer)
    out: dict[str, tuple[Candidate, ...]] = {}
    for offer in taken:
        key = offer.finding.finding_id
        out[key] = (*out.get(key, ()), offer.candidate)
    return out


def same_blob(a: Candidate, b: Candidate) -> bool:
    """Whether two masks share more than a third or so of the smaller one."""
    return _shared(a.mask, b.mask) > _SAME_BLOB_SHARE * min(a.mask.count, b.mask.count)


def shared_share(a: Candidate, b: Candidate) -> float:
    """What two masks share, as a share of the larger one, 0..1."""
    return _shared(a.mask, b.mask) / max(1, a.mask.count, b.mask.count)


def _shared(a: RegionMask, b: RegionMask) -> int:
    lows = np.maximum(a.offset, b.offset)
    highs = np.minimum(np.add(a.offset, a.voxels.shape), np.add(b.offset, b.voxels.shape))
    if (highs <= lows).any():
        return 0
    parts = []
    for mask in (a, b):
        i, j, k = (
            slice(low - o, high - o) for low, high, o in zip(lows, highs, mask.offset, strict=True)
        )
        parts.append(mask.voxels[i, j, k])
    return int(np.count_nonzero(parts[0] & parts[1]))


def _wants(offer: Offer, have: int) -> bool:
    """Whether a finding that has ``have`` instances (on that side) takes this one too."""
    finding, confidence = offer.finding, offer.candidate.confidence
    if confidence < _LEAST_CONFIDENCE:
        return False
    if offer.side is None and finding.count is not None:
        return have < finding.count
    if have == 0:
        return True
    if finding.measurements or finding.focal is False:
        return False
    return have < _MOST_UNCOUNTED and confidence >= _FURTHER_CONFIDENCE


def _rivals(a: Finding, b: Finding, reading: Reading) -> bool:
    return a.category == b.category and bool(_sections(a, reading) & _sections(b, reading))


def _sections(finding: Finding, reading: Reading) -> set[str]:
    indices = set(finding.sentence_indices)
    return {s.section for s in reading.sentences if s.index in indices}
