"""Sentences of a report as the rules read them, and a Reading out of findings by sentence."""

from __future__ import annotations

from collections.abc import Mapping

from groundct.core.report import Finding, Reading, Report
from groundct.reports._llm.source import Source
from groundct.reports._rules.anaphora import placed
from groundct.reports._rules.merge import Context, merged
from groundct.reports._rules.parsed import sides_named
from groundct.reports._rules.reading import SentenceReading, in_report, read_sentence
from groundct.reports.rules import PLUGIN as RULES

SECTIONS = ("findings", "impression")
"""The sections that are read for findings."""


def sources_of(report: Report) -> tuple[Reading, dict[int, Source]]:
    """What the rules read, and the sentences that are read for findings, by their index.

    Raises DataError for a language that the rules do not read.
    """
    reading = RULES.extract(report)
    out: dict[int, Source] = {}
    before: SentenceReading | None = None
    section = ""
    for sentence in reading.sentences:
        if sentence.section not in SECTIONS:
            continue
        said = read_sentence(sentence.span.of(report.text), report.language)
        if sentence.section != section:
            before = None
        section = sentence.section
        out[sentence.index] = Source(sentence, said, placed(before, said))
        before = said
    return reading, out


def reading_of(
    report: Report,
    reading: Reading,
    sources: Mapping[int, Source],
    read: Mapping[int, tuple[Finding, ...]],
) -> Reading:
    """The rules' sentences, with findings ``read`` by a model; the rules' own where it has none."""
    found: list[Finding] = []
    impression: dict[int, frozenset[str]] = {}
    for index, source in sources.items():
        own = read.get(index, source.carried)
        found += (in_report(finding, index, source.sentence.span.start) for finding in own)
        if source.sentence.section == "impression":
            impression[index] = sides_named(source.said.parsed)
    context = Context(impression, frozenset())
    return Reading(sentences=reading.sentences, findings=merged(found, context, report))
