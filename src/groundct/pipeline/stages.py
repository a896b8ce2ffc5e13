"""One case through all stages: Case -> BuiltCase. Pure but for reading the case's own files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from groundct import questions, reasoning
from groundct.anatomy import sentinel
from groundct.anatomy.composites import complete
from groundct.anatomy.published import label_map_of_published
from groundct.codecs.volumes import read_volume, require_ct, volume_digest
from groundct.core.case import Case
from groundct.core.contracts import Extractor, FindingSegmenter, Segmenter, component
from groundct.core.issues import Issue, VolumeError
from groundct.core.plugins import load_plugin
from groundct.core.record import Component, OrganStatus, Question, Record, VolumeInfo
from groundct.core.report import Reading, Report
from groundct.core.value import digest
from groundct.core.volume import LabelMap, Volume
from groundct.grounding.assign import GroundingOutcome, GroundingRequest, PublishedMask, ground
from groundct.pipeline.published import published_masks, published_reading
from groundct.pipeline.settings import BuildSettings, finding_segmenter_of, segmenter_of
from groundct.questions.published import TASK_OF_TABLE, published_questions
from groundct.questions.write import QuestionRequest, write_questions
from groundct.reasoning.trace import TraceRequest, trace_findings
from groundct.reports._read import prepare
from groundct.reports.contradictions import impossible_places
from groundct.vocabulary.anatomy import anatomy

Tell = Callable[[str], None]
"""Told the name of each stage as it begins."""


@dataclass(frozen=True, eq=False)
class BuiltCase:
    """A case's record with its volume and its two label maps."""

    record: Record
    volume: Volume
    organs: LabelMap
    regions: LabelMap


def build_case(case: Case, source: str, settings: BuildSettings, tell: Tell) -> BuiltCase:
    """Run every stage; raises DataError, naming the case, when one cannot be done."""
    if case.volume is None:
        raise VolumeError.of(
            "no-volume",
            case.case_id,
            "the dataset has annotations for this case and no CT.",
            "Put the CT beside the annotations, named as the case.",
            case.case_id,
        )
    tell("reading the report")  # first, as it is quick to say that it cannot be read
    extractor = cast(Extractor, load_plugin("reports", settings.extractor))
    report, reading, told = _read(case, extractor)
    tell("reading the volume")
    volume = read_volume(case.volume)
    require_ct(volume, case.case_id, case.case_id)
    info = VolumeInfo(digest=volume_digest(case.volume), geometry=volume.stored)
    tell("looking for contradictions")
    seen = sentinel.flags(sentinel.look(volume), case.case_id)
    tell("segmenting organs")
    segmenter = segmenter_of(settings)
    organs = _organs(case, volume, segmenter)
    tell("grounding findings")
    finder = finding_segmenter_of(settings)
    published, miscounted = published_masks(case, volume)
    outcome = _ground(volume, organs, report, reading, finder, published)
    tell("writing questions and reasoning")
    record = Record(
        case_id=case.case_id,
        patient_id=case.patient_id,
        source=source,
        volume=info,
        report=report,
        reading=reading,
        organs=_organ_statuses(organs),
        regions=outcome.regions,
        groundings=outcome.groundings,
        questions=_questions(case, report, reading, outcome, settings.wordings),
        traces=trace_findings(
            TraceRequest(case.case_id, reading, outcome.regions, outcome.groundings, volume.stored)
        ),
        issues=_named(case.case_id, (*told, *seen, *miscounted)),
        components=_components(case, segmenter, extractor, finder, settings),
    )
    return BuiltCase(record, volume, organs, outcome.masks)


def _read(case: Case, extractor: Extractor) -> tuple[Report | None, Reading, tuple[Issue, ...]]:
    """The report, what it says, and what is to be told of it.

    Published texts stand in for a report that is not there. Published findings lead even beside a
    report, since their masks are theirs and no others'.
    """
    if case.report is None or case.published.findings:
        return (*published_reading(case, extractor), ())
    prepared = prepare(case.report, extractor)
    reading = prepared.tell(extractor.extract(prepared.plain.report))
    report = prepared.report
    sentences = (sentence.span.of(report.text) for sentence in reading.sentences)
    impossible = impossible_places(sentences, report.language)
    return report, reading, (*prepared.plain.issues, *impossible)


def _questions(
    case: Case,
    report: Report | None,
    reading: Reading,
    outcome: GroundingOutcome,
    wordings: int,
) -> tuple[Question, ...]:
    """The published questions, or else those that the record answers."""
    if any(row.table in TASK_OF_TABLE for row in case.published.rows):
        return published_questions(case.published.rows, case.case_id, outcome.regions)
    request = QuestionRequest(
        report,
        reading,
        outcome.regions,
        outcome.groundings,
        case.case_id,
        wordings=wordings,
    )
    return write_questions(request)


def _organs(case: Case, volume: Volume, segmenter: Segmenter) -> LabelMap:
    """The masks that came with the dataset, or else the segmenter's; composites are added."""
    if case.published.organ_masks:
        return complete(label_map_of_published(case.published.organ_masks, volume))
    return complete(segmenter.segment(volume))


def _ground(
    volume: Volume,
    organs: LabelMap,
    report: Report | None,
    reading: Reading,
    finder: FindingSegmenter,
    published: tuple[PublishedMask, ...],
) -> GroundingOutcome:
    if report is None:
        return GroundingOutcome(
            regions=(), masks=LabelMap((), (), volume.geometry, volume.stored), groundings=()
        )
    return ground(GroundingRequest(volume, organs, report, reading, finder, published))


def _organ_statuses(organs: LabelMap) -> tuple[OrganStatus, ...]:
    """A status for every name of the vocabulary, and for what the label map names besides."""
    empty = {segment.name for segment in organs.segments if not _any_voxel(organs, segment.name)}
    names = dict.fromkeys([*anatomy().mask_names, *organs.names])
    return tuple(
        OrganStatus(
            name=name,
            status="not_segmented"
            if name not in organs.names
            else "empty"
            if name in empty
            else "segmented",
        )
        for name in names
    )


def _any_voxel(organs: LabelMap, name: str) -> bool:
    return any((organs.layers[layer] == label).any() for layer, label in organs.segment(name).parts)


def _named(case_id: str, issues: tuple[Issue, ...]) -> tuple[Issue, ...]:
    return tuple(issue.model_copy(update={"case_id": case_id}) for issue in issues)


def _components(
    case: Case,
    segmenter: Segmenter,
    extractor: Extractor,
    finder: FindingSegmenter,
    settings: BuildSettings,
) -> tuple[Component, ...]:
    configuration = digest(settings)

    def own(role: str, name: str, version: str) -> Component:
        return Component(role=role, name=name, version=version, configuration_digest=configuration)

    organs = component("organs", segmenter, configuration)
    return (
        own("organs", "published", "1.0") if case.published.organ_masks else organs,
        component("reading", extractor, configuration),
        component("grounding", finder, configuration),
        own("questions", "questions", questions.VERSION),
        own("reasoning", "reasoning", reasoning.VERSION),
        Component(
            role="sentinel",
            name=sentinel.NAME,
            version=sentinel.VERSION,
            configuration_digest=sentinel.configuration_digest(),
        ),
    )
