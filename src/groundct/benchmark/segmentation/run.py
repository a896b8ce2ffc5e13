"""Score all cases of a prediction, on several processes, and go on where a killed run stopped."""

from __future__ import annotations

import multiprocessing
import platform
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from groundct import __version__
from groundct.benchmark._results import few_patients_issues
from groundct.benchmark.segmentation.inputs import Masks
from groundct.benchmark.segmentation.journal import add_to_journal, key_of, read_journal
from groundct.benchmark.segmentation.result import SegmentationResult
from groundct.benchmark.segmentation.score import CaseScore, Job, score_case
from groundct.benchmark.segmentation.settings import SCORING_VERSION, Settings
from groundct.benchmark.segmentation.slices import Metadata, slices_of
from groundct.benchmark.segmentation.summary import size_summary, summary_of, surface_summary
from groundct.core.geometry import Geometry
from groundct.core.issues import DataError, Issue, SourceError
from groundct.core.names import first_few
from groundct.core.value import digest
from groundct.release.exports.rexgroundingct import PROTOCOL
from groundct.sources._names import patient_id_of

Tell = Callable[[CaseScore, int, int], None]
"""Told of each finished case: its scores, how many are done, how many there are."""


@dataclass(frozen=True)
class RunOptions:
    """How a run goes about its cases; nothing here changes a score.

    ``journal``: where finished cases are kept; None keeps none. ``cts``: grids of CTs by case.
    ``metadata``: rows by case, for slices. ``tell``: is called after each case.
    """

    processes: int = 1
    journal: Path | None = None
    cts: Mapping[str, Geometry] = field(default_factory=dict)
    metadata: Metadata | None = None
    tell: Tell | None = None


def evaluate_segmentation(
    reference: Masks,
    prediction: Masks,
    settings: Settings | None = None,
    options: RunOptions | None = None,
) -> SegmentationResult:
    """Score the masks of ``prediction`` against those of ``reference``.

    Raises:
        DataError: The reference cannot be used; a prediction is refused and the settings do not
            say that it counts as empty; under the official protocol whatever that scoring would
            stop at. All issues found are held together.
    """
    settings, options = settings or Settings(), options or RunOptions()
    start = time.perf_counter()
    if not reference.places:
        raise SourceError.of(
            "no-masks", reference.path, "it holds no mask.", "Give the folder of reference masks."
        )
    jobs = [_job(case, reference, prediction, settings, options) for case in reference.places]
    keys = _keys(jobs, options)
    scores = _scores(jobs, keys, options)
    ordered = [scores[job.case] for job in jobs]
    refused = [issue for score in ordered for issue in score.refused]
    if refused and settings.refused == "stop":
        raise DataError(*refused)
    extra = tuple(sorted(set(prediction.places) - set(reference.places)))
    rows = [row for score in ordered for row in score.findings]
    return SegmentationResult(
        protocol=settings.protocol,
        partial_reference=settings.instances.partial,
        summary=summary_of(rows, settings),
        findings=tuple(rows),
        cases=tuple(score.case for score in ordered),
        slices=slices_of(rows, settings, options.metadata),
        surfaces=surface_summary(rows, settings),
        sizes=size_summary(rows, settings),
        extra=extra,
        issues=(
            *reference.issues,
            *(issue for score in ordered for issue in (*score.issues, *score.refused)),
            *_of_all(ordered, extra, settings),
            *_of_training(reference, settings),
            *few_patients_issues(settings.surfaces, [row.patient for row in rows]),
        ),
        settings=settings,
        reference_digest=digest([[job.case, job.reference.digest(job.case)] for job in jobs]),
        prediction_digest=digest(
            [[c, prediction.digest(c)] for c in prediction.places if c in reference.places]
        ),
        versions={
            "groundct": __version__,
            "scoring": SCORING_VERSION,
            "python": platform.python_version(),
            "numpy": np.__version__,
        },
        seconds=round(time.perf_counter() - start, 3),
        peak_mib=round(_peak_mib(), 1),
    )


def _job(
    case: str, reference: Masks, prediction: Masks, settings: Settings, options: RunOptions
) -> Job:
    return Job(
        case=case,
        patient=patient_id_of(case),
        reference=reference,
        prediction=prediction,
        settings=settings,
        ct=options.cts.get(case),
        missing=case not in prediction.places,
        threads=2 if options.processes == 1 or len(reference.places) == 1 else 1,
    )


def _keys(jobs: Sequence[Job], options: RunOptions) -> dict[str, str]:
    return {job.case: key_of(job) for job in jobs} if options.journal else {}


def _scores(jobs: Sequence[Job], keys: dict[str, str], options: RunOptions) -> dict[str, CaseScore]:
    known = read_journal(options.journal) if options.journal else {}
    scores: dict[str, CaseScore] = {}
    for job in jobs:
        if keys.get(job.case) in known:
            scores[job.case] = known[keys[job.case]]
            _tell(options, scores, job.case, len(jobs))
    for case, score in _fresh([job for job in jobs if job.case not in scores], options.processes):
        scores[case] = score
        if options.journal:
            add_to_journal(options.journal, keys[case], score)
        _tell(options, scores, case, len(jobs))
    return scores


def _fresh(jobs: Sequence[Job], processes: int) -> Iterator[tuple[str, CaseScore]]:
    if processes < 2 or len(jobs) < 2:
        for job in jobs:
            yield job.case, score_case(job)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(processes, len(jobs)), mp_context=context) as pool:
        waiting = {pool.submit(_score_or_error, job): job.case for job in jobs}
        try:
            for future in as_completed(waiting):
                outcome = future.result()
                if not isinstance(outcome, CaseScore):
                    kind, issues = outcome
                    raise kind(*issues)
                yield waiting[future], outcome
        finally:
            pool.shutdown(cancel_futures=True)


def _score_or_error(job: Job) -> CaseScore | tuple[type[DataError], tuple[Issue, ...]]:
    """An error travels between processes as its parts."""
    try:
        return score_case(job)
    except DataError as problem:
        return type(problem), problem.issues


def _tell(options: RunOptions, scores: dict[str, CaseScore], case: str, total: int) -> None:
    if options.tell:
        options.tell(scores[case], len(scores), total)


def _of_all(
    scores: Sequence[CaseScore], extra: tuple[str, ...], settings: Settings
) -> Iterator[Issue]:
    missing = [score.case.case for score in scores if score.case.status == "missing"]
    if missing:
        done = "left out of every mean" if settings.protocol != "strict" else "scored as empty"
        yield _warning(
            "missing-cases",
            f"of the reference's cases {len(missing)} without a prediction, {done}: "
            f"{first_few(missing)}.",
            "Predict every case.",
        )
    if extra:
        yield _warning(
            "extra-cases",
            f"of the predicted cases {len(extra)} not in the reference, changing nothing: "
            f"{first_few(extra)}.",
            "Nothing, unless a name is wrong.",
        )
    if settings.instances.partial:
        yield _warning(
            "partial-reference",
            "the reference was declared partial: no false positives are counted, precision and F1 "
            "have no value, and Dice looks only at instances that meet the reference.",
            "Compare such scores with one another only.",
        )


def _of_training(reference: Masks, settings: Settings) -> Iterator[Issue]:
    """The training split names some instances only, which nobody sees in the masks.

    Exports of our own name all of them.
    """
    cases = [c for c in reference.places if c in reference.entries]
    entries = [reference.entries[case] for case in cases]
    training = [e for e in entries if e.split == "train" and e.protocol != PROTOCOL]
    if training and not settings.instances.partial:
        yield _warning(
            "training-reference",
            f"the dataset file says that {len(training)} cases are of its training split, where "
            "up to three instances a finding are marked: what else is predicted counts as false.",
            "Declare it with --partial-reference.",
        )


def _warning(code: str, what: str, remedy: str) -> Issue:
    return Issue(code=code, where="prediction", what=what, remedy=remedy, severity="warning")


def _peak_mib() -> float:
    """The largest memory that this process, or one of its children, has held."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return max(resource.getrusage(kind).ru_maxrss for kind in kinds) * unit / (1 << 20)
