"""Explanations of sentences for people: marks under the text, one line an entry."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator

import click

from groundct.core.report import Finding
from groundct.reports.explain import Explanation, Fired

_COLOURS = {
    "findings": "cyan",
    "negation": "red",
    "normality": "green",
    "uncertainty": "yellow",
    "anatomy": "blue",
    "sites": "blue",
    "laterality": "magenta",
}
_PIPED_WIDTH = 100
_BESIDE = 52
"""Columns kept for what an entry means and where it stands."""
_NARROWEST = 36
_PRESENCE_COLOURS = {"present": "bright_white", "absent": "red", "uncertain": "yellow"}


def show_explanations(explanations: tuple[Explanation, ...]) -> None:
    """Print them; in colour on a terminal, in plain text elsewhere."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _PIPED_WIDTH
    for n, explanation in enumerate(explanations):
        if n:
            click.echo()
        for line in lines_of(explanation, max(width - _BESIDE, _NARROWEST)):
            click.echo(line)


def lines_of(explanation: Explanation, width: int) -> Iterator[str]:
    """The lines of an explanation; the sentence is broken at spaces to at most ``width``."""
    text = explanation.text
    yield click.style(f"[{explanation.sentence.index}] {explanation.sentence.section}", dim=True)
    for start, end in _chunks(text, width):
        shown = "".join(c if c.isprintable() else " " for c in text[start:end])
        yield click.style(shown.rstrip(), bold=True)
        for fired in explanation.fired:
            if start <= fired.span.start < end:
                yield _entry(fired, start, end, width)
    if not explanation.fired:
        yield "  no entry fired"
    if explanation.standardized != text:
        yield f"  standardized  {' '.join(explanation.standardized.split())}"
    yield from _outcome(explanation)


def _outcome(explanation: Explanation) -> Iterator[str]:
    for finding in explanation.findings:
        yield from _finding(finding)
    if not explanation.findings:
        yield "  no finding"
    places = explanation.sentence.regions
    paths = explanation.sentence.anatomy
    yield f"  regions       {', '.join(places) or 'whole scan'}"
    if paths:
        yield f"  anatomy       {', '.join(paths)}"
    yield f"  labels        {', '.join(explanation.labels) or 'none'}"
    if explanation.doubts:
        yield f"  doubts        {', '.join(explanation.doubts)}"


def _finding(finding: Finding) -> Iterator[str]:
    presence = click.style(finding.presence, fg=_PRESENCE_COLOURS[finding.presence])
    yield f"  finding {finding.finding_id}  {presence}: {finding.standardized}"
    facts = [f"type {finding.type}", f"code {finding.category}"]
    if finding.laterality:
        facts.append(finding.laterality)
    facts += finding.anatomy
    facts += finding.lung_segments
    facts += [
        f"{' x '.join(f'{value:g}' for value in size.values_mm)} mm ({size.kind}, {size.form})"
        for size in finding.measurements
    ]
    if finding.count is not None:
        facts.append(f"{finding.count} of them")
    facts += [finding.change] if finding.change else []
    facts += finding.modifiers
    facts += ["refers to an earlier examination"] if finding.refers_to_prior else []
    facts += [f"{relation.kind} {relation.anatomy}" for relation in finding.relations]
    facts += [remark.kind for remark in finding.remarks]
    yield f"      {'; '.join(facts)}"


def _entry(fired: Fired, start: int, end: int, width: int) -> str:
    """Marks under the words of an entry, then what it means, its id and its table."""
    place = fired.span.start - start
    length = min(fired.span.end, end) - fired.span.start
    name = fired.table.partition("/")[2].removesuffix(".tsv")
    marks = click.style("~" * length, fg=_COLOURS.get(name, "white"))
    beside = " " * (width - place - length + 2)
    users = f"  -> {', '.join(fired.used_by)}" if fired.used_by else ""
    return f"{' ' * place}{marks}{beside}{fired.meaning}  {fired.entry} {fired.table}{users}"


def _chunks(text: str, width: int) -> Iterator[tuple[int, int]]:
    """Parts of a text that are at most ``width`` long, broken after spaces where there are any."""
    start = 0
    while len(text) - start > width:
        end = text.rfind(" ", start, start + width) + 1 or start + width
        yield start, end
        start = end
    yield start, len(text)
