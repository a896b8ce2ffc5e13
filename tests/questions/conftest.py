"""A small case to ask about: each fixture builds values, none reads files."""

from collections.abc import Callable

import pytest

from groundct.core.record import Box, Grounded, Grounding, Question, Region
from groundct.core.report import Finding, Measurement, Reading, Report, Sentence, Span
from groundct.questions.write import QuestionRequest, write_questions

TEXT = "." * 1000
RUL = "lung/lung/right lung/right lung upper lobe"
LLL = "lung/lung/left lung/left lung lower lobe"


@pytest.fixture
def finding() -> Callable[..., Finding]:
    """finding("f1", "nodule", "present", RUL, sizes=[(5,)]); sentence n spans [20 n, 20 n + 20)."""

    def build(
        finding_id: str,
        kind: str,
        presence: str,
        *anatomy: str,
        sizes: list[tuple[float, ...]] | None = None,
        sizes_at: int = 0,
        size_kind: str = "unknown",
        prior: bool = False,
        words: str = "",
    ) -> Finding:
        measurements = tuple(
            Measurement(
                span=Span(start=sizes_at + n, end=sizes_at + n + 1),
                values_mm=values,
                kind=size_kind,  # type: ignore[arg-type]
            )
            for n, values in enumerate(sizes or [])
        )
        return Finding(
            finding_id=finding_id,
            type=kind,
            category="12",
            focal=None,
            presence=presence,  # type: ignore[arg-type]
            span=Span(start=0, end=5),
            standardized=words,
            sentence_indices=(0,),
            anatomy=anatomy,
            measurements=measurements,
            refers_to_prior=prior,
        )

    return build


@pytest.fixture
def region() -> Callable[..., Region]:
    def build(region_id: str, kind: str, name: str, *anatomy: str) -> Region:
        return Region(
            region_id=region_id,
            kind=kind,  # type: ignore[arg-type]
            name=name,
            anatomy=anatomy,
            voxels=1,
            volume_ml=0.001,
            box=Box(low=(0, 0, 0), high=(1, 1, 1)),
            centroid_mm=(0, 0, 0),
            centroid_index=(0, 0, 0),
        )

    return build


@pytest.fixture
def ask() -> Callable[..., tuple[Question, ...]]:
    def build(
        *findings: Finding,
        regions: tuple[Region, ...] = (),
        grounded: dict[str, tuple[str, ...]] | None = None,
        **options: object,
    ) -> tuple[Question, ...]:
        groundings: tuple[Grounding, ...] = tuple(
            Grounded(
                target="finding", target_id=key, region_ids=ids, method="candidate", confidence=1
            )
            for key, ids in (grounded or {}).items()
        )
        sentence = Sentence(index=0, section="findings", span=Span(start=0, end=20))
        request = QuestionRequest(
            report=Report(text=TEXT, sections=()),
            reading=Reading(sentences=(sentence,), findings=findings),
            regions=regions,
            groundings=groundings,
            case_id="train_1_a_1",
            **options,  # type: ignore[arg-type]
        )
        return write_questions(request)

    return build
