"""Which regions an answer rests on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from groundct.core.record import Grounded, Grounding, Region
from groundct.core.report import Finding
from groundct.questions._places import covers, leaf


class Ties:
    """From findings and paths to region ids, in the record's order of regions."""

    def __init__(self, regions: Sequence[Region], groundings: Iterable[Grounding]) -> None:
        self._regions = tuple(regions)
        self._places = {r.name: r for r in reversed(self._regions) if r.kind != "finding"}
        self._of_finding = {
            grounding.target_id: frozenset(grounding.region_ids)
            for grounding in groundings
            if isinstance(grounding, Grounded) and grounding.target == "finding"
        }

    def region_ids(self, findings: Sequence[Finding], paths: Sequence[str]) -> tuple[str, ...]:
        """The regions of the findings that lie in one of the paths (in any place when none given).

        Where all findings are denied there are no voxels of them; the answer then rests on the
        masks of the places that were asked about.
        """
        if all(finding.presence == "absent" for finding in findings):
            return tuple(region.region_id for region in self._regions if _is_place(region, paths))
        wanted: set[str] = set()
        for finding in findings:
            wanted |= self._of_finding.get(finding.finding_id, frozenset())
        return tuple(
            region.region_id
            for region in self._regions
            if region.region_id in wanted
            and (not paths or any(self._lies_in(region, path) for path in paths))
        )

    def _lies_in(self, region: Region, path: str) -> bool:
        """By the region's own path and, where it has several, by its centre in the place's box.

        An instance of a bilateral finding names both sides; only its voxels tell which it is in. A
        region without any path is taken to lie where its finding is said to be.
        """
        own = region.anatomy
        if own and not any(covers(path, p) or covers(p, path) for p in own):
            return False
        place = self._places.get(leaf(path))
        if len(own) < 2 or place is None:
            return True
        ends = zip(place.box.low, region.centroid_index, place.box.high, strict=True)
        return all(low - 0.5 <= centre < high - 0.5 for low, centre, high in ends)


def _is_place(region: Region, paths: Sequence[str]) -> bool:
    return region.kind != "finding" and any(
        region.name == leaf(path) or path in region.anatomy for path in paths
    )
