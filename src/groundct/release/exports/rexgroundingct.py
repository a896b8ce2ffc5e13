"""ReXGroundingCT's layout: ``dataset.json``, and one 4-D mask (findings, H, W, D) a scan.

A finding is exported when the report says it is present and voxels of its own were found
("candidate") or came with the dataset ("published"); a finding that is only tied to an organ or a
site is left out, and said so. Instances are numbered from 1. Masks state the CT's affine; the
identity that the dataset itself uses is an option.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from groundct.codecs.finding_masks import FindingMask, write_finding_masks
from groundct.codecs.rexgroundingct import RexEntry, write_dataset
from groundct.core.case import PublishedFinding
from groundct.core.geometry import Geometry
from groundct.core.issues import Issue, ReleaseError
from groundct.core.record import Grounded, Record, Region
from groundct.core.report import Finding
from groundct.core.volume import LabelMap, to_stored
from groundct.release.exports._contract import (
    Exported,
    ExportOptions,
    ReleasedCase,
    require_empty,
    split_outside_layout,
)
from groundct.release.exports._notes import write_notes

MASKS_FOLDER: Final = "segmentations"
PROTOCOL: Final = "groundct"
MAX_INSTANCES: Final = 255
_SPLITS: Final = ("train", "validation", "test")


@dataclass(frozen=True, eq=False)
class RexCase:
    """A scan as ReXGroundingCT states it, with each finding's mask in the order of ``grid``."""

    entry: RexEntry
    masks: tuple[FindingMask, ...]
    grid: Geometry


@dataclass(frozen=True)
class RexGroundingCtExport:
    """The export ``rexgroundingct``."""

    name: str = "rexgroundingct"
    version: str = "1.0"
    description: str = "ReXGroundingCT: dataset.json and 4-D instance masks"

    def export(self, cases: Iterable[ReleasedCase], out: Path, options: ExportOptions) -> Exported:
        """Write ``dataset.json``, masks and ``export.json``; raises ReleaseError.

        A case without any exported finding has no entry, as in the dataset.
        """
        require_empty(out)
        entries: list[RexEntry] = []
        files: list[Path] = []
        issues: list[Issue] = []
        for released in cases:
            issues.extend(_left_out(released.record))
            case = rex_case(released)
            if case is None:
                continue
            entries.append(case.entry)
            path = out / MASKS_FOLDER / case.entry.name
            write_finding_masks(
                path, case.masks, case.grid, identity_affine=options.identity_affine
            )
            files.append(path)
        write_dataset(out / "dataset.json", entries)
        files.append(out / "dataset.json")
        files.append(write_notes(out, self, options, {"left_out": len(issues)}))
        return Exported(files=tuple(sorted(files)), issues=tuple(issues))


def rex_case(released: ReleasedCase) -> RexCase | None:
    """A released case in ReXGroundingCT's terms, or None when it has no finding of its own voxels.

    Where two instances of a finding share voxels, the first keeps them; one that is left without
    any is not counted.

    Raises:
        ReleaseError: The record names regions whose voxels are not there, a finding has more
            instances than fit, or the split is none of the layout's.
    """
    record, regions = released.record, released.regions
    chosen = [(f, own) for f in record.reading.findings if (own := finding_regions(record, f))]
    if not chosen:
        return None
    if released.split not in _SPLITS:
        raise split_outside_layout(record.case_id, released.split, _SPLITS)
    if regions is None:
        raise _no_masks(record)
    findings = []
    masks = []
    for index, (finding, own) in enumerate(chosen):
        mask = _instances(record, regions, own)
        masks.append(mask)
        findings.append(
            PublishedFinding(
                index=index,
                text=finding.standardized or _words(record, finding) or finding.type,
                category=finding.category or None,
                entity_count=len(np.unique(mask.labels[mask.labels > 0])),
                voxels=int(np.count_nonzero(mask.labels)),
            )
        )
    entry = RexEntry(
        name=f"{record.case_id}.nii.gz",
        split=released.split,
        findings=tuple(findings),
        shape=regions.stored.shape,
        protocol=PROTOCOL,
    )
    return RexCase(entry, tuple(masks), regions.stored)


def finding_regions(record: Record, finding: Finding) -> tuple[Region, ...]:
    """The regions that are instances of a present finding, in the order of their instance."""
    if finding.presence != "present":
        return ()
    ids = {
        region_id
        for grounding in record.groundings
        if isinstance(grounding, Grounded)
        and grounding.target == "finding"
        and grounding.target_id == finding.finding_id
        and grounding.method in ("candidate", "published")
        for region_id in grounding.region_ids
    }
    own = [r for r in record.regions if r.region_id in ids and r.kind == "finding"]
    return tuple(sorted(own, key=lambda r: (r.instance or 0, r.region_id)))


def _instances(record: Record, regions: LabelMap, own: tuple[Region, ...]) -> FindingMask:
    if len(own) > MAX_INSTANCES:
        raise ReleaseError.of(
            "too-many-instances",
            record.case_id,
            f"a finding has {len(own)} instances; the layout's masks hold {MAX_INSTANCES}.",
            "Join instances, or export the release itself.",
            record.case_id,
        )
    labels = np.zeros(regions.stored.shape, dtype=np.uint8, order="F")
    number = 0
    for region in own:
        if region.region_id not in regions.names:
            raise ReleaseError.of(
                "mask-contradicts-record",
                f"{record.case_id} {region.region_id}",
                "the record names the region and the label map does not answer for it.",
                "Build the case again.",
                record.case_id,
            )
        free = to_stored(regions.mask(region.region_id), regions.stored) & (labels == 0)
        if free.any():
            number += 1
            labels[free] = number
    return FindingMask.of(labels)


def _words(record: Record, finding: Finding) -> str:
    return "" if record.report is None else finding.span.of(record.report.text)


def _no_masks(record: Record) -> ReleaseError:
    problem = ReleaseError.of(
        "mask-contradicts-record",
        record.case_id,
        "the record has finding regions and no label map comes with it.",
        "Build the case again.",
        record.case_id,
    )
    return ReleaseError(*problem.issues)


def _left_out(record: Record) -> list[Issue]:
    return [
        Issue(
            code="finding-without-voxels",
            where=f"{record.case_id} {finding.finding_id}",
            what=f"{finding.standardized!r} has no voxels of its own and no entry.",
            remedy="Nothing; the release itself says to which organ or site it is tied.",
            severity="note",
            case_id=record.case_id,
        )
        for finding in record.reading.findings
        if finding.presence == "present" and not finding_regions(record, finding)
    ]


PLUGIN = RexGroundingCtExport()
