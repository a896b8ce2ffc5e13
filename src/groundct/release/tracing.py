"""From a region to the characters of the report that it stands for, and back."""

from __future__ import annotations

from collections.abc import Iterator

from groundct.core.record import Grounded, Record
from groundct.core.report import Finding, Span
from groundct.vocabulary.findings import findings as finding_vocabulary
from groundct.vocabulary.segments import segments


def characters_of_region(record: Record, region_id: str) -> tuple[Span, ...]:
    """The spans that speak of a region, in the order of the text, each once.

    A sentence counts with all of its characters, a finding with its own words. The structures
    around a finding (its lobe, its lung) belong to its words, too. Raises KeyError for a region
    that the record does not have.
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
    """All pairs of a span and a region that belong together.

    They do by a grounding, by an instance's own finding, and by a place that the words name.
    """
    sentences = {str(sentence.index): sentence.span for sentence in record.reading.sentences}
    findings = {finding.finding_id: finding.span for finding in record.reading.findings}
    for grounding in record.groundings:
        if isinstance(grounding, Grounded):
            spans = sentences if grounding.target == "sentence" else findings
            if grounding.target_id in spans:
                for region_id in grounding.region_ids:
                    yield spans[grounding.target_id], region_id
    places: dict[str, list[str]] = {}
    for region in record.regions:
        if region.kind != "finding":
            places.setdefault(region.name, []).append(region.region_id)
        elif region.finding_id in findings:
            yield findings[region.finding_id], region.region_id
    for finding in record.reading.findings:
        if finding.presence != "absent":
            for name in _names(finding):
                for region_id in places.get(name, ()):
                    yield finding.span, region_id


def _names(finding: Finding) -> set[str]:
    """All structures that a finding's words, or its type where they give no place, lead through."""
    known = finding_vocabulary().types.get(finding.type)
    paths = set(finding.anatomy or ((known.anatomy,) if known else ()))
    paths |= {s.path for s in segments() if s.name in finding.lung_segments}
    names = {name for path in paths for name in path.split("/") if name}
    sides = {"left", "right"}
    if finding.laterality in sides:
        sides = {finding.laterality}
    names |= {f"{side} {name}" for side in sides for name in names}
    return names | set(finding.lung_segments)
