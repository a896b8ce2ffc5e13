"""From a region to the characters of the report that it stands for, and back."""

from __future__ import annotations

from collections.abc import Iterator

from groundct.core.record import Grounded, Record
from groundct.core.report import Span


def characters_of_region(record: Record, region_id: str) -> tuple[Span, ...]:
    """The spans that a region is grounded in, in the order of the text, each once.

    A sentence counts with all of its characters, a finding with its own words. Raises KeyError for
    a region that the record does not have.
    """
    if region_id not in {region.region_id for region in record.regions}:
        raise KeyError(region_id)
    spans = {span for span, linked in _links(record) if linked == region_id}
    return tuple(sorted(spans, key=lambda span: (span.start, span.end)))


def regions_of_characters(record: Record, start: int, end: int) -> tuple[str, ...]:
    """The regions of all that is said in characters ``start`` to ``end`` (exclusive).

    In the record's order of regions. Raises ValueError when there are no such characters.
    """
    asked = Span(start=start, end=end)
    text = record.report.text if record.report else ""
    if asked.end > len(text):
        raise ValueError(f"span {start}..{end} leaves the text of {len(text)} characters")
    linked = {
        region_id
        for span, region_id in _links(record)
        if span.start < asked.end and asked.start < span.end
    }
    return tuple(r.region_id for r in record.regions if r.region_id in linked)


def untraced_regions(record: Record) -> tuple[str, ...]:
    """Sites and finding instances that no characters of the report lead to."""
    linked = {region_id for _, region_id in _links(record)}
    return tuple(
        r.region_id for r in record.regions if r.kind != "organ" and r.region_id not in linked
    )


def _links(record: Record) -> Iterator[tuple[Span, str]]:
    """All pairs of a span and a region that belong together."""
    sentences = {str(sentence.index): sentence.span for sentence in record.reading.sentences}
    findings = {finding.finding_id: finding.span for finding in record.reading.findings}
    for grounding in record.groundings:
        if isinstance(grounding, Grounded):
            spans = sentences if grounding.target == "sentence" else findings
            if grounding.target_id in spans:
                for region_id in grounding.region_ids:
                    yield spans[grounding.target_id], region_id
    for region in record.regions:
        if region.finding_id in findings:
            yield findings[region.finding_id], region.region_id
