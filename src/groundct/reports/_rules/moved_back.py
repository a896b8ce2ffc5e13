"""Findings of words that were read behind others put in front of them, back in their sentence."""

from __future__ import annotations

from collections.abc import Callable

from groundct.core.report import Finding, Span

Reader = Callable[[str, str], tuple[Finding, ...]]
"""The findings of a sentence in a language."""


def moved_back(finding: Finding, span: Span, edge: int, by: int) -> Finding:
    """A finding at ``span``, what it says from character ``edge`` on moved ``by`` as many.

    ``edge``: how many characters were put in front; what lies in these alone is left out.
    """
    return finding.changed(
        span=span,
        measurements=tuple([size.moved(by) for size in finding.measurements]),
        relations=tuple([own.moved(by) for own in finding.relations if own.span.start >= edge]),
        remarks=tuple([own.moved(by) for own in finding.remarks if own.span.start >= edge]),
        cues=tuple([cue.moved(by) for cue in finding.cues if cue.span.start >= edge]),
    )
