"""Score organ masks: Dice, volumes, named surface metrics, and airway trees."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from groundct.benchmark._results import coverage_issues, few_patients_issues, versions
from groundct.benchmark._summary import Score, mean_of, summary_of
from groundct.benchmark.organs.inputs import OrganMasks
from groundct.benchmark.organs.result import AirwayResult, OrganResult, StructureResult
from groundct.core.issues import DataError, Issue, TableError
from groundct.core.value import Value, digest, digest_bytes
from groundct.core.volume import BoolArray, LabelMap
from groundct.imaging.components import bounding_slices
from groundct.metrics.airway import score_airway
from groundct.metrics.organs import OrganScore, organ_scores
from groundct.metrics.surface import require_known, surface_metrics

SCORING_VERSION: Final = "1"
HEADLINES: Final = ("mean_dice", "mean_dice_per_structure", "mean_dice_per_case")
AIRWAY_NAMES: Final = ("length_detected", "branches_detected", "leakage", "precision")
_MARGIN: Final = 2

Tell = Callable[[str], None]
Floats = NDArray[np.float64]


class OrganSettings(Value):
    """What is scored. ``structures`` empty: all names of the reference."""

    structures: tuple[str, ...] = ()
    surfaces: tuple[str, ...] = ()
    tolerances_mm: tuple[Annotated[float, Field(ge=0)], ...] = (1.0, 2.0)
    airway: str | None = None
    draws: Annotated[int, Field(ge=1)] = 2000
    seed: int = 0

    @model_validator(mode="after")
    def _check(self) -> Self:
        require_known(self.surfaces, self.tolerances_mm)
        return self


def evaluate_organs(
    reference: OrganMasks,
    prediction: OrganMasks,
    settings: OrganSettings | None = None,
    tell: Tell = lambda _: None,
) -> OrganResult:
    """Score every structure of every case of the reference.

    The reference decides what counts: what the prediction lacks is scored as empty and counted as
    missing. A case of one each is compared whatever it is called. A prediction that cannot be
    trusted, as on another grid, is refused, scored as empty and told of.

    Raises TableError when the reference holds none of the structures asked for, DataError when the
    reference itself cannot be read.
    """
    settings = settings or OrganSettings()
    start = time.perf_counter()
    rows: list[StructureResult] = []
    airways: list[AirwayResult] = []
    issues: list[Issue] = []
    extra: dict[str, tuple[str, ...]] = {}
    digests: list[tuple[str, str, str]] = []
    pairs = pairs_of(reference, prediction)
    for case, other in pairs.items():
        tell(case)
        truth = reference.cases[case](None)
        try:
            found = None if other is None else prediction.cases[other](truth.stored)
        except DataError as problem:
            found = None
            issues += [issue.model_copy(update={"case_id": case}) for issue in problem.issues]
        refused = found is None and other is not None
        patient = reference.patients[case]
        missing = "refused" if refused else "missing"
        own = _rows(truth, found, settings, (case, patient, missing))
        rows += own
        extra |= _extra(case, truth, found)
        digests.append((case, _digest(truth), _digest(found)))
        if settings.airway is not None and settings.airway in truth.names:
            airways.append(_airway(truth, found, settings.airway, (case, patient)))
    if not rows:
        raise TableError.of(
            "no-structures",
            reference.path,
            "the reference holds none of the structures that were asked for.",
            "Name structures as groundct anatomy lists them.",
        )
    used = {other for other in pairs.values() if other is not None}
    missing_cases = [case for case, other in pairs.items() if other is None]
    extra_cases = [case for case in prediction.cases if case not in used]
    return OrganResult(
        summary=_summary(rows, settings) | {"n_missing_cases": len(missing_cases)},
        structures=_structures(rows, settings),
        airways=_airways(airways, settings),
        rows=tuple(rows),
        airway_rows=tuple(airways),
        missing_cases=tuple(missing_cases),
        extra_cases=tuple(extra_cases),
        extra=extra,
        issues=(
            *reference.issues,
            *prediction.issues,
            *issues,
            *coverage_issues(missing_cases, extra_cases, "cases"),
            *few_patients_issues(
                ["volume_error_ml", *_surface_means(rows)], [row.patient for row in rows]
            ),
        ),
        settings=settings.model_dump(mode="json"),
        reference_digest=digest([[case, truth] for case, truth, _ in digests]),
        prediction_digest=digest([[case, found] for case, _, found in digests]),
        versions=versions(SCORING_VERSION),
        seconds=round(time.perf_counter() - start, 3),
    )


def pairs_of(reference: OrganMasks, prediction: OrganMasks) -> dict[str, str | None]:
    """Case of the reference -> that of the prediction, None where it has none."""
    if len(reference.cases) == len(prediction.cases) == 1:
        return dict(zip(reference.cases, prediction.cases, strict=True))
    return {case: case if case in prediction.cases else None for case in reference.cases}


def _rows(
    truth: LabelMap,
    found: LabelMap | None,
    settings: OrganSettings,
    about: tuple[str, str, str],
) -> list[StructureResult]:
    case, patient, absent = about
    other = found or LabelMap((), (), truth.geometry, truth.stored)
    rows = []
    for score in organ_scores(_chosen(truth, settings), other).scores:
        status = "empty-reference" if not score.reference_voxels else "scored"
        if score.predicted_voxels is None and score.reference_voxels:
            status = absent
        predicted = score.predicted_voxels
        rows.append(
            StructureResult.model_validate(
                {
                    "case": case,
                    "patient": patient,
                    "structure": score.name,
                    "status": status,
                    "dice": score.dice,
                    "reference_ml": score.reference_ml,
                    "predicted_ml": None
                    if predicted is None
                    else score.reference_ml + score.volume_error_ml,
                    "volume_error_ml": score.volume_error_ml,
                    "surfaces": _surfaces(truth, other, score, settings),
                }
            )
        )
    return rows


def _chosen(truth: LabelMap, settings: OrganSettings) -> LabelMap:
    if not settings.structures:
        return truth
    kept = tuple(s for s in truth.segments if s.name in settings.structures)
    return LabelMap(truth.layers, kept, truth.geometry, truth.stored)


def _surfaces(
    truth: LabelMap, found: LabelMap, score: OrganScore, settings: OrganSettings
) -> dict[str, float | None]:
    if not settings.surfaces:
        return {}
    a = truth.mask(score.name)
    b = found.mask(score.name) if score.predicted_voxels else a & False
    crop = bounding_slices(a | b, margin=_MARGIN)
    if crop is not None:
        a, b = a[crop], b[crop]
    return surface_metrics(
        a,
        b,
        truth.geometry.spacing_mm,
        names=settings.surfaces,
        tolerances_mm=settings.tolerances_mm,
    )


def _airway(
    truth: LabelMap, found: LabelMap | None, name: str, about: tuple[str, str]
) -> AirwayResult:
    a = truth.mask(name)
    b: BoolArray = found.mask(name) if found is not None and name in found.names else a & False
    crop = bounding_slices(a | b, margin=_MARGIN)
    if crop is not None:
        a, b = a[crop], b[crop]
    score = score_airway(a, b, truth.geometry.spacing_mm)
    numbers = {field: getattr(score, field) for field in AirwayResult.model_fields
               if hasattr(score, field)}  # fmt: skip
    return AirwayResult(case=about[0], patient=about[1], structure=name, **numbers)


def _extra(case: str, truth: LabelMap, found: LabelMap | None) -> dict[str, tuple[str, ...]]:
    names = [name for name in (found.names if found else ()) if name not in truth.names]
    return {case: tuple(names)} if names else {}


def _digest(labels: LabelMap | None) -> str:
    if labels is None:
        return ""
    parts = [digest_bytes(layer.tobytes(order="F")) for layer in labels.layers]
    return digest([parts, [segment.model_dump(mode="json") for segment in labels.segments]])


def _summary(rows: Sequence[StructureResult], settings: OrganSettings) -> dict[str, Any]:
    options = {"draws": settings.draws, "seed": settings.seed}
    names = list(dict.fromkeys(row.structure for row in rows))
    cases = list(dict.fromkeys(row.case for row in rows))
    scored = [row for row in rows if row.dice is not None]
    out = summary_of(
        {
            "mean_dice": mean_of([row.dice for row in rows]),
            "mean_dice_per_structure": _mean_of_names(rows, names),
        }
        | _surface_means(rows),
        [row.patient for row in rows],
        **options,
    )
    by_case = [[r.dice for r in scored if r.case == case] for case in cases]
    patient = {row.case: row.patient for row in rows}
    per_case = summary_of(
        {"mean_dice_per_case": mean_of([_mean(own) for own in by_case])},
        [patient[case] for case in cases],
        **options,
    )
    out["mean_dice_per_case"] = per_case["mean_dice_per_case"]
    out["ci95"] |= per_case["ci95"]
    return out | {
        "n_cases": len(cases),
        "n_patients": len({row.patient for row in rows}),
        "n_structures": len(names),
        **_counts(rows),
    }


def _mean_of_names(rows: Sequence[StructureResult], names: Sequence[str]) -> Score:
    """The mean over names, of those that have a Dice, of each one's mean."""
    number = {name: n for n, name in enumerate(names)}
    columns = np.zeros((len(rows), 2 * len(names)))
    for n, row in enumerate(rows):
        if row.dice is not None:
            columns[n, 2 * number[row.structure]] = row.dice
            columns[n, 2 * number[row.structure] + 1] = 1.0
    return Score(columns, _mean_of_means)


def _mean_of_means(sums: Floats) -> Floats:
    above, below = sums[:, ::2], sums[:, 1::2]
    known = below > 0
    means = np.divide(above, below, out=np.zeros_like(above), where=known)
    many = known.sum(axis=1)
    undefined = np.full(len(sums), np.nan)
    return np.asarray(np.divide(means.sum(axis=1), many, out=undefined, where=many > 0))


def _structures(
    rows: Sequence[StructureResult], settings: OrganSettings
) -> dict[str, dict[str, Any]]:
    out = {}
    for name in dict.fromkeys(row.structure for row in rows):
        own = [row for row in rows if row.structure == name]
        numbers = summary_of(
            {
                "dice": mean_of([row.dice for row in own]),
                "volume_error_ml": mean_of([row.volume_error_ml for row in own], unbounded=True),
                "absolute_volume_error_ml": mean_of(
                    [abs(row.volume_error_ml) for row in own], unbounded=True
                ),
            }
            | _surface_means(own),
            [row.patient for row in own],
            draws=settings.draws,
            seed=settings.seed,
        )
        out[name] = numbers | _counts(own)
    return out


def _surface_means(rows: Sequence[StructureResult]) -> dict[str, Any]:
    names = dict.fromkeys(name for row in rows for name in row.surfaces)
    return {
        name: mean_of(
            [row.surfaces.get(name) for row in rows], unbounded=not name.startswith("nsd")
        )
        for name in names
    }


def _counts(rows: Sequence[StructureResult]) -> dict[str, Any]:
    """``n_scored`` have a Dice, ``n_undefined`` none; missing and refused ones are scored as 0.

    ``n_undefined_surfaces`` counts for each surface metric the rows that its mean leaves out.
    """
    names = dict.fromkeys(name for row in rows for name in row.surfaces)
    return {
        "n_undefined_surfaces": {
            name: sum(row.surfaces.get(name) is None for row in rows) for name in names
        },
        "n": len(rows),
        "n_scored": sum(row.dice is not None for row in rows),
        "n_undefined": sum(row.dice is None for row in rows),
        "n_missing": sum(row.status in ("missing", "refused") for row in rows),
    }


def _airways(rows: Sequence[AirwayResult], settings: OrganSettings) -> dict[str, Any]:
    if not rows:
        return {}
    return summary_of(
        {
            name: mean_of([getattr(row, name) for row in rows], unbounded=name == "leakage")
            for name in AIRWAY_NAMES
        },
        [row.patient for row in rows],
        draws=settings.draws,
        seed=settings.seed,
    ) | {"n": len(rows)}


def _mean(values: Sequence[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return sum(known) / len(known) if known else None
