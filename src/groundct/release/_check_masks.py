"""What must hold between a record and its two label maps: structures, counts, grid."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from groundct.core.geometry import same_grid
from groundct.core.issues import Issue
from groundct.core.record import Record
from groundct.core.volume import LabelArray, LabelMap
from groundct.release._layout import ORGANS, REGIONS

_LABELS = 1 << 16
_REMEDY = "Write the masks and the record of the same run."


def check_masks(
    record: Record, organs: LabelMap | None, regions: LabelMap | None
) -> tuple[Issue, ...]:
    """All contradictions between a record and its label maps; codes as in ``docs/format.md``."""
    organ_counts = voxel_counts(organs) if organs else {}
    region_counts = voxel_counts(regions) if regions else {}
    problems = [
        *_grids(record, {ORGANS: organs, REGIONS: regions}),
        *_organs(record, organ_counts),
        *_regions(record, organ_counts, region_counts),
    ]
    return tuple(
        Issue(code=code, where=where, what=what, remedy=_REMEDY, case_id=record.case_id)
        for code, where, what in problems
    )


def voxel_counts(labels: LabelMap) -> dict[str, int]:
    """Voxels of every segment, from one count of each layer; overlapping parts count once."""
    counts = [_label_counts(layer) for layer in labels.layers]
    found = {}
    for segment in labels.segments:
        parts = set(segment.parts)
        if len({layer for layer, _ in parts}) <= 1:
            found[segment.name] = sum(int(counts[layer][label]) for layer, label in parts)
        else:
            found[segment.name] = int(np.count_nonzero(labels.mask(segment.name)))
    return found


def _label_counts(layer: LabelArray) -> NDArray[np.int64]:
    """Voxels of every label; slice by slice, since bincount widens what it is given."""
    counts = np.zeros(_LABELS, dtype=np.int64)
    for k in range(layer.shape[2]):
        found = np.bincount(layer[:, :, k].ravel(order="K"))
        counts[: found.size] += found
    return counts


Problem = tuple[str, str, str]


def _grids(record: Record, maps: dict[str, LabelMap | None]) -> Iterator[Problem]:
    for name, labels in maps.items():
        if labels is None:
            continue
        if record.volume is None:
            yield "mask-without-volume", f"label map {name}", "the case has no volume."
        elif not same_grid(labels.stored, record.volume.geometry):
            what = f"its grid {labels.stored.shape} is not that of the volume."
            yield "grid-mismatch", f"label map {name}", what


def _organs(record: Record, held: dict[str, int]) -> Iterator[Problem]:
    stated = {organ.name: organ.status for organ in record.organs}
    for name, status in stated.items():
        voxels = held.get(name)
        found = "segmented" if voxels else "not_segmented" if voxels is None else "empty"
        if found != status:
            what = f"the record says {status}, the label map {found}."
            yield "organ-status", f"organ {name}", what
    for name in sorted(set(held) - set(stated)):
        yield "unknown-segment", f"organ {name}", "the record does not know this structure."


def _regions(
    record: Record, organ_counts: dict[str, int], region_counts: dict[str, int]
) -> Iterator[Problem]:
    for region in record.regions:
        where = f"region {region.region_id}"
        counts, segment = region_counts, region.region_id
        if region.kind == "organ":
            counts, segment = organ_counts, region.name
        if segment not in counts:
            yield "region-without-mask", where, f"no label map has a segment {segment!r}."
        elif counts[segment] != region.voxels:
            what = f"the record says {region.voxels} voxels, its mask has {counts[segment]}."
            yield "voxel-count", where, what
    known = {region.region_id for region in record.regions if region.kind != "organ"}
    for name in sorted(set(region_counts) - known):
        yield "unknown-segment", f"region {name}", "the record does not know this region."
