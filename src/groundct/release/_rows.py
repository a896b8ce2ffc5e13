"""A record as rows of the tables: plain values, one dictionary a row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from groundct.core.issues import Issue
from groundct.core.record import Box, Grounded, Grounding, Record, Region
from groundct.core.report import Finding, Span
from groundct.core.value import digest
from groundct.release._layout import ORGANS, REGIONS

Row = dict[str, Any]


def rows_of(record: Record, split: str) -> dict[str, list[Row]]:
    """Table -> rows, in the record's order."""
    case_id = record.case_id
    text = record.report.text if record.report else ""
    tables = {
        "cases": [_case(record, split)],
        "sentences": [
            {
                "index": sentence.index,
                "section": sentence.section,
                "start": sentence.span.start,
                "end": sentence.span.end,
                "text": sentence.span.of(text),
                "regions": list(sentence.regions),
                "anatomy": list(sentence.anatomy),
                "rewrites": [
                    {**_span(r.span), "text": r.text, "entry": r.entry} for r in sentence.rewrites
                ],
            }
            for sentence in record.reading.sentences
        ],
        "findings": [_finding(finding, text) for finding in record.reading.findings],
        "regions": [_region(region) for region in record.regions],
        "groundings": [_grounding(grounding) for grounding in record.groundings],
        "questions": [question.model_dump(mode="json") for question in record.questions],
        "traces": [
            {
                "finding_id": trace.finding_id,
                "region_id": trace.region_id,
                "step": number,
                "level": step.level,
                "name": step.name,
                "text": step.text,
                "approximate": step.approximate,
                "step_region_id": step.region_id,
                **_box(step.box),
                "centroid_mm": _list(step.centroid_mm),
                "centroid_index": _list(step.centroid_index),
            }
            for trace in record.traces
            for number, step in enumerate(trace.steps)
        ],
        "organs": [organ.model_dump(mode="json") for organ in record.organs],
        "components": [component.model_dump(mode="json") for component in record.components],
    }
    rows = {name: [{"case_id": case_id, **row} for row in own] for name, own in tables.items()}
    rows["issues"] = issue_rows(
        issue.model_copy(update={"case_id": case_id}) for issue in record.issues
    )
    return rows


def issue_rows(issues: Iterable[Issue]) -> list[Row]:
    """Rows of the issues table."""
    return [issue.model_dump(mode="json") for issue in issues]


def _case(record: Record, split: str) -> Row:
    report, volume = record.report, record.volume
    geometry = volume.geometry if volume else None
    return {
        "case_id": record.case_id,
        "patient_id": record.patient_id,
        "split": split,
        "source": record.source,
        "record_digest": digest(record),
        "language": report.language if report else None,
        "report_text": report.text if report else None,
        "sections": [
            {"name": section.name, "start": section.span.start, "end": section.span.end}
            for section in report.sections
        ]
        if report
        else None,
        "volume_digest": volume.digest if volume else None,
        "shape": list(geometry.shape) if geometry else None,
        "affine": [value for row in geometry.affine for value in row] if geometry else None,
        "spacing_mm": list(geometry.spacing_mm) if geometry else None,
        "orientation": geometry.orientation if geometry else None,
    }


def _finding(finding: Finding, text: str) -> Row:
    measurements = finding.measurements
    return {
        "finding_id": finding.finding_id,
        "text": finding.span.of(text),
        "standardized": finding.standardized,
        "sentence_indices": list(finding.sentence_indices),
        "start": finding.span.start,
        "end": finding.span.end,
        "presence": finding.presence,
        "type": finding.type,
        "category": finding.category,
        "anatomy": list(finding.anatomy),
        "lung_segments": list(finding.lung_segments),
        "measurements_mm": [list(measurement.values_mm) for measurement in measurements],
        "measurement_kinds": [measurement.kind for measurement in measurements],
        "measurement_forms": [measurement.form for measurement in measurements],
        "measurement_units_stated": [measurement.unit_stated for measurement in measurements],
        "measurement_starts": [measurement.span.start for measurement in measurements],
        "measurement_ends": [measurement.span.end for measurement in measurements],
        "refers_to_prior": finding.refers_to_prior,
        "modifiers": list(finding.modifiers),
        "relations": [
            {"kind": r.kind, "anatomy": r.anatomy, **_span(r.span)} for r in finding.relations
        ],
        "remarks": [{"kind": r.kind, **_span(r.span)} for r in finding.remarks],
        "cues": [{**_span(cue.span), "role": cue.role, "entry": cue.entry} for cue in finding.cues],
        "focal": finding.focal,
        "laterality": finding.laterality,
        "count": finding.count,
        "change": finding.change,
    }


def _span(span: Span) -> Row:
    return {"start": span.start, "end": span.end}


def _region(region: Region) -> Row:
    own = region.model_dump(mode="json", exclude={"box"})
    organ = region.kind == "organ"
    return {
        **own,
        **_box(region.box),
        "label_map": ORGANS if organ else REGIONS,
        "segment": region.name if organ else region.region_id,
    }


def _grounding(grounding: Grounding) -> Row:
    row: Row = {"method": None, "confidence": None, "reason": None, "detail": None}
    row.update(grounding.model_dump(mode="json"))
    if not isinstance(grounding, Grounded):
        row["region_ids"] = []
    return row


def _box(box: Box | None) -> Row:
    return {
        "box_low": list(box.low) if box else None,
        "box_high": list(box.high) if box else None,
    }


def _list(values: tuple[float, ...] | None) -> list[float] | None:
    return list(values) if values is not None else None
