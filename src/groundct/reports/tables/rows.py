"""A report that was read, as rows of the tables: tuples in the order of the columns.

``start`` and ``end`` count characters of the cell that the section came from, ``report_start`` and
``report_end`` those of ``reports.report_text``. What a finding holds may stand in another section
than its own words, so that its places count in the report.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter

from groundct.codecs.radgenome import anatomy_cells
from groundct.core.report import Marked, Measurement, Report, SectionName
from groundct.reports._draft import Draft, finding_id

Row = tuple[object, ...]
_SAID = itemgetter("presence", "category", "focal", "anatomy", "laterality")
_KIND = itemgetter("type", "lung_segments", "count", "change", "modifiers")
"""Fields of a finding that stand side by side in the table ``findings``, read at once."""


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
    def texts(self) -> list[str]:
        """The text of each sentence."""
        text = self.report.text
        return [text[sentence.start : sentence.end] for sentence in self.draft.sentences]

    @cached_property
    def homes(self) -> list[tuple[str, int]]:
        """For each sentence its column, and where the column's cell begins."""
        homes: list[tuple[str, int]] = []
        places = list(zip(self.columns, self.offsets, strict=True))
        ends = [section.span.end for section in self.report.sections]
        at = 0
        for sentence in self.draft.sentences:
            while ends[at] < sentence.end:
                at += 1
            homes.append(places[at])
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
    case_id = read.case_id
    told = zip(read.draft.sentences, read.texts, read.homes, strict=True)
    for index, (sentence, text, (column, cell)) in enumerate(told):
        section, start, end, standardized, regions, anatomy, rewrites, offset, _ = sentence
        by = offset - cell
        yield (
            case_id,
            section,
            index,
            start - cell,
            end - cell,
            text,
            regions,
            anatomy,
            column,
            start,
            end,
            standardized,
            rewrites and [(r.span.start + by, r.span.end + by, r.text, r.entry) for r in rewrites],
        )


def finding_rows(read: ReadReport) -> Iterator[Row]:
    """The rows of the table ``findings``."""
    text, case_id, homes = read.report.text, read.case_id, read.homes
    sentences = read.draft.sentences
    for number, (finding, indices, offset, _) in enumerate(read.draft.findings):
        values = vars(finding)
        span, measurements = values["span"], values["measurements"]
        relations, remarks = values["relations"], values["remarks"]
        start, end = span.start + offset, span.end + offset
        # Its words may stand in a later one of its sentences: "The spleen is 150 mm. Splenomegaly."
        own = indices[0]
        if len(indices) > 1:
            own = next(index for index in indices if start < sentences[index].end)
        column, cell = homes[own]
        sizes = _NO_SIZES
        if measurements:
            sizes = tuple(zip(*[_size(size, offset) for size in measurements], strict=True))
        yield (
            case_id,
            finding_id(number),
            text[start:end],
            values["standardized"],
            indices,
            start - cell,
            end - cell,
            *_SAID(values),
            sizes[0],
            values["refers_to_prior"],
            sentences[own].section,
            column,
            start,
            end,
            *_KIND(values),
            *sizes[1:],
            relations and [(r.kind, r.anatomy, *_place(r, offset)) for r in relations],
            remarks and [(r.kind, *_place(r, offset)) for r in remarks],
        )


def _size(size: Measurement, offset: int) -> Row:
    """A size's cells: values in mm, kind, form, whether its unit is stated, and its place."""
    return size.values_mm, size.kind, size.form, size.unit_stated, *_place(size, offset)


def _place(value: Marked, offset: int) -> tuple[int, int]:
    span = value.span
    return span.start + offset, span.end + offset


_NO_SIZES: tuple[Row, ...] = ((),) * 6
"""The cells of sizes of a finding that has none."""


def region_rows(read: ReadReport) -> Iterable[tuple[str, str]]:
    """Rows of RadGenome's ``region_report`` for its volume: (anatomy, sentence), each once.

    As in RadGenome, of the findings section; of the impression where there are no findings.
    """
    sentences = read.draft.sentences
    present = {sentence.section for sentence in sentences}
    section: SectionName = "findings" if "findings" in present else "impression"
    rows = [
        (cell, text)
        for sentence, text in zip(sentences, read.texts, strict=True)
        if sentence.section == section
        for cell in anatomy_cells(sentence.regions, sentence.anatomy)
    ]
    return dict.fromkeys(rows)
