"""A report that was read, as rows of the tables: tuples in the order of the columns.

``start`` and ``end`` count characters of the cell that the section came from, ``report_start`` and
``report_end`` those of ``reports.report_text``. What a finding holds may stand in another section
than its own words, so that its places count in the report.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from groundct.codecs.radgenome import anatomy_cells
from groundct.core.report import Reading, Report, SectionName, Span, rewritten

Row = tuple[object, ...]


@dataclass(frozen=True)
class ReadReport:
    """What was read in one row of a table.

    ``plain`` is the report whose text holds no mark-up (``report`` itself where there is none);
    ``columns`` says from which column each of its sections came, and ``offsets`` where that
    column's cell begins in the report's text.
    """

    number: int
    name: str
    case_id: str
    report: Report
    columns: tuple[str, ...]
    offsets: tuple[int, ...]
    reading: Reading
    standardized: tuple[str, ...]

    @cached_property
    def homes(self) -> list[tuple[str, str, int]]:
        """For each sentence its section, its column, and where the column's cell begins."""
        homes: list[tuple[str, str, int]] = []
        sections = list(zip(self.report.sections, self.columns, self.offsets, strict=True))
        at = 0
        for sentence in self.reading.sentences:
            while sections[at][0].span.end < sentence.span.end:
                at += 1
            homes.append((sentence.section, *sections[at][1:]))
        return homes


def report_row(read: ReadReport) -> Row:
    """The row of the table ``reports``."""
    report = read.report
    sections = [
        {
            "name": section.name,
            "column": column,
            "report_start": section.span.start,
            "report_end": section.span.end,
        }
        for section, column in zip(report.sections, read.columns, strict=True)
    ]
    return read.case_id, read.name, read.number, report.language, report.text, sections


def sentence_rows(read: ReadReport) -> Iterator[Row]:
    """The rows of the table ``sentences``."""
    text, case_id = read.report.text, read.case_id
    for sentence, home, standardized in zip(
        read.reading.sentences, read.homes, read.standardized, strict=True
    ):
        start, end = sentence.span.start, sentence.span.end
        _, column, offset = home
        yield (
            case_id,
            sentence.section,
            sentence.index,
            start - offset,
            end - offset,
            text[start:end],
            sentence.regions,
            sentence.anatomy,
            column,
            start,
            end,
            standardized,
            [
                {
                    "start": r.span.start - offset,
                    "end": r.span.end - offset,
                    "text": r.text,
                    "entry": r.entry,
                }
                for r in sentence.rewrites
            ],
        )


def finding_rows(read: ReadReport) -> Iterator[Row]:
    """The rows of the table ``findings``."""
    text, case_id, homes = read.report.text, read.case_id, read.homes
    for finding in read.reading.findings:
        start, end = finding.span.start, finding.span.end
        section, column, offset = homes[finding.sentence_indices[0]]
        sizes = finding.measurements
        yield (
            case_id,
            finding.finding_id,
            text[start:end],
            finding.standardized,
            finding.sentence_indices,
            start - offset,
            end - offset,
            finding.presence,
            finding.category,
            finding.focal,
            finding.anatomy,
            finding.laterality,
            [size.values_mm for size in sizes],
            finding.refers_to_prior,
            section,
            column,
            start,
            end,
            finding.type,
            finding.lung_segments,
            finding.count,
            finding.change,
            finding.modifiers,
            [size.kind for size in sizes],
            [size.form for size in sizes],
            [size.unit_stated for size in sizes],
            [size.span.start for size in sizes],
            [size.span.end for size in sizes],
            [{"kind": r.kind, "anatomy": r.anatomy, **_place(r.span)} for r in finding.relations],
            [{"kind": r.kind, **_place(r.span)} for r in finding.remarks],
        )


def region_rows(read: ReadReport) -> tuple[tuple[str, str, str], ...]:
    """Rows of RadGenome's ``region_report``: (volume's name, anatomy, sentence), each once.

    As in RadGenome, of the findings section; of the impression where there are no findings.
    """
    text = read.report.text
    sentences = read.reading.sentences
    present = {sentence.section for sentence in sentences}
    section: SectionName = "findings" if "findings" in present else "impression"
    rows = (
        (read.name, cell, sentence.span.of(text))
        for sentence in sentences
        if sentence.section == section
        for cell in anatomy_cells(sentence)
    )
    return tuple(dict.fromkeys(rows))


def standardized_sentences(reading: Reading, text: str) -> tuple[str, ...]:
    """Each sentence in American radiology English; ``text`` is the text that was read."""
    return tuple(rewritten(sentence, text) for sentence in reading.sentences)


def _place(span: Span) -> dict[str, int]:
    return {"report_start": span.start, "report_end": span.end}
