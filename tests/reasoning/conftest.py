"""A 100-cube with two lungs, a lobe and a nodule, as values."""

from collections.abc import Callable

import pytest

from groundct.core.geometry import Geometry
from groundct.core.record import Box, Grounded, Grounding, NotGroundable, ReasoningTrace, Region
from groundct.core.report import Finding, Reading, Span
from groundct.reasoning.trace import TraceRequest, trace_findings

STORED = Geometry.of((100, 100, 100), [[-1, 0, 0, 50], [0, -1, 0, 50], [0, 0, 2, 0], [0, 0, 0, 1]])


@pytest.fixture
def region() -> Callable[..., Region]:
    """region("f1.1", "finding", "nodule", (10, 10, 10), (20, 20, 20)): a box of the stored grid."""

    def build(
        region_id: str,
        kind: str,
        name: str,
        low: tuple[int, int, int],
        high: tuple[int, int, int],
        *anatomy: str,
        approximate: bool = False,
    ) -> Region:
        a, b, c = ((one + two - 1) / 2 for one, two in zip(low, high, strict=True))
        x, y, z = (float(v) for v in STORED.world_from_index((a, b, c)))
        return Region(
            region_id=region_id,
            kind=kind,  # type: ignore[arg-type]
            name=name,
            anatomy=anatomy,
            approximate=approximate,
            voxels=1000,
            volume_ml=2.0,
            box=Box(low=low, high=high),
            centroid_mm=(x, y, z),
            centroid_index=(a, b, c),
            longest_axial_diameter_mm=14.14 if kind == "finding" else None,
        )

    return build


@pytest.fixture
def lungs(region) -> tuple[Region, ...]:
    return (
        region("organ:lung", "organ", "lung", (5, 20, 5), (95, 80, 95), "lung/lung"),
        region("organ:right lung", "organ", "right lung", (5, 20, 5), (45, 80, 95)),
        region("organ:left lung", "organ", "left lung", (55, 20, 5), (95, 80, 95)),
    )


@pytest.fixture
def trace() -> Callable[..., tuple[ReasoningTrace, ...]]:
    def build(
        regions: tuple[Region, ...],
        *anatomy: str,
        ids: tuple[str, ...] = ("f1.1",),
        presence: str = "present",
        laterality: str | None = None,
        lung_segments: tuple[str, ...] = (),
    ) -> tuple[ReasoningTrace, ...]:
        finding = Finding(
            finding_id="f1",
            type="nodule",
            category="2d",
            focal=True,
            presence=presence,  # type: ignore[arg-type]
            span=Span(start=0, end=6),
            standardized="nodule",
            sentence_indices=(0,),
            anatomy=anatomy,
            laterality=laterality,  # type: ignore[arg-type]
            lung_segments=lung_segments,
        )
        grounding: Grounding = NotGroundable(
            target="finding", target_id="f1", reason="no_candidate", detail=""
        )
        if ids:
            grounding = Grounded(
                target="finding",
                target_id="f1",
                region_ids=ids,
                method="candidate",
                confidence=0.5,
            )
        return trace_findings(
            TraceRequest(
                case_id="a",
                reading=Reading(sentences=(), findings=(finding,)),
                regions=regions,
                groundings=(grounding,),
                geometry=STORED,
            )
        )

    return build
