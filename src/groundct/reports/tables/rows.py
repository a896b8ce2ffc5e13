"""A report that was read, as rows of the tables: tuples in the order of the columns.

``start`` and ``end`` count characters of the cell that the section came from, ``report_start`` and
``report_end`` those of ``reports.report_text``. What a finding holds may stand in another section
than its own words, so that its places count in the report.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from groundct.codecs.radgenome import anatomy_cells
from groundct.core.report import Measurement, Report, Rewrite, SectionName, Span
from groundct.reports._draft import Draft, finding_id

Row = tuple[object, ...]


@dataclass(frozen=True)
class ReadReport:
    """What was read in one row of a table.

    ``columns`` says from which column each section of ``report`` came, and ``offsets`` where that
    column's cell begins in the report's text.
    """

    number: int
    name: str
    case_id: str
    report: Report
    columns: tuple[str, ...]
    offsets: tuple[int, ...]
    draft: Draft

    @cached_property
    def homes(self) -> list[tuple[str, str, int]]:
        """For each sentence its section, its column, and where the column's cell begins."""
        homes: list[tuple[str, str, int]] = []
        sections = list(zip(self.report.sections, self.columns, self.offsets, strict=True))
        at = 0
        for sentence in self.draft.sentences:
            while sections[at][0].span.end < sentence.end:
                at += 1
            homes.append((sentence.section, *sections[at][1:]))
        return homes


def report_row(read: ReadReport) -> Row:
    """The row of the table ``reports``."""
    report = read.report
    sections = [
        (section.name, column, section.span.start, section.span.end)
        for section, column in zip(report.sections, read.columns, strict=True)
    ]
    return read.case_id, read.name, read.number, report.language, report.text, sections


def sentence_rows(read: ReadReport) -> Iterator[Row]:
    """The rows of the table ``sentences``."""
    text, case_id = read.report.text, read.case_id
    for index, (sentence, home) in enumerate(zip(read.draft.sentences, read.homes, strict=True)):
        section, start, end, standardized, regions, anatomy, rewrites, offset = sentence
        _, column, cell = home
        yield (
            case_id,
            section,
            index,
            start - cell,
            end - cell,
            text[start:end],
            regions,
            anatomy,
            column,
            start,
            end,
            standardized,
            [_rewrite(rewrite, offset - cell) for rewrite in rewrites],
        )


def finding_rows(read: ReadReport) -> Iterator[Row]:
    """The rows of the table ``findings``."""
    text, case_id, homes = read.report.text, read.case_id, read.homes
    sentences = read.draft.sentences
    for number, (finding, indices, offset) in enumerate(read.draft.findings):
        start, end = finding.span.start + offset, finding.span.end + offset
        # Its words may stand in a later one of its sentences: "The spleen is 150 mm. Splenomegaly."
        own = indices[0]
        if len(indices) > 1:
            own = next(index for index in indices if start < sentences[index].end)
        section, column, cell = homes[own]
        sizes = _NO_SIZES
        if finding.measurements:
            sizes = tuple(zip(*[_size(size, offset) for size in finding.measurements], strict=True))
        values_mm, *about_sizes = sizes
        yield (
            case_id,
            finding_id(number),
            text[start:end],
            finding.standardized,
            indices,
            start - cell,
            end - cell,
            finding.presence,
            finding.category,
            finding.focal,
            finding.anatomy,
            finding.laterality,
            values_mm,
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
            *about_sizes,
            [(r.kind, r.anatomy, *_place(r.span, offset)) for r in finding.relations],
            [(r.kind, *_place(r.span, offset)) for r in finding.remarks],
        )


def _size(size: Measurement, offset: int) -> Row:
    """A size's cells: values in mm, kind, form, whether its unit is stated, and its place."""
    place = _place(size.span, offset)
    return size.values_mm, size.kind, size.form, size.unit_stated, *place


_NO_SIZES: tuple[Row, ...] = ((),) * 6
"""The cells of sizes of a finding that has none."""


def region_rows(read: ReadReport) -> Iterable[tuple[str, str, str]]:
    """Rows of RadGenome's ``region_report``: (volume's name, anatomy, sentence), each once.

    As in RadGenome, of the findings section; of the impression where there are no findings.
    """
    name, text, sentences = read.name, read.report.text, read.draft.sentences
    present = {sentence.section for sentence in sentences}
    section: SectionName = "findings" if "findings" in present else "impression"
    rows = [
        (name, cell, text[sentence.start : sentence.end])
        for sentence in sentences
        if sentence.section == section
        for cell in anatomy_cells(sentence.regions, sentence.anatomy)
    ]
    return dict.fromkeys(rows)


def _rewrite(rewrite: Rewrite, offset: int) -> Row:
    return *_place(rewrite.span, offset), rewrite.text, rewrite.entry


def _place(span: Span, offset: int) -> tuple[int, int]:
    return span.start + offset, span.end + offset
