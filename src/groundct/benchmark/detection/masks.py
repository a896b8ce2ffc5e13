"""Masks of findings as places: every instance is one, with its centre and its size."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from groundct.benchmark._results import file_digest, patients_of
from groundct.benchmark.detection.places import Candidates, Floats, Places, References, joined
from groundct.benchmark.segmentation.inputs import Masks
from groundct.benchmark.segmentation.loading import About, load_case
from groundct.benchmark.segmentation.places import states_place
from groundct.codecs.tables import read_csv_table
from groundct.core.geometry import Geometry
from groundct.core.issues import GridError, Issue, TableError
from groundct.core.paths import AnyPath
from groundct.core.value import digest
from groundct.imaging.runs import Runs, label_centres, label_sizes
from groundct.sources._names import case_id_of

SCORE_COLUMNS: Final = ("VolumeName", "finding", "instance", "confidence")

Cts = Mapping[str, Geometry]


def reference_masks(masks: Masks, cts: Cts, *, keep: bool = False) -> References:
    """Every instance of reference masks; ``keep`` keeps its voxels, which overlaps need.

    The diameter is that of the ball of the same volume. Raises DataError as ``load_case`` does.
    """
    parts, about = [], []
    for case in masks.places:
        own = _instances(masks, case, cts, keep=keep)
        parts.append(own.places)
        about += own.about
    places = joined(parts)
    return References(
        places=places,
        excluded=np.zeros(len(places.case), dtype=np.bool_),
        scans=tuple(masks.places),
        digest=_digest(masks),
        kind=tuple(a.category or "" for a in about),
        side=tuple(a.side or "" for a in about),
        lobes=tuple(a.lobes for a in about),
        patients=patients_of(masks.release()) if masks.kind == "release" else {},
        issues=masks.issues,
    )


def candidate_masks(masks: Masks, scores: AnyPath, cts: Cts, *, keep: bool = False) -> Candidates:
    """Every instance of predicted masks, with the confidence that a table gives it.

    The table has the columns VolumeName, finding (from 0), instance (its value in the mask) and
    confidence. Raises TableError for an instance without a confidence, or one that is no number.
    """
    scores = Path(scores)
    known = _scores(scores)
    parts: list[Places] = []
    confidence: list[float] = []
    issues: list[Issue] = []
    for case in masks.places:
        own = _instances(masks, case, cts, keep=keep)
        parts.append(own.places)
        for finding, label in own.names:
            value = known.get((case, finding, label))
            if value is None:
                issues.append(_no_score(scores, case, finding, label))
            confidence.append(math.nan if value is None else value)
    if issues:
        raise TableError(*issues[:20])
    return Candidates(
        joined(parts), np.array(confidence), digest([_digest(masks), file_digest(scores)])
    )


@dataclass(frozen=True, eq=False)
class _Instances:
    places: Places
    about: list[About]
    names: list[tuple[int, int]]


def _instances(masks: Masks, case: str, cts: Cts, *, keep: bool) -> _Instances:
    loaded = load_case(masks, case)
    grid = _grid(loaded.stored.grid, case, masks, cts)
    centres: list[Floats] = []
    volumes: list[NDArray[np.float64]] = []
    about: list[About] = []
    names: list[tuple[int, int]] = []
    kept: list[Runs] = []
    for finding, (runs, own) in enumerate(zip(loaded.stored.findings, loaded.about, strict=True)):
        sizes = label_sizes(runs)
        labels = np.flatnonzero(sizes)
        centres.append(grid.world_from_index(label_centres(runs)[labels]))
        volumes.append(sizes[labels].astype(np.float64) * grid.voxel_volume_mm3)
        about += [own] * len(labels)
        names += [(finding, int(label)) for label in labels]
        if keep:
            kept += [_part(runs, int(label)) for label in labels]
    mm3 = np.concatenate([np.zeros(0), *volumes])
    places = Places(
        (case,) * len(names),
        np.concatenate([np.zeros((0, 3)), *centres]),
        np.cbrt(6 * mm3 / np.pi),
        None,
        tuple(kept) if keep else None,
        {case: grid},
    )
    return _Instances(places, about, names)


def _part(runs: Runs, label: int) -> Runs:
    own = runs.labels == label
    one = np.ones(int(np.count_nonzero(own)), dtype=np.int32)
    return Runs(runs.starts[own], runs.stops[own], one, runs.shape)


def _grid(own: Geometry, case: str, masks: Masks, cts: Cts) -> Geometry:
    """The grid of the CT where the mask states none of its own."""
    ct = cts.get(case)
    if ct is None or states_place(own):
        return own
    if ct.shape != own.shape:
        raise GridError.of(
            "mask-shape",
            masks.where(case),
            f"the mask has {own.shape} voxels a finding and its CT {ct.shape}.",
            "Use the CT of the same name as stored, neither cropped nor resampled.",
            case,
        )
    return ct


def _scores(path: Path) -> dict[tuple[str, int, int], float]:
    scores: dict[tuple[str, int, int], float] = {}
    issues = []
    for row in read_csv_table(path, required=SCORE_COLUMNS, key=SCORE_COLUMNS[:3]):
        case, *cells = (row[name] for name in SCORE_COLUMNS)
        try:
            key = (case_id_of(case), int(cells[0]), int(cells[1]))
            value = float(cells[2])
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            what = f"finding, instance and confidence of {case!r} are {cells}, not numbers."
            issues.append(
                Issue(code="not-a-number", where=str(path), what=what, remedy="Correct the row.")
            )
            continue
        scores[key] = value
    if issues:
        raise TableError(*issues[:20])
    return scores


def _no_score(path: Path, case: str, finding: int, label: int) -> Issue:
    return Issue(
        code="no-confidence",
        where=str(path),
        what=f"instance {label} of finding {finding} has no row.",
        remedy="Give every instance a confidence.",
        case_id=case,
    )


def _digest(masks: Masks) -> str:
    return digest([[case, masks.digest(case)] for case in masks.places])
