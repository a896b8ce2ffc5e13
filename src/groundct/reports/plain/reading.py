"""A report without mark-up for extractors, and what they say of it moved back to the report."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from groundct.core.issues import Issue
from groundct.core.report import (
    SECTION_SEPARATOR,
    Cue,
    Finding,
    Measurement,
    Reading,
    Relation,
    Remark,
    Report,
    Rewrite,
    Section,
    Sentence,
    Span,
)
from groundct.reports.plain.markup import OVERRIDES, has_markup, without_markup
from groundct.reports.plain.origins import PlainText
from groundct.reports.plain.rtf import is_rtf, without_rtf

_Spanned = TypeVar("_Spanned", Rewrite, Measurement, Relation, Remark, Cue)
_Move = Callable[[Span], Span]
_SIGNS: Final = {
    "direction-override": (
        OVERRIDES,
        "marks in the text make screens show characters in another order than stored.",
        "Look at it; it was read in the order in which it is stored.",
    ),
    "lost-characters": (
        re.compile("\ufffd"),
        "it holds signs that stand for characters which an earlier program could not read.",
        "Export the report again in UTF-8.",
    ),
    "decoded-twice": (
        re.compile("Ã[¼¶§\x9c\x96\x87œ–‡]|Ä[±°\x9f\x9eŸž]|Å[\x9f\x9eŸž]|â€"),
        "its letters look like UTF-8 that was taken for Windows-1252.",
        "Export the report again in UTF-8; words with such letters were not understood.",
    ),
}


@dataclass(frozen=True)
class PlainReport:
    """A report without mark-up.

    ``origin`` gives for a span of its text the span of the first report's text that it came from;
    None where both texts are one.
    """

    report: Report
    origin: _Move | None = None
    issues: tuple[Issue, ...] = ()


def plain_report(report: Report) -> PlainReport:
    """The report without tags, entities, RTF and invisible characters, section by section.

    Raises TableError for RTF that is broken.
    """
    text = report.text
    if not has_markup(text) and "{\\rtf" not in text:
        return PlainReport(report, issues=_told(text))
    parts: list[tuple[int, int, PlainText]] = []
    sections: list[Section] = []
    out: list[str] = []
    length = 0
    for section in report.sections:
        cell = section.span.of(text)
        plain = without_rtf(cell) if is_rtf(cell) else without_markup(cell)
        if not plain.text.strip():
            continue
        if out:
            out.append(SECTION_SEPARATOR)
            length += len(SECTION_SEPARATOR)
        parts.append((length, section.span.start, plain))
        out.append(plain.text)
        span = Span(start=length, end=length + len(plain.text))
        sections.append(Section(name=section.name, span=span))
        length = span.end
    made = Report(text="".join(out), sections=tuple(sections), language=report.language)
    return PlainReport(made, lambda span: _origin(parts, span), _told(text))


def moved_back(reading: Reading, origin: _Move) -> Reading:
    """A reading of the plain report with all spans in the first one."""
    return Reading(
        sentences=tuple(_sentence(sentence, origin) for sentence in reading.sentences),
        findings=tuple(_finding(finding, origin) for finding in reading.findings),
    )


def _origin(parts: list[tuple[int, int, PlainText]], span: Span) -> Span:
    begin, base, plain = next(part for part in reversed(parts) if part[0] <= span.start)
    inner = plain.origin(Span(start=span.start - begin, end=span.end - begin))
    return Span(start=inner.start + base, end=inner.end + base)


def _sentence(sentence: Sentence, origin: _Move) -> Sentence:
    return sentence.changed(span=origin(sentence.span), rewrites=_all(sentence.rewrites, origin))


def _finding(finding: Finding, origin: _Move) -> Finding:
    return finding.changed(
        span=origin(finding.span),
        measurements=_all(finding.measurements, origin),
        relations=_all(finding.relations, origin),
        remarks=_all(finding.remarks, origin),
        cues=_all(finding.cues, origin),
    )


def _all(values: tuple[_Spanned, ...], origin: _Move) -> tuple[_Spanned, ...]:
    return tuple(value.changed(span=origin(value.span)) for value in values)


def _told(text: str) -> tuple[Issue, ...]:
    """Warnings of characters that show that a text is not what was written."""
    if text.isascii():
        return ()
    return tuple(
        Issue(code=code, where="report", what=what, remedy=remedy, severity="warning")
        for code, (signs, what, remedy) in _SIGNS.items()
        if signs.search(text)
    )
