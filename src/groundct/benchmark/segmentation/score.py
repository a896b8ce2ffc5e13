"""Score one case: read both sides, bring them together, score finding by finding."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from groundct.benchmark.segmentation.clinical import sizes_of, surfaces_of
from groundct.benchmark.segmentation.inputs import Masks
from groundct.benchmark.segmentation.loading import About, Loaded, load_case, voxels_of_case
from groundct.benchmark.segmentation.places import states_place, turn_onto, turned
from groundct.benchmark.segmentation.result import CaseResult, FindingResult, Status
from groundct.benchmark.segmentation.settings import Settings
from groundct.core.geometry import Geometry
from groundct.core.issues import DataError, GridError, Issue, VolumeError
from groundct.core.value import Value
from groundct.imaging.runs import Runs, no_runs
from groundct.metrics.official import (
    Counts,
    FindingScore,
    predicted_instances,
    score_finding,
)
from groundct.vocabulary.findings import findings as finding_vocabulary


@dataclass(frozen=True)
class Job:
    """A case to score. ``ct`` is the grid of its CT where CTs were given; ``threads`` work at once.

    ``missing``: the prediction has no file of the case.
    """

    case: str
    patient: str
    reference: Masks
    prediction: Masks
    settings: Settings
    ct: Geometry | None = None
    missing: bool = False
    threads: int = 1


class CaseScore(Value):
    """The scores of a case and all that is to be said of it; ``refused`` holds why it has none."""

    case: CaseResult
    findings: tuple[FindingResult, ...]
    issues: tuple[Issue, ...] = ()
    refused: tuple[Issue, ...] = ()


def score_case(job: Job) -> CaseScore:
    """The scores of one case.

    A prediction that is refused is scored as empty, and ``refused`` says why. Raises DataError for
    a reference that cannot be used, and under the official protocol for any shape mismatch.
    """
    start = time.perf_counter()
    reference, prediction, refused = _both(job)
    grid, issues = _grid(job, reference)
    found: tuple[Runs, ...] = ()
    if prediction is not None:
        try:
            found, notes = _found(job, reference, prediction, grid)
            issues += notes
        except DataError as problem:
            if job.settings.protocol == "rexgroundingct":
                raise problem.for_case(job.case) from problem
            refused = problem.for_case(job.case).issues
            prediction = None
    status: Status = "refused" if refused else "missing" if prediction is None else "scored"
    order = _order(reference, prediction, len(found))

    def row(index: int) -> FindingResult:
        at = order[index]
        truth = reference.stored.findings[index]
        mask = no_runs(truth.shape) if at is None else found[at]
        own: Status = "missing" if at is None and status == "scored" else status
        return _finding(job, index, reference.about[index], (truth, mask), grid, own)

    with ThreadPoolExecutor(job.threads) as pool:
        rows = list(pool.map(row, range(len(reference.stored.findings))))
    if prediction is not None:
        issues += _extra(job, reference, order, len(found))
    dices = [row.dice for row in rows if row.dice is not None]
    case = CaseResult(
        case=job.case,
        patient=job.patient,
        status="scored" if status == "empty-reference" else status,
        n_findings=len(rows),
        mean_dice=sum(dices) / len(dices) if dices else None,
        seconds=round(time.perf_counter() - start, 3),
    )
    return CaseScore(case=case, findings=tuple(rows), issues=issues, refused=refused)


def _both(job: Job) -> tuple[Loaded, Loaded | None, tuple[Issue, ...]]:
    """Both sides; faults of the reference are raised, for without it nothing can be scored."""
    official = job.settings.protocol == "rexgroundingct"
    if job.missing:
        return load_case(job.reference, job.case, truncate=official), None, ()
    voxels = None if official else voxels_of_case(job.reference, job.case)
    read_reference = partial(load_case, job.reference, job.case, truncate=official)
    read_prediction = partial(load_case, job.prediction, job.case, truncate=official, voxels=voxels)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(read_prediction) if job.threads > 1 else None
        reference = read_reference()
        try:
            return reference, waiting.result() if waiting else read_prediction(), ()
        except DataError as problem:
            if official:
                raise problem.for_case(job.case) from problem
            return reference, None, problem.for_case(job.case).issues


def _grid(job: Job, reference: Loaded) -> tuple[Geometry, tuple[Issue, ...]]:
    """The grid that spacing is taken from, and a warning where nobody states it."""
    own = reference.stored.grid
    if job.ct is not None:
        if job.ct.shape != own.shape:
            raise GridError.of(
                "mask-shape",
                job.reference.where(job.case),
                f"the reference has {own.shape} voxels a finding and its CT {job.ct.shape}.",
                "Use the CT of the same name as stored, neither cropped nor resampled.",
                job.case,
            )
        return job.ct, ()
    if states_place(own):
        return own, ()
    issue = Issue(
        code="spacing-not-stated",
        where=job.reference.where(job.case),
        what="the reference's affine is the identity: distances are in voxels, as if 1 mm wide.",
        remedy="Give the folder of CTs with --volumes.",
        severity="warning",
        case_id=job.case,
    )
    return own, (issue,)


def _found(
    job: Job, reference: Loaded, prediction: Loaded, grid: Geometry
) -> tuple[tuple[Runs, ...], tuple[Issue, ...]]:
    where = job.prediction.where(job.case)
    if job.settings.protocol == "strict":
        _require_one_finding(reference, prediction, where)
        own = grid if not states_place(reference.stored.grid) else reference.stored.grid
        turn, notes = turn_onto(own, prediction.stored.grid, where)
        return turned(prediction.stored, turn), tuple(n.changed(case_id=job.case) for n in notes)
    ours = (len(reference.stored.findings), *reference.stored.grid.shape)
    theirs = (len(prediction.stored.findings), *prediction.stored.grid.shape)
    if ours != theirs:
        raise VolumeError.of(
            "shape-mismatch",
            where,
            f"the prediction has shape {theirs} and the reference {ours}; the official scoring "
            "stops here.",
            "Mend the prediction, or use the protocol strict.",
        )
    return prediction.stored.findings, ()


def _require_one_finding(reference: Loaded, prediction: Loaded, where: str) -> None:
    """A map (i, j, k) does not say which of several findings it is."""
    count = len(reference.stored.findings)
    if prediction.stored.axes == 3 and count > 1:
        raise VolumeError.of(
            "wrong-number-of-axes",
            where,
            f"it is a map (i, j, k) of one finding, and the reference has {count}.",
            "Write (findings, i, j, k), a mask a finding in the reference's order.",
        )


def _order(reference: Loaded, prediction: Loaded | None, found: int) -> list[int | None]:
    """For each finding of the reference, which one of the prediction answers it."""
    count = len(reference.stored.findings)
    if prediction is None:
        return [None] * count
    ours, theirs = reference.by_id(), prediction.by_id()
    if ours and theirs:
        return [theirs.get(about.finding_id or "") for about in reference.about]
    return [n if n < found else None for n in range(count)]


def _extra(job: Job, reference: Loaded, order: list[int | None], found: int) -> tuple[Issue, ...]:
    count = len(reference.stored.findings)
    missing = sum(at is None for at in order)
    more = found - (count - missing)
    if not missing and not more:
        return ()
    what = f"the prediction has {found} findings and the reference {count}: {missing} missing"
    issue = Issue(
        code="finding-count",
        where=job.prediction.where(job.case),
        what=f"{what} and scored as empty, {more} extra and not looked at.",
        remedy="Write one mask a finding, in the reference's order.",
        severity="warning",
        case_id=job.case,
    )
    return (issue,)


def _finding(
    job: Job,
    index: int,
    about: About,
    masks: tuple[Runs, Runs],
    grid: Geometry,
    status: Status,
) -> FindingResult:
    settings = job.settings
    strict = settings.protocol == "strict"
    dropped = not strict and status == "missing"
    code = finding_vocabulary().codes.get(about.category or "")
    focal = None if code is None else code.focal
    full = settings.mode == "full" and not dropped
    score = score_finding(
        *masks, grid.spacing_mm, focal=focal if full else None, rules=settings.rules
    )
    undefined = dropped or (strict and not score.reference_voxels)
    if strict and status == "scored" and not score.reference_voxels:
        status = "empty-reference"
    beyond = strict or settings.surfaces
    found = predicted_instances(masks[1], settings.rules) if beyond else no_runs(grid.shape)
    measured = sizes_of(masks[0], found, grid) if strict and states_place(grid) else {}
    return FindingResult(
        case=job.case,
        finding=index,
        category=about.category,
        dice=None if undefined else score.dice,
        hit=None if undefined else score.hit,
        **_counts("", score.instances if full else None),
        **_counts("distance_", score.distance if full else None),
        status=status,
        patient=job.patient,
        finding_id=about.finding_id,
        focal=focal,
        side=about.side,
        lobes=about.lobes,
        **_voxels(score),
        surfaces=surfaces_of(masks[0], found, grid, settings),
        **measured,
    )


def _voxels(score: FindingScore) -> dict[str, Any]:
    return {
        "reference_voxels": score.reference_voxels,
        "predicted_voxels": score.predicted_voxels,
    }


def _counts(prefix: str, counts: Counts | None) -> dict[str, Any]:
    names = ("tp", "fp", "fn")
    return {f"{prefix}{n}": None if counts is None else getattr(counts, n) for n in names}
