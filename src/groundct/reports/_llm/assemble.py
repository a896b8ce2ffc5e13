"""Sentences of a report as the rules read them, and a Reading out of findings by sentence."""

from __future__ import annotations

from collections.abc import Mapping

from groundct.core.report import Finding, Reading, Report
from groundct.reports._llm.match import on_one_line
from groundct.reports._llm.source import Source
from groundct.reports._rules.american.wording import worded
from groundct.reports._rules.discourse.ellipsis import Before
from groundct.reports._rules.discourse.whole import read_report, told_by_rules
from groundct.reports._rules.reading import SentenceReading
from groundct.reports.language import require_read


def sources_of(report: Report) -> tuple[Reading, dict[int, Source]]:
    """What the rules read, and the sentences that are read for findings, by their index.

    Raises DataError for a language that the rules do not read.
    """
    require_read(report)
    parts: dict[int, tuple[SentenceReading, SentenceReading]] = {}

    def teller(index: int, before: Before | None, said: SentenceReading) -> SentenceReading:
        told = told_by_rules(index, before, said)
        parts[index] = said, told
        return told

    reading = read_report(report, teller)
    sources = {
        index: Source(reading.sentences[index], said, told.findings)
        for index, (said, told) in parts.items()
    }
    return reading, sources


def reading_of(
    report: Report, read: Mapping[int, tuple[Finding, ...]], sources: Mapping[int, Source]
) -> Reading:
    """The rules' sentences with the findings ``read`` by a model; their own where it has none.

    What a sentence takes over from the one before it is taken over from what the model read there.
    """

    def teller(index: int, before: Before | None, said: SentenceReading) -> SentenceReading:
        told = told_by_rules(index, before, said)
        if index not in read:
            return told
        own = told_by_rules(index, before, said._replace(findings=read[index])).findings
        return _retold(told, tuple(_sided(finding, sources[index]) for finding in own))

    return read_report(report, teller)


def _sided(finding: Finding, source: Source) -> Finding:
    """A finding with the side that the rules give it from the sentence before.

    They do so where the words of its own name no side; a place that a model left out loses none.
    """
    if finding.laterality is not None or finding.presence == "absent":
        return finding
    for versions in source.known:
        alone, told = versions[0], versions[-1]
        same = (told.span, told.type, told.presence) == (
            finding.span,
            finding.type,
            finding.presence,
        )
        if same and alone.laterality is None and told.laterality is not None:
            moved = finding.changed(laterality=told.laterality)
            if all(any(on_one_line(p, own) for own in told.anatomy) for p in finding.anatomy):
                moved = moved.changed(anatomy=told.anatomy, lung_segments=told.lung_segments)
            return worded(moved, source.said.text, source.said.language)
    return finding


def _retold(told: SentenceReading, findings: tuple[Finding, ...]) -> SentenceReading:
    """What a sentence tells with a model's findings in place of the rules' own.

    A finding is a known one where it shares words with one that the rules call so; a size that it
    has belongs to no finding of another sentence.
    """
    known = [
        (told.findings[number].span, how)
        for number, how in told.again.items()
        if number < len(told.findings)
    ]
    again = {
        number: how
        for number, finding in enumerate(findings)
        for span, how in known
        if span.start < finding.span.end and finding.span.start < span.end
    }
    taken = {size.span for finding in findings for size in finding.measurements}
    sizes = tuple(size for size in told.loose.sizes if size.span not in taken)
    # "It is wider than normal.": said as the rules read it, it is one with the sentence before.
    alike = [(f.span, f.type) for f in findings] == [(f.span, f.type) for f in told.findings]
    loose = told.loose._replace(sizes=sizes, takes_back=False)
    return told._replace(
        findings=findings, loose=loose, again=again, completes=told.completes and alike
    )
