"""From references and candidates to a result."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundct.benchmark._results import versions, warning
from groundct.benchmark._summary import ratio_of, summary_of
from groundct.benchmark.detection.hits import hits_of, hits_when_flipped, outside_scan
from groundct.benchmark.detection.places import Candidates, Floats, Places, References
from groundct.benchmark.detection.result import CurvePoint, DetectionResult, ReferenceResult
from groundct.benchmark.detection.settings import SCORING_VERSION, DetectionSettings
from groundct.benchmark.detection.slices import slices_of
from groundct.core.geometry import Geometry
from groundct.core.issues import Issue, TableError
from groundct.core.names import first_few
from groundct.metrics.detection import (
    DUPLICATE,
    FALSE_POSITIVE,
    HIT,
    IRRELEVANT,
    RATES,
    Marks,
    Match,
    froc_curve,
    marks_of_match,
    match_candidates,
    sensitivities_at,
    sensitivities_of_draws,
)
from groundct.metrics.statistics.bootstrap import draw_counts, interval_of_values

NAMES = (*(f"sensitivity_at_{rate:g}" for rate in RATES), "cpm")
_LEFT_OUT_AT_ONCE = 256


def evaluate_detection(
    reference: References,
    prediction: Candidates,
    settings: DetectionSettings | None = None,
    *,
    cts: Mapping[str, Geometry] | None = None,
) -> DetectionResult:
    """Score candidates against references.

    Every scan of the reference counts, also one without a candidate; candidates in other scans
    change nothing. ``cts`` are grids of scans, against which candidates' places are checked.

    Raises:
        TableError: The reference lists no scan, or a side lacks what the rule of hits needs.
        GridError: A mask states no place, or two masks lie on different grids.
    """
    settings = settings or DetectionSettings()
    start = time.perf_counter()
    if not reference.scans:
        raise TableError.of("no-scans", "reference", "it lists no scan.", "Give some.")
    kept, extra = _kept(reference, prediction, settings)
    pairs, notes = hits_of(reference, kept, settings)
    match = match_candidates(pairs, kept.confidence, reference.excluded, shared=settings.shared)
    rows = _rows(reference, kept, match)
    due = ~reference.excluded
    marks = marks_of(reference, kept, match, due, settings)
    counts = {
        "n_scans": len(reference.scans),
        "n_patients": len(marks.scans),
        "n_references": int(due.sum()),
        "n_detected": int(np.count_nonzero(match.best >= 0)),
        "n_excluded": int(reference.excluded.sum()),
        "n_candidates": len(kept.confidence),
        "n_false_positives": int(np.count_nonzero(match.outcome == FALSE_POSITIVE)),
        "n_hits": int(np.count_nonzero(match.outcome == HIT)),
        "n_duplicates": int(np.count_nonzero(match.outcome == DUPLICATE)),
        "n_irrelevant": int(np.count_nonzero(match.outcome == IRRELEVANT)),
        "n_missing": len(set(reference.scans) - set(kept.places.case)),
        "n_extra_candidates": len(prediction.confidence) - _inside(reference, prediction),
    }
    return DetectionResult(
        protocol=settings.protocol,
        summary=scores_of(marks, settings) | counts,
        curve=_corners(marks),
        references=rows,
        slices=slices_of(
            rows, lambda chosen: marks_of(reference, kept, match, chosen & due, settings), settings
        ),
        extra=extra,
        issues=(
            *reference.issues,
            *prediction.issues,
            *notes,
            *_warnings(reference, kept, extra, dict(cts or {})),
        ),
        settings=settings,
        reference_digest=reference.digest,
        prediction_digest=prediction.digest,
        versions=versions(SCORING_VERSION),
        seconds=round(time.perf_counter() - start, 3),
    )


def marks_of(
    reference: References,
    candidates: Candidates,
    match: Match,
    chosen: NDArray[np.bool_],
    settings: DetectionSettings,
) -> Marks:
    """The detected ones among some references, and the false positives of all scans."""
    patients = sorted({reference.patient(case) for case in reference.scans})
    number = {name: n for n, name in enumerate(patients)}
    of_case = {case: number[reference.patient(case)] for case in reference.scans}
    ours, theirs = (
        np.fromiter((of_case[case] for case in places.case), np.int64, len(places.case))
        for places in (reference.places, candidates.places)
    )
    return marks_of_match(
        match,
        candidates.confidence,
        ~chosen,
        clusters=(ours, theirs),
        scans=np.bincount(list(of_case.values()), minlength=len(patients)),
        duplicates=settings.duplicates,
    )


def scores_of(marks: Marks, settings: DetectionSettings) -> dict[str, Any]:
    """CPM and sensitivities with their intervals; None and no interval where undefined."""
    seen = _with_mean(sensitivities_at(marks, curve=settings.curve)[None])[0]
    clusters = len(marks.scans)
    out: dict[str, Any] = {
        name: float(value) if np.isfinite(value) else None
        for name, value in zip(NAMES, seen, strict=True)
    }
    ends = _ends(marks, settings)
    intervals: dict[str, tuple[float, float]] = ends.pop("ci95")
    out |= ends
    if np.count_nonzero(marks.references) >= 2:
        drawn = _values(marks, draw_counts(clusters, settings.draws, settings.seed), settings)
        left_out = _values(marks, _without_each(clusters), settings)
        for n, name in enumerate(NAMES):
            interval = interval_of_values(
                float(seen[n]),
                drawn[:, n],
                left_out[:, n],
                clusters=clusters,
                share_of=int(np.count_nonzero(marks.references)),
            )
            if interval is not None:
                intervals[name] = interval
    return out | {"ci95": intervals}


def _ends(marks: Marks, settings: DetectionSettings) -> dict[str, Any]:
    """What all candidates together find, and how many are false."""
    hits, false = (
        np.bincount(marks.cluster[of], minlength=len(marks.scans))
        for of in (marks.is_hit, ~marks.is_hit)
    )
    a_scan = replace(ratio_of(false, marks.scans), unbounded=True)
    return summary_of(
        {"sensitivity": ratio_of(hits, marks.references), "false_positives_per_scan": a_scan},
        [f"{n:09d}" for n in range(len(marks.scans))],
        draws=settings.draws,
        seed=settings.seed,
    )


def _values(marks: Marks, draws: Iterator[Floats], settings: DetectionSettings) -> Floats:
    blocks = sensitivities_of_draws(marks, draws, curve=settings.curve)
    return np.concatenate([_with_mean(block) for block in blocks])


def _with_mean(values: Floats) -> Floats:
    return np.concatenate([values, values.mean(axis=1, keepdims=True)], axis=1)


def _without_each(clusters: int) -> Iterator[Floats]:
    for low in range(0, clusters, _LEFT_OUT_AT_ONCE):
        rows = np.arange(low, min(low + _LEFT_OUT_AT_ONCE, clusters))
        block = np.ones((len(rows), clusters))
        block[np.arange(len(rows)), rows] = 0.0
        yield block


def _inside(reference: References, prediction: Candidates) -> int:
    known = set(reference.scans)
    return sum(case in known for case in prediction.places.case)


def _kept(
    reference: References, prediction: Candidates, settings: DetectionSettings
) -> tuple[Candidates, tuple[str, ...]]:
    """Candidates in scans of the reference, the surest of each scan, and the names of others.

    Of more candidates than are looked at, those above the first one too many are kept, so that no
    order of rows decides among equals (LUNA16's rule).
    """
    known = set(reference.scans)
    own, keep, extra = prediction.places, [np.zeros(0, dtype=np.int64)], []
    for case, numbers in own.by_case().items():
        if case not in known:
            extra.append(case)
            continue
        chosen = numbers
        if settings.most is not None and len(numbers) > settings.most:
            confidence = prediction.confidence[numbers]
            limit = -np.partition(-confidence, settings.most)[settings.most]
            chosen = numbers[confidence > limit]
        keep.append(chosen)
    kept = np.sort(np.concatenate(keep))
    if len(kept) == len(own.case):
        return prediction, tuple(extra)
    places = Places(
        tuple(own.case[n] for n in kept),
        own.centre_mm[kept],
        own.diameter_mm[kept],
        None if own.boxes_mm is None else own.boxes_mm[kept],
        None if own.masks is None else tuple(own.masks[n] for n in kept),
        {case: grid for case, grid in own.grids.items() if case in known},
    )
    return Candidates(places, prediction.confidence[kept], prediction.digest), tuple(extra)


def _rows(
    reference: References, candidates: Candidates, match: Match
) -> tuple[ReferenceResult, ...]:
    out = []
    places = reference.places
    for n, case in enumerate(places.case):
        by = int(match.best[n])
        apart = candidates.places.centre_mm[by] - places.centre_mm[n] if by >= 0 else None
        x, y, z = (float(v) for v in places.centre_mm[n])
        out.append(
            ReferenceResult(
                case=case,
                patient=reference.patient(case),
                status="excluded" if reference.excluded[n] else "detected" if by >= 0 else "missed",
                confidence=float(candidates.confidence[by]) if by >= 0 else None,
                distance_mm=None if apart is None else float(np.linalg.norm(apart)),
                centre_mm=(x, y, z),
                diameter_mm=float(places.diameter_mm[n]),
                kind=reference.kind[n] if reference.kind else "",
                side=reference.side[n] if reference.side else "",
                lobes=reference.lobes[n] if reference.lobes else (),
            )
        )
    return tuple(out)


def _corners(marks: Marks) -> tuple[CurvePoint, ...]:
    """The points before and at every change of sensitivity, and the last: no line is lost."""
    froc = froc_curve(marks)
    if not marks.references.sum():
        return ()
    rises = np.diff(froc.sensitivity) > 0
    wanted = np.zeros(len(froc.sensitivity), dtype=np.bool_)
    wanted[1:] |= rises
    wanted[:-1] |= rises
    wanted[0], wanted[-1] = False, len(wanted) > 1
    return tuple(
        CurvePoint(
            confidence=float(froc.confidence[n]),
            false_positives_per_scan=float(froc.false_positives[n]),
            sensitivity=float(froc.sensitivity[n]),
        )
        for n in np.flatnonzero(wanted)
    )


def _warnings(
    reference: References,
    candidates: Candidates,
    extra: Sequence[str],
    cts: Mapping[str, Geometry],
) -> tuple[Issue, ...]:
    out = []
    missing = sorted(set(reference.scans) - set(candidates.places.case))
    if missing:
        what = (
            f"of the scans {len(missing)} without a candidate, which count: {first_few(missing)}."
        )
        out.append(warning("scans-without-candidates", what, "Nothing, if nothing was found."))
    if extra:
        what = f"candidates lie in {len(extra)} scans that the reference lacks: {first_few(extra)}."
        out.append(warning("extra-scans", what, "Give the list of all scans, or correct names."))
    hits = hits_when_flipped(reference, candidates) if not candidates.places.masks else {}
    best = max(hits, key=lambda name: hits[name]) if hits else "as told"
    if best != "as told" and hits[best] >= 2 and hits[best] > 2 * hits["as told"]:
        what = (
            f"as told, candidates hit {hits['as told']} references; with {best} turned round they "
            f"hit {hits[best]}: they look as if they were in another coordinate system."
        )
        out.append(warning("coordinates-look-flipped", what, "Check --coordinates (LPS or RAS)."))
    beyond = outside_scan(candidates.places, {**reference.places.grids, **cts})
    if len(beyond):
        names = sorted({candidates.places.case[n] for n in beyond})
        what = f"{len(beyond)} candidates lie outside their scans: {first_few(names)}."
        out.append(warning("outside-scan", what, "Check --coordinates (LPS or RAS), and units."))
    return tuple(out)
