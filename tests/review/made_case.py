"""A small case made by hand: two lungs, a nodule in each, a report with hostile text."""

from __future__ import annotations

import numpy as np

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
    Finding,
    Measurement,
    Reading,
    Sentence,
    Span,
    report_of_columns,
)
from groundct.core.volume import (
    LabelMap,
    RegionMask,
    Segment,
    label_map_of_masks,
    volume_from_stored,
)
from groundct.review.view import CaseView

HOSTILE = 'Scar </script><img src=x onerror="alert(1)"> {{niivue}} & so on.'
SENTENCES = (
    "No pleural effusion.",
    "A nodule of 12 x 9 mm is seen in the left lung.",
    "Possibly a second one in the right upper lobe.",
    HOSTILE,
)
IMPRESSION = "Nodules of both lungs."
SHAPE = (40, 32, 20)
SPACING_MM = (5.0, 6.0, 9.0)


def made_view(nodule_shift: int = 0) -> CaseView:
    """The case; ``nodule_shift`` moves the left nodule by so many voxels to the front."""
    # Stored as LPS, so that nothing here holds for RAS files alone.
    i, j, k = SPACING_MM
    stored = Geometry.of(
        SHAPE, [[-i, 0, 0, 90.0], [0, -j, 0, 100.0], [0, 0, k, -60.0], [0, 0, 0, 1]]
    )
    volume = volume_from_stored(np.full(SHAPE, -1000, dtype=np.int16, order="F"), stored)
    geometry = volume.geometry

    def ball(centre: tuple[int, int, int], radii: tuple[float, float, float]) -> np.ndarray:
        grid = np.ogrid[tuple(slice(0, n) for n in SHAPE)]
        return sum(((g - c) / r) ** 2 for g, c, r in zip(grid, centre, radii, strict=True)) <= 1

    body = ball((20, 16, 10), (18, 13, 14))
    left, right = ball((11, 16, 10), (6, 9, 8)), ball((29, 16, 10), (6, 9, 8))
    nodule, second = ball((10, 14 + nodule_shift, 8), (2, 2, 1)), ball((30, 18, 14), (1, 1, 1))
    upper = right & (np.arange(SHAPE[2]) > 11)
    volume.hu[body] = 40
    volume.hu[left | right] = -850
    volume.hu[nodule | second] = 30

    layer = np.zeros(SHAPE, dtype=np.uint16, order="F")
    layer[right], layer[left] = 1, 2
    parts = {"right lung": ((0, 1),), "left lung": ((0, 2),), "lung": ((0, 1), (0, 2))}
    segments = [Segment(name=name, parts=held) for name, held in parts.items()]
    organs = LabelMap((layer,), (*segments, Segment(name="trachea", parts=())), geometry, stored)
    masks = {"place-1": upper, "left-1": nodule, "right-1": second}
    regions = label_map_of_masks(
        [(name, RegionMask.of(mask)) for name, mask in masks.items()], geometry, stored
    )

    def region(region_id: str, kind: str, name: str, mask: np.ndarray, **more: object) -> Region:
        found = np.argwhere(mask)
        centroid = geometry.world_from_index(found.mean(axis=0))
        at = stored.index_from_world(geometry.world_from_index(found))
        low, high = at.min(axis=0).round().astype(int), at.max(axis=0).round().astype(int) + 1
        return Region.model_validate(
            {
                "region_id": region_id,
                "kind": kind,
                "name": name,
                "voxels": len(found),
                "volume_ml": len(found) * geometry.voxel_volume_mm3 / 1000,
                "box": Box(low=tuple(low.tolist()), high=tuple(high.tolist())),
                "centroid_mm": tuple(centroid.tolist()),
                "centroid_index": tuple(stored.index_from_world(centroid).tolist()),
                "mean_hu": float(volume.hu[mask].mean()),
                **more,
            }
        )

    found = (
        region("organ-left", "organ", "left lung", left),
        region("organ-both", "organ", "lung", left | right),
        region("place-1", "site", "right lung upper lobe", upper, approximate=True),
        region(
            "left-1", "finding", "nodule", nodule, finding_id="f1", instance=1,
            longest_axial_diameter_mm=12.5,
        ),
        region("right-1", "finding", "nodule", second, finding_id="f2", instance=1),
    )  # fmt: skip
    return CaseView(_record(stored, found), volume, organs, regions)


def _record(stored: Geometry, regions: tuple[Region, ...]) -> Record:
    report = report_of_columns([("findings", " ".join(SENTENCES)), ("impression", IMPRESSION)])

    def span(words: str) -> Span:
        start = report.text.index(words)
        return Span(start=start, end=start + len(words))

    sentences = tuple(
        Sentence(
            index=n, section="impression" if words == IMPRESSION else "findings", span=span(words)
        )
        for n, words in enumerate((*SENTENCES, IMPRESSION))
    )

    def finding(number: int, presence: str, words: str, **more: object) -> Finding:
        return Finding.model_validate(
            {
                "finding_id": f"f{number}",
                "type": "nodule" if number else "pleural effusion",
                "category": "2d" if number else "1a",
                "focal": bool(number),
                "presence": presence,
                "span": span(words),
                "standardized": words,
                "sentence_indices": (number,),
                **more,
            }
        )

    findings = (
        finding(0, "absent", "pleural effusion"),
        finding(
            1, "present", "nodule of 12 x 9 mm", anatomy=("lung/lung/left lung",),
            laterality="left",
            measurements=(Measurement(span=span("12 x 9 mm"), values_mm=(12.0, 9.0)),),
        ),
        finding(2, "uncertain", "second one", lung_segments=("right lung upper lobe",)),
    )  # fmt: skip
    detail = "made by hand"
    groundings = (
        NotGroundable(target="sentence", target_id="0", reason="absent", detail=detail),
        _grounded("sentence", "1", "candidate", "left-1"),
        _grounded("sentence", "2", "site", "place-1"),
        NotGroundable(target="sentence", target_id="3", reason="whole_scan", detail=detail),
        _grounded("sentence", "4", "organ", "organ-both"),
        NotGroundable(target="finding", target_id="f0", reason="absent", detail=detail),
        _grounded("finding", "f1", "candidate", "left-1"),
        _grounded("finding", "f2", "candidate", "right-1", "place-1"),
    )
    left = next(region for region in regions if region.region_id == "left-1")
    lung = next(region for region in regions if region.region_id == "organ-left")
    steps = (
        ReasoningStep(level="scan", name="scan", text="The whole scan."),
        _step("organ", "left lung", lung),
        _step("finding", "nodule", left),
    )
    question = Question(
        question_id="q1", level="region", task="presence", template="t",
        question="Is there a nodule in the left lung?", answer="yes", region_ids=("left-1",),
    )  # fmt: skip
    return Record(
        case_id="made_1_a_1",
        patient_id="made_1",
        source="made",
        volume=VolumeInfo(digest="sha256:" + "0" * 64, geometry=stored),
        report=report,
        reading=Reading(sentences=sentences, findings=findings),
        organs=(
            OrganStatus(name="trachea", status="empty"),
            OrganStatus(name="heart", status="not_segmented"),
        ),
        regions=regions,
        groundings=groundings,
        questions=(question,),
        traces=(ReasoningTrace(finding_id="f1", region_id="left-1", steps=steps),),
        issues=(
            Issue(
                code="doubtful-side",
                where="made",
                what="The <heart> is on neither side.",
                remedy="Look at it.",
                severity="warning",
            ),
        ),
        components=(
            Component(role="segmenter", name="hu", version="9.9", configuration_digest="sha256:1"),
        ),
    )


def _grounded(target: str, target_id: str, method: str, *region_ids: str) -> Grounded:
    return Grounded.model_validate(
        {
            "target": target,
            "target_id": target_id,
            "region_ids": region_ids,
            "method": method,
            "confidence": 0.75,
        }
    )


def _step(level: str, name: str, region: Region) -> ReasoningStep:
    return ReasoningStep.model_validate(
        {
            "level": level,
            "name": name,
            "text": f"The {name}.",
            "region_id": region.region_id,
            "centroid_mm": region.centroid_mm,
        }
    )
