"""A small case by hand: two lungs, a trachea that was not found, two nodules and a shadow."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from groundct.core.geometry import Geometry, reorientation_to
from groundct.core.record import (
    Box,
    Grounded,
    NotGroundable,
    OrganStatus,
    Question,
    Record,
    Region,
    VolumeInfo,
)
from groundct.core.report import Finding, Reading, Sentence, Span, report_of_columns
from groundct.core.volume import RegionMask, label_map_of_masks
from groundct.release.exports._contract import ReleasedCase

TEXT = 'Two nodules in the right lung, 5 mm.\nPossible "atelectasis", left. No effusion.'
SHAPE = (9, 8, 7)

ORIENTATIONS = (*(a + b + c for a in "LR" for b in "PA" for c in "IS"), "PIR", "SLA")


def stored_grid(orientation: str) -> Geometry:
    """A grid whose axes point where ``orientation`` says, with odd spacings and origin."""
    affine = np.zeros((3, 4))
    spacing = (0.703125, 0.8125, 2.5)
    for n, letter in enumerate(orientation):
        world = ["LR", "PA", "IS"].index(next(p for p in ("LR", "PA", "IS") if letter in p))
        affine[world, n] = spacing[n] * (1 if letter in "RAS" else -1)
    affine[:, 3] = (-17.25, 100.5, -233.125)
    return Geometry.of(SHAPE, affine)


def box_mask(
    shape: tuple[int, int, int], low: tuple[int, ...], high: tuple[int, ...]
) -> RegionMask:
    mask = np.zeros(shape, dtype=np.bool_, order="F")
    mask[tuple(slice(a, b) for a, b in zip(low, high, strict=True))] = True
    return RegionMask.of(mask)


def region(region_id: str, kind: str, name: str, **more: object) -> Region:
    return Region.model_validate(
        {"region_id": region_id, "kind": kind, "name": name, "voxels": 1, "volume_ml": 0.1,
         "box": Box(low=(0, 0, 0), high=(1, 1, 1)), "centroid_mm": (0.0, 0.0, 0.0),
         "centroid_index": (0.0, 0.0, 0.0), **more}
    )  # fmt: skip


def finding(number: int, kind: str, presence: str, words: str, sentence: int) -> Finding:
    start = TEXT.index(words)
    return Finding.model_validate(
        {"finding_id": f"f{number}", "type": kind, "category": {"nodule": "2d"}.get(kind, "2h"),
         "focal": True, "presence": presence, "span": Span(start=start, end=start + len(words)),
         "standardized": f"{kind}, as stated", "sentence_indices": (sentence,)}
    )  # fmt: skip


def question(task: str, answer: str, anatomy: str = "", abnormality: str = "") -> Question:
    return Question.model_validate(
        {"question_id": f"{task}:{anatomy}:{abnormality}", "task": task, "answer": answer,
         "level": "case" if task == "disorders" else "region", "template": f"{task}-01",
         "question": f"{task}?", "anatomy": anatomy, "abnormality": abnormality}
    )  # fmt: skip


def make_case(
    orientation: str = "LPS", case_id: str = "train_7_a_1", split: str = "train"
) -> ReleasedCase:
    stored = stored_grid(orientation)
    geometry = reorientation_to(stored, "RAS").apply_geometry(stored)
    shape = geometry.shape
    report = report_of_columns([("findings", TEXT)])
    cuts = [TEXT.index("\n"), TEXT.index(" No effusion")]
    spans = [(0, cuts[0]), (cuts[0] + 1, cuts[1]), (cuts[1] + 1, len(TEXT))]
    places = [
        (("lung",), ("lung/lung/right lung",)),
        (("lung", "pleura"), ("lung/lung/left lung",)),
        ((), ()),
    ]
    sentences = tuple(
        Sentence(index=n, section="findings", span=Span(start=a, end=b), regions=r, anatomy=p)
        for n, ((a, b), (r, p)) in enumerate(zip(spans, places, strict=True))
    )
    findings = (
        finding(0, "nodule", "present", "Two nodules", 0),
        finding(1, "atelectasis", "uncertain", "atelectasis", 1),
        finding(2, "pleural_effusion", "absent", "effusion", 2),
        finding(3, "scar", "present", "Possible", 1),
    )
    organs = label_map_of_masks(
        [
            ("left lung", box_mask(shape, (0, 1, 1), (4, 7, 6))),
            ("right lung", box_mask(shape, (5, 1, 1), (9, 7, 6))),
            ("trachea", RegionMask.of(np.zeros(shape, dtype=np.bool_))),
            ("body", box_mask(shape, (0, 0, 0), shape)),
        ],
        geometry,
        stored,
    )
    regions = label_map_of_masks(
        [
            ("r-nodule-1", box_mask(shape, (5, 2, 2), (7, 4, 4))),
            ("r-nodule-2", box_mask(shape, (6, 3, 3), (8, 5, 5))),
            ("r-site", box_mask(shape, (0, 1, 1), (2, 3, 3))),
        ],
        geometry,
        stored,
    )
    record = Record(
        case_id=case_id,
        patient_id=case_id.rsplit("_", 2)[0],
        source="by_hand",
        volume=VolumeInfo(digest="sha256:0", geometry=stored),
        report=report,
        reading=Reading(sentences=sentences, findings=findings),
        organs=(
            OrganStatus(name="left lung", status="segmented"),
            OrganStatus(name="right lung", status="segmented"),
            OrganStatus(name="trachea", status="empty"),
            OrganStatus(name="body", status="segmented"),
            OrganStatus(name="aorta", status="not_segmented"),
        ),
        regions=(
            region("right lung", "organ", "right lung"),
            region("r-nodule-2", "finding", "nodule", finding_id="f0", instance=2),
            region("r-nodule-1", "finding", "nodule", finding_id="f0", instance=1),
            region("r-site", "site", "left lung", finding_id="f3", approximate=True),
        ),
        groundings=(
            Grounded(target="finding", target_id="f0", region_ids=("r-nodule-1", "r-nodule-2"),
                     method="candidate", confidence=0.7),
            Grounded(target="finding", target_id="f3", region_ids=("r-site",),
                     method="site", confidence=0.2),
            NotGroundable(target="finding", target_id="f2", reason="absent", detail="denied"),
        ),
        questions=(
            question("disorders", "nodule; scar"),
            question("abnormality", "nodule; scar", "lung"),
            question("abnormality", "No findings.", "pleura/pleura"),
            question("presence", "Yes.", "lung/lung/right lung", "nodule"),
            question("presence", "Yes.", "lung/lung/right lung", "nodule"),
            question("presence", "No.", "pleura/pleura", "pleural effusion"),
            question("location", "lung/lung/right lung; lung/lung/left lung", "", "nodule"),
            question("size", "5 mm; 5x3 mm", "lung/lung/right lung", "nodule"),
        ),
        traces=(),
        issues=(),
        components=(),
    )  # fmt: skip
    return ReleasedCase(record, organs, regions, split)


@pytest.fixture
def case() -> Callable[..., ReleasedCase]:
    return make_case


@pytest.fixture(params=ORIENTATIONS)
def oriented(request: pytest.FixtureRequest) -> ReleasedCase:
    return make_case(request.param)
