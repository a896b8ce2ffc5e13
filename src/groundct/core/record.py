"""Record: all that groundct knows of a case, and the parts it is made of."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from groundct.core.geometry import Geometry
from groundct.core.issues import Issue
from groundct.core.report import Reading, Report
from groundct.core.value import Value

FORMAT_VERSION: Final = "1.0"

RegionKind = Literal["organ", "site", "finding"]
QuestionTask = Literal["disorders", "abnormality", "presence", "location", "size"]
StepLevel = Literal["scan", "organ", "lobe", "segment", "finding"]


class Component(Value):
    """What made an output: a component's name, its version and its configuration's digest."""

    role: str
    name: str
    version: str
    configuration_digest: str


class Box(Value):
    """A bounding box in voxel indices of the stored grid: ``low`` inclusive, ``high`` exclusive."""

    low: tuple[int, int, int]
    high: tuple[int, int, int]


class Region(Value):
    """A non-empty set of voxels of the case.

    ``kind`` organ: a structure the segmenter found; site: the place a text names, where no organ
    mask exists for exactly that (``approximate`` then says that a rule drew its border); finding:
    one instance of a finding. ``name`` is RadGenome's mask name for organs, and the finding's type
    for findings. The voxels are segment ``region_id`` of the case's regions label map when
    ``kind`` is site or finding, and segment ``name`` of its organs label map when it is organ.
    ``centroid_mm`` is RAS+; ``centroid_index`` and ``box`` are voxels of the stored grid.
    """

    region_id: str
    kind: RegionKind
    name: str
    anatomy: tuple[str, ...] = ()
    finding_id: str | None = None
    instance: int | None = None
    approximate: bool = False
    voxels: Annotated[int, Field(gt=0)]
    volume_ml: float
    box: Box
    centroid_mm: tuple[float, float, float]
    centroid_index: tuple[float, float, float]
    longest_axial_diameter_mm: float | None = None
    mean_hu: float | None = None


class Grounded(Value):
    """A sentence or finding tied to regions.

    ``method``: "organ" (the organ's mask), "site" (the named place: no candidate inside it was
    asked for, or one was looked for in vain, which lowers the confidence), "candidate" (a finding
    segmenter found voxels), "published" (masks that came with the dataset). ``confidence`` is
    0..1, the method's own, not calibrated. The regions may be another finding's where both are
    the same voxels, as when an impression repeats what the findings describe.
    """

    state: Literal["grounded"] = "grounded"
    target: Literal["sentence", "finding"]
    target_id: str
    region_ids: Annotated[tuple[str, ...], Field(min_length=1)]
    method: Literal["organ", "site", "candidate", "published"]
    confidence: Annotated[float, Field(ge=0, le=1)]


class NotGroundable(Value):
    """A sentence or finding without voxels, and why.

    ``reason``: "absent" (the report denies it), "whole_scan" (it names no place),
    "not_segmented" (no mask answers for the place), "no_candidate" (looked for, nothing found),
    "outside_scan" (the place is not in view), "no_volume" (the case has no volume).
    """

    state: Literal["not_groundable"] = "not_groundable"
    target: Literal["sentence", "finding"]
    target_id: str
    reason: Literal[
        "absent", "whole_scan", "not_segmented", "no_candidate", "outside_scan", "no_volume"
    ]
    detail: str


Grounding = Annotated[Grounded | NotGroundable, Field(discriminator="state")]


class Question(Value):
    """A question in RadGenome's forms.

    ``origin`` "derived": the answer follows from the record; "published": it came with the dataset
    as it is, right or wrong.
    ``template`` is the id of the wording; ``anatomy`` the path asked about, empty at case level;
    ``finding_ids`` and ``region_ids`` are what the answer rests on.
    """

    question_id: str
    level: Literal["case", "region"]
    task: QuestionTask
    origin: Literal["derived", "published"] = "derived"
    template: str
    question: str
    answer: str
    anatomy: str = ""
    abnormality: str = ""
    finding_ids: tuple[str, ...] = ()
    region_ids: tuple[str, ...] = ()


class ReasoningStep(Value):
    """One step inwards. ``box`` and ``centroid_index`` are voxels of the stored grid."""

    level: StepLevel
    name: str
    text: str
    region_id: str | None = None
    approximate: bool = False
    box: Box | None = None
    centroid_mm: tuple[float, float, float] | None = None
    centroid_index: tuple[float, float, float] | None = None


class ReasoningTrace(Value):
    """From the whole scan to a finding, step by step."""

    finding_id: str
    region_id: str
    steps: Annotated[tuple[ReasoningStep, ...], Field(min_length=2)]


class OrganStatus(Value):
    """What the segmenter says of one structure: three different values."""

    name: str
    status: Literal["segmented", "empty", "not_segmented"]


class VolumeInfo(Value):
    """The volume of a record: the digest of its file or series, and its grid as stored."""

    digest: str
    geometry: Geometry


class Record(Value):
    """All of it for a case; its identity is the digest of its content."""

    format_version: Literal["1.0"] = FORMAT_VERSION
    case_id: str
    patient_id: str
    source: str
    volume: VolumeInfo | None
    report: Report | None
    reading: Reading
    organs: tuple[OrganStatus, ...]
    regions: tuple[Region, ...]
    groundings: tuple[Grounding, ...]
    questions: tuple[Question, ...]
    traces: tuple[ReasoningTrace, ...]
    issues: tuple[Issue, ...]
    components: tuple[Component, ...]
