"""A small case with masks: a 12 x 10 x 8 grid in LPS, one nodule, one denied effusion."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from groundct.core.geometry import Geometry
from groundct.core.issues import Issue
from groundct.core.record import (
    Box,
    Component,
    Grounded,
    NotGroundable,
    OrganStatus,
    Question,
    ReasoningStep,
    ReasoningTrace,
    Record,
    Region,
    VolumeInfo,
)
from groundct.core.report import (
    Cue,
    Finding,
    Measurement,
    Reading,
    Sentence,
    Span,
    report_of_columns,
)
from groundct.core.value import digest_bytes
from groundct.core.volume import RegionMask, Volume, label_map_of_masks, volume_from_stored
from groundct.release.artifacts import CaseArtifacts, ReleaseRequest
from groundct.release.write import write_release

STORED = Geometry.of((12, 10, 8), [[-1, 0, 0, 5], [0, -1, 0, 4], [0, 0, 2.5, -10], [0, 0, 0, 1]])
TEXT = "5 mm nodule in the right lung. No pleural effusion."
RIGHT = "lung/lung/right lung"
PLEURA = "pleura/pleura"


def span_of(words: str) -> Span:
    start = TEXT.index(words)
    return Span(start=start, end=start + len(words))


def mask_of(stored: np.ndarray) -> RegionMask:
    """A mask drawn on the stored LPS grid, as the crop of the RAS array."""
    return RegionMask.of(np.asfortranarray(stored[::-1, ::-1, :]))


def region_of(region_id: str, kind: str, name: str, stored: np.ndarray, **more: object) -> Region:
    index = np.argwhere(stored)
    centre = tuple(float(v) for v in index.mean(axis=0))
    return Region(
        region_id=region_id,
        kind=kind,  # type: ignore[arg-type]
        name=name,
        voxels=len(index),
        volume_ml=len(index) * STORED.voxel_volume_mm3 / 1000,
        box=Box(low=tuple(index.min(axis=0)), high=tuple(index.max(axis=0) + 1)),
        centroid_mm=tuple(float(v) for v in STORED.world_from_index(centre)),
        centroid_index=centre,  # type: ignore[arg-type]
        **more,
    )


def masks() -> dict[str, np.ndarray]:
    lung, nodule = (np.zeros(STORED.shape, dtype=bool) for _ in range(2))
    lung[1:5, 2:8, 1:7] = True
    nodule[2:4, 3:5, 3:5] = True
    return {"right lung": lung, "f1.1": nodule}


def findings() -> tuple[Finding, ...]:
    nodule = Finding(
        finding_id="f1",
        type="nodule",
        category="2d",
        focal=True,
        presence="present",
        span=span_of("nodule"),
        standardized="5 mm nodule in the right lung",
        sentence_indices=(0,),
        anatomy=(RIGHT,),
        laterality="right",
        measurements=(Measurement(span=span_of("5 mm"), values_mm=(5.0,), kind="diameter"),),
        cues=(Cue(span=span_of("nodule"), role="finding", entry="nodule"),),
    )
    effusion = Finding(
        finding_id="f2",
        type="pleural_effusion",
        category="2e",
        focal=True,
        presence="absent",
        span=span_of("pleural effusion"),
        standardized="pleural effusion",
        sentence_indices=(1,),
        anatomy=(PLEURA,),
    )
    return nodule, effusion


def question(answer: str, finding: Finding, *region_ids: str) -> Question:
    path = finding.anatomy[0]
    return Question(
        question_id=f"presence:{path}:{finding.type}",
        level="region",
        task="presence",
        template="presence-01",
        question="Is it there?",
        answer=answer,
        anatomy=path,
        abnormality=finding.type,
        finding_ids=(finding.finding_id,),
        region_ids=region_ids,
    )


def build_record(case_id: str = "train_1_a_1", patient_id: str = "train_1") -> Record:
    drawn = masks()
    lung = region_of("organ:right lung", "organ", "right lung", drawn["right lung"])
    nodule = region_of("f1.1", "finding", "nodule", drawn["f1.1"], finding_id="f1", instance=1)
    one, two = findings()
    scan = ReasoningStep(level="scan", name="chest CT", text="The scan.")
    last = ReasoningStep(
        level="finding",
        name="nodule",
        text="The nodule.",
        region_id="f1.1",
        box=nodule.box,
        centroid_mm=nodule.centroid_mm,
        centroid_index=nodule.centroid_index,
    )
    return Record(
        case_id=case_id,
        patient_id=patient_id,
        source="nifti_folder",
        volume=VolumeInfo(digest=digest_bytes(b"ct"), geometry=STORED),
        report=report_of_columns([("findings", TEXT)]),
        reading=Reading(
            sentences=(
                Sentence(
                    index=0,
                    section="findings",
                    span=span_of("5 mm nodule in the right lung."),
                    regions=("lung",),
                    anatomy=(RIGHT,),
                ),
                Sentence(index=1, section="findings", span=span_of("No pleural effusion.")),
            ),
            findings=(one, two),
        ),
        organs=(
            OrganStatus(name="right lung", status="segmented"),
            OrganStatus(name="trachea", status="empty"),
            OrganStatus(name="liver", status="not_segmented"),
        ),
        regions=(lung, nodule),
        groundings=(
            Grounded(
                target="sentence",
                target_id="0",
                region_ids=("f1.1", "organ:right lung"),
                method="candidate",
                confidence=0.5,
            ),
            NotGroundable(target="sentence", target_id="1", reason="absent", detail="denied"),
            Grounded(
                target="finding",
                target_id="f1",
                region_ids=("f1.1",),
                method="candidate",
                confidence=0.5,
            ),
            NotGroundable(target="finding", target_id="f2", reason="absent", detail="denied"),
        ),
        questions=(question("Yes.", one, "f1.1"), question("No.", two)),
        traces=(ReasoningTrace(finding_id="f1", region_id="f1.1", steps=(scan, last)),),
        issues=(
            Issue(code="odd", where="header", what="odd.", remedy="Look.", severity="warning"),
        ),
        components=(
            Component(role="anatomy", name="hu", version="1", configuration_digest="sha256:0"),
        ),
    )


@pytest.fixture
def record() -> Record:
    return build_record()


@pytest.fixture
def volume() -> Volume:
    hu = np.arange(12 * 10 * 8, dtype=np.int16).reshape((12, 10, 8), order="F")
    return volume_from_stored(hu, STORED)


@pytest.fixture
def artifacts(volume: Volume) -> Callable[..., CaseArtifacts]:
    """artifacts(record, split, with_volume=...): the case with its masks."""

    def build(
        record: Record | None = None, split: str = "train", with_volume: bool = False
    ) -> CaseArtifacts:
        drawn = {name: mask_of(mask) for name, mask in masks().items()}
        empty = RegionMask.of(np.zeros((1, 1, 1), dtype=bool))
        organs = [("right lung", drawn["right lung"]), ("trachea", empty)]
        return CaseArtifacts(
            record=record or build_record(),
            organs=label_map_of_masks(organs, volume.geometry, STORED),
            regions=label_map_of_masks([("f1.1", drawn["f1.1"])], volume.geometry, STORED),
            split=split,
            volume=volume if with_volume else None,
        )

    return build


@pytest.fixture
def make(artifacts: Callable[..., CaseArtifacts], tmp_path: Path) -> Callable[..., Path]:
    """make(*cases): a release of these cases, or of two patients."""

    def build(*cases: CaseArtifacts, name: str = "release", **more: object) -> Path:
        chosen = cases or (
            artifacts(build_record("valid_2_a_1", "valid_2"), "validation", with_volume=True),
            artifacts(),
        )
        write_release(ReleaseRequest(cases=chosen, **more), tmp_path / name)  # type: ignore[arg-type]
        return tmp_path / name

    return build
