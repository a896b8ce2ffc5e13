"""One report, from a text as it is to everything that an extractor says of it."""

from __future__ import annotations

import math
from typing import NamedTuple, cast

from groundct.core.contracts import Extractor
from groundct.core.issues import TableError
from groundct.core.plugins import load_plugin
from groundct.core.report import UNSAID_LANGUAGE, Finding, Reading, Report, Section, Sentence, Span
from groundct.core.value import Value
from groundct.reports.labels import labels_of
from groundct.reports.language import in_its_language, require_language
from groundct.reports.plain import PlainReport, moved_back, plain_report
from groundct.reports.sections import split_sections


class ReportReading(Value):
    """A report, its sentences and findings, and CT-RATE's 18 labels in their order.

    All spans are in ``report.text``, which is the text that was given.
    """

    report: Report
    sentences: tuple[Sentence, ...]
    findings: tuple[Finding, ...]
    labels: dict[str, bool]


class Prepared(NamedTuple):
    """A report ready for an extractor: ``plain.report`` is read, ``report`` is told of.

    ``report`` has the text that was given and the sections that were found in it.
    """

    report: Report
    plain: PlainReport

    def tell(self, reading: Reading) -> Reading:
        """A reading of the plain report as one of the report."""
        origin = self.plain.origin
        return reading if origin is None else moved_back(reading, origin)


def read(
    text: str | None, language: str = UNSAID_LANGUAGE, extractor: str = "rules"
) -> ReportReading:
    """Read a report, with or without headings.

    Args:
        text: The report. HTML, RTF and invisible characters are read past; every span that is
            given back counts the characters of this text. None and NaN, which a table has for an
            empty cell, are the empty text.
        language: The report's language, as ISO 639-1 code; its words tell it where it is left out.
        extractor: The plug-in that reads it.

    Raises:
        DataError: There is no text that can be seen (``no-report``), the extractor does not read
            this language, the text is in another one, or its RTF is broken.
        TypeError: It is no text: bytes have to be decoded.

    Example:
        >>> from groundct.reports import read
        >>> reading = read("Findings: No effusion. A 5 mm nodule in the right upper lobe.")
        >>> [(f.presence, f.span.of(reading.report.text)) for f in reading.findings]
        [('absent', 'effusion'), ('present', 'nodule')]
        >>> reading.findings[1].measurements[0].values_mm
        (5.0,)
        >>> [name for name, value in reading.labels.items() if value]
        ['Lung nodule']
    """
    plugin = cast(Extractor, load_plugin("reports", extractor))
    prepared = prepare(whole(_text(text), language), plugin)
    reading = prepared.tell(plugin.extract(prepared.plain.report))
    return ReportReading(
        report=prepared.report,
        sentences=reading.sentences,
        findings=reading.findings,
        labels=labels_of(reading),
    )


def _text(given: object) -> str:
    if isinstance(given, str):
        return given
    if given is None or (isinstance(given, float) and math.isnan(given)):
        return ""
    how = ": text.decode('utf-8')" if isinstance(given, bytes) else ""
    raise TypeError(f"a report is a str, got {type(given).__name__}{how}")


def whole(text: str, language: str = UNSAID_LANGUAGE) -> Report:
    """A text as a report whose sections are not looked for yet: one section, ``other``."""
    sections = (Section(name="other", span=Span(start=0, end=len(text))),) if text else ()
    return Report(text=text, sections=sections, language=language)


def prepare(report: Report, extractor: Extractor) -> Prepared:
    """Take mark-up out of a report and find the sections of a free text.

    Raises DataError when it holds no text, when its language is not what it is said to be, or when
    its RTF is broken.
    """
    plain = plain_report(report)
    read_in = plain.report
    if not any(section.span.of(read_in.text).strip() for section in read_in.sections):
        raise TableError.of(
            "no-report",
            "report",
            "it holds no text that can be seen.",
            "Fill in the report, or delete the row.",
        )
    read_in = in_its_language(read_in)
    report = report.changed(language=read_in.language)
    plain = PlainReport(read_in, plain.origin, plain.issues)
    if read_in.language not in extractor.languages:
        return Prepared(report, plain)  # the extractor says so
    if [section.name for section in report.sections] == ["other"]:
        read_in = split_sections(read_in.text, read_in.language)
        origin = plain.origin
        sections = read_in.sections
        if origin is not None:
            sections = tuple(s.changed(span=origin(s.span)) for s in sections)
        report = Report(text=report.text, sections=sections, language=report.language)
        plain = PlainReport(read_in, origin, plain.issues)
    require_language(read_in)
    return Prepared(report, plain)
