"""Which regions an answer rests on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from groundct.core.record import Grounding, Region
from groundct.core.report import Finding
from groundct.questions._places import covers, leaf


class Ties:
    """From findings and paths to region ids, in the record's order of regions."""

    def __init__(self, regions: Sequence[Region], groundings: Iterable[Grounding]) -> None:
        self._regions = tuple(regions)
        self._of_finding = {
            grounding.target_id: frozenset(grounding.region_ids)
            for grounding in groundings
            if grounding.state == "grounded" and grounding.target == "finding"
        }

    def region_ids(self, findings: Sequence[Finding], paths: Sequence[str]) -> tuple[str, ...]:
        """The regions of the findings that lie in one of the paths (in any place when none given).

        Where all findings are denied there are no voxels of them; the answer then rests on the
        organ masks of the paths.
        """
        if all(finding.presence == "absent" for finding in findings):
            return tuple(region.region_id for region in self._regions if _is_organ(region, paths))
        wanted: set[str] = set()
        for finding in findings:
            wanted |= self._of_finding.get(finding.finding_id, frozenset())
        return tuple(
            region.region_id
            for region in self._regions
            if region.region_id in wanted and (not paths or _lies_in(region, paths))
        )


def _is_organ(region: Region, paths: Sequence[str]) -> bool:
    return region.kind == "organ" and any(
        region.name == leaf(path) or path in region.anatomy for path in paths
    )


def _lies_in(region: Region, paths: Sequence[str]) -> bool:
    """A region without a path of its own is taken to lie where its finding is said to be."""
    return not region.anatomy or any(
        covers(path, own) or covers(own, path) for path in paths for own in region.anatomy
    )
