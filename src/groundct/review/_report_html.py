"""The report as written, as HTML: every sentence a span, every finding marked inside it."""

from __future__ import annotations

from html import escape
from itertools import pairwise

from groundct.core.record import Grounded, NotGroundable
from groundct.core.report import Finding, Sentence
from groundct.review._words import PRESENCE_SIGN, REASON, SECTION_TITLE
from groundct.review.view import CaseView


def report_html(view: CaseView) -> str:
    """All characters of the report in their order; headings are added where the text has none.

    Raises ValueError when two sentences overlap.
    """
    report = view.record.report
    if report is None:
        return '<p class="empty">This case has no report.</p>'
    sentences = sorted(view.record.reading.sentences, key=lambda s: s.span.start)
    for before, after in pairwise(sentences):
        if after.span.start < before.span.end:
            raise ValueError(f"sentences {before.index} and {after.index} overlap")
    parts: list[str] = []
    end = 0
    for section in report.sections:
        between = report.text[end : section.span.start].strip()
        heading = between or SECTION_TITLE[section.name]
        parts.append(f"<h3>{escape(heading)}</h3>")
        inside = [s for s in sentences if section.span.contains(s.span)]
        parts.append(
            f'<p class="section">{_body(view, inside, section.span.start, section.span.end)}</p>'
        )
        end = section.span.end
    rest = [s for s in sentences if s.span.start >= end]
    if report.text[end:].strip():
        parts.append(f'<p class="section">{_body(view, rest, end, len(report.text))}</p>')
    return "\n".join(parts)


def _body(view: CaseView, sentences: list[Sentence], start: int, end: int) -> str:
    assert view.record.report is not None
    text = view.record.report.text
    out: list[str] = []
    for sentence in sentences:
        out.append(escape(text[start : sentence.span.start]))
        out.append(_sentence(view, sentence))
        start = sentence.span.end
    out.append(escape(text[start:end]))
    return "".join(out)


def _sentence(view: CaseView, sentence: Sentence) -> str:
    grounding = view.grounding("sentence", str(sentence.index))
    grounded = isinstance(grounding, Grounded)
    state = ' data-grounded tabindex="0" role="button"' if grounded else ""
    if isinstance(grounding, NotGroundable):
        state = f' data-note="{escape(REASON[grounding.reason])}"'
    words = _marked(view, sentence)
    return f'<span class="sentence" data-target="sentence-{sentence.index}"{state}>{words}</span>'


def _marked(view: CaseView, sentence: Sentence) -> str:
    """A sentence's text, cut where findings begin and end; the shortest finding owns a piece.

    So marks never overlap where findings do: in "liver and spleen are normal" the liver's mark ends
    where the spleen's begins.
    """
    assert view.record.report is not None
    text, low, high = view.record.report.text, sentence.span.start, sentence.span.end
    findings = [f for f in view.record.reading.findings if f.span.start < high and f.span.end > low]
    cuts = {low, high}
    for finding in findings:
        cuts |= {max(low, finding.span.start), min(high, finding.span.end)}
    places = sorted(cuts)
    out: list[str] = []
    for start, end in pairwise(places):
        owners = [f for f in findings if f.span.start <= start and end <= f.span.end]
        words = text[start:end].rstrip() if owners else ""
        if words:
            owner = min(owners, key=lambda f: f.span.end - f.span.start)
            out.append(_mark(owner, escape(words), start))
        out.append(escape(text[start + len(words) : end]))
    return "".join(out)


def _mark(finding: Finding, words: str, start: int) -> str:
    sign = f' data-sign="{PRESENCE_SIGN[finding.presence]}"' if start == finding.span.start else ""
    return (
        f'<mark class="{finding.presence}"{sign} title="{finding.presence}: '
        f'{escape(finding.type)}" data-target="finding-{escape(finding.finding_id)}">'
        f"{words}</mark>"
    )
