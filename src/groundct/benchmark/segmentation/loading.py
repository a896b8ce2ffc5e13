"""One case of a folder, zip or release -> its findings as runs, with what is said of each."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from groundct.benchmark.segmentation.inputs import Masks
from groundct.benchmark.segmentation.texts import said_lobes, said_side, side_and_lobes
from groundct.codecs.finding_masks import FindingMask
from groundct.codecs.mask_runs import StoredRuns, read_mask_header, read_mask_runs
from groundct.core.geometry import Geometry
from groundct.core.issues import DataError, TableError
from groundct.imaging.runs import Runs, Shape, runs_of_crop
from groundct.release.exports._contract import ReleasedCase
from groundct.release.exports.rexgroundingct import RexCase, finding_regions, rex_case


@dataclass(frozen=True)
class About:
    """What is known of a finding beside its voxels; None and empty where nobody says."""

    category: str | None = None
    finding_id: str | None = None
    side: str | None = None
    lobes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Loaded:
    """The findings of a case, in the voxel order of ``grid``."""

    stored: StoredRuns
    about: tuple[About, ...]

    def by_id(self) -> dict[str, int]:
        """Where each finding stands that has an id of its own."""
        return {a.finding_id: n for n, a in enumerate(self.about) if a.finding_id is not None}


def load_case(
    masks: Masks, case: str, *, truncate: bool = False, voxels: int | None = None
) -> Loaded:
    """The findings of a case; ``voxels`` is how many a finding must have, where that is known.

    A map (i, j, k) is one finding, but not with ``truncate``, as ReXGroundingCT's scoring has it.

    Raises DataError as ``read_mask_runs`` does, and when a dataset file names another number of
    findings than the mask has.
    """
    if masks.kind == "release":
        return _released(masks, case)
    with masks.file(case) as path:
        try:
            stored = read_mask_runs(path, truncate=truncate, voxels=voxels, single=not truncate)
        except DataError as problem:
            raise _placed(problem, str(path), masks.where(case)) from problem
    entry = masks.entries.get(case)
    if entry is None:
        return Loaded(stored, (About(),) * len(stored.findings))
    if len(entry.findings) != len(stored.findings):
        raise TableError.of(
            "finding-count",
            masks.where(case),
            f"the mask has {len(stored.findings)} findings and the dataset file "
            f"{len(entry.findings)}.",
            "Use the dataset file that belongs to these masks.",
            case,
        )
    about = []
    for finding in entry.findings:
        side, lobes = side_and_lobes(finding.text)
        about.append(About(finding.category, None, side, lobes))
    return Loaded(stored, tuple(about))


def voxels_of_case(masks: Masks, case: str) -> int | None:
    """How many voxels a finding has, from a file's header; None in a release. Raises DataError."""
    if masks.kind == "release":
        return None
    with masks.file(case) as path:
        return prod(read_mask_header(path, single=True).shape[-3:])


def _released(masks: Masks, case: str) -> Loaded:
    release = masks.release()
    record = release.record(case)
    released = ReleasedCase(record, release.organs(case), release.regions(case), "validation")
    exported = rex_case(released)
    chosen = [f for f in record.reading.findings if finding_regions(record, f)]
    about = tuple(
        About(f.category or None, f.finding_id, said_side((f,)), said_lobes((f,))) for f in chosen
    )
    if exported is None:
        return Loaded(StoredRuns((), _grid_of(released, case)), ())
    return Loaded(StoredRuns(_runs(exported), exported.grid), about)


def _runs(exported: RexCase) -> tuple[Runs, ...]:
    return tuple(_of_mask(mask, exported.grid.shape) for mask in exported.masks)


def _of_mask(mask: FindingMask, shape: Shape) -> Runs:
    return runs_of_crop(mask.labels, mask.offset, shape)


def _grid_of(released: ReleasedCase, case: str) -> Geometry:
    labels = released.regions or released.organs
    if labels is None:
        raise TableError.of(
            "no-masks", case, "the release holds no masks of this case.", "Build the case again."
        )
    return labels.stored


def _placed(problem: DataError, old: str, new: str) -> DataError:
    """The error with the place that the reader of a message knows, not a temporary file's."""
    issues = (issue.changed(where=issue.where.replace(old, new)) for issue in problem.issues)
    return type(problem)(*issues)
