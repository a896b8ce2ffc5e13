"""The regions of steps as masks, where both sides are releases."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from groundct.benchmark.reasoning.inputs import Trace, Traces
from groundct.core.geometry import require_same_grid
from groundct.core.issues import SourceError
from groundct.core.volume import LabelMap, RegionMask
from groundct.metrics.steps import Overlap, mask_overlap
from groundct.release.read import Release

_MASKS_KEPT = 64

OverlapOf = Callable[[Trace, Trace], Overlap]
"""(trace of the reference, of the prediction) -> how the regions of their steps overlap."""


def overlap_by_masks(reference: Traces, prediction: Traces) -> OverlapOf:
    """Intersection over union of the voxels of two steps' regions.

    Raises SourceError unless both sides are releases; comparing raises GridError where a case has
    another grid on the other side.
    """
    first, second = reference.release, prediction.release
    if first is None or second is None:
        raise SourceError.of(
            "no-masks",
            "reference" if first is None else "prediction",
            "only a release holds the masks of steps.",
            "Give two releases, or leave --masks out.",
        )
    due, given = _masks_of(first), _masks_of(second)

    def overlap_of(trace: Trace, other: Trace) -> Overlap:
        case = trace.case_id
        _require_same_grid(first, second, case)

        def overlap(a: int, b: int) -> float | None:
            own, theirs = trace.steps[a], other.steps[b]
            here = due(case, own.region_id or "", own.name)
            there = given(case, theirs.region_id or "", theirs.name)
            return None if here is None or there is None else mask_overlap(here, there)

        return overlap

    return overlap_of


def _masks_of(release: Release) -> Callable[[str, str, str], RegionMask | None]:
    @lru_cache(maxsize=1)
    def maps(case: str) -> tuple[LabelMap | None, LabelMap | None]:
        return release.regions(case), release.organs(case)

    @lru_cache(maxsize=_MASKS_KEPT)
    def mask(case: str, region_id: str, name: str) -> RegionMask | None:
        """The region of a site or finding by its id, that of an organ by its name."""
        for labels, key in zip(maps(case), (region_id, name), strict=True):
            if region_id and labels is not None and key in labels.names:
                return RegionMask.of(labels.mask(key))
        return None

    return mask


def _require_same_grid(first: Release, second: Release, case: str) -> None:
    volumes = [release.record(case).volume for release in (first, second)]
    if volumes[0] is not None and volumes[1] is not None:
        require_same_grid(volumes[0].geometry, volumes[1].geometry, case)
